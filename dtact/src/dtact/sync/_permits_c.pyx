# cython: binding=False
"""Semaphore, read-write lock, event and barrier: lines of waits in front of a number.

What a wait was given before its party was cancelled goes back by `undo`; whoever leaves a line may have stood in the way
of those behind, so the line is served again.
"""

cimport cython
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_INCREF

from dtact.errors import LimitError, OwnerError
from dtact.scheduler._wait_c cimport (
    DONE_ALREADY, Line, Wait, WaitStash, fill_wait_slots, is_gone, join_line, leave_line, take_first, who_waits,
)


cdef extern from "Python.h":
    PyObject *Py_None


cdef extern from *:
    """
    static void set_memory(PyObject *kind, void *alloc, void *free) {
        ((PyTypeObject *)kind)->tp_alloc = (allocfunc)alloc;
        ((PyTypeObject *)kind)->tp_free = (freefunc)free;
    }
    """
    void set_memory(PyObject *kind, void *alloc, void *free)


cdef inline PyObject *none() noexcept:
    Py_INCREF(None)
    return Py_None


cdef class Hold(Wait):
    """Waits for something that is given back: await it and `release()` it, or `async with` it (`with`, in a thread)."""

    cdef readonly bint held

    cdef int give_up_hold(self) except -1:
        return 0

    cdef PyObject *finish(self) except? NULL:
        self.held = not self.taken
        return Wait.finish(self)

    def release(self):
        """Give back what it holds; OwnerError if it holds nothing."""
        if not self.held:
            raise OwnerError(f"{self!r} holds nothing", hint="await it first, and release it once")
        self.held = False
        self.give_up_hold()

    def __aenter__(self):
        return self

    def __aexit__(self, *_):
        self.release()
        return DONE_ALREADY

    def __enter__(self):
        self.block()
        return self

    def __exit__(self, *_):
        self.release()


# ---------------------------------------------------------------- semaphore


@cython.final
cdef class Permits(Hold):
    """Some permits of a semaphore."""

    cdef Semaphore semaphore
    cdef readonly Py_ssize_t count

    cdef PyObject *attempt(self) except? NULL:
        if not self.semaphore.take(self.count):
            return NULL
        self.held = True
        return none()

    cdef int enqueue(self) except -1:
        join_line(self, &self.semaphore.waiting)
        return 0

    cdef int undo(self) except -1:
        return self.semaphore.give(self.count)

    cdef int left(self) except -1:
        return self.semaphore.serve()

    cdef int give_up_hold(self) except -1:
        return self.semaphore.give(self.count)


@cython.final
cdef class Semaphore:
    """A number of permits, handed out first come, first served: who wants many is not overtaken by who wants few.

    `async with semaphore:` holds one, `async with semaphore.acquire(3):` three; `with` in a thread. `maximum`: the most
    permits there may ever be; releasing more is a LimitError. Errors: LimitError for numbers out of range.
    """

    cdef Line waiting
    cdef readonly Py_ssize_t available
    cdef readonly object maximum

    def __init__(self, permits, *, maximum=None):
        self.available = checked_count("permits", permits, 0)
        self.maximum = None if maximum is None else checked_count("maximum", maximum, max(1, permits))

    def acquire(self, count=1):
        """Wait for so many permits at once and hold them. Switches only if it must wait; can be cancelled.

        They are given back by `release()` of what this returns, or of the semaphore.
        """
        cdef Permits wait = Permits.__new__(Permits)
        wait.count = checked_count("permits", count, 1)
        if self.maximum is not None and wait.count > self.maximum:
            raise LimitError("that many permits will never be there", wanted=f"at most {self.maximum}", found=repr(count))
        wait.semaphore = self
        return wait

    def try_acquire(self, count=1):
        """Take so many permits if they are there and nobody waits; return whether they were."""
        return self.take(checked_count("permits", count, 1))

    def release(self, count=1):
        """Give so many permits back, or add them; from anywhere. LimitError above `maximum`."""
        cdef Py_ssize_t number = checked_count("permits", count, 1)
        if self.maximum is not None and self.available + number > self.maximum:
            raise LimitError("more permits released than there may be", wanted=f"at most {self.maximum}", found=repr(count))
        self.give(number)

    def locked(self):
        """Return whether a permit would have to be waited for."""
        return self.available == 0 or self.waiting.length > 0

    @property
    def waiters(self):
        """How many stand in line."""
        return self.waiting.length

    cdef bint take(self, Py_ssize_t count) except -1:
        if self.waiting.length or self.available < count:
            return False
        self.available -= count
        return True

    cdef int give(self, Py_ssize_t count) except -1:
        self.available += count
        return self.serve()

    cdef int serve(self) except -1:
        cdef Permits first
        while self.waiting.length:
            first = <Permits>self.waiting.first
            if is_gone(first):
                leave_line(first)
            elif first.count <= self.available:
                leave_line(first)
                self.available -= first.count
                if not first.settle(None, False):
                    self.available += first.count
            else:
                break
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
        return f"<Semaphore: {self.available} permits, {self.waiting.length} in line>"


