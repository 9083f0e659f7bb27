# Slots filled by hand, because Cython cannot say them: an await that ends without a StopIteration, and objects that
# the collector does not see while they run.


cdef PyObject *end_with(object value) except? NULL:
    return end_await(<PyObject *>value)


cdef inline PyObject *as_result(object found) except? NULL:
    Py_INCREF(found)
    return <PyObject *>found


cdef inline object as_object(PyObject *owned):
    """The object whose reference we own, as one that Cython counts."""
    found = <object>owned
    Py_DECREF(found)
    return found


cdef PyObject *waiter_iternext(PyObject *me) except? NULL:
    cdef Waiter waiter = <Waiter>me
    if waiter.woken:
        return end_with(waiter.take())
    return as_result(waiter.begin())


cdef PySendResult waiter_send(PyObject *me, PyObject *value, PyObject **result) except PYGEN_ERROR:
    cdef Waiter waiter = <Waiter>me
    result[0] = NULL
    if waiter.woken:
        result[0] = as_result(waiter.take())
        return PYGEN_RETURN
    result[0] = as_result(waiter.begin())
    return PYGEN_NEXT


cdef PyObject *task_iternext(PyObject *me) except? NULL:
    cdef Task task = <Task>me
    if task.status == DONE:
        return end_await(<PyObject *>task.result_value)
    if task.status > DONE:
        task.result()
    return as_result(task.begin())


cdef PySendResult task_send(PyObject *me, PyObject *value, PyObject **result) except PYGEN_ERROR:
    cdef Task task = <Task>me
    result[0] = NULL
    if task.status == DONE:
        result[0] = as_result(task.result_value)
        return PYGEN_RETURN
    if task.status > DONE:
        task.result()
    result[0] = as_result(task.begin())
    return PYGEN_NEXT


cdef inline PyObject *who_gives_way() noexcept:
    """The running task; or NULL, and nothing is to be waited for: it has its turn again, or there is none. Who asks is
    that task: `__await__` saw to it."""
    cdef PyObject *task
    if unlikely(this_scheduler == NULL):
        return NULL
    task = (<Scheduler>this_scheduler).current
    if unlikely(task == NULL):
        return NULL
    if (<Task>task).yielded:
        (<Task>task).yielded = False
        return NULL
    return task


cdef PySendResult give_way(PyObject *task, PyObject **result) except PYGEN_ERROR:
    """Put the running task behind the others."""
    cdef PyObject *scheduler = this_scheduler
    (<Task>task).yielded = True
    (<Scheduler>scheduler).yields += 1
    schedule_task(scheduler, task)
    result[0] = new_reference(<PyObject *>parked)
    return PYGEN_NEXT


cdef PyObject *yield_iternext(PyObject *me) noexcept:
    cdef PyObject *task = who_gives_way()
    cdef PyObject *result = NULL
    if task != NULL:
        apart(give_way, task, &result)
    return result


cdef PySendResult yield_send(PyObject *me, PyObject *value, PyObject **result) noexcept:
    cdef PyObject *task = who_gives_way()
    if task != NULL:
        return apart(give_way, task, result)
    result[0] = new_reference(Py_None)
    return PYGEN_RETURN


cdef PyObject *yield_to_iternext(PyObject *me) except? NULL:
    found = (<YieldTo>me).begin()
    return as_result(found) if found is not None else NULL


cdef PySendResult yield_to_send(PyObject *me, PyObject *value, PyObject **result) except PYGEN_ERROR:
    result[0] = NULL
    found = (<YieldTo>me).begin()
    result[0] = as_result(found)
    return PYGEN_RETURN if found is None else PYGEN_NEXT


cdef TaskStash task_stash
cdef SmallStash waiter_stash
cdef Py_ssize_t task_size, waiter_size


cdef PyObject *task_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    if size_of(<PyObject *>kind) != task_size:
        return PyType_GenericAlloc(kind, count)
    return task_stash.take(kind)


cdef void task_free(PyObject *task) noexcept:
    if size_of(kind_of(task)) != task_size:
        PyObject_GC_Del(task)
    else:
        task_stash.give(task)


cdef PyObject *waiter_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    if size_of(<PyObject *>kind) != waiter_size:
        return PyType_GenericAlloc(kind, count)
    return waiter_stash.take(kind)


cdef void waiter_free(PyObject *waiter) noexcept:
    if size_of(kind_of(waiter)) != waiter_size:
        PyObject_GC_Del(waiter)
    else:
        waiter_stash.give(waiter)


cdef int fill_slots() except -1:
    global task_size, waiter_size
    task_size, waiter_size = size_of(<PyObject *>Task), size_of(<PyObject *>Waiter)
    set_memory(<PyObject *>Task, <void *>task_alloc, <void *>task_free)
    set_memory(<PyObject *>Waiter, <void *>waiter_alloc, <void *>waiter_free)
    set_iteration(<PyObject *>Task, <void *>task_iternext, <void *>task_send)
    set_iteration(<PyObject *>Waiter, <void *>waiter_iternext, <void *>waiter_send)
    set_iteration(<PyObject *>YieldNow, <void *>yield_iternext, <void *>yield_send)
    own_async_slots(<PyObject *>YieldTo)
    set_iteration(<PyObject *>YieldTo, <void *>yield_to_iternext, <void *>yield_to_send)
    return 0


cdef int begin_module() except -1:
    global SCHEDULERS
    import os
    import weakref

    SCHEDULERS = weakref.WeakSet()
    fill_slots()
    make_calls()
    probe_contexts()
    probe_current()
    probe_coroutines()
    os.register_at_fork(after_in_child=after_fork_in_child)
    return 0


begin_module()
