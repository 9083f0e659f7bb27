"""Fibers: tasks whose steps run an ordinary function on a stack of its own. One step is one switch into a greenlet.

A `Stack` is a greenlet that runs one function after another: making a greenlet costs ten times a switch, so those of
finished fibers are kept. The loop's side and the fiber's side meet in `Fiber.go` (in) and `Fiber.park` (out). A fiber
that waits while another is next in turn switches straight to it: see `_chain.pxi`.

Contexts: the loop enters the task's context before a step. A greenlet has a current context of its own, which is lent
to it for the step and taken away when it parks, so that the scheduler sees who keeps what, as with coroutines.
"""

cimport cython
from cpython.exc cimport PyErr_SetObject
from cpython.object cimport PyObject, PyTypeObject
from cpython.pycapsule cimport PyCapsule_Import
from cpython.ref cimport Py_DECREF, Py_INCREF

from dtact.scheduler._core_c cimport (
    DONE,
    NORMAL,
    PENDING,
    RUNNING,
    ContextGroup,
    Scheduler,
    Task,
    enlist,
    running_scheduler,
    running_task,
)

import sys

from dtact.errors import (
    CoroutineReuseError,
    DelayError,
    FibersMissingError,
    NoRuntimeError,
    NotAwaitableError,
    NotInFiberError,
)


cdef extern from "Python.h":
    ctypedef enum PySendResult:
        PYGEN_RETURN
        PYGEN_ERROR
        PYGEN_NEXT

    PySendResult PyIter_Send(PyObject *iterator, PyObject *value, PyObject **result)
    PyObject *PyObject_Call(PyObject *callable, PyObject *arguments, PyObject *keywords)
    PyObject *PyObject_CallMethodOneArg(PyObject *o, PyObject *name, PyObject *argument)
    PyObject *PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t count)
    bint PyCoro_CheckExact(object o)
    bint PyGen_CheckExact(object o)
    bint PyContext_CheckExact(object o)
    bint PyErr_ExceptionMatches(PyObject *kind)
    void PyObject_GC_Del(void *o)
    PyObject *Py_None


cdef extern from "scheduler/layout.hpp":
    int _PyGen_FetchStopIterationValue(PyObject **value)


cdef extern from "scheduler/layout.hpp" namespace "dtact::scheduler":
    PyObject *context_variables(PyObject *context)
    PyObject *current_context()
    int coroutine_state(PyObject *coroutine)
    PyObject *take_exception()

    cdef cppclass FiberStash "dtact::scheduler::Stash<1024>":
        PyObject *take(PyTypeObject *type)
        void give(void *o)


cdef extern from *:
    """
    // greenlet's functions, by their place in its capsule; the order is part of its interface.
    static void **greenlet_api = nullptr;
    typedef PyObject *(*GreenletNew)(PyObject *run, PyObject *parent);
    typedef PyObject *(*GreenletCurrent)();
    typedef PyObject *(*GreenletThrow)(PyObject *self, PyObject *type, PyObject *value, PyObject *traceback);
    typedef PyObject *(*GreenletSwitch)(PyObject *self, PyObject *args, PyObject *kwargs);
    typedef int (*GreenletSetParent)(PyObject *self, PyObject *parent);
    static PyObject *greenlet_new(PyObject *run) { return ((GreenletNew)greenlet_api[3])(run, nullptr); }
    static PyObject *greenlet_current() { return ((GreenletCurrent)greenlet_api[4])(); }
    static PyObject *greenlet_exit() { return (PyObject *)greenlet_api[2]; }
    static PyObject *greenlet_throw(PyObject *self, PyObject *kind) {
        return ((GreenletThrow)greenlet_api[5])(self, kind, nullptr, nullptr);
    }
    static PyObject *greenlet_switch(PyObject *self, PyObject *args) {
        return ((GreenletSwitch)greenlet_api[6])(self, args, nullptr);
    }
    static int greenlet_set_parent(PyObject *self, PyObject *parent) {
        return ((GreenletSetParent)greenlet_api[7])(self, parent);
    }

    // Make a context (borrowed, or NULL) the current one of this thread, without the books of PyContext_Enter: it is
    // entered already, by the loop.
    static void lend_context(PyObject *context) {
        PyThreadState *thread = PyThreadState_Get();
        PyObject *old = thread->context;
        thread->context = Py_XNewRef(context);
        thread->context_ver++;
        Py_XDECREF(old);
    }

    static PyObject *await_of(PyObject *o) {  // the iterator of an awaitable; NULL without an exception: it is none
        PyAsyncMethods *methods = Py_TYPE(o)->tp_as_async;
        return methods != nullptr && methods->am_await != nullptr ? methods->am_await(o) : nullptr;
    }
    static PyObject *kind_of(PyObject *o) { return (PyObject *)Py_TYPE(o); }
    static Py_ssize_t references_of(PyObject *o) { return Py_REFCNT(o); }
    static Py_ssize_t size_of(PyObject *type) { return ((PyTypeObject *)type)->tp_basicsize; }
    static void set_memory(PyObject *type, void *alloc, void *free) {
        ((PyTypeObject *)type)->tp_alloc = (allocfunc)alloc;
        ((PyTypeObject *)type)->tp_free = (freefunc)free;
    }
    """
    void **greenlet_api
    PyObject *greenlet_new(PyObject *run)
    PyObject *greenlet_current()
    PyObject *greenlet_exit()
    PyObject *greenlet_throw(PyObject *self, PyObject *kind)
    PyObject *greenlet_switch(PyObject *self, PyObject *args)
    int greenlet_set_parent(PyObject *self, PyObject *parent) except -1
    void lend_context(PyObject *context)
    PyObject *raw_await_of "await_of"(PyObject *o) except? NULL
    PyObject *kind_of(PyObject *o)
    Py_ssize_t references_of(PyObject *o)
    Py_ssize_t size_of(PyObject *type)
    void set_memory(PyObject *type, void *alloc, void *free)