cdef Py_ssize_t checked_count(str what, object value, Py_ssize_t least) except -1:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 1 << 62:
        raise LimitError(f"a number of {what} out of range", wanted=f"an int of at least {least}", found=repr(value))
    return value


# ---------------------------------------------------------------- read-write lock


@cython.final
cdef class Access(Hold):
    """A read or the write of a read-write lock."""

    cdef RWLock lock
    cdef readonly bint writes
    cdef object who

    cdef PyObject *attempt(self) except? NULL:
        cdef RWLock lock = self.lock
        if self.who is None and self.writes:
            self.who = who_waits()
        if not lock.waiting.length and lock.fits(self):
            lock.let_in(self)
            self.held = True
            return none()
        if lock.writer is not None and lock.writer == who_waits():
            raise OwnerError(f"{lock!r} is held for writing by who asks for it", hint="it is not reentrant")
        return NULL

    cdef int enqueue(self) except -1:
        join_line(self, &self.lock.waiting)
        return 0

    cdef int undo(self) except -1:
        return self.lock.let_out(self)

    cdef int left(self) except -1:
        return self.lock.serve()

    cdef int give_up_hold(self) except -1:
        return self.lock.let_out(self)


@cython.final
cdef class RWLock:
    """Many may read at a time, or one write. First come, first served: readers that come after a waiting writer wait too.

    `async with lock.read():` and `async with lock.write():`, with plain `with` in a thread. Or keep what `read()` returns,
    await it, and `release()` it. Who writes may not ask for it again: OwnerError.
    """

    cdef Line waiting
    cdef readonly Py_ssize_t readers
    cdef object writer
    cdef readonly object name

    def __init__(self, name=None):
        self.name = None if name is None else str(name)

    def read(self):
        """Wait until nobody writes and hold it for reading. Switches only if it must wait; can be cancelled."""
        cdef Access wait = Access.__new__(Access)
        wait.lock = self
        return wait

    def write(self):
        """Wait until nobody reads or writes and hold it for writing. Switches only if it must wait; can be cancelled."""
        cdef Access wait = Access.__new__(Access)
        wait.lock = self
        wait.writes = True
        return wait

    def locked(self):
        """Return "read", "write", or None if nobody holds it."""
        return "write" if self.writer is not None else "read" if self.readers else None

    @property
    def waiters(self):
        """How many stand in line."""
        return self.waiting.length

    cdef bint fits(self, Access wait):
        return self.writer is None and (self.readers == 0 or not wait.writes)

    cdef int let_in(self, Access wait) except -1:
        if wait.writes:
            self.writer = wait.who
        else:
            self.readers += 1
        return 0

    cdef int let_out(self, Access wait) except -1:
        if wait.writes:
            self.writer = None
        else:
            self.readers -= 1
        return self.serve()

    cdef int serve(self) except -1:
        cdef Access first
        while self.waiting.length:
            first = <Access>self.waiting.first
            if is_gone(first):
                leave_line(first)
            elif self.fits(first):
                leave_line(first)
                self.let_in(first)
                if not first.settle(None, False):
                    return self.let_out(first)
            else:
                break
        return 0

    def __repr__(self):
        name = "" if self.name is None else f" {self.name!r}"
        state = "written" if self.writer is not None else f"{self.readers} read" if self.readers else "free"
        return f"<RWLock{name}: {state}, {self.waiting.length} in line>"


