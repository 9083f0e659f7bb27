"""Cancel scopes: a tree whose cancelled parts refuse every wait.

A task knows its innermost scope (`task.scope`) and whether that refuses waits (`task.scope_cancelled`); the scheduler
asks nothing else. Scopes keep the second up to date: a scope refuses if it was cancelled itself or, unless it is a
shield, if the one around it does. Only a change walks the tree; entering and leaving do not.

The scopes of one task form a chain. A task that started in a scope (a child of a group) is one of its `members`, and
its own chain hangs below that scope. A `branch` is a scope that hangs below one without a task being in it.
"""

from cpython.object cimport PyObject
from cpython.pythread cimport PyThread_get_thread_ident
from cpython.ref cimport Py_DECREF
from libc.math cimport INFINITY, isnan

import asyncio
import inspect
from asyncio import CancelledError

from dtact.errors import DelayError, NoRuntimeError, ScopeError
from dtact.groups._yields import check_frame
from dtact.scheduler._core_c cimport DONE, PENDING, Scheduler, Task, Waiter, now_seconds, running_task


cdef extern from "scheduler/layout.hpp" namespace "dtact::scheduler":
    PyObject *calling_code(int *offset)


cdef enum:
    GENERATORS = 0x20 | 0x200  # CO_GENERATOR | CO_ASYNC_GENERATOR


cdef object current_asyncio_task = asyncio.current_task
cdef object running_loop = asyncio._get_running_loop


# ---------------------------------------------------------------- tasks of either grade


cdef object host_task():
    """The running task; a typed error if there is none that knows scopes."""
    task = running_task()
    if task is not None:
        return task
    loop = running_loop()
    if loop is None:
        raise NoRuntimeError("cancel scopes and groups need a running dtact loop", hint="use them inside dtact.run(main())")
    found = current_asyncio_task(loop)
    if found is None:
        raise ScopeError(
            "cancel scopes and groups need a parent task, and no task is running here", hint="enter them in a coroutine"
        )
    if not hasattr(found, "scope_cancelled"):
        raise ScopeError(
            "this task is not run by dtact, so its waits cannot be cancelled",
            wanted="a task of a dtact loop",
            found=repr(found),
            hint="run the program by dtact.run(main()) and without a task factory, or use asyncio.timeout here",
        )
    return found


cdef Scheduler scheduler_of(object task):
    if isinstance(task, Task):
        return (<Task>task).scheduler
    return task.get_loop()._scheduler


cdef CancelScope scope_of(object task):
    found = (<Task>task).scope if isinstance(task, Task) else task.scope
    return <CancelScope>found if isinstance(found, CancelScope) else None


cdef int cancels_of(object task) except -1:
    return (<Task>task).cancels if isinstance(task, Task) else task.cancelling()


cdef int put(object task, CancelScope scope) except -1:
    """Make that scope, or none, the innermost of a task."""
    cdef bint refuses = scope is not None and scope.effective
    cdef Task cheap
    if isinstance(task, Task):
        cheap = <Task>task
        cheap.scope = scope
        if refuses != (cheap.scope_cancelled != 0):
            cheap.scope_cancelled = refuses
            if not cheap.must_cancel:
                cheap.message = reason_of(scope) if refuses else None
    else:
        task.scope = scope
        if refuses != <bint>task.scope_cancelled:
            task.scope_cancelled = refuses
    return 0


cdef object reason_of(CancelScope scope):
    while scope is not None and not scope.called:
        scope = scope.parent
    return scope.reason if scope is not None else None


cdef int tell(object task, CancelScope scope) except -1:
    """The innermost scope of a task has changed: interrupt its wait, or let it wait again."""
    cdef Task cheap
    if isinstance(task, Task):
        cheap = <Task>task
        if cheap.status >= DONE:
            return 0
        put(cheap, scope)
        if scope.effective and cheap.status == PENDING and (waits_on(cheap.waiting) or not cheap.started):
            cheap.interrupt(reason_of(scope))
        return 0
    if task.done():
        return 0
    put(task, scope)
    if scope.effective and (waits_on(task._fut_waiter) or is_unstarted(task.get_coro())):
        task.interrupt(reason_of(scope))
    return 0


