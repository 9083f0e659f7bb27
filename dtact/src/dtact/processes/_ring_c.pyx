"""The two ends of the shared memory between a parent and a worker, and the bell of the parent."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals, PyErr_SetFromErrno

from dtact.errors import ChannelError

MOST_FRAME = kMostFrame
SLOTS = kSlots
CHANNEL_BYTES = 0
BELL_BYTES = 4096
HELLO, JOB, BYE = <int>Kind.hello, <int>Kind.job, <int>Kind.bye
VALUE, ERROR, DROPPED = <int>Kind.value, <int>Kind.error, <int>Kind.dropped

cdef extern from "processes/channel.hpp" namespace "dtact::processes":
    cdef const uint64_t kChannelBytes

CHANNEL_BYTES = kChannelBytes
LAYOUT = (1, kChannelBytes, kMostFrame, kSlots, sizeof(Frame), sizeof(Control))  # what both ends must agree on


cdef class Doorbell:
    """A page of shared memory where workers see how the parent sleeps, and the eventfd that wakes it from epoll."""

    def __cinit__(self, int memory, int descriptor, bint is_new):
        self.bell = open_bell(memory, is_new)
        self.descriptor = descriptor
        if self.bell == NULL:
            PyErr_SetFromErrno(OSError)

    def __dealloc__(self):
        if self.bell != NULL:
            close_bell(self.bell)

    cpdef void ring(self):
        """Wake whoever sleeps."""
        if self.bell.ring() == Sleep.polling:
            ring_eventfd(self.descriptor)

    cpdef void hush(self):
        """Set the eventfd back."""
        hush_eventfd(self.descriptor)


cdef class Link:
    """One end of a channel. `memory` is a memfd of CHANNEL_BYTES bytes; the parent's end makes it ready."""

    def __cinit__(self, int memory, bint is_parent):
        self.channel = Channel.open(memory, is_parent)
        if self.channel == NULL:
            PyErr_SetFromErrno(OSError)

    def __dealloc__(self):
        del self.channel

    cdef bint push(self, Kind kind, uint32_t slot, uint64_t generation, uint32_t descriptors, bytes function,
                   bytes payload, uint32_t flags, uint64_t elapsed_ns, uint64_t began_ns) except -1:
        cdef Frame head
        cdef uint64_t size = sizeof(Frame) + PyBytes_GET_SIZE(function) + PyBytes_GET_SIZE(payload)
        size = (size + 7) & ~<uint64_t>7
        if size > kMostFrame:
            raise ChannelError("a frame is too large", wanted=f"at most {kMostFrame} bytes", found=str(size))
        cdef Frame* place = self.channel.begin(size)
        if place == NULL:
            return False
        head.bytes, head.kind, head.slot, head.descriptors = <uint32_t>size, <uint32_t>kind, slot, descriptors
        head.generation, head.elapsed_ns, head.began_ns, head.flags = generation, elapsed_ns, began_ns, flags
        head.function_bytes = <uint32_t>PyBytes_GET_SIZE(function)
        head.payload_bytes = <uint32_t>PyBytes_GET_SIZE(payload)
        write_frame(place, head, PyBytes_AS_STRING(function), PyBytes_AS_STRING(payload))
        self.channel.publish(size)
        return True

    cdef tuple read(self):
        cdef boolean is_sound = True
        cdef Frame* frame = self.channel.front(is_sound)
        if frame == NULL:
            if not is_sound:
                raise ChannelError("the memory between parent and worker is damaged")
            return None
        cdef const char* text = <const char*>(frame + 1)
        result = (
            frame.kind, frame.slot, frame.generation, frame.descriptors, frame.flags, frame.elapsed_ns,
            PyBytes_FromStringAndSize(text, frame.function_bytes),
            PyBytes_FromStringAndSize(text + frame.function_bytes, frame.payload_bytes), frame.began_ns,
        )
        self.channel.release(frame.bytes)
        return result

    def write(self, int kind, int slot, uint64_t generation, *, int descriptors=0, bytes function=b"",
              bytes payload=b"", int flags=0):
        """Put a frame into the ring to the other side and wake it if it is the worker. False: no room now."""
        if not 0 <= slot < kSlots:
            raise ChannelError("no such slot", wanted=f"0 to {kSlots - 1}", found=str(slot))
        cdef bint is_written = self.push(<Kind>kind, slot, generation, descriptors, function, payload, flags, 0, 0)
        self.channel.control().worker_bell.ring()
        return is_written

    def take(self):
        """Take the next frame, or None: kind, slot, generation, descriptors, flags, how long it took, function, payload,
        when it began; times in nanoseconds.
        """
        return self.read()

    def nudge(self):
        """For the parent, after it took answers: wake a worker that waits for room."""
        self.channel.control().worker_bell.ring()

    def wait(self, int64_t spin_ns):
        """For the worker: take the next frame, asleep until it comes. Signal handlers run meanwhile."""
        cdef boolean has_work
        while True:
            with nogil:
                has_work = worker_sleeps(self.channel[0], 0, spin_ns)
            if has_work:
                return self.read()
            PyErr_CheckSignals()

    def answer(self, Doorbell bell, int kind, int slot, uint64_t generation, int descriptors, bytes payload,
               int flags, uint64_t elapsed_ns, uint64_t began_ns=0):
        """For the worker: send an answer, asleep until there is room for it, and wake the parent."""
        cdef uint64_t size = sizeof(Frame) + PyBytes_GET_SIZE(payload) + 8
        while not self.push(<Kind>kind, slot, generation, descriptors, b"", payload, flags, elapsed_ns,
                            began_ns):
            with nogil:
                worker_sleeps(self.channel[0], size, 0)
            PyErr_CheckSignals()
        bell.ring()

    def post(self, int slot, uint64_t generation):
        """Queue a job in a slot. Before its frame is written."""
        self.channel.control().claims[slot].post(generation)

    def start(self, int slot, uint64_t generation):
        """For the worker: take the job. False: it was withdrawn."""
        return self.channel.control().claims[slot].start(generation)

    def withdraw(self, int slot, uint64_t generation):
        """For the parent: take the job back. False: it was started."""
        return self.channel.control().claims[slot].withdraw(generation)

    def sign(self, bint is_parent, int64_t pid, uint64_t started):
        """Write down which process owns an end."""
        cdef Control* control = &self.channel.control()
        if is_parent:
            control.parent.pid, control.parent.started = pid, started
        else:
            control.worker.pid, control.worker.started = pid, started

    def owners(self):
        """Return (pid, start time) of the parent and of the worker; zeros before they signed."""
        cdef Control* control = &self.channel.control()
        return (control.parent.pid, control.parent.started), (control.worker.pid, control.worker.started)
