# What a fiber calls to wait.

def wait(awaitable, timeout=None):
    """Block this fiber until the awaitable is done; return its result or raise what it raised.

    The awaitable may be whatever `await` takes in a coroutine: a coroutine, a task of dtact or asyncio, a future, a job,
    a receive from a channel. Others run meanwhile. It can be cancelled: CancelledError is raised here. After `timeout`
    seconds the awaitable is cancelled, and TimeoutError raised.
    Errors: NotInFiberError outside a fiber, NotAwaitableError, CoroutineReuseError, DelayError for a bad timeout.
    """
    cdef Task task = running_task()
    cdef PyObject *result
    if type(task) is not Fiber:
        refuse(awaitable, task)
    iterator = iterator_of(awaitable)
    if timeout is not None:
        return drive_until(<Fiber>task, iterator, timeout)
    result = drive(<Fiber>task, iterator)
    value = <object>result
    Py_DECREF(value)
    return value


cdef int refuse(object awaitable, Task task) except -1:
    """Say what to call instead."""
    if running_scheduler() is None:
        hint = "start a runtime: dtact.run(dtact.run_sync(function)), or dtact.run(main()) and `await` inside it"
        where = "no dtact runtime runs in this thread"
        if NoRuntimeError.lost_by_fork:
            where, hint = f"{where}, which is the child of a fork", "start a new one with dtact.run, or use dtact.processes"
    elif task is not None:
        hint = "`await` it here; a function that waits is run by `await dtact.run_sync(function)`"
        where = f"the task {task.get_name()!r} is a coroutine"
    else:
        hint = "`await` it in a coroutine; a function that waits is run by `await dtact.run_sync(function)`"
        where = "what runs is an asyncio task or a callback"
    close = getattr(awaitable, "close", None) if PyCoro_CheckExact(awaitable) else None
    if close is not None:
        close()  # so that Python does not also complain that nobody awaited it
    raise NotInFiberError(f"dtact.wait blocks a fiber, and this is none: {where}", hint=hint)


cdef object iterator_of(object awaitable):
    cdef PyObject *found
    if PyCoro_CheckExact(awaitable):
        if not is_fresh(awaitable):
            raise CoroutineReuseError(
                f"the coroutine {awaitable.__qualname__} was started before",
                wanted="a coroutine that nobody has awaited or spawned",
                hint="call the function again to make a new one",
            )
        return awaitable
    found = raw_await_of(<PyObject *>awaitable)
    if found != NULL:
        iterator = <object>found
        Py_DECREF(iterator)
        return iterator
    if PyGen_CheckExact(awaitable) and awaitable.gi_code.co_flags & ITERABLE_COROUTINE:
        return awaitable
    raise NotAwaitableError(
        "a fiber can wait only for an awaitable",
        wanted="a coroutine, a task, a future or a job",
        found=repr(awaitable),
        hint="call the function: wait(work()), not wait(work)" if callable(awaitable) else "",
    )


cdef PyObject *drive(Fiber fiber, object iterator) except NULL:
    """What `await` does in a coroutine: ask, and give what it yields to the loop, until it ends."""
    cdef PyObject *result = NULL
    cdef PySendResult status = PyIter_Send(<PyObject *>iterator, Py_None, &result)
    while status == PYGEN_NEXT:
        fiber.yielded = result
        result = NULL
        fiber.park()
        if fiber.injected is not None:
            error = fiber.injected
            fiber.injected = None
            status = throw(iterator, error, &result)
        else:
            status = PyIter_Send(<PyObject *>iterator, Py_None, &result)
        if status == PYGEN_NEXT and (fiber.stack is None or fiber.stack.closing):
            Py_DECREF(<object>result)
            raise NotInFiberError(f"fiber {fiber.get_name()!r} cannot wait any more: its loop is closed")
    return result  # NULL with the exception as it was raised


cdef PySendResult throw(object iterator, object error, PyObject **result) except *:
    """Throw into an awaitable's iterator; into one that cannot take it, the exception goes on."""
    cdef PySendResult status = PYGEN_ERROR
    result[0] = NULL
    if not hasattr(iterator, THROW):
        PyErr_SetObject(type(error), error)
        return PYGEN_ERROR
    result[0] = PyObject_CallMethodOneArg(<PyObject *>iterator, <PyObject *>THROW, <PyObject *>error)
    if result[0] != NULL:
        return PYGEN_NEXT
    if PyErr_ExceptionMatches(<PyObject *>StopIteration) and _PyGen_FetchStopIterationValue(result) == 0:
        return PYGEN_RETURN
    return PYGEN_ERROR


@cython.final
cdef class Deadline:
    """Interrupts one wait of a fiber."""

    cdef Fiber fiber
    cdef bint expired

    def __call__(self):
        """Its time is up."""
        if self.fiber is not None:
            self.expired = True
            self.fiber.interrupt(None)


cdef object drive_until(Fiber fiber, object iterator, object timeout):
    cdef Deadline deadline = Deadline.__new__(Deadline)
    cdef int cancels = fiber.cancels
    cdef double seconds
    cdef PyObject *result
    try:
        seconds = timeout
    except TypeError:
        raise DelayError("a timeout is no number", wanted="seconds or None", found=repr(timeout)) from None
    if not seconds >= 0.0:
        raise DelayError("a timeout is negative or not a number", wanted="seconds >= 0 or None", found=repr(timeout))
    deadline.fiber = fiber
    handle = fiber.scheduler.call_later(seconds, deadline)
    try:
        result = drive(fiber, iterator)
        value = <object>result
        Py_DECREF(value)
        return value
    except CancelledError as error:
        if deadline.expired and fiber.cancels == cancels:
            raise TimeoutError(f"not done within {timeout} s") from error
        raise
    finally:
        handle.cancel()
        deadline.fiber = None
        if deadline.expired and fiber.cancels == cancels and not fiber.scope_cancelled:
            fiber.must_cancel = False  # it was interrupted after all was done


cdef enum:
    ITERABLE_COROUTINE = 0x100  # the flag of generators that types.coroutine decorates


cdef int fresh_state = -128


cdef int probe_coroutines() except -1:
    """Take the state byte of a coroutine that was not started; the interpreter's own kind, so not one of this file."""
    global fresh_state
    names = {}
    exec("async def fresh(): pass", names)
    coroutine = names["fresh"]()
    fresh_state = coroutine_state(<PyObject *>coroutine)
    coroutine.close()
    if coroutine_state(<PyObject *>coroutine) == fresh_state:
        fresh_state = -128  # it does not tell a coroutine that ended from a new one
    return 0


cdef bint is_fresh(object coroutine):
    if fresh_state != -128:
        return coroutine_state(<PyObject *>coroutine) == fresh_state
    import inspect

    return inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED


probe_coroutines()
