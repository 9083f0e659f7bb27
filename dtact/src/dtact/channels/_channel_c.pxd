"""The channel for other native modules: `accept` and `close` from whatever thread holds the GIL."""

cimport cython
from cpython.object cimport PyObject

from dtact.scheduler._core_c cimport Ring
from dtact.scheduler._wait_c cimport Line, Wait


@cython.final
cdef class Channel:
    cdef Ring buffer
    cdef Line senders, receivers
    cdef readonly object name
    cdef readonly bint closed
    cdef readonly Py_ssize_t dropped
    cdef Py_ssize_t most  # the capacity; -1: no bound
    cdef Py_ssize_t kept  # places in the buffer for senders that were woken and have not come back
    cdef Py_ssize_t producers
    cdef int policy
    cdef bint accept(self, object item) except -1  # False: it is full and its policy is to wait
    cdef bint hand_over(self, object item) except -1
    cdef int store(self, object item) except -1
    cdef int admit(self) except -1
    cdef int give_back(self, object item) except -1
    cdef PyObject *pull(self) except? NULL
    cdef int check_open(self) except -1
    cdef int shut(self) except -1


@cython.final
cdef class Send(Wait):
    cdef Channel channel
    cdef object item
    cdef bint permitted  # a place in the buffer is kept for it
    cdef bint ended  # the channel was closed while it waited


cdef class Receive(Wait):
    cdef Channel channel
    cdef bint ended
    cdef bint iterates
    cdef int end(self) except -1
