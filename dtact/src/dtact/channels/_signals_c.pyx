# cython: binding=False
"""What one tells many: a value that comes once, messages that all subscribers get, a value that changes.

Nobody's item is handed over here: a wake says "look again", and each receiver looks for itself with what it knows of where
it stands. So a cancelled receiver has nothing to give back, and sending never waits.
"""

cimport cython
from cpython.object cimport PyObject
from cpython.ref cimport Py_INCREF
from libc.stdint cimport uint64_t

from dtact.errors import ChannelEmptyError, ClosedError, LaggedError, LimitError
from dtact.scheduler._wait_c cimport Line, Wait, fill_wait_slots, join_line, take_first


cdef inline PyObject *owned(object value) noexcept:
    Py_INCREF(value)
    return <PyObject *>value


cdef int wake_all(Line *line) except -1:
    """Wake those who wait now, not those who come while this runs."""
    cdef Py_ssize_t count = line.length
    while count > 0 and line.length:
        count -= 1
        take_first(line).settle(None, False)
    return 0


cdef class Look(Wait):
    """Waits until looking finds something."""

    cdef bint iterates

    cdef PyObject *finish(self) except? NULL:
        cdef PyObject *found
        if self.taken:
            return Wait.finish(self)
        found = self.attempt()
        self.taken = found != NULL
        return found

    cdef int end(self, str what) except -1:
        if self.iterates:
            raise StopAsyncIteration
        raise ClosedError(f"{what} is closed", hint="catch ClosedError, or receive by `async for`, which ends")


# ---------------------------------------------------------------- once


@cython.final
cdef class OneshotReceive(Look):
    """Waits for the value of a oneshot."""

    cdef Oneshot oneshot

    cdef PyObject *attempt(self) except? NULL:
        if not self.oneshot.sent:
            return NULL
        if self.oneshot.error is not None:
            raise self.oneshot.error
        return owned(self.oneshot.value)

    cdef int enqueue(self) except -1:
        join_line(self, &self.oneshot.waiting)
        return 0


@cython.final
cdef class Oneshot:
    """A value that is sent once, by anybody, and that any number may wait for: `await oneshot` or `await oneshot.receive()`.

    In a fiber `dtact.wait(oneshot.receive())`, in a thread `oneshot.receive().block(timeout)`.
    """

    cdef Line waiting
    cdef readonly bint sent
    cdef object value, error

    def send(self, value, /):
        """Send the value, from anywhere; ClosedError if there is one, or it failed or was closed."""
        self.settle()
        self.value = value
        self.sent = True
        wake_all(&self.waiting)

    def fail(self, error, /):
        """Let all who wait, and all who come, get an exception; ClosedError as `send`."""
        if not isinstance(error, BaseException):
            raise TypeError(f"an exception was expected, got {error!r}")
        self.settle()
        self.error = error
        self.sent = True
        wake_all(&self.waiting)

    def close(self):
        """Say that no value will come: who waits gets ClosedError. Does nothing if it was sent."""
        if not self.sent:
            self.fail(ClosedError("the oneshot was closed before a value was sent"))

    def receive(self):
        """Wait for the value; raise what it failed with. Switches only if it must wait; can be cancelled."""
        cdef OneshotReceive wait = OneshotReceive.__new__(OneshotReceive)
        wait.oneshot = self
        return wait

    def __await__(self):
        return self.receive()

    cdef int settle(self) except -1:
        if self.sent:
            raise ClosedError("the oneshot has its value", hint="use a Watch for a value that changes")
        return 0

    @classmethod
    def __class_getitem__(cls, item):
        return cls

    def __repr__(self):
        return f"<Oneshot: {'sent' if self.sent else 'not sent'}, {self.waiting.length} wait>"


# ---------------------------------------------------------------- to all


@cython.final
cdef class SubscriptionReceive(Look):
    """Waits for the next message of a subscription."""

    cdef Subscription subscription

    cdef PyObject *attempt(self) except? NULL:
        cdef PyObject *found = self.subscription.look()
        if found == NULL and (self.subscription.closed or self.subscription.broadcast.closed):
            self.end("the broadcast")
        return found

    cdef int enqueue(self) except -1:
        join_line(self, &self.subscription.broadcast.waiting)
        return 0


