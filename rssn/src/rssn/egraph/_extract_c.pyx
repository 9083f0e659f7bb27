"""The cheapest expression of a class: by tree cost, or greedily by shared cost, where a part used twice is paid once.

Tree cost is a worklist from the leaves along the rings of parents: each class
is looked at again only when one of its children became cheaper. Shared cost
keeps, per class, the set of classes that its best form uses. Such sets grow
stale while others improve, so the final choice is walked once for what it
really costs, and the tree's choice is the fallback.
"""

from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport INFINITY
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy, memset

from rssn.egraph._core_c cimport Core
from rssn.egraph._graph_c cimport (
    DEAD, Graph, KIND, LEAF, NUMBER, PRODUCT, Row, SUM, Stack, TUPLE, find, is_hidden, link, push, row_of,
)
from rssn.egraph._match_c cimport now_ns
from rssn.egraph._numbers_c cimport MINUS_ONE, NONE, ONE, ZERO, number_sign, number_value

cdef enum:
    MOST_STEPS = 20000  # of the worklist between two looks at signals
    CALLS_A_LOOK = 64
    MOST_HELD = 1 << 26  # names in sets: of a long chain they would fill any memory

# What arithmetic costs, where it is written as parts of sums and products.
ctypedef struct Prices:
    double add
    double sub
    double mul
    double div
    double neg
    double pow
    double sqrt
    double number

ctypedef struct Uses:
    uint32_t *items
    uint32_t count
    double total


