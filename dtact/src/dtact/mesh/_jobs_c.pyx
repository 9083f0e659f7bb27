"""Jobs and ports over the C table of dtact/pool.h: what needs no GIL runs without it."""

from cpython.buffer cimport PyBUF_ANY_CONTIGUOUS, PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t, uintptr_t
from libc.stdlib cimport calloc, free

from dtact.mesh.capi cimport (
    DTACT_OK, DTACT_PENDING, DTACT_THEN_WAIT, DTACT_REJECT, DTACT_FULL,
    dtact_import_pool, dtact_job, dtact_pool_api, dtact_port, dtact_ticket, dtact_worker_statistics,
)

from types import GenericAlias

from dtact.mesh._refusals import refuse_state, refuse_submission

cdef const dtact_pool_api *pool = dtact_import_pool()
cdef list left_behind = []  # jobs under way that nobody holds: what they use must live on


cdef class Job:
    """Native work that was submitted: wait for it with `await`, from a task, or with `wait`, from a thread.

    Once it is done, what the native function wrote is visible. Raises the errors of `result` when awaited.
    """

    cdef dtact_ticket *_ticket
    cdef object _kept      # what the native function may look at
    cdef object _finish    # makes the result of _kept, or None
    cdef list _waiters     # to be woken by the port that watches this job
    cdef object __weakref__

    def __init__(self, *args, **kwargs):
        raise TypeError("jobs are made by dtact.mesh.submit, submit_many and map")

    def __del__(self):
        if self._ticket != NULL and pool.ticket_state(self._ticket) == DTACT_PENDING:
            left_behind.append(keep(self._ticket, self._kept))
            self._ticket = NULL

    def __dealloc__(self):
        if self._ticket != NULL:
            pool.ticket_free(self._ticket)

    @classmethod
    def __class_getitem__(cls, item):
        """Job[T] is for type checkers."""
        return GenericAlias(cls, item)

    def done(self):
        """Return whether it needs no more waiting: run, or dropped, or lost in a child made by fork."""
        return pool.ticket_state(self._ticket) != DTACT_PENDING

    def wait(self, timeout=None):
        """Block this thread until the job is done, at most `timeout` seconds; return whether it is.

        Without a timeout the thread works along where there are many items. Raises the errors of `result`.
        """
        cdef int64_t limit_ns = -1 if timeout is None else <int64_t>(min(max(timeout, 0.0), 9e9) * 1e9)
        cdef int32_t state
        with nogil:
            state = pool.ticket_wait(self._ticket, limit_ns)
        if state == DTACT_PENDING:
            return False
        refuse_state(state)
        return True

    def result(self):
        """Return what the job made: None, or what `map` says; the job must be done.

        Raises JobStateError if it is not done, JobDroppedError if it was dropped from a full queue, JobLostError in a
        child made by fork, and what a Python function raised that `map` was given.
        """
        refuse_state(pool.ticket_state(self._ticket), must_be_done=True)
        return None if self._finish is None else self._finish(self._kept)

    def __await__(self):
        if pool.ticket_state(self._ticket) == DTACT_PENDING:
            from dtact.mesh._await import wait_for

            yield from wait_for(self)
        return self.result()

    def __repr__(self):
        return f"<dtact.mesh.Job {'done' if self.done() else 'pending'}>"


cdef Job keep(dtact_ticket *ticket, object kept):
    cdef Job job = Job.__new__(Job)
    job._ticket, job._kept = ticket, kept
    return job


cdef void sweep():
    global left_behind
    left_behind = [job for job in left_behind if not (<Job>job).done()]


def submit(uintptr_t function, uintptr_t base, int64_t stride, int64_t count, bint is_table, uint32_t options, kept,
           finish):
    """Submit count calls of the native function as one job."""
    cdef int32_t error = DTACT_OK
    cdef dtact_ticket *ticket
    if left_behind:
        sweep()
    # The usual case is over in a moment, so it keeps the GIL; where there is no room, others must be able to run.
    ticket = pool.ticket_submit(
        <dtact_job>function, <void *>base, stride, count, is_table, (options & ~<uint32_t>3) | DTACT_REJECT, &error)
    if ticket == NULL and error == DTACT_FULL and (options & 3) != DTACT_REJECT:
        with nogil:
            ticket = pool.ticket_submit(
                <dtact_job>function, <void *>base, stride, count, is_table, options, &error)
    if ticket == NULL:
        refuse_submission(error)
    cdef Job job = keep(ticket, kept)
    job._finish = finish
    return job


