"""Numbers on bytes. The readable twin is `_scan_py.py`, which also reads what is rare.

The text ends in a zero byte, so looking one character ahead is always allowed.
"""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t, uint8_t, uint64_t

cdef extern from "Python.h":
    double PyOS_string_to_double(const char *text, char **stop, PyObject *overflow) except? -1.0

cdef enum:
    SURE_DIGITS = 18  # so many decimal digits fit in 63 bits
    EXACT_TENS = 22  # powers of ten up to this are exact in f64
    LARGE_EXPONENT = 1000000  # beyond it every decimal is zero or infinite

cdef double tens[23]


cdef const char *digits_end(const char *p, uint64_t *mantissa, int64_t *count) noexcept:
    """Skip decimal digits, taking them into the mantissa (which wraps where there are too many)."""
    cdef const char *start = p
    cdef uint64_t value = mantissa[0]
    while class_of(p[0]) == DIGIT:
        value = 10 * value + (<uint8_t>p[0] - <uint8_t>c"0")
        p += 1
    mantissa[0] = value
    count[0] += p - start
    return p


cdef const char *exponent_end(const char *p, int64_t *exponent, int64_t *digits) noexcept:
    """Skip an exponent, from its `e` or `p` on; p itself where no digits follow."""
    cdef const char *mark = p + 1
    cdef const char *first
    cdef bint negative = mark[0] == c"-"
    cdef int64_t value = 0
    if negative or mark[0] == c"+":
        mark += 1
    first = mark
    while class_of(mark[0]) == DIGIT:
        if value < LARGE_EXPONENT:
            value = 10 * value + (<uint8_t>mark[0] - <uint8_t>c"0")
        mark += 1
    if mark == first:
        return p
    exponent[0], digits[0] = -value if negative else value, mark - first
    return mark


cdef bint is_hexadecimal(char c) noexcept:
    return class_of(c) == DIGIT or c"a" <= (<uint8_t>c | 32) <= c"f"


cdef const char *hexadecimal_end(const char *p) noexcept:
    """Where a hexadecimal number ends, from behind its 0x."""
    cdef int64_t exponent = 0, digits = 0
    while is_hexadecimal(p[0]):
        p += 1
    if p[0] == c".":
        p += 1
        while is_hexadecimal(p[0]):
            p += 1
    return exponent_end(p, &exponent, &digits) if p[0] == c"p" or p[0] == c"P" else p


cdef double decimal(const char *start, const char *stop, uint64_t mantissa, int64_t digits, int64_t shift) except? -1.0:
    """The float nearest to a decimal, in the C locale whatever the process's is."""
    cdef char *end = NULL
    cdef double value
    # Both parts exact in f64: one multiplication or division rounds once, which is Clinger's fast path.
    if digits <= SURE_DIGITS and mantissa <= (<uint64_t>1 << 53) and -EXACT_TENS <= shift <= EXACT_TENS:
        return <double>mantissa * tens[shift] if shift >= 0 else <double>mantissa / tens[-shift]
    value = PyOS_string_to_double(start, &end, NULL)
    if end != stop:
        raise AssertionError("the two readings of a decimal differ")
    return value


cdef int scan_number(const char *start, bint exact, int64_t most_bits, int64_t most_digits, Number *found) except -1:
    cdef const char *p = start
    cdef const char *mark
    cdef uint64_t mantissa = 0
    cdef int64_t digits = 0, shift = 0, exponent = 0, exponent_digits = 0
    cdef bint is_whole = True
    found.form = RARE
    if p[0] == c"0" and (p[1] == c"x" or p[1] == c"X"):
        found.stop = hexadecimal_end(p + 2)
        return 0
    while p[0] == c"0":
        p += 1
    p = digits_end(p, &mantissa, &digits)
    if p[0] == c".":
        is_whole = False
        mark = p + 1
        p = digits_end(mark, &mantissa, &digits)
        shift = mark - p
    if p[0] == c"e" or p[0] == c"E":
        mark = p
        p = exponent_end(p, &exponent, &exponent_digits)
        is_whole = is_whole and p == mark
        shift += exponent
    if exponent_digits > most_digits:
        found.form = NO_NUMBER
        return 0
    found.stop = p
    if (p[0] == c"j" or p[0] == c"J") and class_of(p[1]) < DIGIT:
        found.stop = p + 1
    elif is_whole and digits <= SURE_DIGITS and most_bits >= 64:
        found.form, found.whole = WHOLE, <int64_t>mantissa
    elif not is_whole and not exact:
        found.form, found.decimal = DECIMAL, decimal(start, p, mantissa, digits, shift)
    return 0


for power in range(EXACT_TENS + 1):
    tens[power] = float(f"1e{power}")
