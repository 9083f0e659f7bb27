"""Rows through machine code, without the GIL: whole vectors, padded tails, blocks on threads."""

from libc.stdint cimport int32_t, int64_t, uint64_t

from dtact.mesh.capi cimport dtact_body

cdef enum:
    LANE_BYTES = 512         # room for one padded vector: 32 lanes of 16 bytes

# Runs items of a context from the first one on; 0, or what went wrong.
ctypedef int (*slice_function)(
    void *context, int64_t first, int64_t items, int64_t at_a_time, int32_t threads) noexcept nogil
# After the addresses of all operands `data` holds that of a flag, set by code that checks integers.
ctypedef void (*kernel_function)(char **data, int64_t *strides, int64_t count, char *frame) noexcept nogil


cdef class Program:
    """Machine code for one signature. `keep` owns the memory that holds it."""
    cdef kernel_function run
    cdef readonly object keep
    cdef readonly int32_t width
    cdef readonly int64_t frame_bytes  # room the code wants for itself


# One call: where the operands lie (inputs first, then outputs) and how rows are laid out.
cdef struct Job:
    kernel_function run
    int64_t frame_bytes
    int32_t width
    int32_t inputs
    int32_t operands
    int32_t outer_dims
    int64_t inner            # rows of the innermost dimension
    int64_t block            # rows handled at a time
    int64_t blocks           # blocks per inner dimension
    int64_t items            # outer rows times blocks
    int64_t first            # the item that the slice under way begins with
    int64_t *outer_shape     # [outer_dims]
    int64_t *outer_strides   # [outer_dims][operands]
    char **base              # [operands]
    int64_t *strides         # [operands], bytes from row to row
    int32_t *sizes           # [operands], bytes of an element
    char *layouts            # [operands]: c, s or x
    int32_t lost             # 1 if an input held an integer that must be refused, -1 without memory


cdef Job *new_job(int32_t inputs, int32_t operands, int32_t outer_dims) except NULL
cdef void free_job(Job *job) noexcept nogil
cdef void prepare(Job *job, Program program, int64_t block_rows) noexcept nogil
cdef int run_padded(Job *job, char **data, int64_t rows, char *frame) noexcept nogil
cdef int run_rows(Job *job, char **data, int64_t rows, char *frame) noexcept nogil
cdef int run_head(Job *job, int64_t rows) noexcept nogil
cdef int run_items(Job *job, int64_t begin, int64_t end) noexcept nogil
cdef int32_t pool_size() except -1
cdef int run_threads(Job *job, int64_t items, int64_t items_at_a_time, int32_t threads) noexcept nogil
cdef int run_in_slices(Job *job, double work_ns, int64_t items_at_a_time, int32_t threads) except? -1 nogil
cdef int in_slices(
    slice_function run, void *context, int64_t total, double work_ns, int64_t items_at_a_time, int32_t threads
) except? -1 nogil
cdef void on_threads(dtact_body body, void *context, int64_t items, int64_t at_a_time, int32_t threads) noexcept nogil
cdef double now_ns() noexcept nogil
