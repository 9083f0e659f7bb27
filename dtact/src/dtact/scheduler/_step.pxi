# One step of a task: into its context, into its coroutine until that parks or ends, and what follows from it.
# The methods of Scheduler continue here as functions, because a class cannot be written in two files.

cdef enum:
    SAMPLE = 63  # one step in so many plus one is timed, and all while tracing
    STUBBORN = 1000  # so many waits that a cancelled scope refused in a row are not put off

cdef double BRAKE_S = 0.001


cdef int scheduler_step(Scheduler self, Task task) except -1:
    task.queued -= 1
    if task.skips:
        task.skips -= 1  # it was run out of turn, this was its turn
        return 0
    if task.status != PENDING:
        return 0
    return resume(self, task)


cdef inline int plain_step(Scheduler self, PyObject *item) except -1:
    """The same for what is exactly a Task. Most steps need no more than is written out here, without a reference
    counted or a call that can be spared; `resume` makes the others, and says what each line is for."""
    cdef PyObject *result = NULL
    cdef PyObject *group
    cdef int status
    if unlikely(
        (<Task>item).skips | (<Task>item).must_cancel | self.tracing | self.debug
        or not (<Task>item).started
        or (<Task>item).status != PENDING
        or (<Task>item).thrown is not None
        or (self.steps + 1) & SAMPLE == 0
        or not PyCoro_CheckExact((<Task>item).coroutine)
    ):
        return scheduler_step(self, <Task>item)
    (<Task>item).queued -= 1
    group = <PyObject *>(<Task>item).context
    if unlikely(<PyObject *>self.entered_owner != group):
        scheduler_enter(self, group)
    set_current_task(self, item)
    self.current = item
    self.running_context = self.entered
    self.steps += 1
    (<Task>item).status = RUNNING
    (<Task>item).carries = False
    status = send_none(<PyObject *>(<Task>item).coroutine, &result)
    self.current = NULL
    if likely(<PyObject *>self.entered_owner == group) and kind_of(group) == <PyObject *>ContextGroup:
        after_step(self, group, item)
    if likely(result == <PyObject *>parked) and not ((<Task>item).must_cancel | (<Task>item).scope_cancelled):
        release(result)
        (<Task>item).status = PENDING
        return 0
    return scheduler_settle(self, <Task>item, status, result)


cdef int run_out_of_turn(Scheduler self) except -1:
    """Run the task that somebody yielded to; its entry in the ring is passed over later."""
    task = <Task>self.next_task
    Py_DECREF(task)
    self.next_task = NULL
    if task.status == PENDING and task.queued > task.skips:
        task.skips += 1
        resume(self, task)
    return 0


cdef int resume(Scheduler self, Task task) except -1:
    cdef PyObject *result = NULL
    cdef PyObject *group = <PyObject *>task.context
    cdef int status
    cdef double began = 0.0
    if <PyObject *>self.entered_owner != group:
        scheduler_enter(self, group)
    set_current_task(self, <PyObject *>task)
    self.current = <PyObject *>task
    self.running_context = self.entered
    self.steps += 1
    if self.tracing | self.debug or self.steps & SAMPLE == 0:
        began = now_seconds()
    task.status = RUNNING
    if task.must_cancel and not task.carries and task.thrown is None:
        task.must_cancel = False
        task.thrown = task._make_cancelled_error()
    task.carries = False
    if not task.started:
        first_step(task)
    if task.thrown is None:
        status = task.advance(&result)
    else:
        status = throw_thrown(task, &result)
    self.current = NULL
    if <PyObject *>self.entered_owner == group and kind_of(group) == <PyObject *>ContextGroup:
        after_step(self, group, <PyObject *>task)
    if began:
        step_took(self, task, now_seconds() - began)
    if result == <PyObject *>parked and not (task.must_cancel | task.scope_cancelled):
        release(result)
        task.status = PENDING
        return 0
    return scheduler_settle(self, task, status, result)


cdef int throw_thrown(Task task, PyObject **result) except -2:
    thrown = task.thrown
    task.thrown = None
    task.yielded = False
    return task.throw_in(thrown, result)


cdef int step_took(Scheduler self, Task task, double seconds) except -1:
    if seconds > self.longest:
        self.longest = seconds
    if self.tracing or self.debug:
        tell_of_step(self, task, seconds)
    return 0


cdef int tell_of_step(Scheduler self, Task task, double seconds) except -1:
    cdef PyObject *error = take_exception()  # a step that failed has left it pending
    try:
        if self.tracing:
            self.on_event("step", task, <int64_t>(seconds * 1e9))
        if self.debug and seconds > self.loop.slow_callback_duration:
            report_slow(repr(task), seconds)
    finally:
        if error != NULL:
            PyErr_SetObject(type(<object>error), <object>error)
            Py_DECREF(<object>error)
    return 0