@cython.final
cdef class Broadcast:
    """Messages to all subscribers: each gets every message that is sent after it subscribed. Sending never waits.

    The last `capacity` messages are kept. A subscriber that is further behind has missed some: with `lag="report"` its next
    receive raises LaggedError with their number, and the one after it goes on with the oldest that is kept; with
    `lag="skip"` it goes on at once. `missed` of the subscription counts them all. LimitError for a capacity below 1.
    """

    cdef Line waiting
    cdef list slots
    cdef uint64_t total  # messages sent
    cdef uint64_t oldest  # number of the oldest kept
    cdef Py_ssize_t most
    cdef readonly bint closed
    cdef readonly Py_ssize_t subscribers
    cdef bint reports

    def __init__(self, capacity, *, lag="report"):
        if not isinstance(capacity, int) or isinstance(capacity, bool) or not 0 < capacity < 1 << 32:
            raise LimitError("a capacity out of range", wanted="an int of at least 1", found=repr(capacity))
        if lag not in ("report", "skip"):
            raise ValueError(f"lag must be 'report' or 'skip', not {lag!r}")
        self.most = capacity
        self.slots = [None] * capacity
        self.reports = lag == "report"

    def send(self, message, /):
        """Send to all who have subscribed, from anywhere; return how many they are. ClosedError if it is closed."""
        if self.closed:
            raise ClosedError("the broadcast is closed")
        if self.subscribers:
            self.slots[self.total % <uint64_t>self.most] = message
            self.total += 1
            if self.total - self.oldest > <uint64_t>self.most:
                self.oldest += 1
            wake_all(&self.waiting)
        return self.subscribers

    def subscribe(self):
        """Return a Subscription to what is sent from now on."""
        return Subscription(self)

    def close(self):
        """Send no more. Subscribers get what is kept for them, then ClosedError; their `async for` ends."""
        self.closed = True
        wake_all(&self.waiting)

    @property
    def capacity(self):
        """How many messages are kept."""
        return self.most

    @classmethod
    def __class_getitem__(cls, item):
        return cls

    def __repr__(self):
        return f"<Broadcast of {self.most}: {self.subscribers} subscribers{', closed' if self.closed else ''}>"


@cython.final
cdef class Subscription:
    """One who gets the messages of a broadcast. `with broadcast.subscribe() as subscription:` ends it; so does dropping it."""

    cdef readonly Broadcast broadcast
    cdef uint64_t next
    cdef readonly uint64_t missed
    cdef readonly bint closed

    def __cinit__(self, Broadcast broadcast not None):
        self.broadcast = broadcast
        self.next = broadcast.total
        broadcast.subscribers += 1

    def receive(self):
        """Wait for the next message. Switches only if it must wait; can be cancelled. LaggedError, ClosedError."""
        cdef SubscriptionReceive wait = SubscriptionReceive.__new__(SubscriptionReceive)
        wait.subscription = self
        return wait

    def try_receive(self):
        """Take the next message without waiting; ChannelEmptyError if there is none, LaggedError, ClosedError."""
        cdef PyObject *found = self.look()
        if found == NULL:
            if self.closed or self.broadcast.closed:
                raise ClosedError("the broadcast is closed")
            raise ChannelEmptyError("no message is there", hint="await receive() to wait for one")
        message = <object>found
        release(found)
        return message

    def close(self):
        """Get no more messages; whoever waits for one gets ClosedError."""
        if not self.closed:
            self.closed = True
            self.broadcast.subscribers -= 1
            wake_all(&self.broadcast.waiting)

    def __len__(self):
        return 0 if self.closed else self.broadcast.total - max(self.next, self.broadcast.oldest)

    def __bool__(self):
        return True

    cdef PyObject *look(self) except? NULL:
        """The next message, owned; NULL if there is none."""
        cdef Broadcast broadcast = self.broadcast
        cdef uint64_t behind
        if self.closed:
            return NULL
        if self.next < broadcast.oldest:
            behind = broadcast.oldest - self.next
            self.missed += behind
            self.next = broadcast.oldest
            if broadcast.reports:
                raise LaggedError(
                    f"{behind} messages were missed", missed=behind, hint="receive faster, or broadcast with more capacity"
                )
        if self.next == broadcast.total:
            return NULL
        self.next += 1
        return owned(broadcast.slots[(self.next - 1) % <uint64_t>broadcast.most])

    def __aiter__(self):
        return self

    def __anext__(self):
        cdef SubscriptionReceive wait = SubscriptionReceive.__new__(SubscriptionReceive)
        wait.subscription = self
        wait.iterates = True
        return wait

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()

    @classmethod
    def __class_getitem__(cls, item):
        return cls


