"""Rounds over sorted n-ary rows: every row that changed, and those above it, is shown to the laws that may match there.

A law whose left side is d operators deep is tried where a change lies at most
d - 1 levels below. Matches are applied as they are found; classes are spliced
only by the rebuild at the end of the round, so nothing moves under the search.
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from rssn.egraph._core_c cimport Core, Round, State
from rssn.egraph._graph_c cimport (
    FIRST_RULE, Graph, Log, NONE, PRODUCT, Row, SUM, Stack, add_number, find, is_hidden, link, push, rebuild, row_of,
)
from rssn.egraph._match_c cimport look, now_ns, tick
from rssn.egraph._memory_c cimport stretch
from rssn.egraph._nary_c cimport make_power, make_product, make_sum, orient, push_item, renew
from rssn.egraph._numbers_c cimport ONE, number_id, number_value
from rssn.egraph._pattern_c cimport Hunt, Law, Patterns, hunt
from rssn.egraph._theory_c cimport THEORIES, Theory, consult

cdef enum:
    MOST_LEVELS = 12
    THEORY_LEVELS = 2

# As in `_core_c`.
cdef enum:
    SATURATED = 0
    NODE_LIMIT = 1
    RUNNING = 8


cdef class NaryCore(Core):
    """A graph whose sums and products are sorted rows; `theories` are the numbers of the ring rules that run."""

    cdef Patterns patterns
    cdef Theory theory
    cdef Hunt hunter
    cdef State *turns  # one for each law, then one for each theory
    cdef uint32_t turn_count
    cdef bint uses_theory[4]
    cdef uint32_t depth
    cdef Stack dirty
    cdef uint32_t level_end[16]
    cdef uint32_t *marks
    cdef uint32_t mark_capacity
    cdef uint32_t epoch
    cdef uint32_t seen

    def __cinit__(self, program, Patterns patterns, tuple theories, uint32_t power_op, **_options):
        cdef uint32_t i
        self.patterns = patterns
        self.turn_count = patterns.law_count + THEORIES
        self.turns = <State *>calloc(self.turn_count, sizeof(State))
        if not self.turns:
            raise MemoryError
        self.g.renew, self.g.orient, self.g.power_op = renew, orient, power_op
        self.g.touch_learned = True
        self.theory.g = self.hunter.g = self.g
        self.hunter.nodes, self.hunter.children = patterns.nodes, patterns.children
        self.hunter.guards, self.hunter.clock, self.hunter.owner = patterns.guards, &self.clock, <void *>self
        self.depth = THEORY_LEVELS
        for i in theories:
            self.uses_theory[i] = True
        for i in range(patterns.law_count):
            self.depth = min(max(self.depth, <uint32_t>patterns.laws[i].depth), <uint32_t>MOST_LEVELS)

    def __dealloc__(self):
        free(self.turns); free(self.dirty.items); free(self.marks); free(self.theory.candidates)

    # ---- building ---------------------------------------------------------------------------------------------------

    def add_sum(self, list parts):
        """The class of the sum of coefficient * child over pairs (child, coefficient)."""
        return self.add_parts(parts, SUM)

    def add_product(self, list parts):
        """The class of the product of child ^ exponent over pairs (child, exponent)."""
        return self.add_parts(parts, PRODUCT)

    def add_power(self, uint32_t base, uint32_t exponent):
        """The class of base ^ exponent."""
        return self.checked(make_power(self.g, base, exponent))

    cdef uint32_t add_parts(self, list parts, uint32_t op) except 0xFFFFFFFF:
        cdef uint32_t start = self.g.top, child
        for child, factor in parts:
            push_item(self.g, child, ONE if factor == 1 else number_id(&self.g.numbers, factor))
        return self.checked(make_sum(self.g, start) if op == SUM else make_product(self.g, start))

    def rule_counts(self):
        """(matches, unions, bans, seconds, 0) of each law, then of each theory."""
        return [
            (self.turns[i].found, self.turns[i].applied, self.turns[i].times_banned, self.turns[i].search_ns * 1e-9, 0.0)
            for i in range(self.turn_count)
        ]

    # ---- what explanations need -------------------------------------------------------------------------------------

    def birth(self, uint32_t c):
        """As of `Core`; of a sum or product, pairs (class, rational)."""
        cdef uint32_t i
        self.check(c)
        born = self.g.births[c]
        if born.op != SUM and born.op != PRODUCT:
            return Core.birth(self, c)
        return born.op, [
            (self.g.born_parts[i].child, number_value(&self.g.numbers, self.g.born_parts[i].factor))
            for i in range(born.a, born.a + born.b)
        ]

    def laws_told(self):
        """Every union that a law asked for: (its number, the classes of its variables, how often its left side was
        taken, the parts of the sum or product that it was taken from)."""
        cdef uint32_t at = 0, count, i, law
        told = []
        while at < self.g.story.count:
            count, law = self.g.story.items[at + 1], self.g.story.items[at] - FIRST_RULE
            if self.g.story.items[at] < FIRST_RULE or law >= self.patterns.law_count:
                at += 2 + count
                continue
            classes = tuple([self.g.story.items[at + 2 + i] for i in range(2, count)])
            at += 2 + count
            scale, count = number_value(&self.g.numbers, self.g.story.items[at]), self.g.story.items[at + 1]
            parts = [
                (self.g.story.items[at + 2 + 2 * i], number_value(&self.g.numbers, self.g.story.items[at + 3 + 2 * i]))
                for i in range(count)
            ]
            told.append((law, classes, scale, parts))
            at += 2 + 2 * count
        return told

    def ask_condition(self, number, classes):
        """Whether the Python condition of a law holds; what it raises ends the run."""
        try:
            return bool(self.condition(number, classes))
        except BaseException as error:
            self.fail(error)
            return False

    # ---- one round --------------------------------------------------------------------------------------------------

    cdef int round(self) except -1:
        cdef Graph *g = self.g
        cdef uint32_t rows = g.row_count
        cdef uint64_t unions = g.unions
        cdef Round *record = self.new_round()
        cdef int64_t start = now_ns(), swept
        cdef int reason
        self.theory.node_limit = self.hunter.node_limit = self.node_limit
        self.theory.full = self.hunter.full = False
        self.hunter.careful = self.iteration >= self.careful_from
        with nogil:
            if self.collect():
                g.clock += 1
                self.sweep(record)
            else:
                g.failed = True
            swept = now_ns()
            rebuild(g)
            look(&self.clock)
        record.search_ns, record.apply_ns, record.rebuild_ns = swept - start, 0, now_ns() - swept
        record.rows, record.classes, record.unions = g.live_rows, g.live_classes, g.unions - unions
        self.iteration += 1
        reason = self.verdict()
        if reason != RUNNING:
            return reason
        if self.theory.full or self.hunter.full or self.g.stale.count:
            return NODE_LIMIT
        return self.rest() if g.row_count == rows and g.unions == unions else RUNNING

    cdef int rest(self) noexcept:
        """Nothing changed: saturated, unless a rule is banned. Then go on to the first release."""
        cdef uint32_t i, soonest = NONE
        for i in range(self.turn_count):
            if self.turns[i].last:
                soonest = min(soonest, max(self.turns[i].banned_until, self.iteration))
        if soonest == NONE:
            return SATURATED
        for i in range(self.turn_count):
            if self.turns[i].banned_until > self.iteration:
                self.turns[i].banned_until -= soonest - self.iteration
        return RUNNING

    # ---- what changed -----------------------------------------------------------------------------------------------

    cdef bint collect(self) noexcept nogil:
        """Fill `dirty` with the changed rows, then the rows above those, and so on, a level after the other."""
        cdef Graph *g = self.g
        cdef Log *log
        cdef uint32_t op, i, level, begin = 0, end
        if self.mark_capacity < g.row_capacity:
            if not stretch(<void **>&self.marks, g.row_capacity, 4):
                return False
            memset(self.marks + self.mark_capacity, 0, <size_t>(g.row_capacity - self.mark_capacity) * 4)
            self.mark_capacity = g.row_capacity
        self.epoch += 1
        self.dirty.count = 0
        for op in range(g.op_count):
            log = &g.logs[op]
            for i in range(log.count):
                if not self.mark(log.changes[i].row):
                    return False
            log.count = 0
        self.level_end[0] = self.dirty.count
        for level in range(1, self.depth):
            end = self.dirty.count
            for i in range(begin, end):
                if not self.mark_above(self.dirty.items[i]):
                    return False
            self.level_end[level] = self.dirty.count
            begin = end
        return True

    cdef bint mark(self, uint32_t r) noexcept nogil:
        if is_hidden(&self.g.rows[r]) or self.marks[r] == self.epoch:
            return True
        self.marks[r] = self.epoch
        return push(&self.dirty, r)

    cdef bint mark_above(self, uint32_t r) noexcept nogil:
        cdef Graph *g = self.g
        cdef uint32_t last = g.up[find(g, g.rows[r].cls)], entry
        if last == NONE:
            return True
        entry = last
        while True:
            if not self.mark(row_of(g, entry)):
                return False
            entry = link(g, entry)[0]
            if entry == last:
                return True

    # ---- showing it to the laws -------------------------------------------------------------------------------------

    cdef void sweep(self, Round *record) noexcept nogil:
        cdef uint32_t i, level = 0, k, rows = self.g.row_count
        # A law that was cut short sees every row when its ban is over.
        for k in range(self.turn_count):
            if self.turns[k].last and self.turns[k].banned_until <= self.iteration:
                self.turns[k].last = 0
                for i in range(rows):
                    if not is_hidden(&self.g.rows[i]) and not self.show(k, i, record):
                        return
        for i in range(self.dirty.count):
            while i >= self.level_end[level]:
                level += 1
            if not is_hidden(&self.g.rows[self.dirty.items[i]]) and not self.show_all(self.dirty.items[i], level, record):
                return

    cdef bint show_all(self, uint32_t r, uint32_t level, Round *record) noexcept nogil:
        """Show a row to everything that may match there; False if a limit stops the round."""
        cdef uint32_t op = self.g.rows[r].op, k, law
        if (op == SUM or op == PRODUCT) and level < THEORY_LEVELS:
            for k in range(THEORIES):
                if self.uses_theory[k] and not self.show(self.patterns.law_count + k, r, record):
                    return False
        if op >= self.patterns.op_count:
            return True
        for k in range(self.patterns.roots[op].count):
            law = self.patterns.by_op[self.patterns.roots[op].first + k]
            if self.patterns.laws[law].depth > level and not self.show(law, r, record):
                return False
        return True

    cdef bint show(self, uint32_t k, uint32_t r, Round *record) noexcept nogil:
        """Let one law or theory look at a row, unless it is banned."""
        cdef State *turn = &self.turns[k]
        cdef uint64_t found, limit
        cdef uint32_t n
        if turn.banned_until > self.iteration:
            turn.last = 1
            return True
        limit = <uint64_t>-1
        if self.match_limit and k < self.patterns.law_count:
            # The ring theories are never cut short: what they find depends on seeing all of a round.
            limit = self.match_limit << min(turn.times_banned, <uint32_t>32)
        if turn.first != self.iteration + 1:
            turn.first, turn.seen = self.iteration + 1, 0
        if k >= self.patterns.law_count:
            self.theory.number = k
            n = consult(&self.theory, k - self.patterns.law_count, r)
            found = n
            turn.applied += n
        else:
            self.hunter.law, self.hunter.number = &self.patterns.laws[k], k
            self.hunter.found, self.hunter.unions, self.hunter.limit = 0, 0, limit - turn.seen
            if is_root(&self.hunter, r):
                hunt(&self.hunter, r)
            found = self.hunter.found
            turn.applied += self.hunter.unions
        record.matches += found
        turn.found += found
        turn.seen += <uint32_t>found
        if turn.seen >= limit:
            turn.banned_until = self.iteration + 1 + (self.ban_length << min(turn.times_banned, <uint32_t>16))
            turn.times_banned += 1
            turn.last = 1
        if self.iteration >= self.careful_from:
            rebuild(self.g)
        if self.g.conflict_left != NONE and self.culprit < 0:
            self.accuse(k)
        return not (
            self.theory.full or self.hunter.full or self.clock.stopped or self.g.failed or self.g.conflict_left != NONE
        ) and tick(&self.clock)

    cdef void accuse(self, uint32_t k) noexcept with gil:
        self.culprit = k
        self.culprit_match = ()
        if k < self.patterns.law_count:
            self.culprit_match = tuple([self.hunter.blamed[i] for i in range(self.patterns.laws[k].registers)])


cdef inline bint is_root(Hunt *h, uint32_t r) noexcept nogil:
    """Whether the law's root has the row's operator: for rows that the index by operator did not choose."""
    cdef uint32_t op = h.g.rows[r].op
    return op == h.nodes[h.law.left].op or (h.nodes[h.law.left].kind == 6 and op == PRODUCT)
