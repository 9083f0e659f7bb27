# cython: binding=False
"""The lock, and the condition that waits without it.

A lock that is released belongs to the first in line from that moment on: nobody overtakes, and whoever was cancelled on
the way passes it on. A condition's waits move from its own line into the lock's when they are notified, so that they
wake once, with the lock.
"""

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF

from dtact.errors import OwnerError
from dtact.scheduler._core_c cimport Task, parked, running_task
from dtact.scheduler._wait_c cimport (
    DONE_ALREADY, SPARES, Line, Wait, fill_wait_slots, is_gone, is_spare, join_line, keep, take_first, who_waits,
)


cdef extern from "Python.h":
    PyObject *Py_None


cdef inline PyObject *none() noexcept:
    Py_INCREF(None)
    return Py_None


cdef inline bint is_same(object owner, object who):
    return owner is who or (type(owner) is int and owner == who)


cdef class LockWait(Wait):
    cdef bint take_lock(self) except -1:
        if self.lock.owner is not None:
            return False
        self.lock.owner = self.who
        return True


@cython.final
cdef class AcquireLock(LockWait):
    """Waits for a lock."""

    cdef PyObject *attempt(self) except? NULL:
        if self.who is None:
            self.who = who_waits()
        if self.take_lock():
            self.lock = self.who = None
            return none()
        if is_same(self.lock.owner, self.who):
            raise OwnerError(f"{self.lock!r} is held by who asks for it", hint="it is not reentrant: release it first")
        return NULL

    cdef int enqueue(self) except -1:
        join_line(self, &self.lock.waiting)
        return 0

    cdef PyObject *finish(self) except? NULL:
        self.lock = self.who = None
        return Wait.finish(self)

    cdef int undo(self) except -1:
        cdef Lock lock = self.lock
        self.left()
        return lock.pass_on()

    cdef int left(self) except -1:
        self.lock = self.who = None
        return 0


cdef PyObject *spares[SPARES]
cdef unsigned int turn = 0


@cython.final
cdef class Lock:
    """A lock for tasks, fibers and threads: one holds it at a time, first come first served.

    `async with lock:` in a task, `with lock:` in a thread, or `await lock.acquire()` and `release()`; in a fiber
    `dtact.wait(lock.acquire())`. Only who holds it may release it, and who holds it may not acquire it again: OwnerError.
    """

    def __init__(self, name=None):
        self.name = None if name is None else str(name)

    def acquire(self):
        """Wait until it is free and hold it. Switches only if it must wait; can be cancelled. OwnerError if it is held already."""
        cdef PyObject **place
        cdef AcquireLock wait
        global turn
        place = &spares[turn % SPARES]
        turn += 1
        if is_spare(place[0]):
            wait = <AcquireLock>place[0]
        else:
            wait = AcquireLock.__new__(AcquireLock)
            keep(place, wait)
        wait.lock = self
        wait.who = None
        return wait

    def try_acquire(self):
        """Hold it if it is free, without waiting; return whether it was."""
        if self.owner is not None:
            return False
        self.owner = who_waits()
        return True

    def release(self):
        """Let the next in line hold it; OwnerError if somebody else holds it, or nobody."""
        self.check_mine("release")
        self.pass_on()

    def locked(self):
        """Return whether somebody holds it."""
        return self.owner is not None

    @property
    def holder(self):
        """The task that holds it, or the number of the thread, or None."""
        return self.owner

    @property
    def waiters(self):
        """How many stand in line."""
        return self.waiting.length

    cdef bint is_mine(self) except -1:
        cdef Task task = running_task()
        if task is not None:
            return self.owner is task
        return self.owner is not None and is_same(self.owner, who_waits())

    cdef int check_mine(self, str what) except -1:
        if not self.is_mine():
            whose = "nobody holds" if self.owner is None else "somebody else holds"
            raise OwnerError(f"cannot {what}: {whose} {self!r}", hint="acquire it first, in the same task or thread")
        return 0

    cdef int pass_on(self) except -1:
        cdef LockWait wait
        while self.waiting.length:
            wait = <LockWait>take_first(&self.waiting)
            self.owner = wait.who
            if wait.settle(None, False):
                return 0
        self.owner = None
        return 0

    def __aenter__(self):
        return self.acquire()

    def __aexit__(self, *_):
        self.release()
        return DONE_ALREADY

    def __enter__(self):
        self.acquire().block()

    def __exit__(self, *_):
        self.release()

    def __repr__(self):
        name = "" if self.name is None else f" {self.name!r}"
        return f"<Lock{name}: {'free' if self.owner is None else 'held'}, {self.waiting.length} in line>"


