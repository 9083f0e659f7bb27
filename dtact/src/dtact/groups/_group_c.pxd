"""The core of a task group."""

from dtact.groups._scope_c cimport CancelScope
from dtact.scheduler._core_c cimport Scheduler, Task, Waiter


cdef class Watch(Waiter):
    cdef GroupCore group
    cdef object task  # or None once it has ended
    cdef Waiter gate  # on which it waits for its turn, or None
    cdef object held  # the coroutine of an asyncio task that waits for its turn, or None
    cdef bint counts  # it takes one of the group's places
    cdef bint service
    cdef bint foreign  # not in the tree of scopes: cancelled by its own `cancel`


cdef class GroupCore:
    cdef readonly CancelScope scope
    cdef CancelScope services
    cdef Scheduler scheduler
    cdef object host
    cdef dict watches  # task -> its watch, for those that have not ended
    cdef object queue  # deque of watches that wait for their turn, or None
    cdef object joiner  # who waits for the end of the tasks, or None
    cdef readonly object name
    cdef object base_error
    cdef list errors
    cdef Py_ssize_t limit  # 0: none
    cdef Py_ssize_t running  # places taken
    cdef Py_ssize_t live  # children that have not ended
    cdef Py_ssize_t live_services
    cdef bint entered
    cdef bint finished
    cdef bint body_caught
    cdef bint lenient  # failures are somebody else's business
    cdef object on_end  # called with each task that has ended, or None
    cdef int watch(self, object task, bint service, bint counts, bint foreign, bint spared=*) except -1
    cdef int hold(self, Task task) except -1
    cdef object line(self)
    cdef int ended(self, Watch watch) except -1
    cdef int free_place(self) except -1
    cdef int fail(self, object error) except -1
    cdef int abort(self, object reason) except -1
    cdef int check_open(self, object coroutine) except -1


cpdef Py_ssize_t checked_limit(object value) except -1
