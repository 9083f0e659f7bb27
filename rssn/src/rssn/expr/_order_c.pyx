"""Which of two expressions stands first among the operands of a commutative operator.

Numbers before named constants before symbols before applications. Numbers go
by value, then kind (integer, rational, float), then the sign of zero; a NaN is
the last number. Constants and symbols go by name; applications by the
operator's name, then the number of operands, then the first operands that
differ. So a comparison follows one path down and decides at its end.
"""

from libc.math cimport frexp, isinf, isnan, ldexp, signbit
from libc.stdint cimport int8_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from rssn.expr._arena_c cimport (
    BIG, CONSTANT, FIRST_OPERATOR, FLOAT, INTEGER, RATIONAL, SYMBOL,
    Id, absent, arena, arena_operator_name, free_bit, is_many,
)
from rssn.expr import _common

cdef tuple constant_names = _common.CONSTANT_NAMES

cdef enum:
    MEMO_BITS = 14
    MEMO_SIZE = 16384
    STORED_PER_PATH = 4096
    # Shorter paths are walked again sooner than looked up.
    SHORT_PATH = 3

ctypedef struct Verdict:
    Id a
    Id b
    int8_t sign

cdef Verdict memo[MEMO_SIZE]
cdef uint64_t memo_is_for = 0


# ---- numbers --------------------------------------------------------------------------------------------------------

cdef inline uint64_t bits_of(Id id) noexcept:
    return <uint64_t>arena.b[id] << 32 | arena.a[id]


cdef inline double float_of(Id id) noexcept:
    cdef uint64_t bits = bits_of(id)
    cdef double value
    memcpy(&value, &bits, 8)
    return value


cdef object integer_of(Id id):
    if arena.op[id] == BIG:
        return <object>arena.objects[arena.a[id]]
    return <int64_t>bits_of(id)


cdef tuple ratio_of(Id id):
    """A finite number as an exact numerator and a positive denominator."""
    cdef int exponent
    cdef double fraction
    if arena.op[id] == RATIONAL:
        return integer_of(arena.a[id]), integer_of(arena.b[id])
    if arena.op[id] != FLOAT:
        return integer_of(id), 1
    fraction = frexp(float_of(id), &exponent)
    digits = <int64_t>ldexp(fraction, 53)
    exponent -= 53
    if exponent >= 0:
        return digits << <object>exponent, 1
    return digits, (<object>1) << <object>(-exponent)


cdef inline int sign_of(bint less) noexcept:
    return -1 if less else 1


cdef inline int number_rank(uint16_t op) noexcept:
    return 0 if op == BIG else op


cdef int compare_numbers(Id a, Id b) except -2:
    cdef double x = 0.0, y = 0.0
    cdef uint16_t p = arena.op[a], q = arena.op[b]
    if p == INTEGER and q == INTEGER:
        return sign_of(<int64_t>bits_of(a) < <int64_t>bits_of(b))
    if p == FLOAT:
        x = float_of(a)
        if isnan(x):
            return 1
    if q == FLOAT:
        y = float_of(b)
        if isnan(y):
            return -1
    if p == FLOAT and q == FLOAT:
        return sign_of(x < y or (x == y and signbit(x)))
    if isinf(x):
        return sign_of(x < 0)
    if isinf(y):
        return sign_of(y > 0)
    return compare_ratios(a, b)


cdef int compare_ratios(Id a, Id b) except -2:
    numerator, denominator = ratio_of(a)
    other_numerator, other_denominator = ratio_of(b)
    left = numerator * other_denominator
    right = other_numerator * denominator
    if left == right:
        return sign_of(number_rank(arena.op[a]) < number_rank(arena.op[b]))
    return sign_of(left < right)


# ---- everything else ------------------------------------------------------------------------------------------------

cdef inline int rank(uint16_t op) noexcept:
    if op >= FIRST_OPERATOR:
        return 3
    if op == SYMBOL:
        return 2
    return 1 if op == CONSTANT else 0


cdef inline uint32_t count_of(Id id) noexcept:
    cdef Id b = arena.b[id]
    if is_many(b):
        return b - free_bit()
    return 1 if b == absent() else 2


cdef int decide(Id a, Id b) except -2:
    """The sign where these two nodes themselves decide, or 0 where their operands do. They are not equal."""
    cdef uint16_t p = arena.op[a], q = arena.op[b]
    cdef int left = rank(p), right = rank(q)
    if left != right:
        return sign_of(left < right)
    if left == 0:
        return compare_numbers(a, b)
    if left == 1:
        return sign_of(<str>constant_names[arena.a[a]] < <str>constant_names[arena.a[b]])
    if left == 2:
        return sign_of(<str>arena.objects[arena.a[a]] < <str>arena.objects[arena.a[b]])
    if p != q:
        return sign_of(<str>arena_operator_name(p) < <str>arena_operator_name(q))
    if count_of(a) != count_of(b):
        return sign_of(count_of(a) < count_of(b))
    return 0


cdef inline void descend(Id *a, Id *b) noexcept:
    """Go from two applications that differ in their operands to the first operands that differ."""
    cdef Id left = a[0], right = b[0]
    cdef uint32_t i = 0
    cdef const Id *p
    cdef const Id *q
    if is_many(arena.b[left]):
        p = arena.pool + arena.a[left]
        q = arena.pool + arena.a[right]
        while p[i] == q[i]:
            i += 1
        a[0], b[0] = p[i], q[i]
    elif arena.a[left] != arena.a[right]:
        a[0], b[0] = arena.a[left], arena.a[right]
    else:
        a[0], b[0] = arena.b[left], arena.b[right]


# Two chains of a million operations that differ at the bottom would be walked
# down for each comparison, were verdicts not kept. A verdict holds for every
# pair on its path, so some thousand of them, evenly spaced, are kept.

cdef inline Verdict *memo_cell(Id a, Id b) noexcept:
    cdef uint64_t key = (<uint64_t>a << 32 | b) * 0x9E3779B97F4A7C15ULL
    return &memo[key >> (64 - MEMO_BITS)]


cdef int recall(Id a, Id b) noexcept:
    cdef Verdict *cell
    if a < b:
        cell = memo_cell(a, b)
        return cell.sign if cell.a == a and cell.b == b else 0
    cell = memo_cell(b, a)
    return -cell.sign if cell.a == b and cell.b == a else 0


cdef void remember(Id a, Id b, uint32_t steps, int sign) noexcept:
    cdef Verdict *cell
    cdef uint32_t stride = steps // STORED_PER_PATH + 1
    cdef uint32_t step
    for step in range(steps):
        if step % stride == 0:
            cell = memo_cell(min(a, b), max(a, b))
            cell.a, cell.b = min(a, b), max(a, b)
            cell.sign = <int8_t>(sign if a < b else -sign)
        descend(&a, &b)


cdef int compare(Id a, Id b) except -2:
    global memo_is_for
    cdef Id left = a, right = b
    cdef uint32_t steps = 0
    cdef int sign
    if a == b:
        return 0
    if memo_is_for != arena.collections:
        memset(memo, 0, sizeof(memo))
        memo_is_for = arena.collections
    while True:
        sign = decide(left, right)
        if sign == 0 and steps >= SHORT_PATH:
            sign = recall(left, right)
        if sign != 0:
            break
        descend(&left, &right)
        steps += 1
    if steps > SHORT_PATH:
        remember(a, b, steps, sign)
    return sign
