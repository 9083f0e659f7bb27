"""The interpreter of plans. The data structures stand in the .pxd; `_graph_py.py` searches without plans."""

from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport realloc
from posix.time cimport CLOCK_MONOTONIC, clock_gettime, timespec

from rssn.egraph._graph_c cimport (
    Change, Entry, Graph, Index, Log, NONE, NONZERO, Row, SYMBOL, TUPLE, find, is_hidden, probe,
)
from rssn.egraph._index_c cimport BY_CLASS, BY_FIRST, BY_SECOND

from cpython.exc cimport PyErr_CheckSignals

cdef enum:
    SIGNAL_LOOKS = 16  # looks at the clock between two looks at signals, which need the GIL


# ---- the clock ------------------------------------------------------------------------------------------------------

cdef int64_t now_ns() noexcept nogil:
    cdef timespec t
    clock_gettime(CLOCK_MONOTONIC, &t)
    return <int64_t>t.tv_sec * 1000000000 + t.tv_nsec


cdef object pending = None  # what a signal handler raised while the engine was running


cdef bint signalled() noexcept with gil:
    """Let Python look at pending signals; keep what a handler raises for the end of the round."""
    global pending
    try:
        PyErr_CheckSignals()
    except BaseException as error:
        pending = error
    return pending is not None


cdef int raise_pending() except -1:
    global pending
    if pending is not None:
        error, pending = pending, None
        raise error
    return 0


cdef bint look(Clock *clock) noexcept nogil:
    clock.looks += 1
    if not clock.stopped and now_ns() > clock.deadline_ns:
        clock.stopped = STOPPED_BY_TIME
    if not clock.stopped and clock.looks % SIGNAL_LOOKS == 0 and signalled():
        clock.stopped = STOPPED_BY_SIGNAL
    return not clock.stopped


# ---- plans ----------------------------------------------------------------------------------------------------------

cdef bint search(Search *s) noexcept nogil:
    return run(s, 0)


cdef bint run(Search *s, uint32_t at) noexcept nogil:
    """Do step `at` and those behind it; False stops everything."""
    cdef const Step *step
    if at == s.step_count:
        return found(s)
    step = &s.steps[at]
    if step.kind == LOOKUP:
        return look_up(s, step, at)
    if step.kind == DOWN or step.kind == DOWN_FIRST:
        return down(s, step, at)
    if step.kind == UP_FIRST or step.kind == UP_SECOND:
        return climb(s, step, at)
    if step.kind == CLASSES:
        return classes(s, step, at)
    return logged(s, step, at)


cdef inline bint fits(
    Search *s, const Step *step, uint32_t cls, uint32_t a, uint32_t b, uint32_t stamp
) noexcept nogil:
    """Bind the registers of an atom to a row, or compare those that are known already."""
    if step.flags & (MUST_BE_OLD | MUST_BE_NEW) and (stamp > s.seen) == ((step.flags & MUST_BE_OLD) != 0):
        return False
    if step.flags & KNOWS_CLASS:
        if s.registers[step.cls] != cls:
            return False
    else:
        s.registers[step.cls] = cls
    if step.arity == 0:
        return True
    if step.flags & KNOWS_FIRST:
        if s.registers[step.first] != a:
            return False
    else:
        s.registers[step.first] = a
    if step.arity == 1:
        return True
    if step.flags & KNOWS_SECOND:
        return s.registers[step.second] == b
    s.registers[step.second] = b
    return True


cdef bint logged(Search *s, const Step *step, uint32_t at) noexcept nogil:
    """NEW and EVERY: the operator's log, from the first change that the rule has not seen."""
    cdef const Log *log = &s.g.logs[step.op]
    cdef const Change *change
    cdef const Row *row
    cdef uint32_t low = 0, high = log.count, middle, i
    if step.kind == NEW:
        while low < high:
            middle = (low + high) >> 1
            if log.changes[middle].stamp <= s.seen:
                low = middle + 1
            else:
                high = middle
    for i in range(low, log.count):
        change = &log.changes[i]
        row = &s.g.rows[change.row]
        if row.stamp != change.stamp or is_hidden(row):
            continue
        if fits(s, step, row.cls, row.a, row.b, row.stamp) and not run(s, at + 1):
            return False
        if not tick(s.clock):
            return False
    return True


cdef bint look_up(Search *s, const Step *step, uint32_t at) noexcept nogil:
    cdef uint32_t r
    cdef const Row *row
    if step.arity == 0:
        r = probe(s.g, step.op, step.leaf, 0)
    else:
        r = probe(s.g, step.op, s.registers[step.first], s.registers[step.second] if step.arity == 2 else 0)
    if r == NONE:
        return True
    row = &s.g.rows[r]
    if is_hidden(row) or not fits(s, step, row.cls, row.a, row.b, row.stamp):
        return True
    return run(s, at + 1)


