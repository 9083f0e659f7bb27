"""Expressions into a store and out of it, for other native modules of the room."""

from libc.stdint cimport uint16_t, uint32_t, uint64_t

from rssn.storage._pages_c cimport rssn_node
from rssn.storage._table_c cimport Table

cdef class Nodes(Table):
    cdef int mark_operands(self, uint32_t id, uint64_t *marks) except -1
    cdef uint64_t *reached(self, list roots, uint32_t *highest) except NULL
    cdef uint32_t put_node(self, object expression) except 0xFFFFFFFFu
    cdef uint32_t put_one(self, uint32_t id, const uint32_t *place) except 0xFFFFFFFFu
    cdef uint32_t applied(self, uint16_t op, const uint32_t *operands, uint32_t count) except 0xFFFFFFFFu
    cdef int compare(self, uint32_t left, uint32_t right) except -2
    cdef int compare_leaves(self, uint32_t left, const rssn_node *p, uint32_t right, const rssn_node *q) except -2
    cdef int load_marked(self, const uint64_t *marks, uint32_t *place, uint32_t highest) except -1
    cdef uint32_t load_one(self, uint32_t id, const uint32_t *place) except 0xFFFFFFFFu
    cdef uint32_t load_many(self, uint32_t id, rssn_node *node, uint16_t op, const uint32_t *place) except 0xFFFFFFFFu
    cdef uint32_t load_leaf(self, uint32_t id, rssn_node *node) except 0xFFFFFFFFu
    cdef uint32_t copy_one(self, Nodes source, uint32_t id, const uint32_t *place) except 0xFFFFFFFFu

cdef class Reach:
    cdef readonly Nodes nodes
    cdef uint64_t *marks
    cdef uint64_t left
    cdef uint32_t highest, word

    cdef uint32_t following(self) noexcept
