"""Rule sets compiled to arrays, and the vocabulary they are written in. A graph that runs them starts with it."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from rssn.egraph._match_c cimport Guard, Step

cdef enum:
    FROM_MAKES = 64  # an operand below this is a register that the match keeps, from it on a node made before

ctypedef struct Make:
    # One node of a right side (or, for proofs, of a left one).
    uint16_t op
    uint8_t arity
    uint8_t a
    uint8_t b
    uint32_t leaf

ctypedef struct Span:
    uint32_t first
    uint32_t count

ctypedef struct Pair:
    uint8_t left
    uint8_t right

ctypedef struct Code:
    # One rule: slices of the program's arrays.
    Span plans
    Span kept
    Span guards
    Span makes
    Span unions
    Span left_makes
    uint8_t left_root
    bint naive
    bint conditional
    bint joins  # all it does is to put the last node it makes into a matched class

cdef class Program:
    cdef Code *codes
    cdef readonly uint32_t rule_count
    cdef Span *plans
    cdef Step *steps
    cdef uint8_t *kept
    cdef Guard *guards
    cdef Make *makes
    cdef Pair *pairs
    cdef uint32_t sizes[7]
    cdef uint32_t capacities[7]
    cdef readonly tuple names
    cdef readonly tuple operators  # (name, arity, fold, meaning), numbered from FIRST_OPERATOR
    cdef readonly tuple numbers
    cdef readonly tuple leaves
    cdef readonly tuple conditions
    cdef readonly bint has_guards
    cdef object __weakref__

    cdef void *reserve(self, void *block, int kind, uint32_t more, size_t size) except NULL
    cdef int encode(self, uint32_t index, tuple rule) except -1
    cdef int encode_plan(self, uint32_t index, tuple steps) except -1
    cdef Span encode_makes(self, tuple makes) except *