cdef class Extractor:
    """Costs of one rebuilt graph. `prices` are those of add, sub, mul, div, neg, pow, sqrt, number; `weights` by operator."""

    cdef Core core
    cdef Graph *g
    cdef Prices prices
    cdef double *weights
    cdef uint32_t weight_count
    cdef double leaf
    cdef double *costs
    cdef uint32_t *rows
    cdef Stack work
    cdef Uses *uses
    cdef uint32_t *marks
    cdef uint32_t epoch
    cdef uint32_t class_count
    cdef uint32_t calls
    cdef uint64_t held  # names in all the sets together

    def __cinit__(self, Core core, tuple prices, dict weights, double leaf, double other):
        cdef uint32_t i
        self.core, self.g, self.leaf = core, core.g, leaf
        self.class_count, self.weight_count = core.g.class_count, core.g.op_count
        add, sub, mul, div, neg, power, root, number = prices
        self.prices = Prices(add, sub, mul, div, neg, power, root, number)
        self.weights = <double *>malloc(self.weight_count * sizeof(double))
        self.costs = <double *>malloc((self.class_count + 1) * sizeof(double))
        self.rows = <uint32_t *>malloc((self.class_count + 1) * 4)
        self.uses = <Uses *>calloc(self.class_count + 1, sizeof(Uses))
        self.marks = <uint32_t *>calloc(self.class_count + 1, 4)
        if not (self.weights and self.costs and self.rows and self.uses and self.marks):
            raise MemoryError
        for i in range(self.weight_count):
            self.weights[i] = weights.get(i, other)
        self.weights[TUPLE] = 0.0
        for i in range(self.class_count):
            self.costs[i], self.rows[i] = INFINITY, NONE

    def __dealloc__(self):
        cdef uint32_t i
        if self.uses:
            for i in range(self.class_count):
                free(self.uses[i].items)
        free(self.weights); free(self.costs); free(self.rows); free(self.uses); free(self.marks); free(self.work.items)

    # ---- tree cost --------------------------------------------------------------------------------------------------

    def tree(self):
        """Find the cheapest row of every class that has one, and its cost as a tree."""
        cdef uint32_t r, steps
        with nogil:
            for r in range(self.g.row_count):
                self.offer(r)
        while self.work.count:
            PyErr_CheckSignals()
            with nogil:
                for steps in range(MOST_STEPS):
                    if not self.work.count:
                        break
                    self.work.count -= 1
                    self.spread(self.work.items[self.work.count])

    cdef void offer(self, uint32_t r) noexcept nogil:
        cdef uint32_t c
        cdef double cost
        if is_hidden(&self.g.rows[r]):
            return
        cost = self.own(r) + self.below(r)
        c = find(self.g, self.g.rows[r].cls)
        if cost < self.costs[c]:
            self.costs[c], self.rows[c] = cost, r
            push(&self.work, c)

    cdef void spread(self, uint32_t c) noexcept nogil:
        cdef uint32_t last = self.g.up[c], entry
        if last == NONE:
            return
        entry = last
        while True:
            self.offer(row_of(self.g, entry))
            entry = link(self.g, entry)[0]
            if entry == last:
                return

    cdef double below(self, uint32_t r) noexcept nogil:
        """The costs of a row's children."""
        cdef const Row *row = &self.g.rows[r]
        cdef uint32_t op = row.op & KIND, i
        cdef double total = 0.0
        if op == SUM or op == PRODUCT:
            for i in range(row.a, row.a + row.b):
                total += self.costs[find(self.g, self.g.parts[i].child)]
            return total
        if self.g.arity[op]:
            total = self.costs[find(self.g, row.a)]
            if self.g.arity[op] == 2:
                total += self.costs[find(self.g, row.b)]
        return total

    cdef double own(self, uint32_t r) noexcept nogil:
        """What a row costs beside its children."""
        cdef const Row *row = &self.g.rows[r]
        cdef uint32_t op = row.op & KIND
        if op == SUM:
            return self.own_sum(row)
        if op == PRODUCT:
            return self.own_product(row)
        if op == NUMBER:
            return self.prices.number
        return self.leaf if op == LEAF else self.weights[op]

    cdef double own_sum(self, const Row *row) noexcept nogil:
        """Plus and minus signs, and factors that are not 1 or -1; a number needs no factor."""
        cdef Graph *g = self.g
        cdef uint32_t i, plus = 0, factor
        cdef bint starts_negative = True
        cdef double total = 0.0
        for i in range(row.a, row.a + row.b):
            factor = g.parts[i].factor
            plus += number_sign(&g.numbers, factor) >= 0
            if factor == ONE or factor == MINUS_ONE:
                continue
            if g.constant[find(g, g.parts[i].child)] != ONE:
                total += self.prices.number
                total += self.prices.div if g.numbers.num[factor] == 1 and g.numbers.den[factor] else self.prices.mul
            elif number_sign(&g.numbers, factor) < 0:
                starts_negative = False
        if plus:
            return total + (plus - 1) * self.prices.add + (row.b - plus) * self.prices.sub
        for i in range(row.a, row.a + row.b):
            if g.parts[i].factor != MINUS_ONE:
                starts_negative = False
        return total + (row.b - 1) * self.prices.sub + (self.prices.neg if starts_negative else 0.0)

    cdef double own_product(self, const Row *row) noexcept nogil:
        """Multiplications, one division, and powers."""
        cdef Graph *g = self.g
        cdef uint32_t i, over = 0, under = 0
        cdef double total = 0.0
        for i in range(row.a, row.a + row.b):
            if number_sign(&g.numbers, g.parts[i].factor) > 0:
                over += 1
            else:
                under += 1
            if g.numbers.den[g.parts[i].factor] == 2 and g.numbers.num[g.parts[i].factor] * g.numbers.num[g.parts[i].factor] == 1:
                total += self.prices.sqrt
            elif g.parts[i].factor != ONE and g.parts[i].factor != MINUS_ONE:
                total += self.prices.pow + self.prices.number
        if over:
            total += (over - 1) * self.prices.mul
        else:
            total += self.prices.number
        if under:
            total += (under - 1) * self.prices.mul + self.prices.div
        return total

    cdef int look(self) except -1:
        """Let Python see signals, once in so many calls: a long loop must not keep Ctrl-C waiting."""
        self.calls += 1
        if self.calls % CALLS_A_LOOK == 0:
            PyErr_CheckSignals()
        return 0

    # ---- shared cost ------------------------------------------------------------------------------------------------

    def shared(self, list roots, double seconds):
        """Improve the choice by shared cost, for the classes that the roots can reach. Whether it ran to its end."""
        cdef int64_t deadline = now_ns() + <int64_t>min(seconds * 1e9, 4e18)
        cdef list order = self.reachable(roots)
        cdef uint32_t c, round
        cdef bint improved = True
        for c in order:
            if now_ns() > deadline or self.held > MOST_HELD:
                return False
            self.choose(c, self.rows[c], deadline)
            self.look()
        for round in range(8):
            if not improved:
                return True
            improved = False
            for c in order:
                if now_ns() > deadline or self.held > MOST_HELD:
                    return False
                with nogil:
                    improved |= self.improve(c, deadline)
                self.look()
        return True

    cdef list reachable(self, list roots):
        """The classes below the roots through any row that has a cost, cheapest tree first: children before users."""
        cdef uint32_t c, child
        self.epoch += 1
        stack = [find(self.g, root) for root in roots]
        found = []
        while stack:
            c = stack.pop()
            if self.marks[c] == self.epoch or self.rows[c] == NONE:
                continue
            self.marks[c] = self.epoch
            self.look()
            found.append((self.costs[c], c))
            for row in self.members(c):
                stack.extend([find(self.g, child) for child in self.children(row)])
        found.sort()
        return [c for _cost, c in found]

    def order(self, list roots):
        """The classes that the roots can reach, cheapest tree first."""
        return self.reachable(roots)

    cdef bint improve(self, uint32_t c, int64_t deadline) noexcept nogil:
        """Try every row of a class; whether a better one was found."""
        cdef uint32_t last = self.g.member[c], r, before = self.rows[c]
        cdef double total = self.uses[c].total
        self.choose(c, before, deadline)
        r = last
        while r != NONE:
            if r != before and not is_hidden(&self.g.rows[r]):
                self.choose(c, r, deadline)
            r = self.g.rows[r].member
            if r == last:
                break
        return self.rows[c] != before or self.uses[c].total < total

    cdef void choose(self, uint32_t c, uint32_t r, int64_t deadline) noexcept nogil:
        """Take row r for class c if that is cheaper, or the same row again if its parts have changed."""
        cdef const Row *row = &self.g.rows[r]
        cdef uint32_t op = row.op & KIND, i, size
        cdef double total = self.own(r), most = self.uses[c].total
        cdef bint is_same = r == self.rows[c]
        cdef uint32_t *items
        self.epoch += 1
        self.work.count = 0
        if op == SUM or op == PRODUCT:
            for i in range(row.a, row.a + row.b):
                if not self.collect(self.g.parts[i].child, &total, c, INFINITY if is_same else most):
                    return
        elif self.g.arity[op]:
            if not self.collect(row.a, &total, c, INFINITY if is_same else most):
                return
            if self.g.arity[op] == 2 and not self.collect(row.b, &total, c, INFINITY if is_same else most):
                return
        if not is_same and self.uses[c].count and total >= most:
            return
        size = self.work.count
        items = <uint32_t *>malloc((size + 1) * 4)
        if not items:
            return
        memcpy(items, self.work.items, size * 4)
        items[size] = c
        self.held += size + 1
        self.held -= self.uses[c].count
        free(self.uses[c].items)
        self.uses[c].items, self.uses[c].count, self.uses[c].total, self.rows[c] = items, size + 1, total, r

    cdef bint collect(self, uint32_t child, double *total, uint32_t c, double most) noexcept nogil:
        """Add what a child uses to the set at hand; False if that is too dear, unknown, or uses c itself."""
        cdef uint32_t i, d
        cdef Uses *uses
        child = find(self.g, child)
        uses = &self.uses[child]
        if not uses.count:
            return False
        for i in range(uses.count):
            d = uses.items[i]
            if d == c:
                return False
            if self.marks[d] != self.epoch:
                self.marks[d] = self.epoch
                total[0] += self.own(self.rows[d])
                if total[0] > most or not push(&self.work, d):
                    return False
        return True

    # ---- reading ----------------------------------------------------------------------------------------------------

    def cost(self, uint32_t c):
        """The cost of a class's cheapest tree; infinite if it has none yet."""
        return self.costs[find(self.g, c)]

    def own_cost(self, uint32_t r):
        """The cost of a row without its children."""
        return self.own(r)

    def chosen(self, uint32_t c):
        """The row chosen for a class."""
        cdef uint32_t r = self.rows[find(self.g, c)]
        return None if r == NONE else r

    def members(self, uint32_t c):
        """The rows of a class that rules see, whose children all have a cost."""
        cdef uint32_t last, r
        found = []
        c = find(self.g, c)
        last = self.g.member[c]
        if last == NONE:
            return found
        r = self.g.rows[last].member
        while True:
            if not is_hidden(&self.g.rows[r]) and self.below(r) < INFINITY:
                found.append(r)
            if r == last:
                return found
            r = self.g.rows[r].member

    def children(self, uint32_t r):
        """The child classes of a row."""
        cdef const Row *row = &self.g.rows[r]
        cdef uint32_t op = row.op & KIND, i
        if op == SUM or op == PRODUCT:
            return [find(self.g, self.g.parts[i].child) for i in range(row.a, row.a + row.b)]
        if not self.g.arity[op]:
            return []
        if self.g.arity[op] == 1:
            return [find(self.g, row.a)]
        return [find(self.g, row.a), find(self.g, row.b)]

    def view(self, uint32_t r):
        """(operator, payload): a rational's value, a leaf's number, or the factors of the parts."""
        cdef const Row *row = &self.g.rows[r]
        cdef uint32_t op = row.op & KIND, i
        if op == NUMBER:
            return op, number_value(&self.g.numbers, row.a)
        if op == LEAF:
            return op, row.a
        if op == SUM or op == PRODUCT:
            return op, [number_value(&self.g.numbers, self.g.parts[i].factor) for i in range(row.a, row.a + row.b)]
        return op, None

    def find(self, uint32_t c):
        """The name that a class has now."""
        return find(self.g, c)
