# A step of a task, and what waits for one.

@cython.final
@cython.freelist(256)
cdef class Step(Wakeup):
    """One step of a task: an item of the ring, and the callback that a future gets."""

    cdef Task task
    cdef object cause  # the future that ended, an exception to throw, or None

    cdef int run(self) except -1:
        return take_step(self.task, self.cause)

    cdef int fire(self, object future) except -1:
        return queue_step(self.task, future)

    def __call__(self, future=None):
        """Take the step now: for loops of others, which enter the context themselves."""
        self.task.step(self.cause if future is None else future)


cdef int step_queued(Scheduler scheduler, PyObject *item) except -1:
    """A task comes out of the ring."""
    cdef Task task = <Task>item
    cause = task.cause
    task.cause = None
    task.queued = False
    return take_step(task, cause)


cdef int take_step(Task task, object cause) except -1:
    cdef Scheduler scheduler = task.scheduler
    cdef double began = now_seconds() if scheduler.tracing or scheduler.debug else 0.0
    owner = task.context
    if scheduler.entered_owner is not owner:
        scheduler.enter(owner)
    scheduler.steps += 1
    try:
        if current_tasks is None:
            swap_current(task.loop, task)
        else:
            scheduler.entry.set(<PyObject *>task)
        scheduler.registered = True
        task.go_on(cause)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        task.loop.call_exception_handler(
            {"message": f"Exception in a step of {task!r}", "exception": error, "task": task}
        )
    if type(owner) is ContextGroup:
        keep_if_changed(scheduler, owner, task)
    if task.failed:
        scheduler.leave()  # if nobody asks for the error, it is reported in this context, which must not be entered then
    if began:
        report_step(scheduler, task, now_seconds() - began)
    return 0


cdef int report_step(Scheduler scheduler, Task task, double seconds) except -1:
    """Tracing wants to know of each step, debug mode of the slow ones."""
    if scheduler.tracing:
        scheduler.on_event("step", task, <int64_t>(seconds * 1e9))
    if scheduler.debug and seconds > task.loop.slow_callback_duration:
        asyncio.log.logger.warning("Executing %r took %.3f seconds", task, seconds)
    return 0


cdef int queue_step(Task task, object cause) except -1:
    """Put its next step into the ring: the task itself, which can be there but once."""
    if type(task) is Task and not task.queued:
        task.queued = True
        task.cause = cause
        return task.scheduler.push(task, NORMAL)
    return task.scheduler.push(new_step(task, cause), NORMAL)


cdef int keep_if_changed(Scheduler scheduler, ContextGroup group, Task task) except -1:
    """A task that set a variable in the context it shares, or keeps a token of it, keeps the context."""
    cdef PyObject *context = <PyObject *>group.working
    if scheduler.entered_owner is not group or context != scheduler.entered:
        return 0
    if context_variables(context) == group.variables and Py_REFCNT(context) == 2:
        return 0
    task.context = <object>context
    scheduler.entered_owner = <object>context
    group.working = None
    return 0


cdef Step new_step(Task task, object cause):
    cdef Step step = Step.__new__(Step)
    step.task = task
    step.cause = cause
    return step


@cython.final
@cython.freelist(64)
cdef class TaskAwait:
    """What `await task` iterates over."""

    cdef Task task
    cdef bint asked

    def __iter__(self):
        return self

    def __await__(self):
        return self

    def __next__(self):
        raise NotImplementedError  # await_next stands in this slot

    def send(self, value):
        """Go on: return the task while it runs, end with its result."""
        return next(self)

    def throw(self, kind, value=None, traceback=None):
        """Raise what is thrown."""
        if value is None:
            value = kind() if isinstance(kind, type) else kind
        if traceback is not None:
            value = value.with_traceback(traceback)
        raise value

    def close(self):
        """Forget the task."""
        self.task = None


cdef PySendResult await_send(PyObject *raw, PyObject *value, PyObject **result) except PYGEN_ERROR:
    """The task while it runs, then its result."""
    cdef Task task = (<TaskAwait>raw).task
    result[0] = NULL
    if task is None:
        raise RuntimeError("this await was closed")
    if not task.finished and not future_done(task):
        if (<TaskAwait>raw).asked:
            raise RuntimeError("await wasn't used with future")
        (<TaskAwait>raw).asked = True
        task.blocking = True
        Py_INCREF(task)
        result[0] = <PyObject *>task
        return PYGEN_NEXT
    (<TaskAwait>raw).task = None
    found = task.outcome()
    Py_INCREF(found)
    result[0] = <PyObject *>found
    return PYGEN_RETURN


cdef PyObject *await_next(PyObject *raw) except? NULL:
    cdef PyObject *result
    if await_send(raw, Py_None, &result) == PYGEN_NEXT:
        return result
    found = <object>result
    Py_DECREF(found)
    return end_await(<PyObject *>found)


set_iteration(TaskAwait, <iternextfunc>await_next, <sendfunc>await_send)