cdef bint down(Search *s, const Step *step, uint32_t at) noexcept nogil:
    """The rows of an operator in a class: the run of the base, then the chain of the delta."""
    cdef const Graph *g = s.g
    cdef const Index *index = &g.index
    cdef uint32_t c = s.registers[step.cls], low, high, middle, end, r
    cdef const Entry *entries = index.entries[BY_CLASS]
    cdef const Entry *e
    cdef const Row *row
    cdef uint32_t wanted = s.registers[step.first]
    if not (g.ops[c] >> (step.op & 63)) & 1:
        return True
    if c < index.base_classes:
        low, end = index.start[BY_CLASS][c], index.start[BY_CLASS][c + 1]
        if step.kind == DOWN_FIRST:
            high = end
            while low < high:
                middle = (low + high) >> 1
                if entries[middle].x < wanted:
                    low = middle + 1
                else:
                    high = middle
        while low < end:
            e = &entries[low]
            low += 1
            if step.kind == DOWN_FIRST and e.x != wanted:
                break
            if e.op == step.op and fits(s, step, c, e.x, e.y, e.stamp) and not run(s, at + 1):
                return False
            if not tick(s.clock):
                return False
    r = index.head[BY_CLASS][c]
    while r != NONE:
        row = &g.rows[r]
        if row.op == step.op and fits(s, step, c, row.a, row.b, row.stamp) and not run(s, at + 1):
            return False
        if not tick(s.clock):
            return False
        r = index.next[3 * r + BY_CLASS]
    return True


cdef bint climb(Search *s, const Step *step, uint32_t at) noexcept nogil:
    """The rows of an operator above a known child."""
    cdef const Graph *g = s.g
    cdef const Index *index = &g.index
    cdef uint32_t k = BY_FIRST if step.kind == UP_FIRST else BY_SECOND
    cdef uint32_t c = s.registers[step.first if k == BY_FIRST else step.second], i, r
    cdef const Entry *e
    cdef const Row *row
    if c < index.base_classes:
        for i in range(index.start[k][c], index.start[k][c + 1]):
            e = &index.entries[k][i]
            if e.op == step.op:
                if (
                    fits(s, step, e.y, c, e.x, e.stamp) if k == BY_FIRST else fits(s, step, e.y, e.x, c, e.stamp)
                ) and not run(s, at + 1):
                    return False
            if not tick(s.clock):
                return False
    r = index.head[k][c]
    while r != NONE:
        row = &g.rows[r]
        if row.op == step.op and fits(s, step, row.cls, row.a, row.b, row.stamp) and not run(s, at + 1):
            return False
        if not tick(s.clock):
            return False
        r = index.next[3 * r + k]
    return True


cdef bint classes(Search *s, const Step *step, uint32_t at) noexcept nogil:
    """Every class that is not only the tail of an operator of many operands."""
    cdef const Graph *g = s.g
    cdef uint32_t c, first = 0 if step.flags & KNOWS_ALL else s.seen_classes
    for c in range(first, g.class_count):
        if g.parent[c] != c or g.ops[c] == (<uint64_t>1 << TUPLE):
            continue
        s.registers[step.cls] = c
        if not run(s, at + 1) or not tick(s.clock):
            return False
    return True


# ---- matches --------------------------------------------------------------------------------------------------------

cdef bint guards_hold(const Graph *g, const Guard *guards, uint32_t count, const uint32_t *registers) noexcept nogil:
    """Whether all claims up to the end, or up to one of the marks between alternatives, are proved."""
    cdef uint32_t i
    cdef bint holds = True
    for i in range(count):
        if guards[i].kind == OR_ELSE:
            if holds:
                return True
            holds = True
        elif holds:
            holds = is_proved(g, &guards[i], find(g, registers[guards[i].x]), registers)
    return holds


cdef bint is_proved(const Graph *g, const Guard *guard, uint32_t x, const uint32_t *registers) noexcept nogil:
    cdef uint32_t number = g.constant[x]
    if guard.kind == HAS_FACTS:
        return (g.facts[x] & guard.y) == guard.y
    if guard.kind == IS_NUMBER:
        return number != NONE
    if guard.kind == ARE_APART:
        return x != find(g, registers[guard.y])
    if guard.kind == IS_ATOM:
        return number != NONE or (g.facts[x] & SYMBOL) != 0
    if guard.kind == IS_EVEN or guard.kind == IS_ODD:
        return number != NONE and g.numbers.den[number] == 1 and (g.numbers.num[number] & 1) == (guard.kind == IS_ODD)
    if not g.with_facts:
        return False
    if guard.kind == AT_LEAST:
        return g.low[x] >= guard.value
    if guard.kind == AT_MOST:
        return g.high[x] <= guard.value
    if guard.kind == ABOVE:
        return g.low[x] > guard.value or (guard.value == 0.0 <= g.low[x] and (g.facts[x] & NONZERO) != 0)
    return g.high[x] < guard.value or (guard.value == 0.0 >= g.high[x] and (g.facts[x] & NONZERO) != 0)


cdef bint found(Search *s) noexcept nogil:
    """Keep a match if its guards hold; False at the limit."""
    cdef Matches *out = s.out
    cdef uint32_t i
    cdef size_t capacity
    cdef void *grown
    if s.guard_count and not guards_hold(s.g, s.guards, s.guard_count, s.registers):
        return True
    if out.count + s.kept_count > out.capacity:
        capacity = 2 * out.capacity + 1024
        grown = realloc(out.items, capacity * 4)
        if not grown:
            s.g.failed = True
            return False
        out.items, out.capacity = <uint32_t *>grown, capacity
    for i in range(s.kept_count):
        out.items[out.count + i] = s.registers[s.kept[i]]
    out.count += s.kept_count
    s.found += 1
    return s.found < s.limit