cdef int first_step(Task task) except -1:
    """A coroutine may have been awaited elsewhere since it was spawned; then its task fails by a typed error."""
    task.started = True
    if PyCoro_CheckExact(task.coroutine) and not is_fresh(task.coroutine):
        task.thrown = None
        task.coroutine = refuse(reused(task.coroutine))
    return 0


cdef object reused(object coroutine):
    return CoroutineReuseError(
        f"the coroutine {coroutine.__qualname__} was started before",
        wanted="a coroutine that nobody has awaited or spawned",
        hint="call the function again to make a new one",
    )


async def refuse(error):
    raise error


cdef int fresh_state = -128


cdef int probe_coroutines() except -1:
    """Take the state byte of a coroutine that was not started; the interpreter's own kind, so not one of this file."""
    global fresh_state
    names = {}
    exec("async def fresh(): pass", names)
    coroutine = names["fresh"]()
    if PyCoro_CheckExact(coroutine):
        fresh_state = coroutine_state(<PyObject *>coroutine)
    coroutine.close()
    if PyCoro_CheckExact(coroutine) and coroutine_state(<PyObject *>coroutine) == fresh_state:
        fresh_state = -128  # it does not tell a coroutine that ended from a new one
    return 0


cdef bint is_fresh(object coroutine):
    if fresh_state != -128:
        return coroutine_state(<PyObject *>coroutine) == fresh_state
    import inspect

    return inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED


cdef int scheduler_settle(Scheduler self, Task task, int status, PyObject *result) except -1:
    """What a step came to: the end, or a wait."""
    if status == PYGEN_NEXT:
        task.status = PENDING
        if result == <PyObject *>parked:
            Py_DECREF(parked)
        else:
            found = <object>result
            Py_DECREF(found)
            wait_for_yielded(self, task, found)
        if (task.must_cancel | task.scope_cancelled) and task.waiting is not None:
            if not task.must_cancel and brakes(task):
                return 0
            if task.stop_waiting(task.message):
                task.must_cancel = False
        elif task.scope_cancelled:
            task.must_cancel = True
        return 0
    if status == PYGEN_RETURN:
        value = <object>result
        Py_DECREF(value)
        return scheduler_finish(self, task, DONE, value)
    result = take_exception()
    error = <object>result
    Py_DECREF(error)
    if isinstance(error, CancelledError):
        if len(error.args):
            task.message = error.args[0]
        return self.finish(task, CANCELLED, None)
    self.finish(task, FAILED, error)
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        raise error
    return 0


cdef bint brakes(Task task) except -1:
    """Count a refusal, and put it off if the task was refused that often and waits again: asyncio's own loops around
    CancelledError (the end of its TaskGroup, of Condition.wait) would take all the time there is."""
    task.scope_cancelled += 1
    if task.scope_cancelled <= STUBBORN:
        return False
    task.scheduler.call_later(BRAKE_S, refuse_late, task, task.waiting)
    return True


def refuse_late(task, waiting):
    """Refuse a wait that was let begin, if it goes on."""
    if (<Task>task).scope_cancelled and (<Task>task).waiting is waiting:
        (<Task>task).interrupt((<Task>task).message)


cdef int wait_for_yielded(Scheduler self, Task task, object found) except -1:
    """A coroutine yielded something that is not ours: None, or a future."""
    if found is None:
        self.yields += 1
        self.schedule(task)
        return 0
    blocking = getattr(found, "_asyncio_future_blocking", None)
    problem = None
    if blocking is None:
        problem = f"task {task.get_name()!r} got bad yield: {found!r}; only awaitables of dtact and asyncio can be awaited"
    elif found.get_loop() is not self.loop:
        problem = f"task {task!r} got future {found!r} attached to a different loop"
    elif not blocking:
        problem = f"yield was used instead of yield from in task {task!r} with {found!r}"
    elif found is task:
        problem = f"task cannot await on itself: {task!r}"
    if problem is not None:
        task.thrown = RuntimeError(problem)
        self.schedule(task)
        return 0
    found._asyncio_future_blocking = False
    if task.wakeup is None:
        task.wakeup = ForeignWakeup.__new__(ForeignWakeup)
        (<ForeignWakeup>task.wakeup).task = task
    task.waiting = found
    owner = task.context
    found.add_done_callback(
        task.wakeup, context=(<ContextGroup>owner).pristine if type(owner) is ContextGroup else owner
    )
    return 0


