"""Rows into states, states into fewer: the part of a reduction that runs without the GIL.

Row r of a chunk goes into lane r % LANES, whatever the vectors, the layout of
the arrays and the threads; then lanes are combined, then chunks, both two by
two in an order that follows from their number alone.
"""

from libc.stdint cimport int32_t, int64_t, uintptr_t
from libc.stdlib cimport calloc, free, llabs, malloc
from libc.string cimport memcpy

from rssn.jit._run_c cimport Job, in_slices, on_threads, run_padded, run_rows

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void *) noexcept nogil

cdef enum:
    PACK_ROWS = 2048         # copied at a time where rows are not contiguous
    PACKED = 8               # inputs of which a whole chunk is copied at a time where that is faster
    SLAB = 512               # outputs side by side
    LEAST_ACROSS = 16        # outputs side by side that make it worth it
    FEW_ROWS = 96            # with fewer per output, starting and folding 32 lanes is most of the work
    STRETCH = 64             # spare bytes, for alignment


# Plans


cdef Plan *new_plan(int32_t inputs, int32_t states, int32_t folded, int32_t dims) except NULL:
    """Return an empty plan; all its small arrays lie in one allocation."""
    cdef int64_t words = 2 * dims * (1 + inputs) + inputs + folded
    cdef Plan *plan = <Plan *>calloc(1, sizeof(Plan) + 8 * words + inputs)
    if plan == NULL:
        raise MemoryError()
    cdef int64_t *room = <int64_t *>(plan + 1)
    plan.inputs, plan.states, plan.folded = inputs, states, folded
    plan.shape = room
    plan.kept_shape = room + dims
    plan.strides = room + 2 * dims
    plan.kept_strides = plan.strides + dims * inputs
    room = plan.kept_strides + dims * inputs
    plan.base = <char **>room
    plan.partials = plan.base + inputs
    plan.ways = <char *>(plan.partials + folded)
    plan.stops_at = -1
    return plan


cdef void free_plan(Plan *plan) noexcept nogil:
    if plan != NULL:
        free(plan.step)
        free(plan.memory)
        free(plan)


