"""Exact rationals by id: equal number, equal id, so that rows and classes can hold them in 32 bits."""

from libc.stdint cimport int64_t, uint32_t

cdef extern from *:
    """
    #define EGRAPH_NONE 0xFFFFFFFFu
    """
    # No number, class, row or entry.
    const uint32_t NONE "EGRAPH_NONE"

ctypedef struct Numbers:
    # num/den in lowest terms with den > 0; den = 0 marks a number too large for 64 bits, and num is its place in `large`.
    int64_t *num
    int64_t *den
    uint32_t count
    uint32_t capacity
    # Open addressing, at most half full.
    uint32_t *table
    uint32_t mask
    # A Python list of Fraction and a dict back to ids, both borrowed from the graph's owner.
    void *large
    void *places

# The first ids are fixed.
cdef enum:
    ZERO = 0
    ONE = 1
    MINUS_ONE = 2

cdef int numbers_begin(Numbers *n, list large, dict places) except -1
cdef void numbers_end(Numbers *n) noexcept
cdef uint32_t number_id(Numbers *n, object value) except? 0xFFFFFFFF
cdef object number_value(Numbers *n, uint32_t id)

# All of these answer NONE where the result does not exist, is too large to be wanted, or memory ran out.
cdef uint32_t small_id(Numbers *n, int64_t num, int64_t den) noexcept nogil
cdef uint32_t number_add(Numbers *n, uint32_t x, uint32_t y) noexcept nogil
cdef uint32_t number_mul(Numbers *n, uint32_t x, uint32_t y) noexcept nogil
cdef uint32_t number_div(Numbers *n, uint32_t x, uint32_t y) noexcept nogil
cdef uint32_t number_power(Numbers *n, uint32_t x, uint32_t y) noexcept nogil
cdef int number_compare(Numbers *n, uint32_t x, uint32_t y) noexcept nogil
cdef double number_float(Numbers *n, uint32_t x) noexcept nogil

cdef inline int number_sign(Numbers *n, uint32_t x) noexcept nogil:
    if n.den[x]:
        return (n.num[x] > 0) - (n.num[x] < 0)
    return number_compare(n, x, ZERO)

cdef inline uint32_t number_neg(Numbers *n, uint32_t x) noexcept nogil:
    return number_mul(n, x, MINUS_ONE)

cdef inline uint32_t number_sub(Numbers *n, uint32_t x, uint32_t y) noexcept nogil:
    return number_add(n, x, number_neg(n, y))

cdef inline bint is_whole(const Numbers *n, uint32_t x) noexcept nogil:
    """Whether a number is an integer that fits 64 bits."""
    return n.den[x] == 1
