# Functions that are called so often that the way into them counts: built-in functions of the interpreter's fastest
# kinds, which Cython does not make.

cdef extern from *:
    """
    // Lives as long as the process, as the functions of a module do.
    static PyObject *make_call(const char *name, void *call, int flags, const char *doc, PyObject *module) {
        auto *method = new PyMethodDef{name, (PyCFunction)call, flags, doc};
        return PyCFunction_NewEx(method, nullptr, module);
    }
    static char *kept_text(const char *text) { return strdup(text); }
    """
    object make_call(const char *name, void *call, int flags, const char *doc, object module)
    char *kept_text(const char *text)
    int METH_FASTCALL
    int METH_KEYWORDS
    PyObject *PyTuple_GET_ITEM(PyObject *items, Py_ssize_t index)


cdef PyObject *yield_now_call(PyObject *module, PyObject **arguments, Py_ssize_t count) except NULL:
    return new_reference(<PyObject *>YIELD) if likely(count == 0) else takes_none(count)


cdef PyObject *takes_none(Py_ssize_t count) except NULL:
    raise TypeError(f"yield_now() takes no arguments ({count} given)")


cdef PyObject *spawn_call(PyObject *module, PyObject **arguments, Py_ssize_t count, PyObject *names) except NULL:
    """`spawn(coroutine)` and `spawn(coroutine, start="now")`; all else goes the long way."""
    cdef Scheduler scheduler
    cdef Task task
    cdef bint now = names != NULL
    if count != 1 or this_scheduler == NULL or (
        now
        and not (
            size_of_queue(names) == 1
            and PyTuple_GET_ITEM(names, 0) == <PyObject *>START
            and arguments[1] == <PyObject *>NOW
        )
    ):
        return PyObject_Vectorcall(<PyObject *>spawn_with_all, arguments, count, names)
    scheduler = <Scheduler>this_scheduler
    if (
        scheduler.closed | scheduler.forked | scheduler.tracing
        or not PyCoro_CheckExact(<object>arguments[0])
        or not coroutine_state(arguments[0]) == fresh_state != -128
    ):
        return PyObject_Vectorcall(<PyObject *>spawn_with_all, arguments, count, names)
    task = Task.__new__(Task)
    enlist(scheduler, task, <object>arguments[0], None)
    if now:
        scheduler_start_now(scheduler, task)
    else:
        schedule_task(<PyObject *>scheduler, <PyObject *>task)
    return as_result(task)


cdef object START = "start", LATER = "later", NOW = "now"
cdef object spawn_with_all = spawn


cdef int make_calls() except -1:
    """Put these functions where the module's users look for them."""
    names = globals()
    lead, rest = spawn.__doc__.split("\n\n", 1)
    text = f"{lead}\n--\n\n{rest}".encode()
    names["spawn"] = make_call("spawn", <void *>spawn_call, METH_FASTCALL | METH_KEYWORDS, kept_text(text), __name__)
    text = b"yield_now()\n--\n\nAwait it to let everything run that is ready; the caller goes on in its turn."
    names["yield_now"] = make_call("yield_now", <void *>yield_now_call, METH_FASTCALL, kept_text(text), __name__)
    return 0
