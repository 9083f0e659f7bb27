"""What the native parser keeps on its stacks."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t

from rssn.expr._arena_c cimport Id

cdef enum Answer:
    OPERATOR_NEXT = 0
    OPERAND_NEXT = 1
    FINISHED = 2
    REFUSED = 3

cdef enum Kind:
    INFIX_SIGN
    COMPARISON_SIGN
    MINUS_SIGN
    NOT_WORD
    IF_WORD
    ELSE_WORD
    GROUP
    CALL

ctypedef struct Open:  # an operator or bracket that waits for its last operand
    uint8_t kind
    uint8_t precedence
    uint8_t literal  # of a minus: a number follows directly
    uint8_t chained  # of a comparison: below its left operand lies what earlier links of the chain say
    uint16_t op
    uint32_t values  # of a call: how many values were finished when it opened
    uint32_t word  # of a call: its function

ctypedef struct Known:  # a name read before, and what it stands for
    const char *name
    uint32_t length
    Id id

cdef enum:
    FEW = 32
    KNOWN_NAMES = 64
