"""The native half of a reduction that runs without the GIL: one plan, many items, on any threads."""

from libc.stdint cimport int32_t, int64_t

from rssn.jit._run_c cimport Job

cdef enum:
    LANES = 32               # as in `_reductions.py`
    CHUNK_ROWS = 16384


# One reduction of given arrays. The rows of an output are cut into chunks; what a chunk gives lies in
# `partials[state][chunk][output]` until all chunks are combined.
cdef struct Plan:
    Job *step
    Job *settle                # of the reducer, as the next three; NULL where states can be combined as they are
    Job *combine
    double *starts             # [states]
    char *sources              # [states]: what a state starts from; c: a constant, q: the chunk, l: the lane
    bint across                # vectors lie across neighbouring outputs, not along the rows of one
    int32_t inputs, states, folded
    int64_t rows               # of each output
    int64_t outputs
    int64_t chunks             # per output
    int32_t dims               # the dimensions that are reduced
    int32_t kept_dims          # those that are not
    int64_t *shape             # [dims]
    int64_t *strides           # [dims][inputs]
    int64_t *kept_shape
    int64_t *kept_strides
    char **base                # [inputs]
    char *ways                 # [inputs]: along the rows c: contiguous, s: always the same, x: anything else
    int64_t pack_rows          # of the inputs in other layouts, copied at a time
    char **partials            # [folded]
    char *memory               # of the partials
    int64_t slab, slabs        # outputs side by side in one item, and how many such items the inner dimension has
    int64_t items
    int64_t first              # the item that the slice under way begins with
    char stops_at              # a truth value after which no row matters; -1 where there is none
    bint stopped
    int32_t failure            # -1: no memory; 1: an input held an integer that would lose bits


cdef Plan *new_plan(int32_t inputs, int32_t states, int32_t folded, int32_t dims) except NULL
cdef void free_plan(Plan *plan) noexcept nogil
cdef void lay_out(Plan *plan) noexcept nogil
cdef int make_room(Plan *plan) except -1
cdef int run_plan(Plan *plan, double work_ns, int64_t at_a_time, int32_t threads) except? -1 nogil
cdef int fold_chunks(Plan *plan) noexcept nogil
