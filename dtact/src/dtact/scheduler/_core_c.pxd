"""What other native modules may cimport of the scheduler: tasks, waiters, handles, and who is running."""

from cpython.object cimport PyObject
from libc.stdint cimport uint64_t
from libcpp cimport bool as cbool
from libcpp.vector cimport vector


cdef extern from "scheduler/ring.hpp" namespace "dtact::scheduler":
    cdef cppclass Ring:
        size_t size()
        cbool push(PyObject *item)
        cbool push_front(PyObject *item)
        PyObject *pop()
        PyObject *at(size_t index)

    cdef cppclass Rings:
        Ring level[4]
        size_t size()


cdef extern from "scheduler/current.hpp" namespace "dtact::scheduler":
    cdef cppclass CurrentEntry:
        void open(PyObject *mapping, PyObject *loop, Py_hash_t hash)
        PyObject *get()
        cbool is_set_to(PyObject *task)
        int set(PyObject *task) except -1
        int exchange(PyObject *task, PyObject **before) except -1
        int put_back(PyObject *before) except -1
        int clear() except -1


cdef extern from "scheduler/timers.hpp" namespace "dtact::scheduler":
    double now_seconds() nogil

    cdef struct Timer:
        double when
        PyObject *item

    cdef cppclass TimerHeap:
        size_t size()
        size_t live()
        const Timer &top()
        PyObject *at(size_t index)
        cbool push(double when, PyObject *item)
        PyObject *pop()
        void note_dead()
        void note_dead_gone()
        cbool wants_rebuild()


cpdef enum Priority:
    CRITICAL = 0
    HIGH = 1
    NORMAL = 2
    LOW = 3


cdef enum:
    PENDING = 0  # parked, in a ring, or not yet started
    RUNNING = 1
    DONE = 2
    FAILED = 3
    CANCELLED = 4


cdef class Runnable:
    """What a ring may hold: `run` is called once for each time it was pushed."""

    cdef int run(self) except -1


cdef class Wakeup(Runnable):
    """A callback for futures that `call_soon` does not put in a handle: it calls `fire` at once, which queues what is
    to run. The context of the call is the wakeup's own business."""

    cdef int fire(self, object future) except -1


cdef class ContextGroup:
    """Contexts with the same variables, handed to all who start from them, one at a time, until one changes its own."""

    cdef Scheduler scheduler  # which finds this group as long as somebody uses it
    cdef object pristine  # never entered
    cdef object working  # entered by one task after another, or None
    cdef object nested  # the same for what is started at once, or None
    cdef PyObject *variables  # borrowed from `pristine`
    cdef int begin(self, Scheduler scheduler, object pristine) except -1
    cdef object borrow(self)


cdef class Handle(Runnable):
    """A callback with its arguments and context."""

    cdef object __weakref__
    cdef object callback, arguments, context
    cdef Scheduler scheduler
    cdef object source  # what it was, if it was cancelled in debug mode
    cdef object made_at  # the stack of who made it, in debug mode
    cdef public bint _cancelled
    cdef void drop(self)


cdef class TimerHandle(Handle):
    cdef double deadline
    cdef bint in_heap


cdef class Waiter(Runnable):
    """Parks one party once. See the stub for what each method promises."""

    cdef object party  # a Task, a lock of a thread, an asyncio future, or None
    cdef object value  # or the exception, if `failed`
    cdef Scheduler timing  # in whose heap this waiter stands, or None
    cdef readonly bint woken
    cdef readonly bint dead
    cdef bint failed
    cdef bint taken
    cpdef bint wake(self, value=*) except -1
    cpdef bint fail(self, exception) except -1
    cdef bint settle(self, object value, bint failed) except -1
    cdef bint park(self, Task task) except -1  # False: it was woken already, do not wait
    cdef object take(self)  # the value, or raises; only after `woken`
    cdef int kill(self) except -1
    cdef object begin(self)
    cdef object begin_asyncio(self)


cdef class Task(Runnable):
    """The cheap task. Rooms that run something else than a coroutine override `advance`."""

    cdef object coroutine  # or None once finished
    cdef readonly Scheduler scheduler
    cdef object context  # ContextGroup, Context, or None once finished
    cdef object result_value  # of a finished task; a Failure if it failed
    cdef object waiting  # what it is parked on, or None
    cdef object waiter  # the first who waits for its end: Task, Waiter or (function, context)
    cdef object more_waiters  # list of such, or None
    cdef object name
    cdef object message  # of the cancellation
    cdef object thrown  # the exception to throw at the next step, or None
    cdef object wakeup  # the callback given to foreign futures, made on first use
    cdef object where  # code object of the function that spawned it
    cdef public object scope  # for cancel scopes
    cdef PyObject *previous  # neighbours in the scheduler's list of running tasks
    cdef PyObject *next
    cdef uint64_t number
    cdef int where_offset
    cdef int cancels
    cdef public int affinity
    cdef unsigned int skips  # entries in a ring that are to be passed over
    cdef unsigned int queued  # entries in a ring
    cdef unsigned char status
    cdef unsigned char level  # Priority
    cdef public bint must_cancel
    cdef public bint scope_cancelled  # every park is refused while set; counts how often that was
    cdef bint yielded  # it has given way, and goes on at the next step
    cdef bint carries  # it was woken with a value, which must not get lost
    cdef bint started
    cdef public bint blocking  # asyncio's protocol
    cdef int advance(self, PyObject **result) except -2  # PySendResult; -1 is PYGEN_ERROR
    cdef int throw_in(self, object exception, PyObject **result) except -2
    cpdef bint interrupt(self, message=*) except -1
    cdef bint stop_waiting(self, object message) except -1
    cdef object failure(self)
    cdef object begin(self)
    cdef int add_waiter(self, object who) except -1
    cdef int drop_waiter(self, object who) except -1
    cdef int own_context(self) except -1


