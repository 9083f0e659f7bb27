"""What a task group keeps of its children: who lives, who waits for a turn, what failed.

A child of either grade starts in the group's scope, so that cancelling is the tree's business alone. Its end comes by
a `Watch`, which stands among the waiters of the task: no callback, no turn of the loop. What waits for a turn (`limit`)
is a task parked on a gate before its first step.
"""

cimport cython
from cpython.dict cimport PyDict_DelItem, PyDict_SetItem

from asyncio import CancelledError
from collections import deque

from dtact.errors import LimitError, NotAwaitableError, RuntimeStateError, ScopeError
from dtact.groups._parked import in_turn, passed_on
from dtact.groups._scope_c cimport (
    CancelScope,
    attach,
    cancels_of,
    detach,
    host_task,
    new_scope,
    reason_of,
    scheduler_of,
    scope_of,
)
from dtact.scheduler import spawn as core_spawn
from dtact.scheduler._core_c cimport DONE, FAILED, Scheduler, Task, Waiter


@cython.final
cdef class Watch(Waiter):
    """Told of the end of one task."""

    cdef bint settle(self, object value, bint failed) except -1:
        cdef GroupCore group = self.group
        if group is not None:
            self.group = None
            group.ended(self)
            self.task = None
        return True

    def __call__(self, future):
        """The same for tasks of asyncio and other futures."""
        self.settle(None, False)