cdef enum:
    KEPT = 256  # idle greenlets of a loop
    SAMPLE = 63  # the scheduler times one step in so many plus one

cdef tuple NOTHING = ()
cdef object THROW = "throw"
cdef object CancelledError = None


cdef class Fiber(Task)
include "_stack.pxi"
include "_chain.pxi"


@cython.final
cdef class Fiber(Task):
    """A function that runs as a task, on a stack of its own: what `dtact.fiber` returns.

    It can be awaited, cancelled, named and given a priority like every other cheap task.
    """

    cdef object function
    cdef tuple arguments
    cdef Stack stack  # while it has begun and not ended
    cdef object inside  # the greenlet to go on in: the stack's, or one that the function made
    cdef object outside  # the greenlet to return to, during a step
    cdef PyObject *lent  # borrowed: the context of this step
    cdef PyObject *yielded  # owned: what the step came to, if it waits
    cdef object outcome  # what the function returned or raised
    cdef object injected  # an exception to raise where it waits
    cdef bint ended
    cdef bint failed

    cdef int run(self) except -1:
        """Its turn has come. Most steps are made here; the scheduler makes those that need more than a switch."""
        if is_plain(self.scheduler, self):
            return run_chain(self.scheduler, self)
        return self.scheduler.step(self)

    cdef int advance(self, PyObject **result) except -2:
        if self.stack is None:
            self.begin_on(take_stack(self.scheduler))
        return self.go(result)

    cdef int throw_in(self, object exception, PyObject **result) except -2:
        result[0] = NULL
        if self.stack is None:
            self.function = self.arguments = None
            PyErr_SetObject(type(exception), exception)
            return PYGEN_ERROR
        self.injected = exception
        return self.go(result)

    cdef int begin_on(self, Stack stack) except -1:
        self.stack = stack
        stack.fiber = self
        self.coroutine = stack
        self.inside = stack.greenlet
        return 0

    cdef int go(self, PyObject **result) except -2:
        """Switch into the fiber, until it waits or has ended."""
        cdef Stacks stacks = self.scheduler.stacks
        cdef bint chains = stacks.chains
        cdef PyObject *answer
        stacks.chains = False
        answer = self.switch_in()
        stacks.chains = chains
        return self.harvest(answer, result)

    cdef PyObject *switch_in(self):
        """Switch into its greenlet from that of the loop."""
        cdef PyObject *here = greenlet_current()
        self.outside = <object>here
        Py_DECREF(self.outside)
        self.stack.home = self.outside
        self.lent = current_context()
        return greenlet_switch(<PyObject *>self.inside, <PyObject *>NOTHING)

    cdef int harvest(self, PyObject *answer, PyObject **result) except -2:
        """What its step came to, back in the greenlet of the loop."""
        self.lent = NULL
        self.outside = None
        result[0] = NULL
        if answer == NULL:
            return PYGEN_ERROR
        Py_DECREF(<object>answer)
        if not self.ended:
            result[0] = self.yielded
            self.yielded = NULL
            return PYGEN_NEXT
        value = self.outcome
        self.outcome = None
        if self.failed:
            PyErr_SetObject(type(value), value)
            return PYGEN_ERROR
        Py_INCREF(value)
        result[0] = <PyObject *>value
        return PYGEN_RETURN

    cdef int park(self) except -1:
        """Switch out of the fiber, until its next step. If there will be none, GreenletExit is to be thrown."""
        cdef PyObject *here
        cdef PyObject *there = <PyObject *>self.outside
        cdef PyObject *answer
        cdef Fiber other
        cdef bint nested = current_context() != self.lent
        here = greenlet_current()
        self.inside = <object>here
        Py_DECREF(self.inside)
        if nested:
            # It waits inside Context.run, which goes back to the context of this step when it ends.
            if not PyContext_CheckExact(self.context):
                self.own_context()
        else:
            lend_context(NULL)
            if (<Stacks>self.scheduler.stacks).chains:
                other = successor(self.scheduler, self)
                if other is self:
                    lend_context(self.lent)
                    return 0
                if other is not None:
                    there = <PyObject *>other.inside
                    other = None
        answer = greenlet_switch(there, <PyObject *>NOTHING)
        if not nested:
            lend_context(self.lent)
        if answer != NULL:
            Py_DECREF(<object>answer)
            return 0
        answer = take_exception()
        self.injected = <object>answer
        Py_DECREF(self.injected)
        if self.yielded != NULL:
            Py_DECREF(<object>self.yielded)
            self.yielded = NULL
        return 0

    def get_name(self):
        """Return its name; `fiber-N` unless one was given."""
        return self.name if self.name is not None else f"fiber-{self.number}"

    def get_coro(self):
        """Return the function that it runs, or None once it has ended."""
        return self.function

    def get_stack(self, *, limit=None):
        """Return the frames of its function, outermost first; those of the traceback if it failed."""
        if self.stack is None or self.ended:
            return Task.get_stack(self, limit=limit)
        if self.status == RUNNING and running_task() is self:
            frame = sys._getframe()
        else:
            frame = getattr(self.inside, "gr_frame", None)
        frames = []
        while frame is not None:
            frames.append(frame)
            frame = frame.f_back
        frames.reverse()
        return frames if limit is None else frames[-limit:]

    def print_stack(self, *, limit=None, file=None):
        """Print where its function stands, or the traceback if it failed."""
        import traceback

        out = sys.stderr if file is None else file
        frames = self.get_stack(limit=limit)
        if not frames:
            out.write(f"No stack for {self!r}\n")
            return
        lines = [traceback.FrameSummary(f.f_code.co_filename, f.f_lineno, f.f_code.co_name) for f in frames]
        out.write(f"Stack for {self!r} (most recent call last):\n" + "".join(traceback.format_list(lines)))


