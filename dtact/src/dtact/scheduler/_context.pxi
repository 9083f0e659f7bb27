# Contexts. A task runs in a copy of its spawner's context; a copy costs as much as a third of a whole task. So tasks
# that start from the same variables take turns in one copy, and whoever changes a variable, or takes a token of one,
# keeps that copy for itself. Both are visible from outside: the variables are one immutable map behind a pointer,
# and a token holds a reference to the context it was made in.

cdef bint contexts_are_readable = False


@cython.no_gc_clear
cdef class ContextGroup:
    cdef int begin(self, Scheduler scheduler, object pristine) except -1:
        self.scheduler = scheduler
        self.pristine = pristine
        self.variables = context_variables(<PyObject *>pristine)
        scheduler.groups.push_back(<PyObject *>self)
        return 0

    def __dealloc__(self):
        if self.scheduler is not None:
            forget_group(self.scheduler, <PyObject *>self)

    cdef object borrow(self):
        """The context to enter next."""
        if self.working is None:
            self.working = PyContext_Copy(self.pristine)
        return self.working


cdef PyObject *take_nested(ContextGroup group) except NULL:
    """A context, owned, for what is started inside a step; `give_nested` gets it back."""
    cdef PyObject *context = <PyObject *>group.nested
    if context == Py_None:
        return as_result(PyContext_Copy(group.pristine))
    Py_INCREF(<object>context)
    group.nested = None
    return context


cdef int give_nested(ContextGroup group, Task task, PyObject *context) except -1:
    """Keep it for the next; or leave it to the task, which changed it or let somebody keep hold of it."""
    if is_clean(<PyObject *>group, context, 1):
        group.nested = <object>context
    else:
        task.context = <object>context
    Py_DECREF(<object>context)
    return 0


cdef inline bint is_clean(PyObject *group, PyObject *context, Py_ssize_t references) noexcept:
    """Whether nobody changed a variable in a group's context or keeps hold of it."""
    return context_variables(context) == (<ContextGroup>group).variables and references_of(context) == references


def probe_contexts():
    """Check, once, that a context's variables are where `layout.hpp` believes; return whether they are."""
    global contexts_are_readable
    import contextvars

    variable = contextvars.ContextVar("dtact.probe")
    first = contextvars.Context()
    empty = context_variables(<PyObject *>first)
    token = first.run(variable.set, 1)
    second = first.copy()
    references = Py_REFCNT(second)
    kept = context_variables(<PyObject *>second)
    contexts_are_readable = empty != kept and kept == context_variables(<PyObject *>first)
    if contexts_are_readable:
        second_token = second.run(variable.set, 2)
        contexts_are_readable = (
            context_variables(<PyObject *>second) != kept
            and context_variables(<PyObject *>first) == kept
            and Py_REFCNT(second) == references + 1
        )
        del second_token
    del token
    return contexts_are_readable
