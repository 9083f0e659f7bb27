"""Rows through machine code, without the GIL: whole vectors, padded tails, blocks on threads."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int32_t, int64_t, uintptr_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from dtact.mesh.capi cimport dtact_body, dtact_import_pool, dtact_pool_api

cdef enum:
    STACK_OPERANDS = 24
    LARGEST_WIDTH = 32
    FIRST_SLICE_NS = 4_000_000  # of a call that may be far dearer than it looks
    SLICE_NS = 80_000_000       # from one look for a signal to the next

cdef const dtact_pool_api *pool = NULL  # loaded with the first call that is worth a second thread


cdef class Program:
    """Machine code for one signature, as `Caller` runs it."""

    def __init__(self, uintptr_t address, object keep, int width, int64_t frame_bytes):
        if address == 0 or width < 1 or width > LARGEST_WIDTH:
            raise ValueError("no code, or more lanes than fit")
        self.run = <kernel_function>address
        self.keep = keep
        self.width = width
        self.frame_bytes = frame_bytes

    def become(self, Program better not None):
        """From now on run other code for the same. Calls under way end in the old one, which is kept for them."""
        if better.width != self.width or better.frame_bytes != self.frame_bytes:
            raise ValueError("not the same program")
        self.keep = (self.keep, better.keep)
        self.run = better.run


cdef int32_t pool_size() except -1:
    """Return how many threads dtact's pool has, the caller included."""
    global pool
    if pool is NULL:
        pool = dtact_import_pool()
    return pool.thread_count()


cdef Job *new_job(int32_t inputs, int32_t operands, int32_t outer_dims) except NULL:
    """Return an empty job; all its arrays lie in one allocation."""
    cdef int64_t words = 3 * operands + outer_dims * (1 + operands)
    cdef Job *job = <Job *>calloc(1, sizeof(Job) + 8 * words + 4 * operands + operands)
    if job == NULL:
        raise MemoryError()
    job.inputs, job.operands, job.outer_dims = inputs, operands, outer_dims
    cdef int64_t *room = <int64_t *>(job + 1)
    job.base = <char **>room
    job.strides = room + operands
    job.outer_shape = room + 2 * operands
    job.outer_strides = job.outer_shape + outer_dims
    room = job.outer_strides + outer_dims * operands
    job.sizes = <int32_t *>room
    job.layouts = <char *>(job.sizes + operands)
    return job


cdef void free_job(Job *job) noexcept nogil:
    free(job)


cdef void prepare(Job *job, Program program, int64_t block_rows) noexcept nogil:
    """Set the code to run and cut the inner dimension into blocks."""
    cdef int32_t d
    job.run, job.width, job.frame_bytes = program.run, program.width, program.frame_bytes
    job.block = block_rows if block_rows < job.inner else (job.inner if job.inner > 0 else 1)
    job.blocks = (job.inner + job.block - 1) // job.block
    job.items = job.blocks
    for d in range(job.outer_dims):
        job.items *= job.outer_shape[d]


cdef inline void copy_element(char *to, const char *source, int32_t size) noexcept nogil:
    if size == 8:
        memcpy(to, source, 8)
    elif size == 16:
        memcpy(to, source, 16)
    elif size == 4:
        memcpy(to, source, 4)
    elif size == 2:
        memcpy(to, source, 2)
    else:
        to[0] = source[0]


cdef void pad_rows(Job *job, char **data, int64_t rows, char **padded, int64_t *strides, char *room) noexcept nogil:
    """Copy fewer rows than a vector holds to `room`, spare lanes repeating the first row."""
    cdef int32_t k, size
    cdef int64_t row
    for k in range(job.operands):
        size = job.sizes[k]
        strides[k] = size
        padded[k] = room
        if k < job.inputs:
            if job.layouts[k] == c"s":
                padded[k] = data[k]
                continue
            if job.layouts[k] == c"c":
                memcpy(room, data[k], rows * size)
            else:
                for row in range(rows):
                    copy_element(room + row * size, data[k] + row * job.strides[k], size)
            for row in range(rows, job.width):
                copy_element(room + row * size, data[k], size)
        room += LANE_BYTES


cdef void unpad_rows(Job *job, char **data, int64_t rows, char **padded) noexcept nogil:
    cdef int32_t k, size
    cdef int64_t row
    for k in range(job.inputs, job.operands):
        size = job.sizes[k]
        if job.layouts[k] == c"c":
            memcpy(data[k], padded[k], rows * size)
        else:
            for row in range(rows):
                copy_element(data[k] + row * job.strides[k], padded[k] + row * size, size)


cdef int run_padded(Job *job, char **data, int64_t rows, char *frame) noexcept nogil:
    """Run fewer rows than one vector holds. Returns -1 without memory."""
    cdef char stack[(STACK_OPERANDS + 2) * (LANE_BYTES + 16)]
    cdef char *heap = NULL
    cdef char *room = stack
    cdef int64_t *strides
    cdef char **padded
    if job.operands > STACK_OPERANDS:
        heap = <char *>malloc((job.operands + 2) * (LANE_BYTES + 16))
        if heap == NULL:
            return -1
        room = heap
    # Streaming stores want whole vectors aligned; the two arrays of pointers follow the lanes.
    room = <char *>((<uintptr_t>room + 63) & ~<uintptr_t>63)
    padded = <char **>(room + job.operands * LANE_BYTES)
    strides = <int64_t *>(padded + job.operands + 1)
    padded[job.operands] = <char *>&job.lost
    pad_rows(job, data, rows, padded, strides, room)
    job.run(padded, strides, job.width, frame)
    unpad_rows(job, data, rows, padded)
    free(heap)
    return 0


