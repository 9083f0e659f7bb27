# The cheap task as an object: what others may ask of it. How it runs is in `_step.pxi`.

cdef class Failure:
    """How a task failed. Reported once if nobody ever asks."""

    cdef object exception, traceback, name, where
    cdef int where_offset
    cdef Scheduler scheduler
    cdef bint retrieved

    def __del__(self):
        if not self.retrieved:
            self.retrieved = True
            report_failure(self)


cdef int report_failure(Failure failure) except -1:
    loop = failure.scheduler.loop
    if loop is None:
        return 0
    place = describe_place(failure.where, failure.where_offset)
    loop.call_exception_handler(
        {
            "message": f"exception of task {failure.name!r} was never retrieved; it was spawned at {place}",
            "exception": failure.exception,
            "task_name": failure.name,
            "spawned_at": place,
        }
    )
    return 0


cdef object describe_place(object code, int offset):
    """`file:line, in function` of a call, from its code object and the offset of the instruction."""
    if code is None:
        return "an unknown place"
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= offset < end and number is not None:
            line = number
    return f"{code.co_filename}:{line}, in {code.co_qualname}"


cdef class Task(Runnable):
    """A cheap task: what `dtact.spawn` returns. Await it, from any number of places, or ask for its `result()`.

    asyncio takes it for a future, so `asyncio.wait`, `gather`, `wait_for`, `shield` and `timeout` work on and in it.
    """

    def __init__(self):
        raise TypeError("tasks are made by dtact.spawn(coroutine)")

    # ------------------------------------------------------------ running

    cdef int run(self) except -1:
        return self.scheduler.step(self)

    cdef int advance(self, PyObject **result) except -2:
        if PyCoro_CheckExact(self.coroutine):
            return send_none(<PyObject *>self.coroutine, result)
        return PyIter_Send(<PyObject *>self.coroutine, Py_None, result)

    cdef int throw_in(self, object exception, PyObject **result) except -2:
        result[0] = PyObject_CallMethodOneArg(<PyObject *>self.coroutine, <PyObject *>THROW, <PyObject *>exception)
        if result[0] != NULL:
            return PYGEN_NEXT
        if PyErr_ExceptionMatches(<PyObject *>StopIteration) and _PyGen_FetchStopIterationValue(result) == 0:
            return PYGEN_RETURN
        return PYGEN_ERROR

    # ------------------------------------------------------------ its end

    def done(self):
        """Return whether it has ended: returned, failed or cancelled."""
        return self.status >= DONE

    def cancelled(self):
        """Return whether it was cancelled and has ended by that."""
        return self.status == CANCELLED

    def result(self):
        """Return what the coroutine returned, or raise what it raised; InvalidStateError while it runs."""
        if self.status == DONE:
            return self.result_value
        if self.status < DONE:
            raise InvalidStateError(f"task {self.get_name()!r} has not ended yet")
        if self.status == CANCELLED:
            raise self._make_cancelled_error()
        raise self.failure()

    def exception(self):
        """Return the exception it failed with, or None; CancelledError if cancelled, InvalidStateError if running."""
        if self.status == DONE:
            return None
        if self.status < DONE:
            raise InvalidStateError(f"task {self.get_name()!r} has not ended yet")
        if self.status == CANCELLED:
            raise self._make_cancelled_error()
        return self.failure()

    cdef object failure(self):
        cdef Failure failure = self.result_value
        failure.retrieved = True
        PyException_SetTraceback(<PyObject *>failure.exception, <PyObject *>failure.traceback)
        return failure.exception

    def _make_cancelled_error(self):
        return CancelledError() if self.message is None else CancelledError(self.message)

    @property
    def _cancel_message(self):
        """What asyncio.gather reads of a future that was cancelled."""
        return self.message

    def add_done_callback(self, function, *, context=None):
        """Call function(task) soon after it has ended, in that context or a copy of the current one."""
        if context is None:
            context = PyContext_CopyCurrent()
        if self.status >= DONE:
            self.scheduler.loop.call_soon(function, self, context=context)
        else:
            self.add_waiter((function, context))

    def remove_done_callback(self, function):
        """Forget such a function; return how often it was registered."""
        cdef Py_ssize_t removed = 0
        if type(self.waiter) is tuple and self.waiter[0] == function:
            self.waiter = None
            removed = 1
        if self.more_waiters is not None:
            kept = [item for item in self.more_waiters if not (type(item) is tuple and item[0] == function)]
            removed += len(self.more_waiters) - len(kept)
            self.more_waiters = kept or None
        if self.waiter is None and self.more_waiters is not None:
            self.waiter = self.more_waiters.pop(0)
            self.more_waiters = self.more_waiters or None
        return removed

    cdef int add_waiter(self, object who) except -1:
        if self.waiter is None:
            self.waiter = who
        elif self.more_waiters is None:
            self.more_waiters = [who]
        else:
            self.more_waiters.append(who)
        return 0

    cdef int drop_waiter(self, object who) except -1:
        """Forget a task or waiter that no longer waits for this one."""
        if self.waiter is who:
            self.waiter = self.more_waiters.pop(0) if self.more_waiters is not None else None
            self.more_waiters = self.more_waiters or None
        elif self.more_waiters is not None and who in self.more_waiters:
            self.more_waiters.remove(who)
            self.more_waiters = self.more_waiters or None
        return 0

    def join(self, timeout=None):
        """Block this thread until it has ended; return its result or raise what it raised.

        For threads that run no loop. Raises TimeoutError after `timeout` seconds.
        """
        cdef Waiter waiter
        if self.status < DONE:
            self.scheduler.check_open()  # in a child made by fork nobody would end it
            waiter = Waiter()
            self.add_waiter(waiter)
            try:
                waiter.block(timeout)
            finally:
                if not waiter.woken:
                    self.drop_waiter(waiter)
        return self.result()

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        if self.status >= DONE:
            raise StopIteration(self.result())
        return self.begin()

    cdef object begin(self):
        """Park whoever awaits this task; return what its driver must see."""
        cdef Task task = running_task()
        if task is self:
            raise RuntimeStateError(f"task {self.get_name()!r} cannot await itself")
        if running_scheduler() is not self.scheduler and running_scheduler() is not None:
            raise ForeignTaskError(
                f"task {self.get_name()!r} belongs to another runtime",
                hint="use task.join() in a thread, or asyncio.to_thread(task.join)",
            )
        if task is None:
            self.blocking = True  # an asyncio task awaits: asyncio's protocol
            return self
        self.add_waiter(task)
        task.waiting = self
        return parked

    # ------------------------------------------------------------ cancelling

    def cancel(self, msg=None):
        """Ask it to stop: CancelledError is raised where it waits. Return False if it has ended. From any thread.

        What it awaits is cancelled first, if that is a task or future. Requests are counted, see `cancelling`.
        """
        if self.status == FAILED:
            (<Failure>self.result_value).retrieved = True
        if self.status >= DONE:
            return False
        self.cancels += 1
        return self.interrupt(msg)

    cpdef bint interrupt(self, message=None) except -1:
        """Raise CancelledError where it waits, once, without counting a request; for cancel scopes."""
        if self.status >= DONE:
            return False
        if self.waiting is not None and self.stop_waiting(message):
            return True
        self.must_cancel = True
        self.message = message
        return True

    cdef bint stop_waiting(self, object message) except -1:
        """Pass a cancellation to what it is parked on; return False if that did not take it."""
        waiting = self.waiting
        if isinstance(waiting, Waiter):
            if (<Waiter>waiting).woken:
                return False
            (<Waiter>waiting).kill()
            self.waiting = None
            self.message = message
            self.thrown = CancelledError() if message is None else CancelledError(message)
            self.scheduler.schedule(self)
            return True
        return bool(waiting.cancel(msg=message) if message is not None else waiting.cancel())

    def cancelling(self):
        """Return the number of requests to cancel that were not taken back."""
        return self.cancels

    def uncancel(self):
        """Take back one request to cancel; return how many are left."""
        if self.cancels > 0:
            self.cancels -= 1
            if self.cancels == 0:
                self.must_cancel = False
        return self.cancels

    # ------------------------------------------------------------ who it is

    def get_name(self):
        """Return its name; `task-N` unless one was given."""
        return self.name if self.name is not None else f"task-{self.number}"

    def set_name(self, name):
        """Give it another name."""
        self.name = str(name)

    def get_coro(self):
        """Return its coroutine, or None once it has ended."""
        return self.coroutine

    def get_loop(self):
        """Return the event loop it runs on."""
        return self.scheduler.loop

    def get_context(self):
        """Return the context it runs in, or None once it has ended."""
        if type(self.context) is ContextGroup:
            self.own_context()
        return self.context

    cdef int own_context(self) except -1:
        """Give it a context of its own instead of a turn in the group's."""
        cdef ContextGroup group = self.context
        cdef Scheduler scheduler = self.scheduler
        if scheduler.current != <PyObject *>self:
            self.context = PyContext_Copy(group.pristine)
            return 0
        self.context = <object>scheduler.running_context
        if scheduler.entered_owner is group and scheduler.entered == scheduler.running_context:
            scheduler.entered_owner = self.context
            group.working = None
        return 0

    def get_stack(self, *, limit=None):
        """Return the frames of its coroutine, as `asyncio.Task.get_stack`: one frame, or the traceback's if it failed."""
        load_asyncio()
        return list(frames_of(self, limit))

    def print_stack(self, *, limit=None, file=None):
        """Print where its coroutine stands, or the traceback if it failed."""
        import sys
        import traceback

        out = sys.stderr if file is None else file
        frames = frames_of(self, limit)
        if not frames:
            print(f"No stack for {self!r}", file=out)
            return
        print(f"Stack for {self!r} (most recent call last):", file=out)
        lines = [traceback.FrameSummary(f.f_code.co_filename, f.f_lineno, f.f_code.co_name) for f in frames]
        print("".join(traceback.format_list(lines)), file=out, end="")

    @property
    def priority(self):
        """Which ring it waits its turn in; may be changed at any time."""
        return self.level

    @priority.setter
    def priority(self, value):
        self.level = checked_priority(value)

    @property
    def state(self):
        """One of "ready", "running", "waiting", "done", "failed", "cancelled"."""
        if self.status == PENDING:
            return "ready" if self.queued > self.skips else "waiting"
        return ("", "running", "done", "failed", "cancelled")[self.status]

    @property
    def spawned_at(self):
        """`file:line, in function` of the call that spawned it."""
        return describe_place(self.where, self.where_offset)

    @property
    def waiting_on(self):
        """What it is parked on: a waiter, a task or a future; None if it can run."""
        return self.waiting

    # ------------------------------------------------------------ what asyncio and anyio look at

    @property
    def _asyncio_future_blocking(self):
        return self.blocking

    @_asyncio_future_blocking.setter
    def _asyncio_future_blocking(self, value):
        self.blocking = value

    @property
    def _loop(self):
        return self.scheduler.loop

    @property
    def _must_cancel(self):
        return self.must_cancel

    @_must_cancel.setter
    def _must_cancel(self, value):
        self.must_cancel = value

    @property
    def _fut_waiter(self):
        return self.waiting

    @property
    def _coro(self):
        return self.coroutine

    @property
    def _state(self):
        return "PENDING" if self.status < DONE else "CANCELLED" if self.status == CANCELLED else "FINISHED"

    @property
    def _callbacks(self):
        found = [] if self.waiter is None else [self.waiter, *(self.more_waiters or ())]
        return [item for item in found if type(item) is tuple] or None

    def __class_getitem__(cls, item):
        return cls

    def __repr__(self):
        what = getattr(self.coroutine, "__qualname__", None)
        text = f"<{type(self).__name__} {self.state} name={self.get_name()!r}"
        text += f" coro={what}()" if what is not None else ""
        if self.status == PENDING and self.waiting is not None:
            text += f" waiting on {type(self.waiting).__name__}"
        if self.status == FAILED:
            text += f" exception={(<Failure>self.result_value).exception!r}"
        return text + ">"


cdef object frames_of(Task task, object limit):
    """The frames of a suspended coroutine, or of the traceback of a failed one, oldest first."""
    frames = []
    if task.status == FAILED:
        entry = (<Failure>task.result_value).traceback
        while entry is not None:
            frames.append(entry.tb_frame)
            entry = entry.tb_next
        return frames if limit is None else frames[:limit]
    coroutine = task.coroutine
    frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
    while frame is not None:
        frames.append(frame)
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
    return frames if limit is None else frames[-limit:]


cdef object THROW = "throw"
cdef dict LEVELS = {"critical": 0, "high": 1, "normal": 2, "low": 3}


cdef int checked_priority(object value) except -1:
    level = LEVELS.get(value.lower()) if isinstance(value, str) else value
    if not isinstance(level, int) or not 0 <= level <= 3:
        raise ValueError(f"unknown priority {value!r}; wanted dtact.Priority.CRITICAL, HIGH, NORMAL or LOW")
    return level


cdef class ForeignWakeup(Wakeup):
    """What a task gives to a future that is not ours."""

    cdef Task task

    cdef int fire(self, object future) except -1:
        if self.task.waiting is future:
            self.task.waiting = None
            self.task.scheduler.schedule(self.task)
        return 0
