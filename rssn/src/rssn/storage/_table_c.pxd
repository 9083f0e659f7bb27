"""The table of a store: nodes in extents, those that wait for the next, and which structure has which number."""

from libc.stdint cimport uint16_t, uint32_t, uint64_t

from rssn.expr._arena_c cimport spread
from rssn.storage._pages_c cimport Extent, Pages, rssn_extent, rssn_node

cdef inline uint32_t none() noexcept:
    """No node: a missing operand, an error."""
    return 0xFFFFFFFFu

cdef inline uint32_t many() noexcept:
    """Set in field b of a node whose operands lie in the pool."""
    return 0x80000000u

cdef inline bint is_many(uint32_t b) noexcept:
    return b != 0xFFFFFFFFu and (b & 0x80000000u) != 0

cdef inline uint64_t pair_key(uint16_t op, uint32_t a, uint32_t b) noexcept:
    return spread((<uint64_t>a << 32 | b) ^ (<uint64_t>op * 0x9E3779B97F4A7C15ULL))

cdef void *grown(void *memory, size_t size) except NULL

cdef class Table(Pages):
    # Nodes that are in no extent yet.
    cdef rssn_node *tail
    cdef uint32_t tail_count, tail_capacity, tail_limit
    cdef uint32_t *pool
    cdef uint32_t pool_count, pool_capacity
    cdef char *text
    cdef uint64_t text_count, text_capacity
    cdef public object sink
    cdef uint64_t memory
    # Buckets of eight cells, a tag above a number; the nearer to the front, the longer a cell stays.
    cdef uint64_t *cells
    cdef int bucket_bits, most_bits
    cdef uint64_t known
    cdef readonly uint64_t forgotten
    cdef bint is_primed
    # Operators by the store's numbers, and those numbers by the process's.
    cdef list operator_names, operator_flags
    cdef uint16_t *process_op
    cdef uint16_t *name_rank
    cdef uint16_t *stored_op
    cdef uint32_t stored_op_count

    cdef int add_operator(self, name, flag) except -1
    cdef uint16_t code_of(self, uint16_t process_op) except 0
    cdef uint16_t process_code(self, uint16_t op) except 0
    cdef const rssn_node *at(self, uint32_t id) except NULL
    cdef const uint32_t *operands_at(self, uint32_t id, const rssn_node *node, uint32_t *count) except NULL
    cdef const char *text_at(self, uint32_t id, const rssn_node *node) except NULL
    cdef object value_of(self, uint32_t id)
    cdef uint64_t key_at(self, uint32_t id) except? 0
    cdef int prime(self) except -1
    cdef int remember(self, uint64_t key, uint32_t id) except -1
    cdef int widen(self) except -1
    cdef uint64_t *bucket_of(self, uint64_t key) except NULL
    cdef uint32_t intern(self, uint16_t op, uint32_t a, uint32_t b) except 0xFFFFFFFFu
    cdef uint32_t intern_many(self, uint16_t op, const uint32_t *operands, uint32_t count) except 0xFFFFFFFFu
    cdef uint32_t intern_text(self, uint16_t op, const char *text, uint32_t size) except 0xFFFFFFFFu
    cdef uint32_t found(self, uint64_t *bucket, int place) noexcept
    cdef int make_room(self, uint64_t size) except -1
    cdef uint32_t append(self, uint64_t key, uint16_t op, uint32_t a, uint32_t b) except 0xFFFFFFFFu
    cdef list parts_of(self, rssn_extent *h, list operators, list entries, bytearray names)
    cdef str named(self, Extent *e, uint64_t at, uint64_t size)