cdef void lay_out(Plan *plan) noexcept nogil:
    """Decide which way vectors lie, and cut the work into items."""
    cdef int32_t k, d, packed = 0
    cdef int64_t inner = plan.kept_shape[plan.kept_dims - 1] if plan.kept_dims else 1
    cdef int64_t reach
    cdef bint straight = True
    for k in range(plan.inputs):
        plan.ways[k] = c"s"
        reach = plan.step.sizes[k]
        for d in range(plan.dims):
            if plan.strides[d * plan.inputs + k] != 0:
                plan.ways[k] = c"c"
        if plan.ways[k] == c"c":
            for d in range(plan.dims - 1, -1, -1):
                if plan.strides[d * plan.inputs + k] != reach:
                    plan.ways[k] = c"x"
                reach *= plan.shape[d]
        if plan.ways[k] == c"x":
            straight = False
            packed += 1
            plan.pack_rows = max(plan.pack_rows, CHUNK_ROWS if is_crosswise(plan, k) else PACK_ROWS)
    if packed > PACKED:
        plan.pack_rows = PACK_ROWS
    plan.across = inner >= LEAST_ACROSS and (not straight or plan.rows < FEW_ROWS)
    plan.slab = SLAB if plan.across else 1
    plan.slabs = (inner + plan.slab - 1) // plan.slab
    plan.chunks = (plan.rows + CHUNK_ROWS - 1) // CHUNK_ROWS
    plan.items = plan.slabs * (plan.outputs // inner) * plan.chunks


cdef bint is_crosswise(Plan *plan, int32_t k) noexcept nogil:
    """Say whether neighbours in memory are not neighbouring rows, as of an array in Fortran order."""
    cdef int64_t *strides = plan.strides + (plan.dims - 1) * plan.inputs + k
    return plan.dims > 1 and 0 < llabs((strides - plan.inputs)[0]) < llabs(strides[0])


cdef int make_room(Plan *plan) except -1:
    """Allocate what the chunks give. In lanes without rows stands what changes nothing."""
    cdef int64_t count = plan.chunks * plan.outputs, size
    cdef int32_t f
    size = STRETCH
    for f in range(plan.folded):
        size += STRETCH + count * plan.combine.sizes[f]
    plan.memory = <char *>malloc(size)
    if plan.memory == NULL:
        raise MemoryError()
    cdef char *room = aligned(plan.memory)
    for f in range(plan.folded):
        plan.partials[f] = room
        room = aligned(room + count * plan.combine.sizes[f])
    return 0


cdef inline char *aligned(char *place) noexcept nogil:
    return <char *>((<uintptr_t>place + STRETCH - 1) & ~<uintptr_t>(STRETCH - 1))


# What one thread works with


cdef struct Bench:
    char *memory
    char *frame
    char **data                # addresses as programs want them
    char **rows                # where the rows under way begin, [inputs]
    char **origin              # where those of the item begin, [inputs]
    char **states              # [states][lane][output of the slab]
    char **settled             # [folded], the states themselves where nothing is settled
    char *pack                 # [inputs][pack_rows] elements of up to 16 bytes


cdef int open_bench(Plan *plan, Bench *bench) noexcept nogil:
    cdef int64_t frame = max(plan.step.frame_bytes, plan.combine.frame_bytes)
    cdef int64_t lane_bytes = LANES * (plan.slab + 1) * 8 + STRETCH  # the last vector may begin within the lanes
    cdef int64_t addresses = plan.step.operands + 4 * plan.folded + 2 * (plan.inputs + plan.states)
    cdef int64_t packed = 0
    cdef int32_t k
    if plan.settle != NULL:
        frame = max(frame, plan.settle.frame_bytes)
    if not plan.across:
        for k in range(plan.inputs):
            packed += plan.pack_rows * 16 if plan.ways[k] == c"x" else 0
    bench.memory = <char *>malloc(
        frame + packed + 8 * addresses + (plan.states + plan.folded) * lane_bytes + 4 * STRETCH)
    if bench.memory == NULL:
        return -1
    bench.data = <char **>aligned(bench.memory)
    bench.rows = bench.data + plan.step.operands + 3 * plan.folded + plan.states
    bench.origin = bench.rows + plan.inputs
    bench.states = bench.origin + plan.inputs
    bench.settled = bench.states + plan.states
    bench.frame = aligned(<char *>(bench.settled + plan.folded))
    bench.pack = aligned(bench.frame + frame)
    cdef char *room = bench.pack + packed
    for k in range(plan.states):
        bench.states[k] = room = aligned(room)
        room += LANES * (plan.slab + 1) * 8
    for k in range(plan.folded):
        if plan.settle == NULL:
            bench.settled[k] = bench.states[k]
        else:
            bench.settled[k] = room = aligned(room)
            room += LANES * (plan.slab + 1) * 8
    return 0


cdef void start(Plan *plan, Bench *bench, int64_t chunk, int64_t lanes, int64_t inner) noexcept nogil:
    """Fill the states of a chunk with what they are before any row."""
    cdef int32_t s, size
    cdef int64_t lane, n
    cdef double value
    cdef char *to
    for s in range(plan.states):
        size = plan.step.sizes[plan.inputs + s]
        to = bench.states[s]
        value = plan.starts[s] if plan.sources[s] == c"c" else <double>chunk
        for lane in range(lanes):
            if plan.sources[s] == c"l":
                value = <double>lane
            if size == 8:
                for n in range(inner):
                    (<double *>to)[lane * inner + n] = value
            elif size == 4:
                for n in range(inner):
                    (<float *>to)[lane * inner + n] = <float>value
            else:
                for n in range(inner):
                    to[lane * inner + n] = value != 0


cdef void fold(
    Plan *plan, char **states, char **data, char *frame, int64_t total, int64_t live, int64_t inner
) noexcept nogil:
    """Combine `total` states of `inner` outputs each, of which the first `live` hold any rows, into the first."""
    cdef int32_t f, n = plan.folded
    cdef int64_t half
    while total > 1:
        half = (total + 1) // 2
        if live > half:
            for f in range(n):
                data[f] = data[2 * n + f] = states[f]
                data[n + f] = states[f] + half * inner * plan.combine.sizes[f]
            run_rows(plan.combine, data, (live - half) * inner, frame)
            live = half
        total = half


cdef void fold_lanes(Plan *plan, char **states, char **data, char *frame) noexcept nogil:
    """Combine all LANES states of one output, as `fold` does, by whole vectors: what lies behind may be spoilt."""
    cdef int32_t f, n = plan.folded
    cdef int64_t half = LANES // 2
    while half > 0:
        for f in range(n):
            data[f] = data[2 * n + f] = states[f]
            data[n + f] = states[f] + half * plan.combine.sizes[f]
        plan.combine.run(data, plan.combine.strides, max(half, <int64_t>plan.combine.width), frame)
        half //= 2


cdef void put(Plan *plan, Bench *bench, int64_t chunk, int64_t output, int64_t lanes, int64_t inner) noexcept nogil:
    """Settle and fold the lanes of a chunk that were started, and keep what they give."""
    cdef int32_t s, f, size
    cdef int64_t place = (chunk * plan.outputs + output)
    if plan.settle != NULL:
        for s in range(plan.states):
            bench.data[s] = bench.states[s]
        for f in range(plan.folded):
            bench.data[plan.states + f] = bench.settled[f]
        run_rows(plan.settle, bench.data, lanes * inner, bench.frame)
    if plan.across:
        fold(plan, bench.settled, bench.data, bench.frame, LANES, lanes, inner)
    else:
        fold_lanes(plan, bench.settled, bench.data, bench.frame)
    for f in range(plan.folded):
        size = plan.combine.sizes[f]
        memcpy(plan.partials[f] + place * size, bench.settled[f], inner * size)


# Along the rows


cdef void pack(
    char *to, const char *source, int32_t size, Plan *plan, int32_t k, int64_t first, int64_t count
) noexcept nogil:
    """Copy elements of input k from row `first` on, in the order of the rows."""
    cdef int32_t last = plan.dims - 1, d
    cdef int64_t inner = plan.shape[last], stride = plan.strides[last * plan.inputs + k]
    cdef int64_t at = first % inner, outer = first // inner, rest, here, lines
    cdef bint crosswise = is_crosswise(plan, k)
    cdef const char *place
    while count > 0:
        here = min(inner - at, count)
        place = source + at * stride
        rest = outer
        for d in range(last - 1, -1, -1):
            place += (rest % plan.shape[d]) * plan.strides[d * plan.inputs + k]
            rest //= plan.shape[d]
        lines = 1
        if crosswise and here == inner:
            # As many lines as there are, so that memory is read in its own order.
            lines = min(count // inner, plan.shape[last - 1] - outer % plan.shape[last - 1])
            copy_plane(to, place, size, lines, inner, plan.strides[(last - 1) * plan.inputs + k], stride)
        else:
            copy_line(to, place, size, here, size, stride)
        to += lines * here * size
        count -= lines * here
        at = 0
        outer += lines


cdef void copy_plane(
    char *to, const char *source, int32_t size, int64_t lines, int64_t length, int64_t line_stride, int64_t stride
) noexcept nogil:
    """Copy lines of one length that lie side by side, to lie one after another."""
    cdef int64_t n
    for n in range(length):
        copy_line(to + n * size, source + n * stride, size, lines, length * size, line_stride)


cdef inline void copy_line(
    char *to, const char *source, int32_t size, int64_t count, int64_t to_stride, int64_t stride
) noexcept nogil:
    cdef int64_t n
    if stride == size and to_stride == size:
        memcpy(to, source, count * size)
    elif size == 8:
        for n in range(count):
            memcpy(to + n * to_stride, source + n * stride, 8)
    elif size == 16:
        for n in range(count):
            memcpy(to + n * to_stride, source + n * stride, 16)
    elif size == 4:
        for n in range(count):
            memcpy(to + n * to_stride, source + n * stride, 4)
    elif size == 2:
        for n in range(count):
            memcpy(to + n * to_stride, source + n * stride, 2)
    else:
        for n in range(count):
            to[n * to_stride] = source[n * stride]


cdef void take_rows(Plan *plan, Bench *bench, int64_t rows) noexcept nogil:
    """Take rows that begin at a multiple of LANES into the states."""
    cdef Job *job = plan.step
    cdef char **data = bench.data
    cdef int32_t k, s, size
    cdef int64_t whole = rows & ~<int64_t>(job.width - 1), lane = whole % LANES
    for k in range(plan.inputs):
        data[k] = bench.rows[k]
    for s in range(plan.states):
        data[plan.inputs + s] = data[plan.inputs + plan.states + s] = bench.states[s]
    data[job.operands] = <char *>&job.lost
    if whole:
        job.run(data, job.strides, whole, bench.frame)
    if whole < rows:
        for k in range(plan.inputs):
            data[k] += whole * job.strides[k]
        for s in range(plan.states):
            size = job.sizes[plan.inputs + s]
            data[plan.inputs + s] += lane * size
            data[plan.inputs + plan.states + s] += lane * size
        run_padded(job, data, rows - whole, bench.frame)


cdef int64_t kept_offset(Plan *plan, int32_t k, int64_t output, int32_t dims) noexcept nogil:
    cdef int64_t offset = 0
    cdef int32_t d
    for d in range(dims - 1, -1, -1):
        offset += (output % plan.kept_shape[d]) * plan.kept_strides[d * plan.inputs + k]
        output //= plan.kept_shape[d]
    return offset


cdef int along(Plan *plan, Bench *bench, int64_t item) noexcept nogil:
    """One chunk of the rows of one output, vectors along the rows."""
    cdef int64_t chunk = item % plan.chunks, output = item // plan.chunks
    cdef int64_t begin = chunk * CHUNK_ROWS, end, first, rows, longest = CHUNK_ROWS
    cdef int32_t k
    cdef char *room
    end = min(begin + CHUNK_ROWS, plan.rows)
    for k in range(plan.inputs):
        bench.origin[k] = plan.base[k] + kept_offset(plan, k, output, plan.kept_dims)
        if plan.ways[k] == c"x":
            longest = plan.pack_rows
    start(plan, bench, chunk, LANES, 1)
    first = begin
    while first < end:
        rows = min(longest, end - first)
        room = bench.pack
        for k in range(plan.inputs):
            if plan.ways[k] == c"x":
                pack(room, bench.origin[k], plan.step.sizes[k], plan, k, first, rows)
                bench.rows[k] = room
                room += plan.pack_rows * 16
            else:
                bench.rows[k] = bench.origin[k] + (first * plan.step.sizes[k] if plan.ways[k] == c"c" else 0)
        take_rows(plan, bench, rows)
        first += rows
    if plan.step.lost != 0:
        plan.failure = 1
        return -1
    put(plan, bench, chunk, output, LANES, 1)
    if plan.stops_at >= 0 and bench.settled[0][0] == plan.stops_at:
        plan.stopped = True
    return 0


# Across outputs


cdef inline int64_t row_offset(Plan *plan, int32_t k, int64_t row) noexcept nogil:
    cdef int64_t offset = 0
    cdef int32_t d
    for d in range(plan.dims - 1, 0, -1):
        offset += (row % plan.shape[d]) * plan.strides[d * plan.inputs + k]
        row //= plan.shape[d]
    return offset + row * plan.strides[k]


cdef inline void fetch(const char *place, int64_t size) noexcept nogil:
    """Ask for memory that will be read next."""
    cdef int64_t at
    for at in range(0, size, 64):
        prefetch(place + at)


cdef int across(Plan *plan, Bench *bench, int64_t item) noexcept nogil:
    """One chunk of the rows of outputs side by side, vectors across them."""
    cdef int64_t chunk = item % plan.chunks, at = item // plan.chunks
    cdef int64_t inner = plan.kept_shape[plan.kept_dims - 1]
    cdef int64_t column = (at % plan.slabs) * plan.slab, outer = at // plan.slabs
    cdef int64_t count = min(plan.slab, inner - column), row, lane
    cdef int64_t begin = chunk * CHUNK_ROWS, end = min(begin + CHUNK_ROWS, plan.rows)
    cdef int64_t lanes = min(<int64_t>LANES, end - begin)
    cdef int32_t k, s, n = plan.inputs, last = plan.kept_dims - 1
    cdef Job *job = plan.step
    cdef char **data = bench.data
    cdef char *place
    for k in range(n):
        bench.origin[k] = plan.base[k] + column * plan.kept_strides[last * n + k] + kept_offset(plan, k, outer, last)
    start(plan, bench, chunk, lanes, count)
    # Lane after lane, so that the states of one stay in the first cache.
    for lane in range(lanes):
        row = begin + lane
        while row < end:
            for k in range(n):
                bench.rows[k] = data[k] = bench.origin[k] + row_offset(plan, k, row)
                if job.layouts[k] == c"c" and row + LANES < end:
                    fetch(bench.origin[k] + row_offset(plan, k, row + LANES), count * job.sizes[k])
            for s in range(plan.states):
                place = bench.states[s] + lane * count * job.sizes[n + s]
                data[n + s] = data[n + plan.states + s] = place
            data[job.operands] = <char *>&job.lost
            run_rows(job, data, count, bench.frame)
            row += LANES
    if job.lost != 0:
        plan.failure = 1
        return -1
    put(plan, bench, chunk, outer * inner + column, lanes, count)
    return 0


# Items, threads


cdef void run_items(void *context, int64_t begin, int64_t end) noexcept nogil:
    cdef Plan *plan = <Plan *>context
    cdef Bench bench
    cdef int64_t item
    if plan.failure != 0:
        return
    if open_bench(plan, &bench) != 0:
        plan.failure = -1
        return
    for item in range(plan.first + begin, plan.first + end):
        if plan.stopped:
            skip(plan, item)
        elif (across(plan, &bench, item) if plan.across else along(plan, &bench, item)) != 0:
            break
    free(bench.memory)


cdef void skip(Plan *plan, int64_t item) noexcept nogil:
    """Leave a chunk out: the answer is known."""
    plan.partials[0][(item % plan.chunks) * plan.outputs + item // plan.chunks] = plan.stops_at


cdef int run_slice(void *context, int64_t first, int64_t items, int64_t at_a_time, int32_t threads) noexcept nogil:
    cdef Plan *plan = <Plan *>context
    plan.first = first
    on_threads(run_items, context, items, at_a_time, threads)
    return plan.failure


cdef int run_plan(Plan *plan, double work_ns, int64_t at_a_time, int32_t threads) except? -1 nogil:
    """Reduce every chunk. Returns `plan.failure`."""
    return in_slices(run_slice, plan, plan.items, work_ns, at_a_time, threads)


cdef int fold_chunks(Plan *plan) noexcept nogil:
    """Combine the chunks of every output; what is left lies first in `partials`. Returns -1 without memory."""
    cdef Bench bench
    if plan.chunks > 1:
        if open_bench(plan, &bench) != 0:
            return -1
        fold(plan, plan.partials, bench.data, bench.frame, plan.chunks, plan.chunks, plan.outputs)
        free(bench.memory)
    return 0
