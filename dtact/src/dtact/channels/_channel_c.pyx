# cython: binding=False
"""The channel: a bounded or unbounded queue between any two of coroutine, fiber, thread and callback.

Two lines of waits and a ring of items. Receivers stand in line only while the ring is empty, senders only while it is
full, so an item goes straight to a parked receiver, and a place that becomes free goes straight to the first sender.
Nobody who comes later overtakes.

Cancellation. A task, fiber or thread that was woken gets what it was woken with; one that is cancelled before has left
its line. An asyncio task may be cancelled after it was woken: a receiver's item then goes to the next receiver or back
to the front, and a sender of this kind is woken with a place in the ring, not with its item in it.
"""

cimport cython
from cpython.object cimport PyObject, PyTypeObject
from cpython.ref cimport Py_DECREF, Py_INCREF

from dtact.errors import ChannelEmptyError, ChannelFullError, ClosedError, LimitError
from dtact.scheduler._core_c cimport Ring
from dtact.scheduler._wait_c cimport (
    SPARES, Line, Wait, WaitStash, fill_wait_slots, is_spare, join_line, keep, take_first,
)


cdef extern from "Python.h":
    ctypedef enum PySendResult:
        PYGEN_RETURN
        PYGEN_ERROR
        PYGEN_NEXT


cdef extern from *:
    """
    // Cython knows the fields of an object, not what is in a ring: the collector is told here.
    static traverseproc channel_fields;
    static inquiry channel_clear_fields;
    static void set_collection(PyObject *kind, void *traverse, void *clear) {
        PyTypeObject *type = (PyTypeObject *)kind;
        channel_fields = type->tp_traverse;
        channel_clear_fields = type->tp_clear;
        type->tp_traverse = (traverseproc)traverse;
        type->tp_clear = (inquiry)clear;
    }
    static inline PyObject *new_reference(PyObject *o) { return Py_NewRef(o); }
    static inline void release(PyObject *o) { Py_DECREF(o); }

    // How a wait is awaited: a short way for what need not wait, and `Wait`'s own for all else.
    struct WayOfWaiting {
        iternextfunc next;
        sendfunc send;
        PyAsyncMethods methods;

        void shorten(PyObject *kind, void *short_next, void *short_send) {
            PyTypeObject *type = (PyTypeObject *)kind;
            next = type->tp_iternext;
            methods = *type->tp_as_async;
            send = methods.am_send;
            methods.am_send = (sendfunc)short_send;
            type->tp_iternext = (iternextfunc)short_next;
            type->tp_as_async = &methods;
        }
    };
    static void set_memory(PyObject *kind, void *alloc, void *free) {
        ((PyTypeObject *)kind)->tp_alloc = (allocfunc)alloc;
        ((PyTypeObject *)kind)->tp_free = (freefunc)free;
    }
    """
    ctypedef int (*visitproc)(PyObject *, void *)
    int channel_fields(PyObject *o, visitproc visit, void *argument)
    int channel_clear_fields(PyObject *o)
    void set_collection(PyObject *kind, void *traverse, void *clear)
    void set_memory(PyObject *kind, void *alloc, void *free)
    PyObject *new_reference(PyObject *o)
    void release(PyObject *o)
    bint likely(bint condition)
    PyObject *Py_None
    cdef cppclass WayOfWaiting:
        PyObject *next(PyObject *wait) noexcept  # an exception stays set, and may be a StopIteration that means the end
        PySendResult send(PyObject *wait, PyObject *sent, PyObject **result) noexcept
        void shorten(PyObject *kind, void *next, void *send)


cdef extern from "scheduler/layout.hpp" namespace "dtact::scheduler":
    PyObject *end_with "dtact::scheduler::end_await"(PyObject *value) noexcept


cdef enum:
    WAIT = 0
    REJECT = 1
    DROP_OLDEST = 2

cdef dict POLICIES = {"wait": WAIT, "reject": REJECT, "drop_oldest": DROP_OLDEST}
cdef tuple POLICY_NAMES = tuple(POLICIES)


