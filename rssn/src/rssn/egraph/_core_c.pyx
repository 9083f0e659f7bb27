"""Rounds: search every rule, apply what was found, rebuild; stop at the limits, and say which.

Matches are searched on a rebuilt graph and applied afterwards, so rules do not
see each other's results within a round. The node limit is looked at before
every match, so it is never exceeded.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc

from rssn.egraph._graph_c cimport (
    DEAD, FIRST_RULE, Birth, Graph, LEAF, NONE, NUMBER, SYMBOL, add, add_into, add_number, find, push, hash_of,
    rebuild, tell, unite, GIVEN, learn, settle_constant, KIND, PRUNED, Row, TUPLE,
)
from rssn.egraph._facts_c cimport infer
from rssn.egraph._index_c cimport refresh
from rssn.egraph._match_c cimport Clock, STOPPED_BY_SIGNAL, STOPPED_BY_TIME, Search, look, now_ns, raise_pending, search
from rssn.egraph._memory_c cimport declare, graph_bytes, graph_free, graph_new
from rssn.egraph._numbers_c cimport number_id, number_value
from rssn.egraph._program_c cimport FROM_MAKES, Code, Make, Pair, Program, Span

cdef extern from *:
    void prefetch "__builtin_prefetch"(const void *) nogil

cdef enum:
    AHEAD = 8  # matches between a prefetch and its use
    LOOK_EVERY = 255  # matches applied between two looks at the clock, as a mask

# Why a run stopped; the same numbers as `_report.STOP_REASONS`.
cdef enum:
    SATURATED = 0
    NODE_LIMIT = 1
    TIME_LIMIT = 2
    ITERATION_LIMIT = 3
    MEMORY_LIMIT = 4
    INTERRUPTED = 5
    INCONSISTENT = 6
    GOAL = 7
    RUNNING = 8


cdef bint goes_on(Graph *g) noexcept nogil:
    """What a rebuild asks within a run."""
    return look(clock_of(g.owner))


cdef Clock *clock_of(void *core) noexcept nogil:
    return &(<Core>core).clock


cdef class Core:
    """A graph, and a program to run on it."""

    def __cinit__(self, Program program, *_more, bint with_facts=False, bint traced=False):
        cdef uint32_t arity
        self.program, self.large, self.places, self.inferred, self.counts = program, [], {}, {}, {}
        self.culprit = -1
        self.g = graph_new(self.large, self.places, with_facts)
        self.g.touch_learned = program.has_guards
        self.g.owner, self.g.traced = <void *>self, traced
        if with_facts:
            self.g.infer = infer
        for _name, arity, fold, meaning in program.operators:
            declare(self.g, arity, fold, meaning)
        for value in program.numbers:
            number_id(&self.g.numbers, value)
        self.states = <State *>calloc(program.rule_count + 1, sizeof(State))
        if not self.states:
            raise MemoryError

    def __dealloc__(self):
        if self.g:
            graph_free(self.g)
        free(self.states); free(self.rounds); free(self.matches.items)

    # ---- building ---------------------------------------------------------------------------------------------------

    def declare(self, uint32_t arity, uint32_t fold, uint32_t meaning):
        """A new operator of at most two operands; returns its number."""
        return declare(self.g, arity, fold, meaning)

    def commute(self, uint32_t op):
        """The two operands of an operator may change places: its rows keep them sorted, from the next one on."""
        self.g.commutes[op] = True

    def add(self, uint32_t op, uint32_t a=0, uint32_t b=0):
        """The class of a node, made if it is new."""
        return self.checked(add(self.g, op, a, b))

    def add_number(self, value):
        """The class of an exact rational."""
        return self.checked(add_number(self.g, number_id(&self.g.numbers, value)))

    def add_leaf(self, uint32_t leaf, bint is_symbol):
        """The class of a leaf that is not a rational, by its number."""
        cdef uint32_t c = self.checked(add(self.g, LEAF, leaf, 0))
        if is_symbol:
            self.g.facts[c] |= SYMBOL
        return c

    def unite(self, uint32_t a, uint32_t b):
        """Assert that two classes are equal; takes effect at the next rebuild."""
        cdef uint32_t pair[2]
        pair[0], pair[1] = a, b
        if not unite(self.g, a, b):
            return False
        if self.g.traced:
            tell(self.g, GIVEN, pair, 2)
        return True

    def learn(self, uint32_t c, uint32_t facts, double low, double high):
        """Assert facts of a class."""
        if self.g.with_facts:
            learn(self.g, c, facts, low, high)
        else:
            self.g.facts[find(self.g, c)] |= facts

    def infer_row(self, uint32_t r):
        """Learn what a row says of its class from its operator's own rule."""
        cdef uint32_t c
        operands = self.operands(r)
        wanted = self.counts.get(self.g.rows[r].op & KIND)
        if wanted is not None and wanted != len(operands):
            # The tail of its operands is being united with another; ask again when that is done.
            if self.g.losers.count:
                push(&self.g.learned, find(self.g, self.g.rows[r].b))
            return
        known = tuple([self.known(c) for c in operands])
        key = (self.g.rows[r].op & KIND, known)
        found = self.inferred.get(key)
        if found is None and self.inference is not None:
            found = self.inferred[key] = self.inference(key[0], known)
        if found is not None:
            facts, low, high, number = found
            learn(self.g, self.g.rows[r].cls, facts, low, high)
            if number is not None:
                settle_constant(self.g, self.g.rows[r].cls, number_id(&self.g.numbers, number))

    def fail(self, error):
        """Keep what was raised where nothing can be; the next call that can raises it."""
        self.failure = error
        self.clock.stopped = STOPPED_BY_SIGNAL

    cdef int raise_failure(self) except -1:
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        return 0

    cdef int check(self, uint32_t c) except -1:
        """Refuse a number that names no class."""
        if c >= self.g.class_count:
            raise IndexError(c)
        return 0

    cdef tuple known(self, uint32_t c):
        c = find(self.g, c)
        return self.g.facts[c], self.g.low[c], self.g.high[c], self.constant(c)

    cdef list operands(self, uint32_t r):
        """The operand classes of a row that is no sum or product, those in the chain of tuples included."""
        cdef Row *row = &self.g.rows[r]
        cdef uint32_t arity = self.g.arity[row.op & KIND], last
        if arity < 2:
            return [row.a] if arity else []
        found = [row.a]
        last = row.b
        r = self.tuple_row(last)
        while r != NONE:
            found.append(self.g.rows[r].a)
            last = self.g.rows[r].b
            r = self.tuple_row(last)
        found.append(last)
        return found

    cdef uint32_t tuple_row(self, uint32_t c):
        """A row of the class that is part of a chain of operands, or NONE."""
        cdef uint32_t last, r
        c = find(self.g, c)
        last = self.g.member[c]
        if not (self.g.ops[c] >> TUPLE) & 1 or last == NONE:
            return NONE
        r = last
        while True:
            if (self.g.rows[r].op & ~PRUNED) == TUPLE:
                return r
            r = self.g.rows[r].member
            if r == last:
                return NONE

    def rebuild(self):
        """Make the graph congruent again, also if a run was stopped within a rebuild."""
        self.g.goes_on = NULL
        rebuild(self.g)
        self.raise_failure()
        if self.g.failed:
            raise MemoryError

    cdef uint32_t checked(self, uint32_t c) except 0xFFFFFFFF:
        if c == NONE:
            raise MemoryError
        self.raise_failure()
        return c

    # ---- reading ----------------------------------------------------------------------------------------------------

    def find(self, uint32_t c):
        """The name that a class has now."""
        self.check(c)
        return find(self.g, c)

    @property
    def nodes(self):
        """Rows that rules see."""
        return self.g.live_rows

    @property
    def peak(self):
        """The most rows that rules saw at any moment, between rounds or within one."""
        return self.g.peak_rows

    @property
    def classes(self):
        """Classes that are not united with another."""
        return self.g.live_classes

    @property
    def bytes(self):
        """Memory held."""
        return graph_bytes(self.g) + self.matches.capacity * 4

    def constant(self, uint32_t c):
        """The number that a class is known to be, or None."""
        cdef uint32_t number
        self.check(c)
        number = self.g.constant[find(self.g, c)]
        return None if number == NONE else number_value(&self.g.numbers, number)

    def facts(self, uint32_t c):
        """The bits proved of a class."""
        self.check(c)
        return self.g.facts[find(self.g, c)]

    def interval(self, uint32_t c):
        """Bounds of a class; infinite where nothing is known."""
        self.check(c)
        c = find(self.g, c)
        return (self.g.low[c], self.g.high[c]) if self.g.with_facts else (float("-inf"), float("inf"))

    @property
    def conflict(self):
        """The two numbers that were found to be equal, if that happened."""
        if self.g.conflict_left == NONE:
            return None
        return number_value(&self.g.numbers, self.g.conflict_left), number_value(&self.g.numbers, self.g.conflict_right)

    @property
    def blame(self):
        """(rule, classes) of the union that made the graph inconsistent, or None."""
        return None if self.culprit < 0 else (self.culprit, self.culprit_match)

    def rounds_done(self):
        """A tuple (nodes, classes, matches, unions, seconds of search, apply, rebuild) for each round."""
        cdef Round *r
        done = []
        for i in range(self.round_count):
            r = &self.rounds[i]
            done.append((
                r.rows, r.classes, r.matches, r.unions, r.search_ns * 1e-9, r.apply_ns * 1e-9, r.rebuild_ns * 1e-9,
            ))
        return done

    def rule_counts(self):
        """(matches, unions, bans, seconds of search, seconds of apply) of each rule."""
        return [
            (
                self.states[i].found, self.states[i].applied, self.states[i].times_banned,
                self.states[i].search_ns * 1e-9, self.states[i].apply_ns * 1e-9,
            )
            for i in range(self.program.rule_count)
        ]

    # ---- what explanations need -------------------------------------------------------------------------------------

    def birth(self, uint32_t c):
        """What a class was born as: (operator, a rational, a leaf's number, or operand classes). Needs `traced`."""
        cdef Birth born
        self.check(c)
        born = self.g.births[c]
        if born.op == NUMBER:
            return born.op, number_value(&self.g.numbers, born.a)
        if born.op == LEAF:
            return born.op, born.a
        return born.op, [born.a, born.b][:self.g.arity[born.op]]

    def story(self):
        """Every union that was asked for: (the number of a rule, or -1 for one that was given, the classes in it)."""
        cdef uint32_t at = 0, count
        told = []
        while at < self.g.story.count:
            count = self.g.story.items[at + 1]
            why = <int64_t>self.g.story.items[at] - FIRST_RULE if self.g.story.items[at] >= FIRST_RULE else -1
            told.append((why, tuple([self.g.story.items[at + 2 + i] for i in range(count)])))
            at += 2 + count
        return told

    # ---- running ----------------------------------------------------------------------------------------------------

    def run(
        self, *, uint64_t nodes, uint32_t iterations, double seconds, uint64_t memory, uint64_t match_limit=0,
        uint32_t ban_length=5, uint32_t careful_from=0xFFFFFFFF, tuple goals=(), condition=None,
    ):
        """Run rounds until nothing changes or a limit is met; returns the number of the reason. 0 bans no rule."""
        cdef int reason
        self.node_limit, self.bytes_limit, self.match_limit, self.ban_length = nodes, memory, match_limit, ban_length
        self.careful_from, self.condition = careful_from, condition
        self.clock.deadline_ns = now_ns() + <int64_t>min(seconds * 1e9, 4e18)
        self.clock.stopped = 0
        self.g.most_rows = nodes
        self.g.goes_on = goes_on
        with nogil:
            self.catch_up()
            rebuild(self.g)
        reason = self.verdict()
        while reason == RUNNING:
            if goals and all([find(self.g, a) == find(self.g, b) for a, b in goals]):
                return GOAL
            if self.g.live_rows > nodes:
                return NODE_LIMIT
            if iterations <= self.iteration:
                return ITERATION_LIMIT
            reason = self.round()
        return reason

    cdef void catch_up(self) noexcept nogil:
        """Renew what an earlier run had no room for."""
        cdef uint32_t i, count = self.g.stale.count
        for i in range(count):
            if not self.g.rows[self.g.stale.items[i]].op & DEAD:
                self.g.renew(self.g, self.g.stale.items[i])
        for i in range(count, self.g.stale.count):
            self.g.stale.items[i - count] = self.g.stale.items[i]
        self.g.stale.count -= count

    cdef int verdict(self) except -1:
        """The reason to stop, if there is one."""
        if self.clock.stopped == STOPPED_BY_SIGNAL:
            self.clock.stopped = 0
            raise_pending()
        self.raise_failure()
        if self.g.failed:
            return MEMORY_LIMIT
        if self.g.conflict_left != NONE:
            return INCONSISTENT
        if self.clock.stopped == STOPPED_BY_TIME:
            return TIME_LIMIT
        if graph_bytes(self.g) + self.matches.capacity * 4 > self.bytes_limit:
            return MEMORY_LIMIT
        return RUNNING

    cdef int round(self) except -1:
        """One round; the reason to stop after it, or RUNNING."""
        cdef Graph *g = self.g
        cdef uint32_t rows = g.row_count
        cdef uint64_t unions = g.unions
        cdef bint full
        cdef Round *record = self.new_round()
        cdef int64_t start = now_ns(), searched, applied
        cdef int reason
        with nogil:
            self.search_all(record)
            searched = now_ns()
            g.clock += 1
            full = not self.apply_all()
            applied = now_ns()
            rebuild(g)
            look(&self.clock)
        record = &self.rounds[self.round_count - 1]
        record.search_ns, record.apply_ns, record.rebuild_ns = searched - start, applied - searched, now_ns() - applied
        record.rows, record.classes, record.unions = g.live_rows, g.live_classes, g.unions - unions
        self.iteration += 1
        reason = self.verdict()
        if reason != RUNNING:
            return reason
        if full:
            return NODE_LIMIT
        if g.row_count == rows and g.unions == unions:
            return self.rest()
        return RUNNING

    cdef Round *new_round(self) except NULL:
        cdef void *grown
        if self.round_count == self.round_capacity:
            grown = realloc(self.rounds, (2 * self.round_capacity + 8) * sizeof(Round))
            if not grown:
                raise MemoryError
            self.rounds, self.round_capacity = <Round *>grown, 2 * self.round_capacity + 8
        self.round_count += 1
        self.rounds[self.round_count - 1].matches = 0
        return &self.rounds[self.round_count - 1]

    cdef int rest(self) noexcept:
        """Nothing changed: saturated, unless a rule is banned. Then go on to the first release."""
        cdef uint32_t i, soonest = NONE
        for i in range(self.program.rule_count):
            if self.states[i].banned_until > self.iteration:
                soonest = min(soonest, self.states[i].banned_until)
            elif self.states[i].banned_until == self.iteration:
                soonest = self.iteration
        if soonest == NONE:
            return SATURATED
        for i in range(self.program.rule_count):
            if self.states[i].banned_until > self.iteration:
                self.states[i].banned_until -= soonest - self.iteration
        return RUNNING

    # ---- searching --------------------------------------------------------------------------------------------------

    cdef void search_all(self, Round *record) noexcept nogil:
        cdef uint32_t i
        self.matches.count = 0
        if not refresh(self.g):
            self.g.failed = True
            return
        for i in range(self.program.rule_count):
            self.states[i].first = self.states[i].last = self.matches.count
            if self.states[i].banned_until <= self.iteration and not self.clock.stopped and not self.g.failed:
                record.matches += self.search_rule(i)

    cdef uint64_t search_rule(self, uint32_t i) noexcept nogil:
        """Find the matches of a rule that are new to it; one with too many is banned for a while after this round."""
        cdef State *state = &self.states[i]
        cdef const Code *code = &self.program.codes[i]
        cdef Search s
        cdef uint32_t k
        cdef bint whole = True
        cdef int64_t start = now_ns()
        s.g, s.clock, s.out = self.g, &self.clock, &self.matches
        s.guards, s.guard_count = self.program.guards + code.guards.first, code.guards.count
        s.kept, s.kept_count = self.program.kept + code.kept.first, code.kept.count
        s.seen, s.seen_classes = state.seen, state.seen_classes
        if code.naive:
            s.seen = s.seen_classes = 0
        s.found = 0
        s.limit = self.match_limit << min(state.times_banned, <uint32_t>32) if self.match_limit else <uint64_t>-1
        for k in range(code.plans.count):
            s.steps = self.program.steps + self.program.plans[code.plans.first + k].first
            s.step_count = self.program.plans[code.plans.first + k].count
            if not search(&s):
                whole = False
                break
        state.last = self.matches.count
        state.found += s.found
        if whole:
            state.seen, state.seen_classes = self.g.clock, self.g.class_count
        elif self.match_limit and s.found >= s.limit:
            # What was found is applied; the rest is found again when the ban is over.
            state.banned_until = self.iteration + (self.ban_length << min(state.times_banned, <uint32_t>16))
            state.times_banned += 1
        state.search_ns += now_ns() - start
        return s.found

    # ---- applying ---------------------------------------------------------------------------------------------------

    cdef bint apply_all(self) noexcept nogil:
        """Apply the matches of the round; False if the node limit was met."""
        cdef uint32_t i
        for i in range(self.program.rule_count):
            if self.clock.stopped or self.g.failed or self.g.conflict_left != NONE:
                break
            if self.states[i].last > self.states[i].first and not self.apply_rule(i):
                return False
        return True

    cdef bint apply_rule(self, uint32_t i) noexcept nogil:
        cdef Graph *g = self.g
        cdef State *state = &self.states[i]
        cdef const Code *code = &self.program.codes[i]
        cdef const uint32_t *match
        cdef size_t width = code.kept.count, at = state.first
        cdef uint64_t needed = 2 * code.makes.count + 2
        cdef uint64_t before = g.unions
        cdef uint32_t n = 0
        cdef int64_t start = now_ns()
        while at < state.last:
            if g.live_rows + needed > self.node_limit:
                # Rows made this round may be equal to others; when they are found out there may be room again.
                rebuild(g)
                if g.live_rows + needed + (self.node_limit >> 7) > self.node_limit:
                    return False
            match = self.matches.items + at
            if at + AHEAD * width < state.last:
                self.fetch(code, match + AHEAD * width)
            if not code.conditional or self.holds(i, match):
                self.apply(i, code, match)
            at += width
            n += 1
            if g.failed or g.conflict_left != NONE or ((n & LOOK_EVERY) == 0 and not look(&self.clock)):
                break
        state.applied += g.unions - before
        state.apply_ns += now_ns() - start
        return True

    cdef void fetch(self, const Code *code, const uint32_t *match) noexcept nogil:
        """Bring the table's cell for the first node of a later match into the cache."""
        cdef const Make *make = &self.program.makes[code.makes.first]
        if code.makes.count and make.arity and make.a < FROM_MAKES and make.b < FROM_MAKES:
            prefetch(&self.g.table[
                (hash_of(make.op, match[make.a], match[make.b] if make.arity == 2 else 0) >> 32) & self.g.table_mask
            ])

    cdef void apply(self, uint32_t rule, const Code *code, const uint32_t *match) noexcept nogil:
        """Make the right side of one match and unite."""
        cdef Graph *g = self.g
        cdef const Make *make
        cdef const Pair *pair
        cdef uint32_t made[64]
        cdef uint32_t k, a, b, last = NONE
        cdef bint changed = False
        if code.joins and not g.traced:
            last = code.makes.count - 1
        for k in range(code.makes.count):
            make = &self.program.makes[code.makes.first + k]
            if make.arity == 0:
                made[k] = add(g, make.op, make.leaf, 0)
            else:
                a = match[make.a] if make.a < FROM_MAKES else made[make.a - FROM_MAKES]
                b = 0
                if make.arity == 2:
                    b = match[make.b] if make.b < FROM_MAKES else made[make.b - FROM_MAKES]
                made[k] = add_into(g, make.op, a, b, match[self.program.pairs[code.unions.first].left] if k == last else NONE)
            if made[k] == NONE:
                return
        for k in range(0 if last != NONE else code.unions.count):
            pair = &self.program.pairs[code.unions.first + k]
            a = match[pair.left] if pair.left < FROM_MAKES else made[pair.left - FROM_MAKES]
            b = match[pair.right] if pair.right < FROM_MAKES else made[pair.right - FROM_MAKES]
            changed |= unite(g, a, b)
        if changed and g.traced:
            tell(g, FIRST_RULE + rule, match, code.kept.count)
        if self.iteration >= self.careful_from:
            rebuild(g)
        if g.conflict_left != NONE and self.culprit < 0:
            self.blame_match(rule, match, code.kept.count)

    cdef void blame_match(self, uint32_t rule, const uint32_t *match, uint32_t width) noexcept with gil:
        self.culprit = rule
        self.culprit_match = tuple([match[i] for i in range(width)])

    cdef bint holds(self, uint32_t rule, const uint32_t *match) noexcept with gil:
        """Ask a rule's Python condition; what it raises ends the run."""
        try:
            classes = tuple([match[i] for i in range(self.program.codes[rule].kept.count)])
            return bool(self.condition(rule, classes))
        except BaseException as error:
            self.fail(error)
            return False
