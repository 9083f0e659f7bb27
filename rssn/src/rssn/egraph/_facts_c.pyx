"""Facts of sums, products and quotients natively; of every other operator from its own interval rule, in Python.

Facts hold wherever the class is defined, except DEFINED itself, which says
that this is everywhere. Bounds are closed; an open bound at 0 is the bit
NONZERO. Every bound is rounded outwards.
"""

from libc.math cimport INFINITY, nextafter, pow
from libc.stdint cimport int64_t, uint8_t, uint32_t

from rssn.egraph._graph_c cimport (
    BOOLEAN, DEFINED, Graph, INTEGER, KIND, LEAF, NONNEGATIVE, NONPOSITIVE, NONZERO, NUMBER, PRODUCT, Row, SUM, TUPLE,
    find, learn, push,
)
from rssn.egraph._numbers_c cimport MINUS_ONE, ONE, ZERO, Numbers, number_float, number_sign

ctypedef struct Known:
    uint8_t facts
    double low
    double high


cdef inline double below(double x) noexcept nogil:
    return nextafter(x, -INFINITY)


cdef inline double over(double x) noexcept nogil:
    return nextafter(x, INFINITY)


cdef inline Known known(const Graph *g, uint32_t c) noexcept nogil:
    cdef Known k
    c = find(g, c)
    k.facts, k.low, k.high = g.facts[c], g.low[c], g.high[c]
    return k


cdef Known of_number(Graph *g, uint32_t number) noexcept nogil:
    cdef Known k
    cdef int sign = number_sign(&g.numbers, number)
    k.facts = DEFINED | (NONZERO if sign else 0) | (NONNEGATIVE if sign >= 0 else 0) | (NONPOSITIVE if sign <= 0 else 0)
    if g.numbers.den[number] == 1:
        k.facts |= INTEGER
    k.low = k.high = number_float(&g.numbers, number)
    if g.numbers.den[number] != 1 or k.high > 1e15 or k.low < -1e15:
        k.low, k.high = below(k.low), over(k.high)
    return k


# ---- the operations -------------------------------------------------------------------------------------------------

cdef Known plus(Known a, Known b) noexcept nogil:
    cdef Known k
    cdef uint8_t shared = a.facts & b.facts
    k.facts = shared & (DEFINED | INTEGER | NONNEGATIVE | NONPOSITIVE)
    if (shared & (NONNEGATIVE | NONPOSITIVE)) and ((a.facts | b.facts) & NONZERO):
        k.facts |= NONZERO
    k.low = a.low + b.low
    k.high = a.high + b.high
    if not (a.facts & b.facts & INTEGER) or k.low < -1e15 or k.high > 1e15:
        k.low, k.high = below(k.low), over(k.high)
    return k


cdef Known negative(Known a) noexcept nogil:
    cdef Known k
    k.facts = a.facts & (DEFINED | INTEGER | NONZERO)
    if a.facts & NONNEGATIVE:
        k.facts |= NONPOSITIVE
    if a.facts & NONPOSITIVE:
        k.facts |= NONNEGATIVE
    k.low, k.high = -a.high, -a.low
    return k


cdef inline double product_bound(double x, double y) noexcept nogil:
    return 0.0 if x == 0.0 or y == 0.0 else x * y


cdef Known times(Known a, Known b) noexcept nogil:
    cdef Known k
    cdef double p = product_bound(a.low, b.low), q = product_bound(a.low, b.high)
    cdef double r = product_bound(a.high, b.low), s = product_bound(a.high, b.high)
    k.facts = a.facts & b.facts & (DEFINED | INTEGER | NONZERO)
    if (a.facts & b.facts & NONNEGATIVE) or (a.facts & b.facts & NONPOSITIVE):
        k.facts |= NONNEGATIVE
    if (a.facts & NONNEGATIVE and b.facts & NONPOSITIVE) or (a.facts & NONPOSITIVE and b.facts & NONNEGATIVE):
        k.facts |= NONPOSITIVE
    k.low, k.high = min(min(p, q), min(r, s)), max(max(p, q), max(r, s))
    if not (a.facts & b.facts & INTEGER) or k.low < -1e15 or k.high > 1e15:
        k.low, k.high = below(k.low), over(k.high)
    return bounded_by_sign(k)


cdef inline Known bounded_by_sign(Known k) noexcept nogil:
    """Rounding outwards must not lose a sign."""
    if k.facts & NONNEGATIVE and k.low < 0.0:
        k.low = 0.0
    if k.facts & NONPOSITIVE and k.high > 0.0:
        k.high = 0.0
    return k


