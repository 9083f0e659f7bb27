# cython: binding=False
"""Sleeping: a wait that stands in the scheduler's heap of times, and in nothing else."""

cimport cython
from cpython.object cimport PyObject, PyTypeObject

from dtact.errors import DelayError, NoRuntimeError
from dtact.scheduler import yield_now
from dtact.scheduler._core_c cimport Scheduler, now_seconds, running_scheduler
from dtact.scheduler._wait_c cimport Wait, WaitStash, fill_wait_slots


cdef extern from *:
    """
    static void set_memory(PyObject *kind, void *alloc, void *free) {
        ((PyTypeObject *)kind)->tp_alloc = (allocfunc)alloc;
        ((PyTypeObject *)kind)->tp_free = (freefunc)free;
    }
    """
    void set_memory(PyObject *kind, void *alloc, void *free)


cdef double ROUNDING = 1e-9  # what the sum of a time and a delay may lose, and a tick of the clock


@cython.final
cdef class Sleep(Wait):
    """A sleep; it begins when it is awaited."""

    cdef double seconds  # or the time to wake at, once `absolute`
    cdef bint absolute

    cdef PyObject *attempt(self) except? NULL:
        cdef Scheduler scheduler = running_scheduler()
        if scheduler is None:
            no_runtime()
        scheduler.check_open()
        if not self.absolute:
            self.absolute = True
            self.seconds += now_seconds() + ROUNDING
        return NULL

    cdef int enqueue(self) except -1:
        cdef Scheduler scheduler = running_scheduler()
        if self.seconds <= now_seconds():
            self.settle(None, False)  # in its turn
            return 0
        scheduler.add_timer(self.seconds, self)
        self.timing = scheduler
        return 0


cdef int no_runtime() except -1:
    raise NoRuntimeError("no dtact runtime runs in this thread", hint="use asyncio.sleep, or time.sleep in a plain thread")


def sleep(seconds, /):
    """Await it to let at least that many seconds of the monotonic clock pass, from when it is awaited; 0 yields once.

    Always switches, can be cancelled. In a fiber `dtact.wait(sleep(1))`. Errors: DelayError for a negative delay or none,
    NoRuntimeError outside a runtime.
    """
    cdef Sleep wait
    cdef double delay = as_seconds(seconds)
    if not delay >= 0.0:
        raise DelayError("a delay is negative or not a number", wanted="seconds >= 0", found=repr(seconds))
    if delay == 0.0:
        return yield_now()
    wait = Sleep.__new__(Sleep)
    wait.seconds = delay
    return wait


def sleep_until(when, /):
    """Await it to go on when the clock, `timers.now()` or `loop.time()`, has reached that time; a past time yields once.

    Always switches, can be cancelled. Errors as `sleep`.
    """
    cdef Sleep wait
    cdef double moment = as_seconds(when)
    if moment != moment:
        raise DelayError("a time is not a number", wanted="seconds of timers.now()", found=repr(when))
    wait = Sleep.__new__(Sleep)
    wait.seconds = moment
    wait.absolute = True
    return wait


cdef double as_seconds(object value) except? -1.0:
    try:
        return value
    except (TypeError, OverflowError):
        raise DelayError("a delay or time is no number", wanted="seconds", found=repr(value)) from None


cdef WaitStash stash


cdef PyObject *sleep_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    return stash.take(kind)


cdef void sleep_free(PyObject *o) noexcept:
    stash.give(o)


fill_wait_slots(Sleep)
set_memory(<PyObject *>Sleep, <void *>sleep_alloc, <void *>sleep_free)
