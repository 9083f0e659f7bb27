"""Awaitables that first try, and stand in line if they must: what channels, locks and sleeps are made of.

A `Wait` is a `Waiter` that does its own asking. A subclass says how to try (`attempt`), where to stand (`enqueue`), what
the wake brought (`finish`), and what to do if its party was cancelled: while it stood in line (`left`), or after it was
woken and before it could know (`undo`; of all parties, asyncio's tasks alone are cancelled then). The rest is here:
tasks, fibers, asyncio's tasks and threads all wait by the same object, and an await that need not wait costs no
exception object and no turn.

The GIL is the lock: between an `attempt` that fails and the place in line no Python code runs.
"""

from cpython.dict cimport PyDict_GetItemWithError
from cpython.object cimport PyObject
from cpython.pythread cimport PyThread_get_thread_ident
from cpython.ref cimport Py_DECREF, Py_INCREF

from dtact.errors import DelayError, RuntimeStateError
from dtact.scheduler._core_c cimport Scheduler, Task, Waiter, now_seconds, parked, running_scheduler, running_task


cdef extern from "Python.h":
    ctypedef enum PySendResult:
        PYGEN_RETURN
        PYGEN_ERROR
        PYGEN_NEXT

    PyObject *Py_None


cdef extern from "scheduler/layout.hpp" namespace "dtact::scheduler":
    PyObject *end_await(PyObject *value)


cdef extern from *:
    """
    static PyObject *wait_self(PyObject *self) { return Py_NewRef(self); }

    // Cython's own wrappers of these slots cost more than what they call.
    static void fill_wait(PyObject *kind, void *next, void *send) {
        PyTypeObject *type = (PyTypeObject *)kind;
        static PyAsyncMethods methods;
        methods.am_await = wait_self;
        methods.am_send = (sendfunc)send;
        type->tp_as_async = &methods;
        type->tp_iter = wait_self;
        type->tp_iternext = (iternextfunc)next;
    }

    static void fill_done(PyObject *kind, void *next, void *send) {
        PyTypeObject *type = (PyTypeObject *)kind;
        static PyAsyncMethods methods;
        methods.am_await = wait_self;
        methods.am_send = (sendfunc)send;
        type->tp_as_async = &methods;
        type->tp_iternext = (iternextfunc)next;
    }
    """
    void fill_wait(PyObject *kind, void *next, void *send)
    void fill_done(PyObject *kind, void *next, void *send)


cdef object allocate_lock = None
cdef object running_loop = None
cdef object current_asyncio_task = None


cdef PySendResult wait_send(PyObject *me, PyObject *sent, PyObject **result) except PYGEN_ERROR:
    cdef Wait wait = <Wait>me
    cdef Task task
    if wait.woken:
        result[0] = wait.finish()
        if result[0] != NULL:
            return PYGEN_RETURN
        wait.woken = wait.taken = False
        wait.value = None
    else:
        if wait.used:
            refuse_second(wait)
        wait.used = True
        result[0] = wait.attempt()
        if result[0] != NULL:
            return PYGEN_RETURN
    task = running_task()
    if task is None:
        return wait_as_future(wait, result)
    wait.exact = True
    wait.park(task)
    wait.enqueue()
    Py_INCREF(parked)
    result[0] = <PyObject *>parked
    return PYGEN_NEXT


cdef PySendResult wait_as_future(Wait wait, PyObject **result) except PYGEN_ERROR:
    """Park an asyncio task. Making its future may let other threads run, so try again before standing in line."""
    future = wait.begin_asyncio()
    wait.exact = False
    result[0] = wait.attempt()
    if result[0] != NULL:
        wait.party = None
        return PYGEN_RETURN
    wait.enqueue()
    Py_INCREF(future)
    result[0] = <PyObject *>future
    return PYGEN_NEXT


cdef PyObject *wait_iternext(PyObject *me) except? NULL:
    cdef PyObject *result = NULL
    if wait_send(me, Py_None, &result) == PYGEN_NEXT:
        return result
    value = <object>result
    Py_DECREF(value)
    return end_await(<PyObject *>value)


cdef int refuse_second(Wait wait) except -1:
    raise RuntimeStateError(
        f"{wait!r} was awaited before", wanted="one await for each call", hint="call the method again to make a new one"
    )