cdef extern from "Python.h":
    void release "Py_DECREF"(PyObject *o)


# ---------------------------------------------------------------- the newest


@cython.final
cdef class WatcherReceive(Look):
    """Waits for a value that its watcher has not seen."""

    cdef Watcher watcher

    cdef PyObject *attempt(self) except? NULL:
        cdef Watcher watcher = self.watcher
        cdef Watch watch = watcher.watch
        if watcher.seen != watch.version:
            watcher.seen = watch.version
            return owned(watch.current)
        if watch.closed:
            self.end("the watch")
        return NULL

    cdef int enqueue(self) except -1:
        join_line(self, &self.watcher.watch.waiting)
        return 0


@cython.final
cdef class Watch:
    """A value that changes, and those who want to know the newest. Values in between may be passed over; sending never waits."""

    cdef Line waiting
    cdef object current
    cdef uint64_t version
    cdef readonly bint closed

    def __init__(self, value):
        self.current = value
        self.version = 1

    @property
    def value(self):
        """The newest value."""
        return self.current

    def send(self, value, /):
        """Set the value and wake all watchers, from anywhere; ClosedError if it is closed."""
        if self.closed:
            raise ClosedError("the watch is closed")
        self.current = value
        self.version += 1
        wake_all(&self.waiting)

    def update(self, function, /):
        """Set the value to function(value); return it. ClosedError if it is closed."""
        value = function(self.current)
        self.send(value)
        return value

    def subscribe(self):
        """Return a Watcher, which has not seen the value yet."""
        return Watcher(self)

    async def wait_for(self, predicate):
        """Wait until predicate(value) is true, asked for each newest value; return that value. ClosedError."""
        watcher = self.subscribe()
        value = await watcher.receive()
        while not predicate(value):
            value = await watcher.receive()
        return value

    def close(self):
        """Set no more. Watchers get the newest value if they have not seen it, then ClosedError."""
        self.closed = True
        wake_all(&self.waiting)

    @classmethod
    def __class_getitem__(cls, item):
        return cls

    def __repr__(self):
        return f"<Watch of {self.current!r}{', closed' if self.closed else ''}>"


@cython.final
cdef class Watcher:
    """One who watches: `async for value in watch.subscribe():` gives the value, then each newest one."""

    cdef readonly Watch watch
    cdef uint64_t seen

    def __cinit__(self, Watch watch not None):
        self.watch = watch

    def receive(self):
        """Wait for a value that was not seen and return the newest. Switches only if it must wait. ClosedError."""
        cdef WatcherReceive wait = WatcherReceive.__new__(WatcherReceive)
        wait.watcher = self
        return wait

    @property
    def changed(self):
        """Whether there is a value that was not seen."""
        return self.seen != self.watch.version

    def __aiter__(self):
        return self

    def __anext__(self):
        cdef WatcherReceive wait = WatcherReceive.__new__(WatcherReceive)
        wait.watcher = self
        wait.iterates = True
        return wait

    @classmethod
    def __class_getitem__(cls, item):
        return cls


fill_wait_slots(OneshotReceive)
fill_wait_slots(SubscriptionReceive)
fill_wait_slots(WatcherReceive)