cdef class Scheduler:
    """The queues of one event loop."""

    cdef object __weakref__
    cdef Rings rings
    cdef TimerHeap timers
    cdef unsigned int passed[4]  # how often a ring was passed over while it held something
    cdef readonly object loop
    cdef object arm  # makes the backend call drain() soon; None: the backend calls it anyway
    cdef object arm_threadsafe  # the same from another thread
    cdef object others  # the backend's own queue: nothing runs ahead of it; or None
    cdef object writes, more_writes  # sets of what the backend is about to write, or None
    cdef Py_ssize_t allowed  # so many items came before those of the backend and may still run; -1: any number
    cdef public object set_alarm  # called with the next deadline before the backend sleeps; or None
    cdef int alarm_file  # a descriptor that is set instead; or -1
    cdef object current_tasks  # asyncio's dict, or None
    cdef object swap_current  # asyncio's function, from 3.14 on
    cdef CurrentEntry entry  # this loop's in it
    cdef PyObject *current  # borrowed: the cheap task that is running
    cdef PyObject *entered  # borrowed: the context that drain has entered, or NULL
    cdef object entered_owner  # whose it is: a ContextGroup, or the context itself
    cdef PyObject *running_context  # borrowed: the context of the cheap task that is running
    cdef PyObject *first_task  # intrusive list; owns a reference to each
    cdef PyObject *next_task  # owned: to run before anything else
    cdef vector[PyObject *] groups  # borrowed: the ContextGroups that are in use
    cdef PyObject *recent_group  # borrowed: the one asked for last, or NULL
    cdef public object stacks  # what fibers keep for this loop; closed with it
    cdef public object on_event  # while `tracing`: called with ("spawn" | "step" | "end", task, nanoseconds)
    cdef public bint tracing
    cdef public bint debug
    cdef public bint stopping
    cdef readonly bint closed
    cdef public bint forked
    cdef bint registered  # asyncio's current task is one of ours
    cdef bint armed
    cdef bint halted  # the batch in which stop() was called has run
    cdef bint draining
    cdef bint polling
    cdef unsigned long thread
    cdef double alarm
    cdef readonly uint64_t spawned, finished, steps, yields, callbacks
    cdef readonly Py_ssize_t live
    cdef uint64_t number
    cdef readonly double longest
    cdef public bint collects  # the collector policy holds while the loop runs
    cdef bint collecting
    cdef int push(self, object item, int level) except -1
    cdef int push_owned(self, PyObject *item, int level) except -1
    cdef int notify(self) except -1
    cdef int schedule(self, Task task) except -1
    cdef int step(self, Task task) except -1
    cdef int settle_step(self, Task task, int status, PyObject *result) except -1
    cdef int finish(self, Task task, int status, object value) except -1
    cdef int run_one(self, PyObject *item) except -1
    cdef int run_handle(self, Handle handle) except -1
    cdef int enter(self, object owner) except -1
    cdef int leave(self) except -1
    cdef object group(self)
    cdef int expire(self, double now) except -1
    cdef object timer(self, double when, object callback, tuple args, object context, str caller)
    cdef int wind_alarms(self) except -1
    cdef int drop_dead_timers(self) except -1
    cdef int abandon(self, Task task) except -1
    cdef int set_current(self, Task task) except -1
    cdef int clear_current(self) except -1
    cdef int start_now(self, Task task) except -1
    cdef Task new_task(self, object coroutine, object context)
    cdef int enlist(self, Task task, object coroutine, object context) except -1
    cdef int add_timer(self, double when, object item) except -1
    cdef int timer_died(self) except -1
    cdef int check_open(self) except -1
    cdef int check_call(self, object callback, str caller) except -1


ctypedef int (*StepFunction)(Scheduler scheduler, PyObject *item) except -1

cdef int enlist(Scheduler scheduler, Task task, object coroutine, object context) except -1
cdef int adopt_kind(object kind, StepFunction step) except -1  # rings may hold objects of that very class: what to do
cdef int count_live(int change) except -1  # the collector policy counts such tasks too
cdef Scheduler running_scheduler()  # of this thread, or None
cdef Task running_task()  # the cheap task that this thread runs, or None
cdef object parked  # what a tp_iternext yields when the running task is parked