cdef bint waits_on(object waiting) except -1:
    """Whether there is something to interrupt. What has come already is handed over: the next wait is refused anyway."""
    if waiting is None:
        return False
    if isinstance(waiting, Waiter):
        return True
    done = getattr(waiting, "done", None)
    return done is None or not done()


cdef bint is_unstarted(object coroutine) except -1:
    return inspect.iscoroutine(coroutine) and inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED


cdef int refresh(CancelScope top) except -1:
    """Work out anew who refuses waits, from a scope on inwards, and tell the tasks whose answer changed."""
    cdef list todo = [top]
    cdef CancelScope scope, inner
    cdef bint now
    while todo:
        scope = <CancelScope>todo.pop()
        now = scope.called or (not scope.shielded and scope.parent is not None and scope.parent.effective)
        if now == scope.effective:
            continue
        scope.effective = now
        if scope.inner is not None:
            todo.append(scope.inner)
        elif scope.host is not None:
            tell(scope.host, scope)
        if scope.members:
            for task in list(scope.members):
                inner = outermost(task, scope)
                if inner is None:
                    tell(task, scope)
                else:
                    todo.append(inner)
        if scope.branches:
            todo.extend(scope.branches)
        if scope.foreign and now:
            for task in list(scope.foreign):
                task.cancel()
    return 0


cdef CancelScope outermost(object task, CancelScope under):
    """The outermost scope that a task entered below `under`; None if it is directly in that."""
    cdef CancelScope found = None, scope = scope_of(task)
    while scope is not None and scope is not under:
        found = scope
        scope = scope.parent
    return found


cdef int attach(object task, CancelScope under) except -1:
    """Let a task that started elsewhere count as started inside a scope."""
    cdef CancelScope top = outermost(task, under)
    if top is None:
        put(task, under)
        if under.effective:
            tell(task, under)
    else:
        top.parent = under
        refresh(top)
    return 0


cdef int detach(object task) except -1:
    """Forget the scope of a task that has ended."""
    if isinstance(task, Task):
        (<Task>task).scope = None
        (<Task>task).scope_cancelled = False
    else:
        task.scope = None
        task.scope_cancelled = False
    return 0


cdef int refuse_yields() except -1:
    """Raise if the caller is a generator that would yield while the scope it enters is open."""
    cdef int offset = 0
    cdef PyObject *found = calling_code(&offset)
    if found == NULL:
        return 0
    code = <object>found
    Py_DECREF(code)
    if <int>code.co_flags & GENERATORS:
        check_frame()
    return 0


# ---------------------------------------------------------------- the scope


