"""The columns of the expression store: nodes, their intern table, and the handle table.

A node is an operator id and two 32-bit fields. What the fields hold:

==================  ===========================  ==========================
kind                a                            b
==================  ===========================  ==========================
INTEGER, FLOAT      low half of the 64 bits      high half of the 64 bits
BIG, SYMBOL         index into `objects`         0
RATIONAL            node of the numerator        node of the denominator
CONSTANT            which one (`Fixed`)          0
an operator         first operand                second operand or ABSENT
an operator, n-ary  offset into `pool`           MANY + number of operands
==================  ===========================  ==========================

Two invariants carry everything else: an operand's id is smaller than its
user's, and equal structure means equal id. Ids move at a collection, and only
there; C code that holds ids across anything that may run Python code pins.
"""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

ctypedef uint32_t Id

cdef enum Kind:
    INTEGER = 0
    BIG = 1
    RATIONAL = 2
    FLOAT = 3
    CONSTANT = 4
    SYMBOL = 5
    FIRST_OPERATOR = 8

cdef enum Fixed:
    PI = 0
    TRUE = 1
    FALSE = 2
    IMAGINARY = 3
    FIXED_COUNT = 4

ctypedef struct Arena:
    uint16_t *op
    Id *a
    Id *b
    uint64_t *hash
    Id count
    Id capacity
    # Open addressing with linear probing, never more than half full; ABSENT marks an empty cell.
    Id *table
    uint32_t mask
    int shift
    Id *pool
    uint32_t pool_count
    uint32_t pool_capacity
    PyObject **objects
    uint32_t object_count
    uint32_t object_capacity
    # handle -> id; a free cell holds the free bit and the next free cell, NO_HANDLE at the end.
    Id *handles
    uint32_t handle_capacity
    uint32_t handle_count
    uint32_t free_handle
    # Operators: structural hash of the name, and whether operands are ordered.
    uint64_t *operator_hash
    uint8_t *commutative
    uint32_t operator_count
    uint32_t operator_capacity
    Id threshold
    uint32_t pins
    uint64_t collections

# Set once, at import; other modules read and write it through this name.
cdef Arena arena

cdef inline Id absent() noexcept:
    """No node: an empty cell, a missing operand, an error."""
    return 0xFFFFFFFFu

cdef inline Id free_bit() noexcept:
    """Set in `handles` for a free cell, and in field b of an n-ary node."""
    return 0x80000000u

cdef inline uint32_t no_handle() noexcept:
    return 0x7FFFFFFFu

cdef inline bint is_many(Id b) noexcept:
    """Whether field b of an operator's node says that its operands lie in the pool."""
    return b != 0xFFFFFFFFu and (b & 0x80000000u) != 0

cdef inline uint64_t mix(uint64_t h, uint64_t x) noexcept:
    h = ((h ^ x) + 0x9E3779B97F4A7C15ULL) * 0xD6E8FEB86659FD93ULL
    return h ^ (h >> 32)

# The intern table is keyed by ids, not by the structural hash: a hash built from
# hashes would have to be compared deeply, ids decide at once.

cdef inline uint64_t spread(uint64_t x) noexcept:
    x *= 0xD6E8FEB86659FD93ULL
    x ^= x >> 32
    return x * 0x9E3779B97F4A7C15ULL

cdef inline uint64_t pair_key(uint16_t op, Id a, Id b) noexcept:
    return spread((<uint64_t>a << 32 | b) ^ (<uint64_t>op * 0x9E3779B97F4A7C15ULL))

# Find or make a node. The ids returned stay valid until the next collection.
cdef Id arena_pair(uint16_t op, Id a, Id b) except 0xFFFFFFFFu
cdef Id arena_many(uint16_t op, const Id *operands, uint32_t count) except 0xFFFFFFFFu
cdef Id arena_symbol(const char *utf8, Py_ssize_t length) except 0xFFFFFFFFu
cdef Id arena_big(object value) except 0xFFFFFFFFu

# Room for so many new nodes, for code that makes thousands in a row.
cdef int arena_reserve(Id count) except -1

cdef uint16_t arena_operator(object name, bint commutative) except 0
cdef object arena_operator_name(uint16_t op)
cdef int arena_grow_handles() except -1
cdef void arena_collect() noexcept
cdef Id arena_live() except 0xFFFFFFFFu
cdef size_t arena_bytes() noexcept
