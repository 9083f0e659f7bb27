# One job, and a worker as the core of a pool sees it. Included by _jobs_c.pyx.

@cython.final
cdef class Job:
    """One call of a function in a worker process. Awaitable in a coroutine, `result()` in a thread."""

    cdef readonly str name
    cdef Core core
    cdef State state
    cdef bint is_foreign, is_opened
    cdef bytes function, payload
    cdef object parcel, future           # descriptors that travel along; a concurrent.futures.Future that follows
    cdef uint32_t flags
    cdef Peer peer
    cdef uint32_t slot
    cdef uint64_t generation
    cdef int kind
    cdef object raw, value, error
    cdef list watchers, locks
    cdef object __weakref__

    def __init__(self, str name, bytes function, bytes payload, uint32_t flags, parcel, future):
        self.name, self.function, self.payload, self.flags = name, function, payload, flags
        self.parcel, self.future = parcel, future

    def __repr__(self):
        return f"<Job {self.name} {self._state_name()}>"

    cdef str _state_name(self):
        if self.state == SENT:
            return f"at worker {self.peer.pid}" if self.peer is not None else "at a worker"
        return {PENDING: "waiting", DONE: "done", CANCELLED: "cancelled"}[self.state]

    cdef bint carries(self):
        # Whether it has a descriptor of its own.
        return self.parcel is not None and self.parcel.private >= 0

    def done(self):
        """Whether it has a result or an exception, or was cancelled."""
        return self.state >= DONE

    def cancelled(self):
        """Whether it was cancelled before it started."""
        return self.state == CANCELLED

    def running(self):
        """Whether a worker has it: it runs, or is next in that worker's line."""
        return self.state == SENT

    def cancel(self):
        """Take it back if no worker has started it. Returns whether it is cancelled."""
        if self.state == PENDING or (self.state == SENT and self.core.take_back(self)):
            self.core.finish(self, CANCELLED)
            self.core.notify()
            self.core.pass_on()
        return self.state == CANCELLED

    def result(self, timeout=None):
        """Wait and return what the function returned, or raise what it raised.

        Raises TimeoutError after `timeout` seconds, WorkerDied if the worker died over it, JobCancelledError. Blocks
        the thread: in a coroutine, await the job.
        """
        if self.state < DONE:
            self.core.wait_for(self, timeout)
        self.open()
        if self.error is not None:
            try:
                raise self.error
            finally:
                self = None  # the traceback shall not keep the job
        return self.value

    def exception(self, timeout=None):
        """Wait and return what the function raised, or None. The same errors as `result`, returned, not raised."""
        if self.state < DONE:
            self.core.wait_for(self, timeout)
        self.open()
        return self.error

    def add_done_callback(self, callback):
        """Call `callback(job)` when it is done: in whichever thread reads the answer, or at once if it is done."""
        if self.state >= DONE:
            callback(self)
        else:
            self.watch((None, callback))

    cdef void watch(self, tuple watcher):
        if self.watchers is None:
            self.watchers = []
        self.watchers.append(watcher)

    def __await__(self):
        if self.state < DONE:
            self.core.look_briefly()
        if self.state < DONE:
            loop = loop_of_this_thread()
            if loop is None:
                raise RuntimeError("no running event loop: call result() to wait in a thread")
            future = loop.create_future()
            self.watch((loop, future))
            try:
                yield from future
            except BaseException:
                self.cancel()
                raise
        return self.result()

    cdef void open(self):
        # What came over is unpickled by who asks for it, once.
        if self.is_opened:
            return
        self.is_opened = True
        if self.state == CANCELLED:
            self.error = JobCancelledError("the job was cancelled before it started", found=self.name)
        elif self.raw is not None:
            raw, self.raw = self.raw, None
            self.value, self.error = open_answer(self.kind == <int>Kind.value, raw, self.name)


@cython.final
cdef class Peer:
    """A worker as the core sees it: its channel, and the jobs it has."""

    cdef readonly Link link
    cdef readonly object socket
    cdef readonly int pid, serial
    cdef public bint is_ready
    cdef readonly bint has_started
    cdef bint is_gone, is_sending
    cdef list jobs, free_slots
    cdef int count
    cdef uint64_t generation

    def __init__(self, Link link, socket, int pid, int serial):
        self.link, self.socket, self.pid, self.serial = link, socket, pid, serial
        self.jobs = [None] * kSlots
        self.free_slots = list(range(kSlots - 1, -1, -1))

    @property
    def load(self):
        """How many jobs it has."""
        return self.count

    cdef list in_order(self):
        return sorted([job for job in self.jobs if job is not None], key=generation_of)


def generation_of(Job job):
    """The order in which a worker got its jobs."""
    return job.generation