@cython.final
cdef class Send(Wait):
    """A send that waits for room."""

    cdef PyObject *attempt(self) except? NULL:
        if self.channel.closed:
            self.channel.check_open()
        if not self.channel.accept(self.item):
            return NULL
        self.channel = self.item = None
        Py_INCREF(None)
        return Py_None

    cdef int enqueue(self) except -1:
        join_line(self, &self.channel.senders)
        return 0

    cdef PyObject *finish(self) except? NULL:
        cdef Channel channel = self.channel
        if self.taken:
            return Wait.finish(self)
        self.taken = True
        if self.permitted:
            self.permitted = False
            channel.kept -= 1
            if not channel.closed:
                if not channel.hand_over(self.item):
                    channel.store(self.item)
            else:
                channel.check_open()
        elif self.ended:
            channel.check_open()
        self.channel = self.item = None
        Py_INCREF(None)
        return Py_None

    cdef int undo(self) except -1:
        cdef Channel channel = self.channel
        self.left()
        if self.permitted:
            self.permitted = False
            channel.kept -= 1
            channel.admit()
        return 0

    cdef int left(self) except -1:
        self.channel = self.item = None
        return 0


cdef class Receive(Wait):
    """A receive that waits for an item."""

    cdef PyObject *attempt(self) except? NULL:
        cdef Channel channel = self.channel
        if channel.buffer.size():
            self.channel = None
            return channel.pull()
        if channel.closed:
            self.end()
        return NULL

    cdef int enqueue(self) except -1:
        join_line(self, &self.channel.receivers)
        return 0

    cdef PyObject *finish(self) except? NULL:
        if self.ended and not self.taken:
            self.taken = True
            self.end()
        self.channel = None
        return Wait.finish(self)

    cdef int end(self) except -1:
        if self.iterates:
            raise StopAsyncIteration
        return self.channel.check_open()

    cdef int undo(self) except -1:
        cdef Channel channel = self.channel
        self.channel = None
        if not self.ended:
            item = self.value
            self.value = None
            channel.give_back(item)
        return 0

    cdef int left(self) except -1:
        self.channel = None
        return 0


@cython.final
cdef class ReceiveMany(Receive):
    """A receive of all that is there, up to a limit, and of at least one item."""

    cdef Py_ssize_t most

    cdef PyObject *attempt(self) except? NULL:
        cdef Channel channel = self.channel
        cdef PyObject *first = Receive.attempt(self)
        if first == NULL:
            return NULL
        return self.collect(channel, first)

    cdef PyObject *finish(self) except? NULL:
        cdef Channel channel = self.channel
        cdef PyObject *first = Receive.finish(self)
        return self.collect(channel, first)

    cdef PyObject *collect(self, Channel channel, PyObject *first) except? NULL:
        cdef PyObject *item
        found = [<object>first]
        Py_DECREF(<object>first)
        while channel.buffer.size() and (self.most < 0 or len(found) < self.most):
            item = channel.pull()
            found.append(<object>item)
            Py_DECREF(<object>item)
        Py_INCREF(found)
        return <PyObject *>found


