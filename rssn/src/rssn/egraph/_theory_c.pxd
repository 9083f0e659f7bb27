"""What rings know of their rows: distribute, factor, content, flatten. Each looks at one row and unites its class."""

from libc.stdint cimport uint32_t, uint64_t

from rssn.egraph._graph_c cimport Graph

ctypedef struct Candidate:
    # child^factor divides a term; `row` is the product that says so, NONE for the term itself.
    uint32_t child
    int sign
    uint32_t term
    uint32_t factor
    uint32_t row

ctypedef struct Theory:
    Graph *g
    Candidate *candidates
    uint32_t count
    uint32_t capacity
    uint32_t number  # which rule is at work, for the story
    uint64_t node_limit
    bint full  # the node limit was met

cdef enum:
    DISTRIBUTE = 0
    FACTOR = 1
    CONTENT = 2
    FLATTEN = 3
    THEORIES = 4

# Apply one of the above to a row; how many unions that made.
cdef uint32_t consult(Theory *t, int which, uint32_t row) noexcept nogil
cdef bint has_room(Theory *t, uint32_t rows) noexcept nogil
