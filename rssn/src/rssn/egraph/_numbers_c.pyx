"""Interned exact rationals. Small ones are pairs of 64-bit integers; where those overflow, Python's Fraction takes over."""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from fractions import Fraction

cdef extern from *:
    bint add_overflows "__builtin_add_overflow"(int64_t a, int64_t b, int64_t *out) nogil
    bint mul_overflows "__builtin_mul_overflow"(int64_t a, int64_t b, int64_t *out) nogil

cdef enum:
    MOST_BITS = 4096  # a power with more is not computed
    LARGEST_EXPONENT = 4096

cdef object Rational = Fraction


# ---- the table ------------------------------------------------------------------------------------------------------

cdef int numbers_begin(Numbers *n, list large, dict places) except -1:
    """Start an empty table with 0, 1 and -1 in it."""
    n.count, n.capacity, n.mask = 0, 64, 127
    n.num = <int64_t *>malloc(n.capacity * sizeof(int64_t))
    n.den = <int64_t *>malloc(n.capacity * sizeof(int64_t))
    n.table = <uint32_t *>malloc((n.mask + 1) * sizeof(uint32_t))
    n.large, n.places = <void *>large, <void *>places
    if not n.num or not n.den or not n.table:
        raise MemoryError
    memset(n.table, 0xFF, (n.mask + 1) * sizeof(uint32_t))
    small_id(n, 0, 1)
    small_id(n, 1, 1)
    small_id(n, -1, 1)
    return 0


cdef void numbers_end(Numbers *n) noexcept:
    free(n.num)
    free(n.den)
    free(n.table)


cdef inline uint32_t place_of(int64_t num, int64_t den) noexcept nogil:
    cdef uint64_t h = (<uint64_t>num * 0x9E3779B97F4A7C15ULL) ^ (<uint64_t>den * 0xD6E8FEB86659FD93ULL)
    return <uint32_t>((h * 0x9E3779B97F4A7C15ULL) >> 32)


cdef uint32_t append(Numbers *n, int64_t num, int64_t den) noexcept nogil:
    cdef int64_t *grown
    if n.count == n.capacity:
        grown = <int64_t *>realloc(n.num, 2 * n.capacity * sizeof(int64_t))
        if not grown:
            return NONE
        n.num = grown
        grown = <int64_t *>realloc(n.den, 2 * n.capacity * sizeof(int64_t))
        if not grown:
            return NONE
        n.den = grown
        n.capacity *= 2
    n.num[n.count], n.den[n.count] = num, den
    n.count += 1
    return n.count - 1


cdef bint widen(Numbers *n) noexcept nogil:
    """Double the table; False where memory ran out."""
    cdef uint32_t mask = 2 * n.mask + 1, id, at
    cdef uint32_t *table = <uint32_t *>malloc((<size_t>mask + 1) * sizeof(uint32_t))
    if not table:
        return False
    memset(table, 0xFF, (<size_t>mask + 1) * sizeof(uint32_t))
    for id in range(n.count):
        if n.den[id]:
            at = place_of(n.num[id], n.den[id]) & mask
            while table[at] != NONE:
                at = (at + 1) & mask
            table[at] = id
    free(n.table)
    n.table, n.mask = table, mask
    return True


cdef uint32_t small_id(Numbers *n, int64_t num, int64_t den) noexcept nogil:
    """The id of num/den, which is in lowest terms with den > 0."""
    cdef uint32_t at = place_of(num, den) & n.mask, id
    while True:
        id = n.table[at]
        if id == NONE:
            break
        if n.num[id] == num and n.den[id] == den:
            return id
        at = (at + 1) & n.mask
    id = append(n, num, den)
    if id == NONE:
        return NONE
    n.table[at] = id
    if 2 * n.count > n.mask and not widen(n):
        return NONE
    return id


cdef uint32_t number_id(Numbers *n, object value) except? 0xFFFFFFFF:
    """The id of an int or Fraction of any size."""
    cdef int64_t num, den
    cdef uint32_t id
    value = Rational(value)
    try:
        num, den = value.numerator, value.denominator
    except OverflowError:
        places, large = <dict>n.places, <list>n.large
        if value in places:
            return places[value]
        id = append(n, len(large), 0)
        if id == NONE:
            raise MemoryError
        large.append(value)
        places[value] = id
        return id
    id = small_id(n, num, den)
    if id == NONE:
        raise MemoryError
    return id


cdef object number_value(Numbers *n, uint32_t id):
    """The Fraction of an id."""
    if n.den[id]:
        return Rational(n.num[id], n.den[id])
    return (<list>n.large)[n.num[id]]


# ---- arithmetic -----------------------------------------------------------------------------------------------------

cdef inline int64_t gcd(int64_t a, int64_t b) noexcept nogil:
    cdef uint64_t x = <uint64_t>a if a >= 0 else -<uint64_t>a
    cdef uint64_t y = <uint64_t>b if b >= 0 else -<uint64_t>b
    while y:
        x, y = y, x % y
    return <int64_t>x


