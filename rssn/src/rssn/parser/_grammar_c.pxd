"""Signs and words for the native parser. Pointers into `words` hold until a function is registered."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef enum Keyword:
    NO_KEYWORD = 0
    KEYWORD_IF = 1
    KEYWORD_ELSE = 2
    KEYWORD_NOT = 3
    KEYWORD_INFIX = 4

ctypedef struct Sign:
    uint16_t op
    uint8_t precedence
    uint8_t right
    uint8_t second  # the second character of a sign of two

ctypedef struct Word:
    const char *name
    uint32_t length
    uint64_t hash
    uint8_t keyword
    Sign infix  # of `and` and `or`
    int32_t constant  # index into `constants`, or -1
    uint8_t signed_  # whether a minus directly before is taken in
    uint8_t is_function
    uint8_t is_rational
    uint8_t pads  # whether `filler` is appended to an even number of operands
    uint16_t op
    uint32_t fewest
    uint32_t most
    double filler

cdef Sign singles[256]
cdef Sign doubles[256]
cdef Word *words
cdef list constants

cdef inline uint64_t hash_seed() noexcept:
    return 0xCBF29CE484222325ULL

cdef inline uint64_t hash_step(uint64_t h, uint8_t c) noexcept:
    return (h ^ c) * 0x100000001B3ULL

cdef inline uint32_t fold_hash(uint64_t h) noexcept:
    return <uint32_t>(h ^ (h >> 29))

# The index of a word, or -1.
cdef int64_t find_word(const char *name, uint32_t length, uint64_t h) noexcept
