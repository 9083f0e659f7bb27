"""Locks, for other native modules of this room."""

from dtact.scheduler._wait_c cimport Line, Wait


cdef class Lock:
    cdef Line waiting
    cdef readonly object name
    cdef object owner  # a task, the number of a thread, or None
    cdef bint is_mine(self) except -1
    cdef int check_mine(self, str what) except -1
    cdef int pass_on(self) except -1


cdef class LockWait(Wait):
    """Something that stands in a lock's line at some time."""

    cdef Lock lock
    cdef object who
    cdef bint take_lock(self) except -1


cdef class Condition:
    cdef Line waiting
    cdef readonly Lock lock
    cdef int notify_next(self, Py_ssize_t count) except -1