cdef uint32_t reduced(Numbers *n, int64_t num, int64_t den) noexcept nogil:
    cdef int64_t common = gcd(num, den)
    return small_id(n, num // common, den // common)


cdef uint32_t large(Numbers *n, int kind, uint32_t x, uint32_t y) noexcept with gil:
    """The slow road of every operation, in Python's rationals."""
    try:
        a, b = number_value(n, x), number_value(n, y)
        if kind == 0:
            return number_id(n, a + b)
        if kind == 1:
            return number_id(n, a * b)
        if kind == 2:
            return number_id(n, a / b) if b else NONE
        bits = max(a.numerator.bit_length(), a.denominator.bit_length()) * abs(b.numerator)
        return number_id(n, a ** b.numerator) if bits <= MOST_BITS else NONE
    except (MemoryError, OverflowError):
        return NONE


cdef uint32_t number_add(Numbers *n, uint32_t x, uint32_t y) noexcept nogil:
    cdef int64_t left, right, under, total
    if x == ZERO or y == NONE:
        return y
    if y == ZERO or x == NONE:
        return x
    if n.den[x] and n.den[y]:
        if n.den[x] == 1 and n.den[y] == 1:
            if not add_overflows(n.num[x], n.num[y], &total):
                return small_id(n, total, 1)
        elif not (
            mul_overflows(n.num[x], n.den[y], &left)
            or mul_overflows(n.num[y], n.den[x], &right)
            or mul_overflows(n.den[x], n.den[y], &under)
            or add_overflows(left, right, &total)
        ):
            return reduced(n, total, under)
    return large(n, 0, x, y)


cdef uint32_t number_mul(Numbers *n, uint32_t x, uint32_t y) noexcept nogil:
    cdef int64_t over, under
    if x == NONE or y == NONE:
        return NONE
    if x == ONE:
        return y
    if y == ONE:
        return x
    if n.den[x] and n.den[y]:
        if not mul_overflows(n.num[x], n.num[y], &over) and not mul_overflows(n.den[x], n.den[y], &under):
            return reduced(n, over, under)
    return large(n, 1, x, y)


cdef uint32_t number_div(Numbers *n, uint32_t x, uint32_t y) noexcept nogil:
    cdef int64_t over, under
    if x == NONE or y == NONE or y == ZERO:
        return NONE
    if y == ONE:
        return x
    if n.den[x] and n.den[y] and n.num[y] != <int64_t>0x8000000000000000ULL:
        if not mul_overflows(n.num[x], n.den[y], &over) and not mul_overflows(n.den[x], n.num[y], &under):
            if under > 0:
                return reduced(n, over, under)
            if over != <int64_t>0x8000000000000000ULL and under != <int64_t>0x8000000000000000ULL:
                return reduced(n, -over, -under)
    return large(n, 2, x, y)


cdef uint32_t number_power(Numbers *n, uint32_t x, uint32_t y) noexcept nogil:
    """x^y for a whole y of moderate size: 0^0 is 1, as everywhere in this house; 0^-1 is NONE."""
    cdef uint32_t power = ONE, square = x
    cdef int64_t left
    if x == NONE or y == NONE or n.den[y] != 1 or n.num[y] > LARGEST_EXPONENT or n.num[y] < -LARGEST_EXPONENT:
        return NONE
    if x == ZERO:
        return ONE if n.num[y] == 0 else ZERO if n.num[y] > 0 else NONE
    left = n.num[y] if n.num[y] >= 0 else -n.num[y]
    if left > 8:
        return large(n, 3, x, y)
    while left:
        if left & 1:
            power = number_mul(n, power, square)
        left >>= 1
        if left:
            square = number_mul(n, square, square)
    return power if n.num[y] > 0 else number_div(n, ONE, power)


cdef int large_compare(Numbers *n, uint32_t x, uint32_t y) noexcept with gil:
    a, b = number_value(n, x), number_value(n, y)
    return (a > b) - (a < b)


cdef int number_compare(Numbers *n, uint32_t x, uint32_t y) noexcept nogil:
    """-1, 0 or 1."""
    cdef int64_t left, right
    if x == y:
        return 0
    if n.den[x] and n.den[y]:
        if not mul_overflows(n.num[x], n.den[y], &left) and not mul_overflows(n.num[y], n.den[x], &right):
            return (left > right) - (left < right)
    return large_compare(n, x, y)


cdef double large_float(Numbers *n, uint32_t x) noexcept with gil:
    try:
        return float(number_value(n, x))
    except OverflowError:
        return 1e999 if number_value(n, x) > 0 else -1e999


cdef double number_float(Numbers *n, uint32_t x) noexcept nogil:
    """The nearest double, give or take one unit in the last place."""
    if n.den[x]:
        return <double>n.num[x] / <double>n.den[x]
    return large_float(n, x)
