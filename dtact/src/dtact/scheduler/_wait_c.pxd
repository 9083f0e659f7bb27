"""Awaitables that first try, and stand in line if they must: what channels, locks and sleeps are made of."""

from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF

from dtact.scheduler._core_c cimport Task, Waiter


cdef extern from "scheduler/layout.hpp" namespace "dtact::scheduler":
    cdef cppclass WaitStash "dtact::scheduler::Stash<1024>":
        PyObject *take(PyTypeObject *type)
        void give(void *o)


cdef extern from "Python.h":
    Py_ssize_t references "Py_REFCNT"(PyObject *o)


cdef struct Line:
    # First come, first served. It owns a reference to each wait that stands in it.
    PyObject *first
    PyObject *last
    Py_ssize_t length


cdef class Wait(Waiter):
    cdef Line *line  # where it stands, or NULL
    cdef PyObject *before
    cdef PyObject *behind
    cdef bint used  # it was awaited or blocked on
    cdef bint exact  # once woken, its party gets what it was given: no cancellation comes in between
    cdef PyObject *attempt(self) except? NULL  # an owned result; NULL without an exception: it must wait
    cdef int enqueue(self) except -1  # take a place in line; runs no Python code
    cdef PyObject *finish(self) except? NULL  # the owned result after a wake; NULL without an exception: wait again
    cdef int undo(self) except -1  # it was woken, and its party was cancelled before it could know
    cdef int left(self) except -1  # it left the line by being cancelled
    cdef PyObject *stand(self, object lock, double deadline, object timeout) except? NULL
    cdef int give_up(self, object timeout) except -1
    cdef int leave(self) except -1
    cdef int regain(self) except -1  # a blocked thread goes on by an exception: take back what it had given away
    cdef object interrupted(self, object error)  # None, or what to wait for before the exception may be raised


cdef class Done:
    """Awaited: nothing to wait for."""


cdef Done DONE_ALREADY


cdef inline void join_line(Wait wait, Line *line) noexcept:
    Py_INCREF(wait)
    wait.line = line
    wait.behind = NULL
    wait.before = line.last
    if line.last != NULL:
        (<Wait>line.last).behind = <PyObject *>wait
    else:
        line.first = <PyObject *>wait
    line.last = <PyObject *>wait
    line.length += 1


cdef inline void leave_line(Wait wait) noexcept:
    cdef Line *line = wait.line
    if wait.before != NULL:
        (<Wait>wait.before).behind = wait.behind
    else:
        line.first = wait.behind
    if wait.behind != NULL:
        (<Wait>wait.behind).before = wait.before
    else:
        line.last = wait.before
    wait.line = NULL
    wait.before = wait.behind = NULL
    line.length -= 1
    Py_DECREF(wait)  # the caller has another


cdef inline Wait take_first(Line *line):
    cdef Wait wait = <Wait>line.first
    leave_line(wait)
    return wait


# A few waits are used again and again: making and freeing an object costs more than all the rest of a send. A wait that
# nobody else holds has been awaited or dropped; one that ended should hold neither its channel nor an item.

cdef enum:
    SPARES = 8


cdef inline bint is_spare(PyObject *wait) noexcept:
    """Whether a kept wait (or NULL) may be used again; it is like a new one then."""
    if wait == NULL or references(wait) != 1:
        return False
    (<Wait>wait).woken = (<Wait>wait).dead = (<Wait>wait).failed = (<Wait>wait).taken = (<Wait>wait).used = False
    return True


cdef inline void keep(PyObject **place, Wait wait) noexcept:
    """Keep it for reuse, instead of another."""
    cdef PyObject *old = place[0]
    Py_INCREF(wait)
    place[0] = <PyObject *>wait
    if old != NULL:
        Py_DECREF(<object>old)


cdef bint is_gone(Wait wait) except -1
cdef object who_waits()  # whoever runs: the cheap task, the asyncio task, or the number of the thread
cdef double checked_timeout(object timeout) except? -2.0  # seconds; -1.0 for None
cdef int fill_wait_slots(object kind) except -1
