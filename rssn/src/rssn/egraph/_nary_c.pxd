"""Sums and products as sorted rows of parts: (child, coefficient) and (child, exponent).

Callers push items on the graph's stack and say where they begin; `make_sum`
and `make_product` take them off and answer with a class. Numeric factors live
in sums only: 2*x*y is a sum of one part, twice the product x*y; a number
inside a sum is a part whose child is the class of 1.

Nothing is lost that an expression's domain depends on. Exponents of one base
merge only where that is proved to change nothing (x * x^-1 needs x ≠ 0, roots
need x ≥ 0), and a part with coefficient 0 goes only if its child is defined
everywhere; else it stays, as 0*x.
"""

from libc.stdint cimport uint32_t

from rssn.egraph._graph_c cimport Graph, Row

cdef bint push_item(Graph *g, uint32_t child, uint32_t factor) noexcept nogil
# The class of the sum or product of the items from `start` on; NONE where memory ran out.
cdef uint32_t make_sum(Graph *g, uint32_t start) noexcept nogil
cdef uint32_t make_product(Graph *g, uint32_t start) noexcept nogil
# base ^ exponent, as a product where the exponent is a known number.
cdef uint32_t make_power(Graph *g, uint32_t base, uint32_t exponent) noexcept nogil
# The longest visible row of an n-ary operator in a class, or NONE.
cdef uint32_t longest_row(const Graph *g, uint32_t op, uint32_t cls) noexcept nogil
# The two halves of `make_sum`, for callers that want to look in between.
cdef uint32_t normal_sum(Graph *g, uint32_t start, bint *fresh) noexcept nogil
cdef uint32_t finish(Graph *g, uint32_t op, uint32_t start, uint32_t c) noexcept nogil
cdef void orient(Graph *g, uint32_t row) noexcept nogil
cdef void renew(Graph *g, uint32_t row) noexcept nogil
