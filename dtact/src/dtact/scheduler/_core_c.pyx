"""The native core: what is ready, what waits, and the loop that runs the one until it becomes the other.

Read in this order: `_scheduler.pxi` (queues and the drain), `_step.pxi` (one step of a task), `_task.pxi`,
`_waiter.pxi`, `_handle.pxi`, `_context.pxi`, `_collector.pxi`, `_calls.pxi`. The C++ below them is in dtact/native/scheduler.
"""

cimport cython
from cpython.contextvars cimport PyContext_Copy, PyContext_CopyCurrent, PyContext_Enter, PyContext_Exit
from cpython.exc cimport PyErr_SetObject
from cpython.object cimport PyObject, PyObject_Hash, PyTypeObject
from cpython.pythread cimport PyThread_get_thread_ident
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_REFCNT
from libc.stdint cimport int64_t, uint64_t
from libcpp.vector cimport vector

from dtact.errors import (
    CoroutineReuseError,
    DelayError,
    FinishedTaskError,
    ForeignTaskError,
    NoRuntimeError,
    NotAwaitableError,
    RuntimeStateError,
)


cdef extern from "Python.h":
    ctypedef enum PySendResult:
        PYGEN_RETURN
        PYGEN_ERROR
        PYGEN_NEXT

    PySendResult PyIter_Send(PyObject *iterator, PyObject *value, PyObject **result)
    bint PyCoro_CheckExact(object o)
    bint PyContext_CheckExact(object o)
    bint PyObject_GC_IsTracked(PyObject *o)
    bint PyObject_IS_GC(PyObject *o)
    void PyObject_GC_Track(PyObject *o)
    void PyObject_GC_UnTrack(PyObject *o)
    PyObject *PyObject_CallMethodOneArg(PyObject *o, PyObject *name, PyObject *argument)
    PyObject *PyObject_Call(PyObject *callable, PyObject *arguments, PyObject *keywords)
    PyObject *PyObject_Vectorcall(PyObject *callable, PyObject **arguments, size_t count, PyObject *names)
    PyObject *PyType_GenericAlloc(PyTypeObject *type, Py_ssize_t count)
    void PyObject_GC_Del(void *o)
    bint PyErr_ExceptionMatches(PyObject *kind)
    PyObject *PyErr_Occurred()
    int PyException_SetTraceback(PyObject *exception, PyObject *traceback)
    int PyErr_CheckSignals() except -1
    void Py_XDECREF(PyObject *o)
    int enter_context "PyContext_Enter"(PyObject *context)
    PyObject *Py_None
    int PY_VERSION_HEX
    ctypedef struct PyThreadState:
        pass
    PyThreadState *PyThreadState_Get()


cdef extern from *:
    """
    static inline PyObject *new_reference(PyObject *o) { return Py_NewRef(o); }
    static inline void release(PyObject *o) { Py_DECREF(o); }
    static inline Py_ssize_t references_of(PyObject *o) { return Py_REFCNT(o); }
    static inline PyObject *kind_of(PyObject *o) { return (PyObject *)Py_TYPE(o); }
    static inline Py_ssize_t size_of_queue(PyObject *o) { return Py_SIZE(o); }  // a deque or a tuple
    static inline Py_ssize_t set_size(PyObject *o) { return PySet_GET_SIZE(o); }
    static inline Py_ssize_t size_of(PyObject *type) { return ((PyTypeObject *)type)->tp_basicsize; }
    static void set_memory(PyObject *type, void *alloc, void *free) {
        ((PyTypeObject *)type)->tp_alloc = (allocfunc)alloc;
        ((PyTypeObject *)type)->tp_free = (freefunc)free;
    }
    static void set_iteration(PyObject *type, void *next, void *send) {
        ((PyTypeObject *)type)->tp_iternext = (iternextfunc)next;
        ((PyTypeObject *)type)->tp_as_async->am_send = (sendfunc)send;
    }
    // A call that is not put in line: its registers would have to be saved where it is not made, too.
    template <typename... Arguments, typename... Given>
    [[gnu::noinline]] static PySendResult apart(PySendResult (*function)(Arguments...), Given... given) {
        return function(given...);
    }
    // A class that inherits its slots shares one table of them with its base.
    static void own_async_slots(PyObject *type) {
        static PyAsyncMethods slots;
        slots = *((PyTypeObject *)type)->tp_as_async;
        ((PyTypeObject *)type)->tp_as_async = &slots;
    }
    """
    bint likely(bint condition)
    bint unlikely(bint condition)
    PyObject *new_reference(PyObject *o)
    void release(PyObject *o)
    Py_ssize_t references_of(PyObject *o)
    PyObject *kind_of(PyObject *o)
    Py_ssize_t size_of_queue(PyObject *o)
    Py_ssize_t set_size(PyObject *o)
    Py_ssize_t size_of(PyObject *type)
    void set_memory(PyObject *type, void *alloc, void *free)
    void set_iteration(PyObject *type, void *next, void *send)
    void own_async_slots(PyObject *type)
    PySendResult apart(PySendResult (*function)(PyObject *, PyObject **) except PYGEN_ERROR, PyObject *, PyObject **)


