# What users call.

cdef Scheduler need_scheduler():
    if this_scheduler == NULL:
        raise NoRuntimeError(
            "no dtact runtime runs in this thread",
            hint="start one with dtact.run(main()), or run asyncio on dtact.new_event_loop()",
        )
    return <Scheduler>this_scheduler


cdef object check_coroutine(object coroutine):
    """The coroutine to run, or the error that says what came instead."""
    if PyCoro_CheckExact(coroutine):
        if not is_fresh(coroutine):
            raise reused(coroutine)
        return coroutine
    if hasattr(coroutine, "send") and hasattr(coroutine, "throw") and not hasattr(coroutine, "__anext__"):
        return coroutine  # Cython's coroutines, and other implementations of collections.abc.Coroutine
    hint = "call the function: spawn(work()), not spawn(work)" if callable(coroutine) else (
        "wrap it: async def wait(): return await it" if hasattr(coroutine, "__await__") else "give a coroutine"
    )
    raise NotAwaitableError(
        "only a coroutine can be spawned", wanted="what an async function returns", found=repr(coroutine), hint=hint
    )


def spawn(coroutine, *, priority=None, name=None, affinity=None, start="later", context=None):
    """Start a cheap task that runs a coroutine; return it.

    `priority`: Priority.CRITICAL, HIGH, NORMAL (the default) or LOW. `name`: for people. `affinity`: the worker near
    which its native jobs should run, a hint. `start`: "later", in its turn, or "now": the first step before `spawn`
    returns. `context`: the context to run in instead of a copy of the current one.

    Errors: NoRuntimeError outside a runtime, NotAwaitableError, CoroutineReuseError.
    """
    cdef Scheduler scheduler = need_scheduler()
    cdef Task task
    cdef int level = NORMAL, near = -1
    cdef bint later = start is LATER
    if not later and start is not NOW:
        later = start == LATER
    if not later and start is not NOW and start != NOW:
        raise ValueError(f"start must be 'later' or 'now', not {start!r}")
    if priority is not None:
        level = checked_priority(priority)
    if name is not None:
        name = str(name)
    if affinity is not None:
        near = affinity
    if context is not None and not PyContext_CheckExact(context):
        raise TypeError(f"context must be a contextvars.Context, not {context!r}")
    if not (PyCoro_CheckExact(coroutine) and coroutine_state(<PyObject *>coroutine) == fresh_state != -128):
        coroutine = check_coroutine(coroutine)
    if scheduler.closed | scheduler.forked:
        scheduler.check_open()
    task = scheduler.new_task(coroutine, context)
    task.level = level
    task.affinity = near
    task.name = name
    if scheduler.tracing:
        scheduler.on_event("spawn", task, 0)
    if later:
        scheduler.schedule(task)
    else:
        scheduler_start_now(scheduler, task)
    return task


cdef Task make_task(Scheduler scheduler, object coroutine, object context):
    cdef Task task = Task.__new__(Task)
    enlist(scheduler, task, coroutine, context)
    return task


cdef int enlist(Scheduler scheduler, Task task, object coroutine, object context) except -1:
    """Make a new task (or a kind of task of another room) one of the scheduler's running tasks."""
    global all_live
    cdef PyObject *place
    cdef PyThreadState *thread = PyThreadState_Get()
    task.coroutine = coroutine
    task.scheduler = scheduler
    task.context = group_now(scheduler, thread) if context is None else context
    task.level = NORMAL
    task.affinity = -1
    scheduler.number += 1
    task.number = scheduler.number
    place = calling_code(&task.where_offset, thread)
    if place != NULL:
        task.where = <object>place
        Py_DECREF(task.where)
    task.next = scheduler.first_task
    if task.next != NULL:
        (<Task>task.next).previous = <PyObject *>task
    scheduler.first_task = <PyObject *>task
    Py_INCREF(task)  # the list's
    scheduler.spawned += 1
    scheduler.live += 1
    all_live += 1
    if all_live > live_high:
        collector_follow()
    return 0


@cython.binding(False)
def current_task():
    """Return the cheap task that is running in this thread, or None."""
    return running_task()


@cython.binding(False)
def current_scheduler():
    """Return the scheduler of the loop that runs in this thread, or None."""
    return running_scheduler()


def yield_to(task):
    """Await it to let that task run next, before anything else that is ready; the caller goes on in its turn.

    A task that waits for something is not woken. Errors: FinishedTaskError, ForeignTaskError, and NotAwaitableError
    for what is no task.
    """
    cdef Scheduler scheduler = need_scheduler()
    if not isinstance(task, Task):
        raise NotAwaitableError("only a task can be yielded to", wanted="a dtact task", found=repr(task))
    if (<Task>task).scheduler is not scheduler:
        raise ForeignTaskError(f"task {task.get_name()!r} belongs to another runtime", hint="yield to a task of this one")
    if (<Task>task).status >= DONE:
        raise FinishedTaskError(f"task {task.get_name()!r} has ended", hint="ask task.done() first")
    return YieldTo.__new__(YieldTo, task)


cdef class YieldNow:
    """Awaited: gives way once. It has no state of its own, so one object serves all."""

    def __await__(self):
        return self if likely(task_now() != NULL) else _give_way_plainly()

    def __iter__(self):
        return self

    def __next__(self):
        found = self.begin()
        if found is None:
            raise StopIteration
        return found

    cdef object begin(self):
        cdef PyObject *task = who_gives_way() if task_now() != NULL else NULL
        cdef PyObject *result = NULL
        if task == NULL:
            return None
        give_way(task, &result)
        return as_object(result)


cdef class YieldTo(YieldNow):
    cdef Task target

    def __cinit__(self, target):
        self.target = target

    cdef object begin(self):
        cdef Scheduler scheduler = running_scheduler()
        cdef Task target = self.target
        found = YieldNow.begin(self)
        if found is not None and scheduler.next_task == NULL:
            Py_INCREF(target)
            scheduler.next_task = <PyObject *>target
        return found


def _give_way_plainly():
    """What `asyncio.sleep(0)` does: give way in an asyncio task."""
    yield


cdef YieldNow YIELD = YieldNow()