# ---------------------------------------------------------------- event


@cython.final
cdef class EventWait(Wait):
    """Waits for an event."""

    cdef Event event

    cdef PyObject *attempt(self) except? NULL:
        return none() if self.event.flag else NULL

    cdef int enqueue(self) except -1:
        join_line(self, &self.event.waiting)
        return 0


@cython.final
cdef class Event:
    """A flag to wait for. `set` wakes all who wait; from tasks, fibers, threads and callbacks alike."""

    cdef Line waiting
    cdef bint flag

    def is_set(self):
        """Return whether it is set."""
        return self.flag

    def set(self):
        """Set it, and wake all who wait: also those who run after it was cleared again."""
        cdef Py_ssize_t count = self.waiting.length
        self.flag = True
        while count > 0 and self.waiting.length:
            count -= 1
            take_first(&self.waiting).settle(None, False)

    def clear(self):
        """Make those wait who come from now on."""
        self.flag = False

    def wait(self):
        """Wait until it is set. Switches only if it must wait; can be cancelled."""
        cdef EventWait wait = EventWait.__new__(EventWait)
        wait.event = self
        return wait

    @property
    def waiters(self):
        """How many wait."""
        return self.waiting.length

    def __repr__(self):
        return f"<Event: {'set' if self.flag else 'not set'}, {self.waiting.length} wait>"


# ---------------------------------------------------------------- barrier


@cython.final
cdef class Arrival(Wait):
    """Waits for the others at a barrier."""

    cdef Barrier barrier

    cdef PyObject *attempt(self) except? NULL:
        if not self.barrier.is_complete():
            return NULL
        place = self.barrier.open_up()
        Py_INCREF(place)
        return <PyObject *>place

    cdef int enqueue(self) except -1:
        join_line(self, &self.barrier.waiting)
        return 0


@cython.final
cdef class Barrier:
    """A meeting of a number of parties: all wait until the last has come, then all go on, and it can be used again.

    A party that is cancelled while it waits is not counted. LimitError for a number of parties below 1.
    """

    cdef Line waiting
    cdef readonly Py_ssize_t parties

    def __init__(self, parties):
        self.parties = checked_count("parties", parties, 1)

    def wait(self):
        """Wait for the others; return the place in the order of arrival, from 0. Can be cancelled.

        The last to come does not wait, so it does not switch.
        """
        cdef Arrival wait = Arrival.__new__(Arrival)
        wait.barrier = self
        return wait

    @property
    def waiters(self):
        """How many have come and wait."""
        return self.waiting.length

    cdef bint is_complete(self) except -1:
        """Whether only the caller is missing; forgets those who were cancelled."""
        cdef PyObject *item = self.waiting.first
        cdef Wait wait
        if self.waiting.length + 1 < self.parties:
            return False
        while item != NULL:
            wait = <Wait>item
            item = wait.behind
            if is_gone(wait):
                leave_line(wait)
        return self.waiting.length + 1 >= self.parties

    cdef object open_up(self):
        cdef Py_ssize_t place, last = self.waiting.length
        for place in range(last):
            take_first(&self.waiting).settle(place, False)
        return last

    def __repr__(self):
        return f"<Barrier: {self.waiting.length} of {self.parties} wait>"


cdef WaitStash permits_stash, access_stash


cdef PyObject *permits_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    return permits_stash.take(kind)


cdef void permits_free(PyObject *o) noexcept:
    permits_stash.give(o)


cdef PyObject *access_alloc(PyTypeObject *kind, Py_ssize_t count) except? NULL:
    return access_stash.take(kind)


cdef void access_free(PyObject *o) noexcept:
    access_stash.give(o)


set_memory(<PyObject *>Permits, <void *>permits_alloc, <void *>permits_free)
set_memory(<PyObject *>Access, <void *>access_alloc, <void *>access_free)
fill_wait_slots(Permits)
fill_wait_slots(Access)
fill_wait_slots(EventWait)
fill_wait_slots(Arrival)