@cython.final
cdef class Channel:
    """A queue between tasks, fibers, threads and callbacks; many may send and many receive, each item goes to one.

    `capacity`: how many items it keeps, at least 1, or None for no bound. `when_full`: what a send does then: "wait" until
    there is room, "reject" with ChannelFullError, or "drop_oldest", counted in `dropped`. First come, first served on
    both sides. It may be made anywhere, before any loop runs, and used by several loops at once.

    `send` and `receive` return something to wait for: `await channel.receive()` in a task of dtact or asyncio,
    `dtact.wait(channel.receive())` in a fiber, `channel.receive().block(timeout)` in a thread. Nothing happens before.
    Waiting can be cancelled: a cancelled receive took nothing, a cancelled send left nothing behind. Neither switches
    to others if it need not wait.

    `close` ends it: what is in it can still be received, then `receive` raises ClosedError and `async for` ends.
    `with channel:` closes it at the end; `channel.producer()` closes it with the last of several producers.

    Errors: LimitError for a capacity, ValueError for a policy that is none.
    """

    def __init__(self, capacity, *, when_full="wait", name=None):
        self.most = checked_capacity(capacity)
        if when_full not in POLICIES:
            raise ValueError(f"when_full must be 'wait', 'reject' or 'drop_oldest', not {when_full!r}")
        self.policy = POLICIES[when_full]
        if self.policy == DROP_OLDEST and self.most < 0:
            raise LimitError("a channel without a bound never drops", wanted="a capacity", found="None")
        self.name = None if name is None else str(name)

    # ------------------------------------------------------------ what it does

    def send(self, item, /):
        """Wait for room and put an item in; ClosedError if it is closed, also while waiting; ChannelFullError."""
        cdef Send wait = new_send()
        wait.channel = self
        wait.item = item
        return wait

    def receive(self):
        """Wait for the next item and take it; ClosedError if it is closed and empty."""
        cdef Receive wait = new_receive()
        wait.channel = self
        return wait

    def receive_many(self, limit=None):
        """Wait for an item; take it and all others that are there, up to `limit`, as a list. Errors as `receive`."""
        cdef ReceiveMany wait = ReceiveMany.__new__(ReceiveMany)
        wait.most = checked_capacity(limit)
        wait.channel = self
        return wait

    def try_send(self, item, /):
        """Put an item in without waiting, from anywhere; ChannelFullError if there is no room, ClosedError."""
        self.check_open()
        if not self.accept(item):
            raise full(self)

    def try_receive(self):
        """Take the next item without waiting, from anywhere; ChannelEmptyError if there is none, ClosedError."""
        if self.buffer.size():
            item = <object>self.buffer.pop()
            Py_DECREF(item)
            if self.senders.length:
                self.admit()
            return item
        self.check_open()
        raise ChannelEmptyError("the channel is empty", hint="await receive() to wait for an item")

    def close(self):
        """Let nobody send any more. Senders that wait get ClosedError; what is in the channel can be received."""
        self.shut()

    def producer(self):
        """Return a Producer: the channel is closed when all that were made have been closed."""
        self.check_open()
        return Producer(self)

    def __aiter__(self):
        return self

    def __anext__(self):
        cdef Receive wait = new_receive()
        wait.channel = self
        wait.iterates = True
        return wait

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.shut()

    # ------------------------------------------------------------ looking at it

    def __len__(self):
        return self.buffer.size()

    def __bool__(self):
        return True

    @property
    def capacity(self):
        """How many items it keeps, or None."""
        return None if self.most < 0 else self.most

    @property
    def when_full(self):
        """What a send does when it is full."""
        return POLICY_NAMES[self.policy]

    @property
    def waiting_senders(self):
        """How many sends wait for room."""
        return self.senders.length

    @property
    def waiting_receivers(self):
        """How many receives wait for an item."""
        return self.receivers.length

    @classmethod
    def __class_getitem__(cls, item):
        return cls

    def __repr__(self):
        name = "" if self.name is None else f" {self.name!r}"
        bound = "" if self.most < 0 else f" of {self.most}"
        return f"<Channel{name}: {self.buffer.size()}{bound} items{', closed' if self.closed else ''}>"

    # ------------------------------------------------------------ how

    cdef bint accept(self, object item) except -1:
        if self.receivers.length and self.hand_over(item):
            return True
        if self.most < 0 or <Py_ssize_t>self.buffer.size() + self.kept < self.most:
            self.store(item)
            return True
        if self.policy == WAIT:
            return False
        if self.policy == REJECT:
            raise full(self)
        oldest = <object>self.buffer.pop()
        self.store(item)
        self.dropped += 1
        Py_DECREF(oldest)
        return True

    cdef bint hand_over(self, object item) except -1:
        """Give it to the first receiver that is still there."""
        while self.receivers.length:
            if take_first(&self.receivers).settle(item, False):
                return True
        return False

    cdef int store(self, object item) except -1:
        Py_INCREF(item)
        if not self.buffer.push(<PyObject *>item):
            Py_DECREF(item)
            raise MemoryError
        return 0

    cdef PyObject *pull(self) except? NULL:
        """Take the next item out of the ring, which is not empty; an owned reference."""
        cdef PyObject *item = self.buffer.pop()
        if self.senders.length:
            self.admit()
        return item

    cdef int admit(self) except -1:
        """Places have become free: fill them from the line of senders."""
        cdef Send send
        while self.senders.length and <Py_ssize_t>self.buffer.size() + self.kept < self.most:
            send = <Send>take_first(&self.senders)
            if not send.exact:
                send.permitted = True
                self.kept += 1
                if not send.settle(None, False):
                    send.permitted = False
                    self.kept -= 1
            elif not send.woken and not send.dead:
                # Its item first: waking it may let another thread run, which then sends the next.
                item = send.item
                send.item = None
                if not self.hand_over(item):
                    self.store(item)
                send.settle(None, False)
        return 0

    cdef int give_back(self, object item) except -1:
        """An item whose receiver was cancelled after it was woken: to the next one, or to the front."""
        if self.hand_over(item):
            return 0
        Py_INCREF(item)
        if not self.buffer.push_front(<PyObject *>item):
            Py_DECREF(item)
            raise MemoryError
        return 0

    cdef int check_open(self) except -1:
        if self.closed:
            what = "the channel" if self.name is None else f"the channel {self.name!r}"
            raise ClosedError(f"{what} is closed", hint="catch ClosedError, or receive by `async for`, which ends")
        return 0

    cdef int shut(self) except -1:
        cdef Receive receive
        cdef Send send
        self.closed = True
        while self.receivers.length:
            receive = <Receive>take_first(&self.receivers)
            receive.ended = True
            receive.settle(None, False)
        while self.senders.length:
            send = <Send>take_first(&self.senders)
            send.ended = True
            send.settle(None, False)
        return 0