cdef extern from "scheduler/layout.hpp":
    int _PyGen_FetchStopIterationValue(PyObject **value)


cdef extern from "scheduler/layout.hpp" namespace "dtact::scheduler":
    PyObject *context_variables(PyObject *context)
    PyObject *current_context(PyThreadState *thread)
    int coroutine_state(PyObject *coroutine)
    PyObject *calling_code(int *offset, PyThreadState *thread)
    PySendResult send_none(PyObject *coroutine, PyObject **result)
    PyObject *take_exception()
    PyObject *end_await(PyObject *value)

    cdef cppclass TaskStash "dtact::scheduler::Stash<4096>":
        PyObject *take(PyTypeObject *type)
        void give(void *o)

    cdef cppclass SmallStash "dtact::scheduler::Stash<1024>":
        PyObject *take(PyTypeObject *type)
        void give(void *o)


cdef extern from "scheduler/current.hpp" namespace "dtact::scheduler::CurrentEntry":
    bint probe_current "dtact::scheduler::CurrentEntry::probe"() except False


cdef extern from "scheduler/chain.hpp" namespace "dtact::scheduler":
    cdef cppclass Chain:
        double begin()
        bint ran(Py_ssize_t steps)
        double look()
        bint over()


cdef extern from "scheduler/alarm.hpp" namespace "dtact::scheduler":
    int alarm_open()
    void alarm_set(int descriptor, double when)
    void alarm_clear(int descriptor)


cdef extern from "scheduler/memory.hpp" namespace "dtact::scheduler":
    int64_t resident_bytes()
    void keep_heap()
    int64_t coarse_ns()


cdef extern from *:
    """
    // The scheduler that this thread runs, borrowed.
    static thread_local PyObject *this_scheduler __attribute__((tls_model("initial-exec"))) = nullptr;

    static int release_dead(dtact::scheduler::TimerHeap &heap, int (*is_dead)(PyObject *)) {
        std::vector<PyObject *> graveyard;
        heap.rebuild(is_dead, graveyard);
        for (PyObject *item : graveyard) {
            Py_DECREF(item);
        }
        return 0;
    }
    """
    PyObject *this_scheduler
    int release_dead(TimerHeap &heap, int (*is_dead)(PyObject *) noexcept)


cdef object CancelledError, InvalidStateError, asyncio_events, asyncio_tasks  # from asyncio, once there is a loop
cdef object logger_name = "asyncio"


cdef class Parked:
    """The type of the one object that says: the running task is parked, and somebody will wake it."""

    def __repr__(self):
        return "<parked: awaited outside a dtact task>"


cdef object parked = Parked()


cdef load_asyncio():
    """Import what the loop needs of asyncio, when the first loop is made."""
    global CancelledError, InvalidStateError, asyncio_events, asyncio_tasks
    if asyncio_tasks is None:
        import asyncio.events
        import asyncio.exceptions
        import asyncio.tasks

        CancelledError = asyncio.exceptions.CancelledError
        InvalidStateError = asyncio.exceptions.InvalidStateError
        asyncio_events = asyncio.events
        asyncio_tasks = asyncio.tasks


cdef Scheduler running_scheduler():
    return <Scheduler>this_scheduler if this_scheduler != NULL else None


cdef Task running_task():
    cdef PyObject *task = task_now()
    return <Task>task if task != NULL else None


cdef inline PyObject *task_now() except? NULL:
    """The cheap task that this thread runs, borrowed; or NULL."""
    cdef PyObject *task
    if this_scheduler == NULL:
        return NULL
    task = (<Scheduler>this_scheduler).current
    if task == NULL or PY_VERSION_HEX < 0x030C0000 or (<Scheduler>this_scheduler).entry.is_set_to(task):
        return task
    return task if is_current(<Scheduler>this_scheduler) else NULL


cdef bint is_current(Scheduler scheduler) except -1:
    """Whether the cheap task is asyncio's current one too: in its step, a task of asyncio's may have started at once."""
    if scheduler.current_tasks is None:
        found = asyncio_tasks.current_task(scheduler.loop)
        return <PyObject *>found == scheduler.current
    return scheduler.current == scheduler.entry.get()


cdef class Runnable:
    cdef int run(self) except -1:
        raise NotImplementedError


cdef class Wakeup(Runnable):
    cdef int fire(self, object future) except -1:
        raise NotImplementedError

    def __call__(self, future):
        self.fire(future)


include "_collector.pxi"
include "_context.pxi"
include "_handle.pxi"
include "_waiter.pxi"
include "_task.pxi"
include "_scheduler.pxi"
include "_step.pxi"
include "_functions.pxi"
include "_calls.pxi"
include "_slots.pxi"
