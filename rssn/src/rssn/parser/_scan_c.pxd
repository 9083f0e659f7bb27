"""Characters and numbers for the native parser."""

from libc.stdint cimport int64_t, uint8_t

cdef enum Class:
    OTHER = 0
    BLANK = 1
    DIGIT = 2
    LETTER = 3
    HIGH = 4  # a byte of a character beyond ASCII

cdef enum Form:
    NO_NUMBER = 0
    WHOLE = 1
    DECIMAL = 2
    RARE = 3  # a number that `_scan_py.number` reads: hexadecimal, imaginary, long, or an exact decimal

ctypedef struct Number:
    Form form
    const char *stop
    int64_t whole
    double decimal

cdef inline uint8_t class_of(char c) noexcept:
    """The class of a character; ranges rather than a table, so that it is inlined everywhere."""
    cdef uint8_t u = <uint8_t>c
    if u >= 128:
        return HIGH
    if c"a" <= (u | 32) <= c"z" or u == c"_":
        return LETTER
    if c"0" <= u <= c"9":
        return DIGIT
    return BLANK if u == c" " or u == c"\t" or u == c"\r" or u == c"\f" else OTHER

# Read the number that starts here. Raises only where the two readings of a decimal differ, which they do not.
cdef int scan_number(const char *start, bint exact, int64_t most_bits, int64_t most_digits, Number *found) except -1