cdef class CancelScope:
    """A block of a task whose waits can be cancelled together: `with CancelScope() as scope: ...`.

    From `scope.cancel()` on, every wait inside raises CancelledError, until the block is left; so does every wait of the
    scopes inside and of the children of groups inside. The block's end swallows that CancelledError, and no other:
    requests of `task.cancel()` are counted, and pass. `deadline`: the loop time at which it cancels itself.
    `shield=True`: cancellations from outside wait until the block is left; its own do not.

    Entering and leaving never switch. Errors: ScopeError if it is entered twice, outside a task of a dtact loop, left in
    another task or out of order, or if a generator would yield inside; DelayError for a deadline that is none.
    """

    def __init__(self, *, deadline=None, shield=False):
        self.due = INFINITY if deadline is None else checked_time(deadline)
        self.shielded = bool(shield)

    # ------------------------------------------------------------ in and out

    def __enter__(self):
        task = host_task()
        if self.entered:
            raise ScopeError("this cancel scope was entered before", hint="make a new one for each block")
        refuse_yields()
        self.enter(task)
        return self

    cdef int enter(self, object task) except -1:
        cdef CancelScope parent = scope_of(task)
        self.entered = True
        self.host = task
        self.scheduler = scheduler_of(task)
        self.requests = cancels_of(task)
        self.parent = parent
        if parent is not None and parent.host is task:
            parent.inner = self
        self.effective = self.called or (not self.shielded and parent is not None and parent.effective)
        put(task, self)
        if self.due != INFINITY and not self.called:
            self.arm()
        return 0

    def __exit__(self, kind, error, traceback):
        task = self.host
        if task is None or self.left:
            raise ScopeError("this cancel scope is not entered", hint="use it in a with statement, once")
        if running_task() is not task or scope_of(task) is not self:
            self.check_exit()
        self.leave(task)
        if error is None or not self.catches(task, error):
            return False
        self.caught = True
        if self.raises and self.expired:
            raise TimeoutError(f"not done within {self.allowed:g} s") from error
        return True

    cdef int check_exit(self) except -1:
        """Left by another task, or before a scope that was entered later: mend the chain, and say so."""
        task = self.host
        running = running_task()
        if running is None:
            loop = running_loop()
            running = current_asyncio_task(loop) if loop is not None else None
        inside = scope_of(task) is not self
        if running is task and not inside:
            return 0
        self.leave(task)
        if running is not task:
            raise ScopeError(
                "a cancel scope was left in another task than it was entered in",
                wanted=repr(task),
                found=repr(running),
                hint="do not keep a scope or group open across a yield",
            )
        raise ScopeError(
            "a cancel scope was left before one that was entered inside it",
            hint="leave scopes and groups in the opposite order; do not keep one open across a yield",
        )

    cdef int leave(self, object task) except -1:
        """Take it out of the chain, wherever it stands."""
        cdef CancelScope parent = self.parent, inner = self.inner
        self.left = True
        self.disarm()
        if parent is not None and parent.inner is self:
            parent.inner = inner
        if inner is not None:
            inner.parent = parent
            refresh(inner)
        elif scope_of(task) is self:
            put(task, parent)
        while self.branches:
            (<CancelScope>self.branches[0]).level(None)
            (<CancelScope>self.branches[0]).prune()
        self.inner = None
        self.host = None
        return 0

    cdef int grow(self, CancelScope parent, Scheduler scheduler) except -1:
        """Hang below a scope, or below none, without a task inside."""
        self.entered = True
        self.scheduler = scheduler
        self.parent = parent
        if parent is not None:
            if parent.branches is None:
                parent.branches = []
            parent.branches.append(self)
            self.effective = self.called or (not self.shielded and parent.effective)
        if self.due != INFINITY and not self.called:
            self.arm()
        return 0

    cdef int prune(self) except -1:
        """No longer hang there."""
        cdef CancelScope parent = self.parent
        self.left = True
        self.disarm()
        if parent is not None:
            self.parent = None
            if parent.branches is not None and self in parent.branches:
                parent.branches.remove(self)
        return 0

    cdef bint catches(self, object task, object error) except -1:
        """Whether a CancelledError that leaves the block is this scope's, and ends here."""
        if not self.called or not isinstance(error, CancelledError):
            return False
        if not self.shielded and self.parent is not None and self.parent.effective:
            return False  # the outer one is cancelled too, and the error is as much its own
        return cancels_of(task) <= self.requests

    # ------------------------------------------------------------ cancelling

    def cancel(self, reason=None):
        """Refuse all waits inside from now on; `reason` becomes the message of the CancelledError. From any thread.

        Never switches. Cancelling it again, or after it was left, does nothing.
        """
        cdef Scheduler scheduler = self.scheduler
        if scheduler is not None and scheduler.thread and scheduler.thread != PyThread_get_thread_ident():
            scheduler.call_soon_threadsafe(self.cancel, reason)
        else:
            self.level(reason)

    cdef int level(self, object reason) except -1:
        if self.called or self.left:
            return 0
        self.called = True
        self.reason = reason
        self.disarm()
        if self.entered:
            refresh(self)
        return 0

    cdef int arm(self) except -1:
        if self.due <= now_seconds():
            self.expire()
        else:
            self.timer = self.scheduler.call_at(self.due, self._ring)
        return 0

    cdef int disarm(self) except -1:
        if self.timer is not None:
            timer = self.timer
            self.timer = None
            timer.cancel()
        return 0

    def _ring(self):
        """The deadline has come."""
        self.timer = None
        self.expire()

    cdef int expire(self) except -1:
        if not self.called and not self.left:
            self.expired = True
            self.level("deadline")
        return 0

    @property
    def deadline(self):
        """The loop time at which it cancels itself; infinite for never. May be set while inside."""
        return self.due

    @deadline.setter
    def deadline(self, value):
        self.due = checked_time(value)
        self.disarm()
        if self.entered and not self.left and not self.called and self.due != INFINITY:
            self.arm()

    @property
    def shield(self):
        """Whether cancellations from outside wait until it is left. May be set while inside."""
        return self.shielded

    @shield.setter
    def shield(self, value):
        self.shielded = bool(value)
        if self.entered and not self.left:
            refresh(self)

    @property
    def cancel_called(self):
        """Whether it was cancelled, by `cancel` or by its deadline."""
        return self.called

    @property
    def cancelled_caught(self):
        """Whether its block ended by that, so that the CancelledError was swallowed here."""
        return self.caught

    @property
    def timed_out(self):
        """Whether the deadline was what cancelled it."""
        return self.expired

    def __repr__(self):
        state = "left" if self.left else "entered" if self.entered else "new"
        text = f"<CancelScope {state}"
        text += " cancelled" if self.called else " refusing" if self.effective else ""
        text += " shield" if self.shielded else ""
        text += f" deadline in {self.due - now_seconds():.3f} s" if self.due != INFINITY else ""
        return f"{text} at {<size_t><PyObject *>self:#x}>"


