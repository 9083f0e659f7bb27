"""Patterns over sums and products: nodes, the rules made of them, and the search that applies them as it finds."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from rssn.egraph._graph_c cimport Graph
from rssn.egraph._match_c cimport Clock, Guard
from rssn.egraph._program_c cimport Program, Span

cdef enum:
    A_VARIABLE = 0
    A_NUMBER = 1
    A_LEAF = 2
    A_NODE = 3  # an operator of at most two operands
    A_SUM = 4
    A_PRODUCT = 5
    A_POWER = 6
    A_SWAPPABLE = 7  # a commutative operator: its operands match either way round

ctypedef struct Node:
    uint8_t kind
    uint8_t register
    uint16_t op
    uint32_t payload  # of a number or a leaf
    Span children

ctypedef struct Child:
    uint32_t node
    uint32_t factor  # of a sum's or product's part

ctypedef struct Law:
    # One rule.
    uint32_t left
    uint32_t right
    Span guards
    uint8_t registers
    uint8_t depth  # how far below its root a change can make it match anew
    bint conditional

cdef class Patterns:
    cdef readonly Program program  # the vocabulary
    cdef Node *nodes
    cdef Child *children
    cdef Law *laws
    cdef Guard *guards
    cdef uint32_t *by_op  # laws by root operator
    cdef Span *roots
    cdef readonly uint32_t law_count
    cdef readonly uint32_t op_count
    cdef readonly tuple names
    cdef readonly tuple conditions

# What is still to be matched: a linked list on the C stack. A goal is a node and a class, or the items of a sum or
# product pattern from `item` on, to be found among the parts of `row`.
ctypedef struct Goal:
    const Node *node
    const Goal *rest
    uint32_t cls
    bint is_items
    bint is_root
    uint32_t row
    uint32_t item
    uint32_t part  # which part the item before took
    uint32_t scale  # the least ratio of a part's factor to its item's so far
    const Goal *before

ctypedef struct Hunt:
    Graph *g
    const Node *nodes
    const Child *children
    const Law *law
    const Guard *guards
    uint32_t number
    Clock *clock
    void *owner
    uint32_t root_row
    uint32_t root_class
    const Goal *root_items  # the parts taken, where the root is a sum or product
    uint64_t found
    uint64_t limit
    uint64_t unions
    uint64_t node_limit
    bint full
    bint careful  # every match is rebuilt by itself
    uint32_t registers[64]
    uint32_t blamed[64]  # what they were in the match that made the graph inconsistent

# Apply one law to one row, everywhere it matches; False if a limit stopped it.
cdef bint hunt(Hunt *h, uint32_t row) noexcept nogil