cdef Known reciprocal(Known a) noexcept nogil:
    """Never 0 where it is defined."""
    cdef Known k
    k.facts = NONZERO | (a.facts & (NONNEGATIVE | NONPOSITIVE))
    if a.facts & NONZERO:
        k.facts |= a.facts & DEFINED
    k.low, k.high = -INFINITY, INFINITY
    if a.low > 0.0 or a.high < 0.0:
        k.low, k.high = below(1.0 / a.high), over(1.0 / a.low)
    elif a.facts & NONNEGATIVE and a.high > 0.0:
        k.low = below(1.0 / a.high)
    elif a.facts & NONPOSITIVE and a.low < 0.0:
        k.high = over(1.0 / a.low)
    return bounded_by_sign(k)


cdef Known whole_power(Known a, int64_t n) noexcept nogil:
    """a^n for n > 0."""
    cdef Known k
    cdef double p, q
    k.facts = a.facts & (DEFINED | INTEGER | NONZERO | NONNEGATIVE)
    p, q = pow(a.low, <double>n), pow(a.high, <double>n)
    if n % 2 == 0:
        k.facts |= NONNEGATIVE
        k.low = 0.0 if a.low <= 0.0 <= a.high else min(p, q)
        k.high = max(p, q)
    else:
        k.facts |= a.facts & NONPOSITIVE
        k.low, k.high = p, q
    if n > 1:
        # pow is within an ulp; two steps are safe.
        k.low, k.high = below(below(k.low)), over(over(k.high))
    return bounded_by_sign(k)


cdef Known root_power(Known a, double exponent) noexcept nogil:
    """a^exponent for an exponent above 0 that is not whole: only a ≥ 0 has it."""
    cdef Known k
    k.facts = NONNEGATIVE | (a.facts & NONZERO)
    if a.facts & NONNEGATIVE:
        k.facts |= a.facts & DEFINED
    k.low = below(below(pow(max(a.low, 0.0), exponent)))
    k.high = over(over(pow(max(a.high, 0.0), exponent)))
    return bounded_by_sign(k)


cdef Known power(Graph *g, Known a, uint32_t exponent) noexcept nogil:
    cdef Numbers *n = &g.numbers
    cdef int sign = number_sign(n, exponent)
    cdef Known k
    if sign == 0:
        return of_number(g, ONE)
    if n.den[exponent] == 1:
        k = whole_power(a, n.num[exponent] if sign > 0 else -n.num[exponent])
    elif n.den[exponent] == 0:
        k.facts, k.low, k.high = 0, -INFINITY, INFINITY
        return k
    else:
        k = root_power(a, number_float(n, exponent) if sign > 0 else -number_float(n, exponent))
    return k if sign > 0 else reciprocal(k)


# ---- rows -----------------------------------------------------------------------------------------------------------

cdef void infer(Graph *g, uint32_t r) noexcept nogil:
    cdef const Row *row = &g.rows[r]
    cdef uint32_t op = row.op & KIND, meaning = g.meaning[op]
    cdef Known k
    if op == SUM:
        k = sum_facts(g, row)
    elif op == PRODUCT:
        k = product_facts(g, row)
    elif op == TUPLE:
        # It has no value of its own; whoever holds it may learn from its operands.
        if not push(&g.learned, find(g, row.cls)):
            g.failed = True
        return
    elif op == NUMBER or op == LEAF or meaning == MEANS_NOTHING:
        return
    elif meaning == MEANS_ADD:
        k = plus(known(g, row.a), known(g, row.b))
    elif meaning == MEANS_SUB:
        k = plus(known(g, row.a), negative(known(g, row.b)))
    elif meaning == MEANS_MUL:
        k = times(known(g, row.a), known(g, row.b))
    elif meaning == MEANS_DIV:
        k = times(known(g, row.a), reciprocal(known(g, row.b)))
    elif meaning == MEANS_NEG:
        k = negative(known(g, row.a))
    else:
        ask(g, r)
        return
    learn(g, g.rows[r].cls, k.facts, k.low, k.high)


cdef Known sum_facts(Graph *g, const Row *row) noexcept nogil:
    cdef Known k = of_number(g, ZERO), term
    cdef uint32_t i
    for i in range(row.a, row.a + row.b):
        term = known(g, g.parts[i].child)
        if g.parts[i].factor == MINUS_ONE:
            term = negative(term)
        elif g.parts[i].factor != ONE:
            term = times(term, of_number(g, g.parts[i].factor))
        k = term if i == row.a else plus(k, term)
    return k


cdef Known product_facts(Graph *g, const Row *row) noexcept nogil:
    cdef Known k = of_number(g, ONE), factor
    cdef uint32_t i
    for i in range(row.a, row.a + row.b):
        factor = known(g, g.parts[i].child)
        if g.parts[i].factor != ONE:
            factor = power(g, factor, g.parts[i].factor)
        k = factor if i == row.a else times(k, factor)
    return k


cdef void ask(Graph *g, uint32_t r) noexcept with gil:
    """Let the owner of the graph work out the facts of a row; it calls `learn`."""
    if g.owner:
        try:
            (<object>g.owner).infer_row(r)
        except BaseException as error:
            (<object>g.owner).fail(error)