cdef class GroupCore:
    """The base of `TaskGroup`, and of what `map` and its relatives run their tasks in."""

    def __init__(self, *, limit=None, name=None):
        self.limit = 0 if limit is None else checked_limit(limit)
        self.name = name
        self.scope = new_scope(False)
        self.scope.members = {}
        self.watches = {}
        self.errors = []

    # ------------------------------------------------------------ children

    def spawn(self, coroutine, *, name=None, priority=None, affinity=None, start="later", context=None):
        """Start a cheap task as a child, and return it; options as those of `dtact.spawn`. Never switches.

        Beyond the group's `limit` it waits for its turn, first in, first out. In a cancelled group it ends before its
        first step. Errors: RuntimeStateError if the group is not entered or has ended, and those of `dtact.spawn`.
        """
        cdef Task task
        cdef bint waits = self.limit != 0 and self.running >= self.limit
        self.check_open(coroutine)
        if waits and start == "now":
            start = "later"
        if priority is None and name is None and affinity is None and context is None and start == "later":
            task = core_spawn(coroutine)
        else:
            task = core_spawn(
                coroutine, priority=priority, name=name, affinity=affinity, start=start, context=context
            )
        if waits:
            self.hold(task)
        else:
            self.running += 1
            self.watch(task, False, True, False)
        return task

    cdef int hold(self, Task task) except -1:
        """Park a task before its first step until there is room."""
        cdef Watch watch
        cdef Waiter gate = Waiter()
        task.skips += 1  # it stands in a ring already
        gate.park(task)
        self.watch(task, False, False, False)
        watch = self.watches.get(task)
        if watch is not None:
            watch.gate = gate
            self.line().append(watch)
        return 0

    cdef object line(self):
        if self.queue is None:
            self.queue = deque()
        return self.queue

    def create_task(self, coro, *, name=None, context=None, **options):
        """Start an `asyncio.Task` as a child, and return it, as the method of `asyncio.TaskGroup`. Never switches.

        The group's `limit` holds for it too. RuntimeStateError also, as there, once something has failed.
        """
        cdef Watch watch
        cdef Waiter gate
        self.check_open(coro)
        if self.errors:
            coro.close()
            raise RuntimeStateError(f"{self!r} is shutting down", hint="spawn instead returns a task that was cancelled")
        make = self.scheduler.loop.create_task
        if self.limit == 0 or self.running < self.limit:
            task = make(coro, name=name, context=context, **options)
            self.running += 1
            self.watch(task, False, True, False)
            return task
        gate = Waiter()
        task = make(in_turn(coro, gate), name=name, context=context, **options)
        self.watch(task, False, False, False)
        watch = self.watches.get(task)
        if watch is not None:
            watch.gate = gate
            watch.held = coro
            self.line().append(watch)
        return task

    def start_service(self, coroutine, *, name=None, priority=None):
        """Start a cheap task that serves the others, and return it: it is cancelled when body and children have ended.

        Its failure ends the group as a child's does. The `limit` does not count it.
        """
        self.check_open(coroutine)
        if self.services is None:
            self.services = new_scope(True)
            self.services.members = {}
            self.services.grow(self.scope, self.scheduler)
        task = core_spawn(coroutine, name=name, priority=priority)
        self.watch(task, True, False, False)
        return task

    def add(self, awaitable, *, name=None):
        """Make something that runs already a member: the group waits for it, fails by it, cancels it. Return its task.

        Tasks, fibers and futures are returned as they are; anything else that can be awaited (jobs of the mesh or of
        processes) is awaited by a new task, and its `cancel()`, if it has one, is called when the group is cancelled.
        The `limit` does not count it; a coroutine is spawned and is counted.
        """
        self.check_open(awaitable)
        if isinstance(awaitable, Task):
            if (<Task>awaitable).scheduler is not self.scheduler:
                raise ScopeError("this task belongs to another runtime", hint="await it there, or task.join in a thread")
            self.watch(awaitable, False, False, not is_free(awaitable))
            return awaitable
        if hasattr(awaitable, "_asyncio_future_blocking"):
            self.watch(awaitable, False, False, not hasattr(awaitable, "scope_cancelled") or not is_free(awaitable))
            return awaitable
        if hasattr(awaitable, "send") and hasattr(awaitable, "throw"):
            return self.spawn(awaitable, name=name)
        if not hasattr(awaitable, "__await__"):
            raise NotAwaitableError(
                "only what can be awaited can be added to a group",
                wanted="a coroutine, task, fiber, future or job",
                found=repr(awaitable),
            )
        task = core_spawn(passed_on(awaitable), name=name)
        self.watch(task, False, False, False)
        return task

    def _observe(self, task):
        """Hear of the end of a task that is not to be cancelled with the others."""
        self.check_open(task)
        if isinstance(task, Task) and (<Task>task).scheduler is not self.scheduler:
            raise ScopeError("this task belongs to another runtime", hint="await it there, or task.join in a thread")
        self.watch(task, False, False, True, True)

    def _forget(self):
        """No longer hear of the tasks that are only observed."""
        cdef Watch watch
        for task, watch in list(self.watches.items()):
            if watch.foreign:
                watch.group = None
                del self.watches[task]
                self.live -= 1
                if isinstance(task, Task):
                    (<Task>task).drop_waiter(watch)
                else:
                    task.remove_done_callback(watch)

    cdef int watch(self, object task, bint service, bint counts, bint foreign, bint spared=False) except -1:
        cdef Watch watch = Watch.__new__(Watch)
        cdef CancelScope scope = self.services if service else self.scope
        if task in self.watches:
            raise RuntimeStateError(f"{task!r} is in this group already")
        watch.group = self
        watch.task = task
        watch.service = service
        watch.counts = counts
        watch.foreign = foreign
        PyDict_SetItem(self.watches, task, watch)
        if service:
            self.live_services += 1
        else:
            self.live += 1
        if foreign and not spared:
            if scope.foreign is None:
                scope.foreign = {}
            scope.foreign[task] = watch
            if scope.effective:
                task.cancel()
        elif not foreign:
            PyDict_SetItem(scope.members, task, watch)
            if isinstance(task, Task) and (<Task>task).scope is None and not scope.effective:
                (<Task>task).scope = scope
            else:
                attach(task, scope)
        if not isinstance(task, Task):
            task.add_done_callback(watch)
        elif (<Task>task).status < DONE:
            (<Task>task).add_waiter(watch)
        else:
            watch.settle(None, False)
        return 0

    # ------------------------------------------------------------ ends

    cdef int ended(self, Watch watch) except -1:
        """A task of the group has ended."""
        cdef CancelScope scope = self.services if watch.service else self.scope
        task = watch.task
        error = None
        PyDict_DelItem(self.watches, task)
        if watch.foreign:
            if scope.foreign is not None:
                scope.foreign.pop(task, None)
        else:
            PyDict_DelItem(scope.members, task)
            detach(task)
        if watch.held is not None:
            watch.held.close()
            watch.held = None
        if watch.service:
            self.live_services -= 1
        else:
            self.live -= 1
        if watch.counts:
            self.running -= 1
            if self.queue:
                self.free_place()
        if not self.lenient:
            if not isinstance(task, Task):
                error = None if task.cancelled() else task.exception()
            elif (<Task>task).status == FAILED:
                error = (<Task>task).failure()
            if error is not None:
                self.fail(error)
        if self.on_end is not None:
            self.on_end(task)
        if self.joiner is not None and self.live == 0:
            (<Waiter>self.joiner).wake(None)
        return 0

    cdef int free_place(self) except -1:
        cdef Watch watch
        while self.queue and self.running < self.limit:
            watch = self.queue.popleft()
            if watch.group is not None and watch.gate.wake(None):
                watch.counts = True
                self.running += 1
            watch.gate = None
        return 0

    cdef int fail(self, object error) except -1:
        self.errors.append(error)
        if self.base_error is None and isinstance(error, (KeyboardInterrupt, SystemExit)):
            self.base_error = error
        return self.abort(None)

    cdef int abort(self, object reason) except -1:
        """Cancel everything in the group."""
        return 0 if self.scope.called else self.scope.level(reason)

    def cancel(self, reason=None):
        """Cancel body, children and services, without an exception: `async with` ends as if all was done.

        Every wait in it is refused until it is left, but for those of services, which end last. Never switches; from
        any thread.
        """
        self.scope.cancel(reason)

    # ------------------------------------------------------------ in and out

    def _enter(self):
        task = host_task()
        if self.entered:
            raise ScopeError(f"{self!r} has already been entered", hint="make a new one for each block")
        self.entered = True
        self.host = task
        self.scheduler = scheduler_of(task)
        self.scope.enter(task)

    def _branch(self, on_end):
        """Begin without a block: the tasks belong to the scope that the caller is in. Failures are the caller's."""
        task = host_task()
        self._let_fail(on_end)
        self.entered = True
        self.scheduler = scheduler_of(task)
        self.scope.grow(scope_of(task), self.scheduler)

    def _let_fail(self, on_end):
        """Leave failures to a function that is called with each task that has ended. It must not switch."""
        self.lenient = True
        self.on_end = on_end

    def _unbranch(self):
        """End that: nothing may be started any more."""
        self.finished = True
        self.scope.prune()

    def _body_ended(self, error):
        """Take note of how the body ended, before anything else is cancelled."""
        task = self.host
        if task is None or self.finished:
            raise RuntimeStateError("this group is not entered", hint="use it in an async with statement, once")
        if scope_of(task) is not self.scope or host_task() is not task:
            self.abort(None)
            self.finished = True
            self.scope.check_exit()
        if error is None:
            return
        self.body_caught = self.scope.catches(task, error)
        if isinstance(error, CancelledError):
            self.abort(None)
        else:
            self.fail(error)

    def _busy(self):
        """What is left to wait for: "children", "services" when only those are left, or ""."""
        return "children" if self.live else "services" if self.live_services else ""

    def _stop_services(self):
        if self.services is not None:
            self.services.level(None)

    def _abort(self):
        self.abort(None)

    def _next_end(self):
        """A waiter for the end of all children or, if there are none, of a service."""
        self.joiner = Waiter()
        return self.joiner

    def _finish(self, error, cancelled, bint waited):
        """Leave the scope; raise what the group comes to, or return whether the body's exception ends here."""
        cdef CancelScope scope = self.scope
        cdef bint refused = waited and not scope.shielded and scope.parent is not None and scope.parent.effective
        task = self.host
        self.finished = True
        if self.services is not None:
            self.services.prune()
        scope.leave(task)
        errors, self.errors = self.errors, []
        base, self.base_error = self.base_error, None
        self.host = self.joiner = self.on_end = None
        if base is not None:
            raise base
        if errors:
            if cancels_of(task) > scope.requests:
                task.uncancel()  # a request from outside, which the errors would hide: it comes again at the next wait
                task.cancel()
            raise BaseExceptionGroup("unhandled errors in a TaskGroup", errors) from None
        if cancelled is not None:
            if cancelled is not error:
                raise cancelled
            if not self.body_caught:
                return False
            scope.caught = True
        elif refused:
            raise CancelledError(*(() if (reason := reason_of(scope.parent)) is None else (reason,)))
        elif waited and scope.called:
            scope.caught = True
        return error is not None

    cdef int check_open(self, object coroutine) except -1:
        if self.entered and not self.finished:
            return 0
        if hasattr(coroutine, "close") and hasattr(coroutine, "send") and not isinstance(coroutine, Task):
            coroutine.close()
        if not self.entered:
            raise RuntimeStateError(f"{self!r} has not been entered", hint="start tasks inside its block: async with group: ...")
        raise RuntimeStateError(f"{self!r} is finished", hint="start tasks inside its block")

    @property
    def _tasks(self):
        return list(self.watches)

    def __repr__(self):
        state = "ended" if self.finished else "entered" if self.entered else "new"
        text = f"<{type(self).__name__}"
        text += f" {self.name!r}" if self.name is not None else ""
        text += f" {state}"
        if self.entered and not self.finished:
            text += f" children={self.live}" + (f" services={self.live_services}" if self.live_services else "")
            text += " cancelled" if self.scope.called else ""
        return text + ">"


def group_of(task):
    """The group that a task is a child or member of; None if it is in none."""
    cdef CancelScope scope = scope_of(task)
    cdef Watch watch
    while scope is not None:
        if scope.members is not None and (watch := scope.members.get(task)) is not None:
            return watch.group
        scope = scope.parent
    return None


cdef bint is_free(object task) except -1:
    """Whether the scopes of a task are all its own, so that it can be hung below another."""
    cdef CancelScope scope = scope_of(task)
    while scope is not None:
        if scope.host is not task:
            return False
        scope = scope.parent
    return True


cpdef Py_ssize_t checked_limit(object value) except -1:
    """Return a limit as a number, or raise LimitError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise LimitError("a limit is no whole number", wanted="at least 1, or None for none", found=repr(value))
    if value < 1:
        raise LimitError("a limit is too small", wanted="at least 1, or None for none", found=repr(value))
    return value