def fiber(function, *args, name=None, priority=None, affinity=None, start="later", context=None):
    """Start a fiber: a task that runs function(*args), in which `dtact.wait` blocks at any depth; return it.

    Options as for `dtact.spawn`. It runs in the thread of the loop, like every task: nothing else runs between waits.
    Errors: NoRuntimeError outside a runtime, NotAwaitableError for what cannot be called, FibersMissingError without
    greenlet or on a free-threaded interpreter.
    """
    cdef Scheduler scheduler = running_scheduler()
    cdef Fiber task
    cdef int level, near = -1
    if scheduler is None:
        raise NoRuntimeError(
            "no dtact runtime runs in this thread",
            hint="start one: dtact.run(dtact.run_sync(function)), or dtact.run(main()) and dtact.fiber inside it",
        )
    if greenlet_api == NULL:
        load_greenlet()
    if not callable(function):
        raise NotAwaitableError(
            "only a function can run in a fiber",
            wanted="a function and its arguments",
            found=repr(function),
            hint="fiber(work, 1), not fiber(work(1)); coroutines are started by dtact.spawn",
        )
    if start != "later" and start != "now":
        raise ValueError(f"start must be 'later' or 'now', not {start!r}")
    if context is not None and not PyContext_CheckExact(context):
        raise TypeError(f"context must be a contextvars.Context, not {context!r}")
    scheduler.check_open()
    task = Fiber.__new__(Fiber)
    task.function = function
    task.arguments = args
    task.priority = NORMAL if priority is None else priority
    level = task.level
    if affinity is not None:
        near = affinity
    if name is not None:
        task.name = str(name)
    enlist(scheduler, task, NOT_BEGUN, context)  # from here on nothing fails
    task.level = level
    task.affinity = near
    if scheduler.tracing:
        scheduler.on_event("spawn", task, 0)
    if start == "later":
        scheduler.schedule(task)
    else:
        scheduler.start_now(task)
    return task


@cython.final
cdef class NotBegun:
    """Stands for the stack of a fiber that has none yet."""

    def __repr__(self):
        return "<a fiber that has not begun>"


cdef NotBegun NOT_BEGUN = NotBegun()
cdef FiberStash fiber_stash
cdef Py_ssize_t fiber_size = size_of(<PyObject *>Fiber)


cdef PyObject *fiber_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    return fiber_stash.take(kind)


cdef void fiber_free(PyObject *fiber) noexcept:
    fiber_stash.give(fiber)


include "_wait.pxi"
set_memory(<PyObject *>Fiber, <void *>fiber_alloc, <void *>fiber_free)
