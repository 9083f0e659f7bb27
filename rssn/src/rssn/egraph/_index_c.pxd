"""Indexes for the matcher: a sorted base, struck out in place as rows change, and chains of what changed since."""

from libc.stdint cimport uint32_t

from rssn.egraph._graph_c cimport Graph

# Which of the three indexes.
cdef enum:
    BY_CLASS = 0
    BY_FIRST = 1
    BY_SECOND = 2

# Make the index fit the graph as it is now, after a rebuild; False where memory ran out.
cdef bint refresh(Graph *g) noexcept nogil