cdef class Wait(Waiter):
    """Something to wait for: await it in a task, `dtact.wait` it in a fiber, `block` on it in a plain thread. Once."""

    def __init__(self):
        raise TypeError("made by the methods of channels, locks and clocks")

    cdef PyObject *attempt(self) except? NULL:
        return NULL

    cdef int enqueue(self) except -1:
        return 0

    cdef PyObject *finish(self) except? NULL:
        if self.taken:
            refuse_second(self)
        value = self.take()
        Py_INCREF(value)
        return <PyObject *>value

    cdef int undo(self) except -1:
        return 0

    cdef int left(self) except -1:
        return 0

    cdef object interrupted(self, object error):
        return None

    cdef int regain(self) except -1:
        return 0

    cdef int kill(self) except -1:
        Waiter.kill(self)
        if self.line != NULL:
            leave_line(self)
            self.left()
        return 0

    cdef int leave(self) except -1:
        """Its party goes away without what it waited for."""
        if not self.woken:
            self.kill()
        elif not self.taken:
            self.taken = True
            self.undo()
        return 0

    def throw(self, kind, value=None, traceback=None):
        """What a coroutine calls when an exception is thrown into it while it waits here."""
        error = kind if isinstance(kind, BaseException) else value
        if not isinstance(error, BaseException):
            error = kind() if error is None else kind(error)
        if traceback is not None:
            error = error.with_traceback(traceback)
        self.leave()
        found = self.interrupted(error)
        if found is not None:
            return found
        raise error

    def close(self):
        """What a coroutine calls when it is closed while it waits here."""
        self.leave()

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        raise NotImplementedError

    def block(self, timeout=None):
        """Block this thread until it is done; return the result.

        For threads that run no loop. Raises TimeoutError after `timeout` seconds, RuntimeStateError in a thread that
        runs a dtact loop, DelayError for a timeout that is none.
        """
        global allocate_lock
        cdef double seconds = checked_timeout(timeout), deadline
        cdef PyObject *result
        cdef Scheduler scheduler = running_scheduler()
        if scheduler is not None and scheduler.thread:
            raise RuntimeStateError(
                "this thread runs an event loop, which must not block",
                hint="await it in a coroutine; call dtact.wait(...) in a fiber",
            )
        if self.used:
            refuse_second(self)
        self.used = True
        if allocate_lock is None:
            import _thread

            allocate_lock = _thread.allocate_lock
        deadline = now_seconds() + seconds if seconds >= 0.0 else -1.0
        result = self.attempt()
        while result == NULL:
            result = self.stand(allocate_lock(), deadline, timeout)
        value = <object>result
        Py_DECREF(value)
        return value

    cdef PyObject *stand(self, object lock, double deadline, object timeout) except? NULL:
        """Block on a lock that the wake releases; then as `finish`."""
        cdef PyObject *result
        cdef double seconds = -1.0
        lock.acquire()
        if deadline >= 0.0:
            seconds = min(max(0.0, deadline - now_seconds()), 4e9)
        result = self.attempt()
        if result != NULL:
            return result
        self.exact = True
        self.party = lock
        self.enqueue()
        try:
            lock.acquire(True, seconds)
        except BaseException:
            self.leave()
            self.regain()
            raise
        if not self.woken:
            self.give_up(timeout)
        result = self.finish()
        if result == NULL:
            self.woken = self.taken = False
            self.value = None
        return result

    cdef int give_up(self, object timeout) except -1:
        """The time of a blocked thread is up."""
        self.kill()
        self.regain()
        raise TimeoutError(f"not done within {timeout} s")

    def __repr__(self):
        state = "woken" if self.woken else "cancelled" if self.dead else "waiting" if self.party is not None else "new"
        return f"<{type(self).__name__} {state} at {<size_t><PyObject *>self:#x}>"


cdef class Done:
    """Awaited: nothing to wait for. For methods that are awaited for symmetry."""

    def __await__(self):
        return self

    def __iter__(self):
        return self

    def __next__(self):
        raise StopIteration

    def throw(self, kind, value=None, traceback=None):
        """Never called: it does not wait."""
        raise kind

    def close(self):
        """Do nothing."""


cdef PyObject *done_iternext(PyObject *me) noexcept:
    return NULL


cdef PySendResult done_send(PyObject *me, PyObject *sent, PyObject **result) noexcept:
    Py_INCREF(None)
    result[0] = Py_None
    return PYGEN_RETURN


cdef bint is_gone(Wait wait) except -1:
    """Whether nobody would notice its wake. An asyncio task that was cancelled stands in line until its next step."""
    if wait.dead or wait.woken:
        return True
    return not wait.exact and wait.party is not None and wait.party.cancelled()


cdef object who_waits():
    global running_loop, current_asyncio_task
    cdef Task task = running_task()
    cdef Scheduler scheduler
    cdef PyObject *found
    if task is not None:
        return task
    scheduler = running_scheduler()
    if scheduler is not None and scheduler.current_tasks is not None:
        found = PyDict_GetItemWithError(scheduler.current_tasks, scheduler.loop)
        return <object>found if found != NULL else PyThread_get_thread_ident()
    if current_asyncio_task is None:
        import asyncio

        current_asyncio_task, running_loop = asyncio.current_task, asyncio._get_running_loop
    loop = running_loop()
    if loop is not None:
        current = current_asyncio_task(loop)
        if current is not None:
            return current
    return PyThread_get_thread_ident()


cdef double checked_timeout(object timeout) except? -2.0:
    cdef double seconds
    if timeout is None:
        return -1.0
    try:
        seconds = timeout
    except TypeError:
        raise DelayError("a timeout is no number", wanted="seconds or None", found=repr(timeout)) from None
    if not seconds >= 0.0:
        raise DelayError("a timeout is negative or not a number", wanted="seconds >= 0 or None", found=repr(timeout))
    return seconds


cdef int fill_wait_slots(object kind) except -1:
    """Give a subclass the fast slots; its own Python-level `__await__` is not asked."""
    fill_wait(<PyObject *>kind, <void *>wait_iternext, <void *>wait_send)
    return 0


fill_wait_slots(Wait)
fill_done(<PyObject *>Done, <void *>done_iternext, <void *>done_send)
cdef Done DONE_ALREADY = Done()