cdef enum:
    NEW = 0
    ASLEEP = 1  # in the condition's line
    NOTIFIED = 2  # in the lock's line, or woken with the lock
    INTERRUPTED = 3  # the same, with an exception to raise then


@cython.final
cdef class WaitNotified(LockWait):
    """Waits for a condition's notification, and then for its lock."""

    cdef Condition condition
    cdef object error
    cdef int stage

    cdef PyObject *attempt(self) except? NULL:
        self.lock.check_mine("wait")
        self.who = who_waits()
        return NULL

    cdef int enqueue(self) except -1:
        self.stage = ASLEEP
        join_line(self, &self.condition.waiting)
        return self.lock.pass_on()

    cdef PyObject *finish(self) except? NULL:
        if self.error is not None and not self.taken:
            self.taken = True
            error = self.error
            self.error = None
            raise error
        return Wait.finish(self)

    cdef int undo(self) except -1:
        if self.stage == NOTIFIED:
            self.condition.notify_next(1)
        return 0

    cdef object interrupted(self, object error):
        """It must hold the lock before the exception goes on: nothing interrupts that wait."""
        cdef Task task
        if self.stage == NEW or is_same(self.lock.owner, self.who):
            return None
        if self.stage == NOTIFIED:
            self.condition.notify_next(1)
        self.stage = INTERRUPTED
        self.error = error
        if self.take_lock():
            return None
        self.dead = self.woken = self.taken = False
        task = running_task()
        if task is None:
            future = self.begin_asyncio()
            if self.take_lock():
                self.party = None
                return None
            join_line(self, &self.lock.waiting)
            return future
        self.park(task)
        task.waiting = None
        join_line(self, &self.lock.waiting)
        return parked

    cdef int regain(self) except -1:
        if not is_same(self.lock.owner, self.who):
            self.lock.acquire().block()
        return 0


@cython.final
cdef class Condition:
    """Wait, while holding a lock, for others to change something: `wait` gives the lock away and has it again at the end.

    async with condition:
        while not ready():
            await condition.wait()

    `Condition(lock)` shares a lock; without one it makes its own. Those who wait are woken first come, first served; a
    notification whose receiver is cancelled goes to the next.
    """

    def __init__(self, Lock lock=None):
        self.lock = Lock() if lock is None else lock

    def wait(self):
        """Wait for a notification; OwnerError without the lock.

        Always switches. Can be cancelled; the exception is raised when the lock is held again. In a thread
        `condition.wait().block(timeout)`, which raises TimeoutError with the lock held.
        """
        cdef WaitNotified wait = WaitNotified.__new__(WaitNotified)
        wait.lock = self.lock
        wait.condition = self
        return wait

    async def wait_for(self, predicate):
        """Wait until predicate() is true, asked after each notification; return what it returned."""
        self.lock.check_mine("wait")
        found = predicate()
        while not found:
            await self.wait()
            found = predicate()
        return found

    def notify(self, count=1):
        """Wake so many of those who wait, the longest waiting first; OwnerError without the lock."""
        self.lock.check_mine("notify")
        self.notify_next(count)

    def notify_all(self):
        """Wake all who wait; OwnerError without the lock."""
        self.lock.check_mine("notify")
        self.notify_next(self.waiting.length)

    cdef int notify_next(self, Py_ssize_t count) except -1:
        cdef WaitNotified wait
        while count > 0 and self.waiting.length:
            wait = <WaitNotified>take_first(&self.waiting)
            if not is_gone(wait):
                count -= 1
                wait.stage = NOTIFIED
                if self.lock.owner is None and wait.take_lock():
                    wait.settle(None, False)
                else:
                    join_line(wait, &self.lock.waiting)
        return 0

    @property
    def waiters(self):
        """How many wait for a notification."""
        return self.waiting.length

    def acquire(self):
        """As `lock.acquire()`."""
        return self.lock.acquire()

    def release(self):
        """As `lock.release()`."""
        self.lock.release()

    def locked(self):
        """As `lock.locked()`."""
        return self.lock.owner is not None

    def __aenter__(self):
        return self.lock.acquire()

    def __aexit__(self, *_):
        self.lock.release()
        return DONE_ALREADY

    def __enter__(self):
        self.lock.acquire().block()

    def __exit__(self, *_):
        self.lock.release()

    def __repr__(self):
        return f"<Condition of {self.lock!r}: {self.waiting.length} wait>"


fill_wait_slots(AcquireLock)
fill_wait_slots(WaitNotified)
