"""Derivatives of several roots by several symbols over raw ids. What is done is said in `_tangents_py.py`."""

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport int32_t, uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from rssn.calculus._derive_c cimport Machine, Plan, need_plan
from rssn.calculus._make_c cimport MUL, NEG, is_literal, make_add, make_any, make_where
from rssn.expr._arena_c cimport FIRST_OPERATOR, Id, absent, arena
from rssn.expr._store_c cimport Expr, handle, intern2, intern_int, node_of, pin, settle, unpin
from rssn.expr._walk_c cimport Order, fill, ids_of, is_in, operand, operand_count, release

cdef enum:
    NODES_PER_LOOK = 65536  # a pending Ctrl-C is looked for this often

ctypedef struct Way:
    Id factor      # ABSENT: no influence
    uint32_t base  # a place in the order

ctypedef struct Meeting:
    uint32_t node  # a place in the order
    uint32_t first, count  # ways
    uint32_t condition, condition_count
    bint chooses


@cython.final
@cython.internal
cdef class Tangents:
    """The ways of all nodes of an order, and where they meet."""

    cdef Order order
    cdef bint filled
    cdef Way *ways          # by place; those of the nodes themselves
    cdef Way *pool          # those of the meetings
    cdef Meeting *meetings
    cdef Id *conditions
    cdef Id *change
    cdef int32_t *last
    cdef uint32_t pool_count, pool_capacity, meeting_count, meeting_capacity, condition_count, condition_capacity
    cdef Id zero, one
    cdef Machine machine

    def __dealloc__(self):
        free(self.ways)
        free(self.pool)
        free(self.meetings)
        free(self.conditions)
        free(self.change)
        free(self.last)
        if self.filled:
            release(&self.order)

    cdef int prepare(self, const Id *ids, uint32_t count) except -1:
        self.zero, self.one, self.machine = intern_int(0), intern_int(1), Machine()
        memset(&self.order, 0, sizeof(Order))
        self.filled = True
        fill(&self.order, ids, count, False)
        self.ways = <Way *>malloc((<size_t>self.order.count + 1) * sizeof(Way))
        self.change = <Id *>malloc((<size_t>self.order.count + 1) * sizeof(Id))
        self.last = <int32_t *>malloc((<size_t>self.order.count + 1) * sizeof(int32_t))
        if self.ways == NULL or self.change == NULL or self.last == NULL:
            raise MemoryError("no memory to differentiate an expression this large")
        memset(self.ways, 0xFF, self.order.count * sizeof(Way))
        return 0

    # ---- ways

    cdef int find(self) except -1:
        """Fill `ways` and `meetings` for the whole order; the symbols' own ways are there."""
        cdef uint32_t i
        cdef Id node
        for i in range(self.order.count):
            if i % NODES_PER_LOOK == NODES_PER_LOOK - 1:
                PyErr_CheckSignals()
            node = self.order.ids[i]
            if arena.op[node] < FIRST_OPERATOR or not self._depends(node):
                continue
            plan = need_plan(arena.op[node], operand_count(node))
            if plan is None:
                continue
            if (<Plan>plan).conditions is not None:
                self._choice(<Plan>plan, node, i)
            else:
                self._sum(<Plan>plan, node, i)
        return 0

    cdef bint _depends(self, Id node) noexcept:
        cdef uint32_t i
        for i in range(operand_count(node)):
            if self.ways[self.order.place[operand(node, i)]].factor != absent():
                return True
        return False

    cdef int _sum(self, Plan plan, Id node, uint32_t at) except -1:
        cdef uint32_t i, k, kept, start = self.pool_count
        cdef Way way
        cdef Id share
        for i in range(plan.count):
            way = self.ways[self.order.place[operand(node, i)]]
            term = plan.terms[i]
            if way.factor == absent() or term is None:
                continue
            share = self.machine.run_term(term, node, way.factor)
            if share == self.zero:
                continue
            for k in range(start, self.pool_count):
                if self.pool[k].base == way.base:
                    self.pool[k].factor = make_add(self.pool[k].factor, share)
                    break
            else:
                self._push(share, way.base)
        kept = start
        for k in range(start, self.pool_count):
            if self.pool[k].factor != self.zero:
                self.pool[kept] = self.pool[k]
                kept += 1
        self.pool_count = kept
        if kept == start + 1:
            self.pool_count = start
            self.ways[at] = self.pool[start]
        elif kept > start:
            self._meet(at, start, self.condition_count, False)
        return 0

    cdef int _choice(self, Plan plan, Id node, uint32_t at) except -1:
        cdef uint32_t k, i, base = absent(), start = self.pool_count, first = self.condition_count
        cdef bint several = False
        cdef Way way
        cdef Id factor
        for number in plan.chosen:
            way = self.ways[self.order.place[operand(node, <uint32_t>number)]]
            self._push(way.factor, way.base)
            if way.factor != absent():
                several = several or (base != absent() and base != way.base)
                base = way.base
        if base == absent():
            self.pool_count = start
            return 0
        self.machine.run(plan.conditions, node, self.zero)
        for i in range(plan.conditions.answer_count):
            self._push_condition(self.machine.answer(plan.conditions, i))
        if several or arena.op[self.order.ids[base]] >= FIRST_OPERATOR:
            self._meet(at, start, first, True)
            return 0
        for k in range(start, self.pool_count):
            self.pool[k].factor = self.zero if self.pool[k].factor == absent() else self.pool[k].factor
        factor = self.pool[self.pool_count - 1].factor
        for i in range(self.condition_count - first):
            factor = make_where(self.conditions[self.condition_count - 1 - i],
                                self.pool[self.pool_count - 2 - i].factor, factor)
        self.pool_count, self.condition_count = start, first
        if factor != self.zero:
            self.ways[at].factor, self.ways[at].base = factor, base
        return 0

    cdef int _meet(self, uint32_t at, uint32_t start, uint32_t condition, bint chooses) except -1:
        cdef Meeting *made
        cdef void *grown
        if self.meeting_count == self.meeting_capacity:
            grown = realloc(self.meetings, (2 * <size_t>self.meeting_capacity + 64) * sizeof(Meeting))
            if grown == NULL:
                raise MemoryError("no memory to differentiate an expression this large")
            self.meetings, self.meeting_capacity = <Meeting *>grown, 2 * self.meeting_capacity + 64
        made = &self.meetings[self.meeting_count]
        made.node, made.first, made.count, made.chooses = at, start, self.pool_count - start, chooses
        made.condition, made.condition_count = condition, self.condition_count - condition
        self.meeting_count += 1
        self.ways[at].factor, self.ways[at].base = self.one, at
        return 0

    cdef int _push(self, Id factor, uint32_t base) except -1:
        cdef void *grown
        if self.pool_count == self.pool_capacity:
            grown = realloc(self.pool, (2 * <size_t>self.pool_capacity + 64) * sizeof(Way))
            if grown == NULL:
                raise MemoryError("no memory to differentiate an expression this large")
            self.pool, self.pool_capacity = <Way *>grown, 2 * self.pool_capacity + 64
        self.pool[self.pool_count].factor, self.pool[self.pool_count].base = factor, base
        self.pool_count += 1
        return 0

    cdef int _push_condition(self, Id condition) except -1:
        cdef void *grown
        if self.condition_count == self.condition_capacity:
            grown = realloc(self.conditions, (2 * <size_t>self.condition_capacity + 64) * sizeof(Id))
            if grown == NULL:
                raise MemoryError("no memory to differentiate an expression this large")
            self.conditions, self.condition_capacity = <Id *>grown, 2 * self.condition_capacity + 64
        self.conditions[self.condition_count] = condition
        self.condition_count += 1
        return 0

    # ---- by symbol

    cdef int find_last(self, const Id *roots, uint32_t count) except -1:
        """Fill `last`: for each base the number of the last root that depends on it."""
        cdef uint32_t i, k
        cdef int32_t found
        cdef Way way
        cdef Meeting *meeting
        memset(self.last, 0xFF, self.order.count * sizeof(int32_t))
        for i in range(count):
            way = self.ways[self.order.place[roots[i]]]
            if way.factor != absent():
                self.last[way.base] = i
        for i in range(self.meeting_count):
            meeting = &self.meetings[self.meeting_count - 1 - i]
            found = self.last[meeting.node]
            for k in range(meeting.first, meeting.first + meeting.count):
                way = self.pool[k]
                if way.factor != absent() and self.last[way.base] < found:
                    self.last[way.base] = found
        return 0

    cdef int run(self, Id x, int32_t row) except -1:
        """Fill `change` for one symbol, as far as roots from `row` on need it."""
        cdef uint32_t i, k
        cdef Id share, total
        cdef Meeting *meeting
        memset(self.change, 0xFF, self.order.count * sizeof(Id))
        if is_in(&self.order, x):
            self.change[self.order.place[x]] = self.one
        for i in range(self.meeting_count):
            if i % NODES_PER_LOOK == NODES_PER_LOOK - 1:
                PyErr_CheckSignals()
            meeting = &self.meetings[i]
            if self.last[meeting.node] < row:
                continue
            if meeting.chooses:
                total = self._chosen(meeting)
            else:
                total = self.zero
                for k in range(meeting.first, meeting.first + meeting.count):
                    share = self.share(self.pool[k])
                    if share != self.zero:
                        total = make_add(total, share)
            if total != self.zero:
                self.change[meeting.node] = total
        return 0

    cdef Id _chosen(self, const Meeting *meeting) except 0xFFFFFFFFu:
        cdef uint32_t i, end = meeting.first + meeting.count
        cdef Id total = self.share(self.pool[end - 1]), other
        for i in range(meeting.condition_count):
            other = self.share(self.pool[end - 2 - i])
            total = make_where(self.conditions[meeting.condition + meeting.condition_count - 1 - i], other, total)
        return total

    cdef Id share(self, Way way) except 0xFFFFFFFFu:
        """The factor times the change of its base, so that both stay what they are; only signs move outwards."""
        cdef Id factor = way.factor, change, result
        cdef Id pair[2]
        cdef bint flips = False
        if factor == absent() or self.change[way.base] == absent():
            return self.zero
        change = self.change[way.base]
        if arena.op[factor] == NEG:
            factor, flips = arena.a[factor], True
        if arena.op[change] == NEG:
            change, flips = arena.a[change], not flips
        if is_literal(factor) or is_literal(change):
            pair[0], pair[1] = factor, change
            result = make_any(MUL, pair, 2)
        else:
            result = intern2(MUL, factor, change)
        return make_any(NEG, &result, 1) if flips else result


def forward_all(roots, xs, *, bint triangle=False):
    """Return for each symbol the derivatives of the roots; with `triangle` for the k-th symbol those from k on."""
    cdef Tangents tangents = Tangents()
    cdef Id *ids = NULL
    cdef Id x
    cdef list listed = list(roots), symbols = list(xs), found, result = []
    cdef Py_ssize_t i, k, row, count = len(listed)
    pin()
    try:
        ids = ids_of(listed)
        tangents.prepare(ids, <uint32_t>count)
        for k in range(len(symbols)):
            x = node_of(<Expr?>symbols[k])
            if is_in(&tangents.order, x):
                tangents.ways[tangents.order.place[x]].factor = tangents.one
                tangents.ways[tangents.order.place[x]].base = tangents.order.place[x]
        tangents.find()
        tangents.find_last(ids, <uint32_t>count)
        for k in range(len(symbols)):
            row = k if triangle else 0
            tangents.run(node_of(<Expr>symbols[k]), <int32_t>row)
            found = []
            for i in range(row, count):
                found.append(handle(tangents.share(tangents.ways[tangents.order.place[ids[i]]])))
            result.append(found)
    finally:
        free(ids)
        unpin()
    settle()
    return result