cdef int run_rows(Job *job, char **data, int64_t rows, char *frame) noexcept nogil:
    """Run rows of the inner dimension; moves `data` along."""
    cdef int64_t whole = rows & ~<int64_t>(job.width - 1)
    cdef int32_t k
    if whole:
        job.run(data, job.strides, whole, frame)
        if whole == rows:
            return 0
        for k in range(job.operands):
            data[k] += whole * job.strides[k]
    return run_padded(job, data, rows - whole, frame)


cdef int run_items(Job *job, int64_t begin, int64_t end) noexcept nogil:
    """Run blocks begin <= item < end. Returns 0, -1 without memory, or -2 for an integer that would lose bits."""
    cdef char *stack[STACK_OPERANDS + 1]
    cdef char **data = stack
    cdef int64_t item, rest, first, rows
    cdef int32_t k, d
    cdef int status = 0
    cdef char *heap = NULL
    cdef char *frame = NULL
    if job.operands > STACK_OPERANDS or job.frame_bytes:
        heap = <char *>malloc(job.frame_bytes + 64 + (job.operands + 1) * sizeof(void *))
        if heap == NULL:
            return -1
        frame = <char *>((<uintptr_t>heap + 63) & ~<uintptr_t>63)
        data = <char **>(frame + job.frame_bytes)
    data[job.operands] = <char *>&job.lost
    for item in range(begin, end):
        first = (item % job.blocks) * job.block
        rest = item // job.blocks
        for k in range(job.operands):
            data[k] = job.base[k] + first * job.strides[k]
        for d in range(job.outer_dims - 1, -1, -1):
            for k in range(job.operands):
                data[k] += (rest % job.outer_shape[d]) * job.outer_strides[d * job.operands + k]
            rest //= job.outer_shape[d]
        rows = job.inner - first
        if rows > job.block:
            rows = job.block
        status = run_rows(job, data, rows, frame)
        if status != 0 or job.lost != 0:
            break
    free(heap)
    return -2 if job.lost > 0 else status


cdef int run_head(Job *job, int64_t rows) noexcept nogil:
    """Run the first rows, fewer than a vector, of a job without outer dimensions, and drop them from it."""
    cdef int64_t inner = job.inner
    cdef int32_t k
    job.inner = rows
    job.block, job.blocks, job.items = rows, 1, 1
    cdef int status = run_items(job, 0, 1)
    job.inner = inner - rows
    for k in range(job.operands):
        job.base[k] += rows * job.strides[k]
    return status


cdef void body(void *context, int64_t begin, int64_t end) noexcept nogil:
    cdef Job *job = <Job *>context
    if job.lost == 0 and run_items(job, job.first + begin, job.first + end) == -1:
        job.lost = -1


cdef int run_threads(Job *job, int64_t items, int64_t items_at_a_time, int32_t threads) noexcept nogil:
    """Run items from `job.first` on by up to `threads` threads of dtact's pool. Returns like `run_items`."""
    if threads == 1:
        return run_items(job, job.first, job.first + items)
    pool.parallel_for(body, job, items, items_at_a_time, threads)
    return 0 if job.lost == 0 else (-1 if job.lost < 0 else -2)


cdef double now_ns() noexcept nogil:
    cdef timespec now
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1e9 + now.tv_nsec


cdef int in_slices(
    slice_function run, void *context, int64_t total, double work_ns, int64_t items_at_a_time, int32_t threads
) except? -1 nogil:
    """Run `total` items, asking from time to time whether the user wants to stop. Returns the first status but 0.

    `work_ns` is a guess of what all of it takes on one thread, and only decides on the first slice. Raises
    what a signal's handler raises, KeyboardInterrupt above all.
    """
    cdef int64_t least = threads * items_at_a_time
    cdef int64_t items, wanted, first = 0
    cdef double started, took
    cdef int status = 0
    items = <int64_t>(threads * FIRST_SLICE_NS * total / work_ns)
    while status == 0 and first < total:
        # Every slice ends in a meeting of all threads: a little more is better than a last one for almost nothing.
        items = max(items, least)
        if items >= total - first - least:
            items = total - first
        started = now_ns()
        status = run(context, first, items, items_at_a_time, threads)
        took = max(now_ns() - started, 1.0)
        first += items
        if first < total:
            wanted = <int64_t>(items * (SLICE_NS / took))
            items = min(wanted, 16 * items)
            with gil:
                PyErr_CheckSignals()
    return status


cdef int run_slice(void *context, int64_t first, int64_t items, int64_t at_a_time, int32_t threads) noexcept nogil:
    cdef Job *job = <Job *>context
    job.first = first
    return run_threads(job, items, at_a_time, threads)


cdef int run_in_slices(Job *job, double work_ns, int64_t items_at_a_time, int32_t threads) except? -1 nogil:
    """Run the whole job in slices. Returns like `run_items`."""
    return in_slices(run_slice, job, job.items, work_ns, items_at_a_time, threads)


cdef void on_threads(dtact_body body, void *context, int64_t items, int64_t at_a_time, int32_t threads) noexcept nogil:
    """Call `body(context, begin, end)` for all items, by up to `threads` threads of dtact's pool."""
    if threads == 1:
        body(context, 0, items)
    else:
        pool.parallel_for(body, context, items, at_a_time, threads)