cdef class Port:
    """The jobs that an event loop waits for. Its file descriptor becomes readable when some are done."""

    cdef dtact_port *_port

    def __cinit__(self):
        self._port = pool.port_new()
        if self._port == NULL:
            raise OSError("the system gives no eventfd")

    def __dealloc__(self):
        if self._port != NULL:
            pool.port_free(self._port)

    def fileno(self):
        """Return the descriptor to poll for reading."""
        return pool.port_fd(self._port)

    def watch(self, Job job, waiter):
        """Wake the waiter by take() once the job is done; False if it is done already."""
        if job._waiters is not None:
            job._waiters.append(waiter)
            return True
        Py_INCREF(job)  # the port's
        job._waiters = [waiter]
        if pool.port_watch(self._port, job._ticket, <void *>job):
            return True
        job._waiters = None
        Py_DECREF(job)
        return False

    def take(self):
        """Wake all who wait for jobs that are done."""
        cdef void *tags[64]
        cdef int64_t count = 64, at
        while count == 64:
            count = pool.port_take(self._port, tags, 64)
            for at in range(count):
                job = <Job>(<PyObject *>tags[at])
                Py_DECREF(job)
                waiters, (<Job>job)._waiters = (<Job>job)._waiters, None
                for waiter in waiters:
                    waiter.wake()


cdef class Span:
    """The memory of an object with the buffer protocol, held while native code uses it."""

    cdef Py_buffer _view
    cdef bint _is_open

    def __cinit__(self, source, bint writable):
        PyObject_GetBuffer(source, &self._view, PyBUF_ANY_CONTIGUOUS | (PyBUF_WRITABLE if writable else PyBUF_SIMPLE))
        self._is_open = True

    def __dealloc__(self):
        if self._is_open:
            PyBuffer_Release(&self._view)

    @property
    def address(self):
        """Where it begins."""
        return <uintptr_t>self._view.buf

    @property
    def length(self):
        """How many items it has."""
        return self._view.len // self._view.itemsize if self._view.itemsize else 0

    @property
    def itemsize(self):
        """Bytes of an item."""
        return self._view.itemsize


ctypedef void (*block_function)(void *data, int64_t count) noexcept nogil

cdef struct Block:
    block_function function
    void *data
    int64_t count
    PyObject *calls


cdef void run_block(void *argument) noexcept nogil:
    cdef Block *block = <Block *>argument
    pool.name_job(<void *>block.function)
    block.function(block.data, block.count)


cdef void run_call(void *argument) noexcept with gil:
    cdef Block *block = <Block *>argument
    (<Blocks><object>block.calls).call(block.count)


cdef class Blocks:
    """What `map` hands to the workers: a native function and memory, or a Python callable and arguments."""

    cdef Block *_blocks
    cdef readonly list chunks
    cdef readonly list results
    cdef readonly list errors
    cdef object _function
    cdef list _spans

    def __cinit__(self, uintptr_t address, function, list chunks):
        self.chunks, self._function, self._spans = chunks, function, []
        self.results, self.errors = [None] * len(chunks), []
        self._blocks = <Block *>calloc(max(len(chunks), 1), sizeof(Block))
        if self._blocks == NULL:
            raise MemoryError
        for at, chunk in enumerate(chunks):
            self._blocks[at].calls = <PyObject *>self
            self._blocks[at].count = at
            if address != 0:
                span = Span(chunk, True)
                self._spans.append(span)
                self._blocks[at].function = <block_function>address
                self._blocks[at].data = <void *><uintptr_t>span.address
                self._blocks[at].count = span.length

    def __dealloc__(self):
        free(self._blocks)

    def submit(self, uint32_t options):
        """Submit a job of one call a chunk."""
        cdef uintptr_t function = <uintptr_t>(&run_block if self._spans else &run_call)
        return submit(function, <uintptr_t>self._blocks, sizeof(Block), len(self.chunks), False, options, self, outcome)

    cdef call(self, int64_t at):
        pool.name_job(<void *>self._function)  # an address that is told apart, no more
        try:
            chunk = self.chunks[at]
            self.results[at] = self._function(*chunk) if isinstance(chunk, tuple) else self._function(chunk)
        except BaseException as error:
            self.errors.append((at, error))


def outcome(Blocks blocks):
    """Return the results of all chunks, or raise what the first of them raised."""
    if blocks.errors:
        raise min(blocks.errors)[1]
    return list(blocks.chunks if blocks._spans else blocks.results)


def pending():
    """Return how many jobs have been submitted and not yet run, tickets counted by worker."""
    return pool.pending_jobs()


def close(bint is_closed):
    """Take no more jobs, or take them again."""
    with nogil:
        pool.close_jobs(is_closed)


def shed():
    """Return how many jobs were dropped from a full queue."""
    return pool.shed_jobs()


def worker_statistics():
    """Return the counters of each worker and, last, of all other threads, in the order of `WorkerStatistics`."""
    cdef dtact_worker_statistics one
    rows = []
    for worker in [*range(pool.worker_count()), -1]:
        pool.worker_statistics(worker, &one)
        rows.append((worker, one.submitted, one.ran, one.stolen, one.shared, one.deflected, one.wakes, one.sleeps))
    return rows
