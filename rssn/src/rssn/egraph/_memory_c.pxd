"""Memory of an e-graph. What returns bint returns False, and leaves what there was, where memory ran out."""

from libc.stdint cimport uint8_t, uint32_t

from rssn.egraph._graph_c cimport Graph

# An empty graph that knows the fixed operators.
cdef Graph *graph_new(list large, dict places, bint with_facts) except NULL
cdef void graph_free(Graph *g) noexcept
# A new operator of 0, 1 or 2 operands; its number.
cdef uint32_t declare(Graph *g, uint8_t arity, uint8_t fold, uint8_t meaning) except 0xFFFFFFFF
cdef size_t graph_bytes(const Graph *g) noexcept nogil
cdef bint stretch(void **block, size_t count, size_t size) noexcept nogil
cdef bint grow_rows(Graph *g) noexcept nogil
cdef bint grow_classes(Graph *g) noexcept nogil
# Double the table.
cdef bint widen(Graph *g) noexcept nogil