cdef int scheduler_finish(Scheduler self, Task task, int status, object value) except -1:
    """The end of a task: let go of what it ran on, keep its result, wake who waits."""
    global all_live
    cdef Failure failure
    if task.coroutine is None:
        return 0
    task.status = status
    task.coroutine = None
    task.context = None
    task.wakeup = None
    task.waiting = None
    if status == FAILED:
        failure = Failure.__new__(Failure)
        failure.exception = value
        failure.traceback = value.__traceback__
        failure.name = task.get_name()
        failure.where = task.where
        failure.where_offset = task.where_offset
        failure.scheduler = self
        value = failure
    if value is not None:
        task.result_value = value
        if PyObject_IS_GC(<PyObject *>value) and not PyObject_GC_IsTracked(<PyObject *>task):
            PyObject_GC_Track(<PyObject *>task)
    self.finished += 1
    if self.tracing:
        self.on_event("end", task, 0)
    self.live -= 1
    all_live -= 1
    if task.next != NULL:
        (<Task>task.next).previous = task.previous
    if task.previous != NULL:
        (<Task>task.previous).next = task.next
    else:
        self.first_task = task.next
    task.next = task.previous = NULL
    if task.waiter is not None:
        wake_waiters(self, task)
    Py_DECREF(task)  # the list's
    return 0


cdef int wake_waiters(Scheduler self, Task task) except -1:
    first, more = task.waiter, task.more_waiters
    task.waiter = task.more_waiters = None
    wake_waiter(self, task, first)
    if more is not None:
        for who in more:
            wake_waiter(self, task, who)
    return 0


cdef int wake_waiter(Scheduler self, Task task, object who) except -1:
    if isinstance(who, Task):
        if (<Task>who).waiting is task:
            (<Task>who).waiting = None
            self.schedule(<Task>who)
    elif isinstance(who, Waiter):
        (<Waiter>who).wake(None)
    elif not self.closed:
        self.loop.call_soon(who[0], task, context=who[1])
    return 0


# ---------------------------------------------------------------- contexts around steps


cdef int scheduler_enter(Scheduler self, PyObject *wanted) except -1:
    owner = <object>wanted
    if self.entered != NULL:
        PyContext_Exit(<object>self.entered)
        self.entered = NULL
        self.entered_owner = None
    if type(owner) is ContextGroup:
        context = (<ContextGroup>owner).borrow()
    else:
        context = owner
    PyContext_Enter(context)
    self.entered = <PyObject *>context
    self.entered_owner = owner
    return 0


cdef int scheduler_leave(Scheduler self) except -1:
    """Out of whatever context was entered, and out of asyncio's books."""
    self.clear_current()
    if self.entered != NULL:
        context = <object>self.entered
        self.entered = NULL
        self.entered_owner = None
        PyContext_Exit(context)
    return 0


cdef inline int after_step(Scheduler self, PyObject *group, PyObject *task) except -1:
    """After a turn in a group's context that is still entered: who changed it, or keeps a token of it, keeps it."""
    cdef PyObject *context = <PyObject *>(<ContextGroup>group).working
    if likely(context != self.entered or is_clean(group, context, 2)):
        return 0
    return keep_context(self, group, context, task)


cdef int keep_context(Scheduler self, PyObject *group, PyObject *context, PyObject *task) except -1:
    owner = <object>context
    (<ContextGroup>group).working = None
    if task != NULL:
        (<Task>task).context = owner
    self.entered_owner = owner  # which may have been the last to hold the group
    return 0


cdef inline int set_current_task(Scheduler self, PyObject *task) except -1:
    self.registered = True
    if likely(self.current_tasks is not None):
        return self.entry.set(task)
    return swap_current_task(self, task)


cdef int swap_current_task(Scheduler self, PyObject *task) except -1:
    self.swap_current(self.loop, <object>task)
    return 0


cdef int scheduler_clear_current(Scheduler self) except -1:
    if self.registered:
        self.registered = False
        if self.current_tasks is not None:
            self.entry.clear()
        else:
            self.swap_current(self.loop, None)
    return 0


cdef int scheduler_start_now(Scheduler self, Task task) except -1:
    """The first step at once, inside whatever runs."""
    cdef PyObject *result = NULL
    cdef PyObject *outer = self.current
    cdef PyObject *outer_context = self.running_context
    cdef PyObject *group = <PyObject *>task.context
    cdef PyObject *context  # owned
    cdef PyObject *before = NULL  # owned: whom asyncio held for the running task
    cdef bint outer_registered = self.registered
    cdef int status
    cdef double began = 0.0
    if kind_of(group) == <PyObject *>ContextGroup:
        context = take_nested(<ContextGroup>group)
    else:
        context = as_result(task.context)
        group = NULL
    enter_nested(self, task, context)
    exchange_current(self, task, &before)
    self.current = <PyObject *>task
    self.running_context = context
    self.steps += 1
    if self.tracing:
        began = now_seconds()
    task.status = RUNNING
    task.started = True
    status = task.advance(&result)
    if began:
        step_took(self, task, now_seconds() - began)
    self.current = outer
    self.running_context = outer_context
    PyContext_Exit(<object>context)
    if group != NULL and <PyObject *>task.context == group:
        give_nested(<ContextGroup>group, task, context)
    else:
        Py_DECREF(<object>context)
    self.registered = outer_registered
    put_back_current(self, before)
    return scheduler_settle(self, task, status, result)