cdef PyObject *send_spares[SPARES]
cdef PyObject *receive_spares[SPARES]
cdef unsigned int send_turn = 0, receive_turn = 0


cdef Send new_send():
    global send_turn
    cdef PyObject **place = &send_spares[send_turn % SPARES]
    cdef Send wait
    send_turn += 1
    if is_spare(place[0]):
        wait = <Send>place[0]
        wait.ended = False
        return wait
    wait = Send.__new__(Send)
    keep(place, wait)
    return wait


cdef Receive new_receive():
    global receive_turn
    cdef PyObject **place = &receive_spares[receive_turn % SPARES]
    cdef Receive wait
    receive_turn += 1
    if is_spare(place[0]):
        wait = <Receive>place[0]
        wait.ended = wait.iterates = False
        return wait
    wait = Receive.__new__(Receive)
    keep(place, wait)
    return wait


cdef object full(Channel channel):
    what = "the channel" if channel.name is None else f"the channel {channel.name!r}"
    return ChannelFullError(f"{what} has all {channel.most} places taken", hint="await send() with when_full='wait'")


cdef Py_ssize_t checked_capacity(object capacity) except -2:
    if capacity is None:
        return -1
    if not isinstance(capacity, int) or isinstance(capacity, bool) or not 0 < capacity < 1 << 62:
        raise LimitError("a capacity or limit out of range", wanted="a positive int, or None for no bound", found=repr(capacity))
    return capacity


@cython.final
cdef class Producer:
    """One of several who send into a channel. When the last one is closed, so is the channel.

    `with channel.producer() as producer:` closes it at the end; so does dropping the last reference to it.
    """

    cdef readonly Channel channel
    cdef readonly bint closed

    def __cinit__(self, Channel channel not None):
        self.channel = channel
        channel.producers += 1

    def send(self, item, /):
        """As `Channel.send`; RuntimeStateError if this producer is closed."""
        self.check()
        return self.channel.send(item)

    def try_send(self, item, /):
        """As `Channel.try_send`; RuntimeStateError if this producer is closed."""
        self.check()
        self.channel.try_send(item)

    def clone(self):
        """Return another producer of the same channel."""
        self.check()
        return self.channel.producer()

    def close(self):
        """Say that this one will send no more."""
        if not self.closed:
            self.closed = True
            self.channel.producers -= 1
            if self.channel.producers == 0:
                self.channel.shut()

    cdef int check(self) except -1:
        if self.closed:
            raise ClosedError("this producer is closed", hint="take another by channel.producer()")
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()

    @classmethod
    def __class_getitem__(cls, item):
        return cls


include "_plain_waits.pxi"