cdef double checked_time(object value) except? -1.0:
    cdef double seconds
    try:
        seconds = value
    except (TypeError, ValueError):
        raise DelayError("a deadline is no number", wanted="a loop time in seconds", found=repr(value)) from None
    if isnan(seconds):
        raise DelayError("a deadline is not a number", wanted="a loop time in seconds", found="nan")
    return seconds


cdef double checked_delay(object value) except -1.0:
    cdef double seconds
    try:
        seconds = value
    except (TypeError, ValueError):
        raise DelayError("a timeout is no number", wanted="seconds", found=repr(value)) from None
    if not seconds >= 0.0:
        raise DelayError("a timeout is negative or not a number", wanted="seconds >= 0", found=repr(value))
    return seconds


cdef CancelScope new_scope(bint shield):
    cdef CancelScope scope = CancelScope.__new__(CancelScope)
    scope.due = INFINITY
    scope.shielded = shield
    return scope


cdef CancelScope limited(double due, double allowed, bint shield, bint raises):
    cdef CancelScope scope = CancelScope.__new__(CancelScope)
    scope.due = due
    scope.allowed = allowed
    scope.shielded = shield
    scope.raises = raises
    return scope


def move_on_after(delay, *, shield=False):
    """Return a scope that is left at the latest after that many seconds: `with move_on_after(1) as scope: ...`.

    `scope.cancelled_caught` tells whether time was up. Errors: DelayError for a negative delay.
    """
    cdef double seconds = checked_delay(delay)
    return limited(now_seconds() + seconds, seconds, shield, False)


def move_on_at(deadline, *, shield=False):
    """Return a scope that is left at the latest at that loop time. Errors: DelayError."""
    return limited(checked_time(deadline), 0.0, shield, False)


def fail_after(delay, *, shield=False):
    """Return a scope whose end raises TimeoutError if that many seconds were not enough. Errors: DelayError."""
    cdef double seconds = checked_delay(delay)
    return limited(now_seconds() + seconds, seconds, shield, True)


def fail_at(deadline, *, shield=False):
    """Return a scope whose end raises TimeoutError if it was not done by that loop time. Errors: DelayError."""
    cdef double due = checked_time(deadline)
    return limited(due, max(0.0, due - now_seconds()), shield, True)


def shield():
    """Return a scope that cancellations of outer scopes wait for: `with shield(): await save()`.

    Requests of `task.cancel()` are not held back: asyncio delivers them once, wherever the task waits.
    """
    return new_scope(True)
