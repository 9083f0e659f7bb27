"""Cancel scopes, for the other native module of this room."""

from dtact.scheduler._core_c cimport Scheduler


cdef class CancelScope:
    cdef object host  # the task that is inside, or None
    cdef CancelScope parent  # the next one outwards, perhaps of another task
    cdef CancelScope inner  # the next one inwards, of the same host
    cdef dict members  # tasks that started in this scope, or None
    cdef dict foreign  # what else is cancelled with it, by its own `cancel`; or None
    cdef list branches  # scopes that hang below it and have no host, or None
    cdef Scheduler scheduler
    cdef object timer
    cdef object reason
    cdef double due  # inf: never
    cdef double allowed  # seconds, for the message of `fail_after`
    cdef int requests  # how many requests to cancel the host had when it entered
    cdef bint shielded
    cdef bint called
    cdef bint caught
    cdef bint expired
    cdef bint effective  # waits inside are refused
    cdef bint entered
    cdef bint left
    cdef bint raises
    cdef int enter(self, object task) except -1
    cdef int leave(self, object task) except -1
    cdef int grow(self, CancelScope parent, Scheduler scheduler) except -1
    cdef int prune(self) except -1
    cdef bint catches(self, object task, object error) except -1
    cdef int arm(self) except -1
    cdef int disarm(self) except -1
    cdef int level(self, object reason) except -1
    cdef int expire(self) except -1
    cdef int check_exit(self) except -1


cdef CancelScope new_scope(bint shield)
cdef object host_task()
cdef Scheduler scheduler_of(object task)
cdef CancelScope scope_of(object task)
cdef object reason_of(CancelScope scope)
cdef int cancels_of(object task) except -1
cdef int attach(object task, CancelScope under) except -1
cdef int detach(object task) except -1
cdef int refuse_yields() except -1