cdef int enter_nested(Scheduler self, Task task, PyObject *context) except -1:
    """Enter a context; if it is entered already, which only one that the user gave can be, the task never was."""
    if enter_context(context) == 0:
        return 0
    Py_DECREF(<object>context)
    error = as_object(take_exception())
    task.coroutine.close()
    scheduler_finish(self, task, CANCELLED, None)
    raise error


cdef inline int exchange_current(Scheduler self, Task task, PyObject **before) except -1:
    """Tell asyncio that this task runs, and take over whom it held until then, if anybody."""
    self.registered = True
    if self.current_tasks is not None:
        return self.entry.exchange(<PyObject *>task, before)
    held = self.swap_current(self.loop, task)
    if held is not None:
        before[0] = as_result(held)
    return 0


cdef inline int put_back_current(Scheduler self, PyObject *before) except -1:
    """Give back to asyncio what was taken."""
    if self.current_tasks is not None:
        return self.entry.put_back(before)
    self.swap_current(self.loop, as_object(before) if before != NULL else None)
    return 0


# ---------------------------------------------------------------- one item


cdef PyObject *adopted_kind = NULL
cdef StepFunction adopted_step = NULL


cdef int adopt_kind(object kind, StepFunction step) except -1:
    """Let rings hold objects of one more class, which is no Runnable: its exact instances are given to `step`."""
    global adopted_kind, adopted_step
    Py_INCREF(kind)
    adopted_kind = <PyObject *>kind
    adopted_step = step
    return 0


cdef int scheduler_run_one(Scheduler self, PyObject *item) except -1:
    """Run what is no plain task."""
    if kind_of(item) == adopted_kind:
        return adopted_step(self, item)
    if kind_of(item) == <PyObject *>Handle or kind_of(item) == <PyObject *>TimerHandle:
        return scheduler_run_handle(self, <Handle>item)
    if isinstance(<object>item, Runnable):
        if not isinstance(<object>item, Task):
            self.leave()
        return (<Runnable>item).run()
    self.leave()
    if not (<object>item)._cancelled:
        (<object>item)._run()
    return 0


cdef int scheduler_run_handle(Scheduler self, Handle handle) except -1:
    cdef PyObject *result
    cdef double began = 0.0
    if handle._cancelled:
        return 0
    scheduler_clear_current(self)
    owner = handle.context
    if self.entered_owner is not owner:
        scheduler_enter(self, <PyObject *>owner)
    self.callbacks += 1
    if self.debug:
        began = now_seconds()
    result = PyObject_Call(<PyObject *>handle.callback, <PyObject *>handle.arguments, NULL)
    if result == NULL:
        handle_failed(self, handle)
    else:
        Py_DECREF(<object>result)
    if type(owner) is ContextGroup and self.entered_owner is owner:
        after_step(self, <PyObject *>owner, NULL)
    elif type(owner) is not ContextGroup and self.entered_owner is owner:
        scheduler_leave(self)  # what ends with the callback may report an error in this context: it must not be entered
    if began and now_seconds() - began > self.loop.slow_callback_duration:
        report_slow(repr(handle), now_seconds() - began)
    handle.drop()
    return 0


cdef int handle_failed(Scheduler self, Handle handle) except -1:
    cdef PyObject *taken = take_exception()
    error = <object>taken
    Py_DECREF(error)
    if isinstance(error, (KeyboardInterrupt, SystemExit)):
        raise error
    if type(handle.context) is ContextGroup and self.entered_owner is handle.context:
        after_step(self, <PyObject *>handle.context, NULL)
        handle.context = self.entered_owner  # its own, if it has changed a variable
    scheduler_leave(self)  # asyncio calls the exception handler in the handle's context, which must not be entered now
    what = describe_callback(handle.callback, handle.arguments)
    report = {"message": f"Exception in callback {what}", "exception": error, "handle": handle}
    if handle.made_at is not None:
        report["source_traceback"] = handle.made_at
    self.loop.call_exception_handler(report)
    return 0


cdef int report_slow(object what, double seconds) except -1:
    import logging

    logging.getLogger("asyncio").warning("Executing %s took %.3f seconds", what, seconds)
    return 0
