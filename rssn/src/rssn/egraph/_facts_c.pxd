"""What a row says of its class: bounds, sign, whole, never zero, defined everywhere."""

from libc.stdint cimport uint32_t

from rssn.egraph._graph_c cimport Graph

# How an operator's facts follow from its operands'.
cdef enum:
    ASK = 0  # Python knows
    MEANS_ADD = 1
    MEANS_SUB = 2
    MEANS_MUL = 3
    MEANS_DIV = 4
    MEANS_NEG = 5
    MEANS_NOTHING = 6

cdef void infer(Graph *g, uint32_t row) noexcept nogil
