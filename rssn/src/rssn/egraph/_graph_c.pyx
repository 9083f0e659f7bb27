"""Adding, uniting, rebuilding. The layout and its reasons stand in the .pxd; the readable twin is `_graph_py.py`."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from rssn.egraph._memory_c cimport grow_classes, grow_rows, stretch, widen
from rssn.egraph._numbers_c cimport (
    NONE, Numbers, number_add, number_div, number_float, number_mul, number_neg, number_power, number_sign, number_sub,
    is_whole,
)

cdef enum:
    LOOK_EVERY = 256  # steps of a rebuild between two looks at the clock
    MOST_NARROWINGS = 8  # of one class: an interval may shrink for ever

cdef extern from "<math.h>":
    double INFINITY
    double nextafter(double, double) nogil


# ---- the table ------------------------------------------------------------------------------------------------------

cdef uint32_t probe(const Graph *g, uint32_t op, uint32_t a, uint32_t b) noexcept nogil:
    return seek(g, hash_of(op, a, b), op, a, b)


cdef bint put(Graph *g, uint64_t h, uint32_t row) noexcept nogil:
    cdef uint64_t at
    if 2 * (<uint64_t>g.table_used + 1) > g.table_mask and not widen(g):
        g.failed = True
        return False
    at = (h >> 32) & g.table_mask
    while g.table[at] != EMPTY:
        at = (at + 1) & g.table_mask
    g.table[at] = h | row
    g.table_used += 1
    return True


cdef inline bint put_at(Graph *g, uint64_t h, uint64_t at, uint32_t row) noexcept nogil:
    """The same where the free cell is known."""
    if 2 * (<uint64_t>g.table_used + 1) > g.table_mask:
        return put(g, h, row)
    g.table[at] = h | row
    g.table_used += 1
    return True


cdef void take(Graph *g, uint64_t h, uint32_t row) noexcept nogil:
    """Remove a row from the table; those behind it move up, so that no gravestones are left."""
    cdef uint64_t mask = g.table_mask, at = (h >> 32) & mask, hole, home
    while g.table[at] != (h | row):
        if g.table[at] == EMPTY:
            return
        at = (at + 1) & mask
    hole = at
    while True:
        at = (at + 1) & mask
        if g.table[at] == EMPTY:
            break
        home = (g.table[at] >> 32) & mask
        if ((at - home) & mask) >= ((at - hole) & mask):
            g.table[hole] = g.table[at]
            hole = at
    g.table[hole] = EMPTY
    g.table_used -= 1


# ---- rows and classes -----------------------------------------------------------------------------------------------

cdef uint32_t new_class(Graph *g) noexcept nogil:
    cdef uint32_t c = g.class_count
    if c == g.class_capacity and not grow_classes(g):
        g.failed = True
        return NONE
    g.class_count += 1
    g.parent[c], g.weight[c], g.member[c], g.up[c], g.constant[c] = c, 0, NONE, NONE, NONE
    g.ops[c], g.facts[c], g.born[c] = 0, 0, c
    if g.with_facts:
        g.low[c], g.high[c], g.narrowed[c] = -INFINITY, INFINITY, 0
    g.live_classes += 1
    return c


cdef uint32_t new_row(Graph *g, uint32_t op, uint32_t a, uint32_t b, uint32_t cls) noexcept nogil:
    """Append a row as a member of a class; children and table are the caller's."""
    cdef uint32_t r = g.row_count
    cdef Row *row
    if r == g.row_capacity and not grow_rows(g):
        g.failed = True
        return NONE
    g.row_count += 1
    row = &g.rows[r]
    row.op, row.a, row.b, row.cls, row.stamp = op, a, b, cls, 0
    row.up[0] = row.up[1] = NONE
    enroll(g, r, cls)
    g.weight[cls] += 1
    g.ops[cls] |= <uint64_t>1 << (op & 63)
    g.live_rows += 1
    g.peak_rows = max(g.peak_rows, g.live_rows)
    touch(g, r)
    return r


cdef bint thread(Graph *g, uint32_t cls, uint32_t entry) noexcept nogil:
    """Put an entry into the ring of a class's parents."""
    cdef uint32_t at = g.up[cls]
    if at == NONE:
        link(g, entry)[0] = entry
        g.up[cls] = entry
    else:
        link(g, entry)[0] = link(g, at)[0]
        link(g, at)[0] = entry
    g.weight[cls] += 1
    return True


cdef void touch(Graph *g, uint32_t r) noexcept nogil:
    """Stamp a row as changed in this round, strike its copies in the index, and write it into the log."""
    cdef Row *row = &g.rows[r]
    cdef Log *log
    cdef Index *index = &g.index
    cdef uint32_t capacity
    if row.stamp == g.clock or is_hidden(row):
        return
    if (strike(index, r) or row.stamp == 0) and index.place and not push(&index.delta, r):
        g.failed = True
    row.stamp = g.clock
    log = &g.logs[row.op & KIND]
    if log.count == log.capacity:
        capacity = 2 * log.capacity if log.capacity else 16
        if not stretch(<void **>&log.changes, capacity, sizeof(Change)):
            g.failed = True
            return
        log.capacity = capacity
    log.changes[log.count].row, log.changes[log.count].stamp = r, g.clock
    log.count += 1


cdef void hide(Graph *g, uint32_t r, uint32_t flag) noexcept nogil:
    """Take a row out of the sight of rules."""
    cdef Row *row = &g.rows[r]
    if not is_hidden(row):
        g.live_rows -= 1
        strike(&g.index, r)
    row.op |= flag


cdef void bury(Graph *g, uint32_t r) noexcept nogil:
    hide(g, r, DEAD)


cdef uint32_t add(Graph *g, uint32_t op, uint32_t a, uint32_t b) noexcept nogil:
    return add_into(g, op, a, b, NONE)


cdef uint32_t add_into(Graph *g, uint32_t op, uint32_t a, uint32_t b, uint32_t into) noexcept nogil:
    cdef uint8_t arity = g.arity[op]
    cdef uint64_t h, at, cell
    cdef uint32_t r, c
    if arity:
        a = find(g, a)
        if arity == 2:
            b = find(g, b)
            if g.commutes[op] and a > b:
                a, b = b, a
    h = hash_of(op, a, b)
    at = (h >> 32) & g.table_mask
    while True:
        cell = g.table[at]
        if cell == EMPTY:
            break
        r = <uint32_t>cell
        if (cell ^ h) >> 32 == 0 and g.rows[r].a == a and g.rows[r].b == b and (g.rows[r].op & KIND) == op:
            c = g.rows[r].cls
            if into != NONE:
                unite(g, into, c)
            return find(g, c)
        at = (at + 1) & g.table_mask
    if into == NONE:
        c = new_class(g)
        if c == NONE:
            return NONE
    else:
        c = find(g, into)
        g.unions += 1
    r = new_row(g, op, a, b, c)
    if r == NONE or not put_at(g, h, at, r) or (g.traced and not record(g, c, op, a, b)):
        return NONE
    if arity:
        thread(g, a, 2 * r)
        if arity == 2:
            thread(g, b, 2 * r + 1)
    if op == NUMBER:
        g.constant[c] = a
        g.facts[c] = facts_of(g, a)
        if g.with_facts:
            g.low[c] = g.high[c] = number_float(&g.numbers, a)
            if not is_whole(&g.numbers, a) or g.high[c] > 1e15 or g.low[c] < -1e15:
                g.low[c], g.high[c] = nextafter(g.low[c], -INFINITY), nextafter(g.high[c], INFINITY)
        return c
    if into != NONE and g.constant[c] != NONE:
        hide(g, r, PRUNED)
    if g.fold[op]:
        fold(g, r)
    if g.infer:
        g.infer(g, r)
    return find(g, c)


cdef bint record(Graph *g, uint32_t c, uint32_t op, uint32_t a, uint32_t b) noexcept nogil:
    """Write down what a class was born as."""
    if c >= g.birth_capacity:
        if not stretch(<void **>&g.births, g.class_capacity, sizeof(Birth)):
            g.failed = True
            return False
        g.birth_capacity = g.class_capacity
    g.births[c].op, g.births[c].a, g.births[c].b = op, a, b
    return True


cdef uint8_t facts_of(Graph *g, uint32_t number) noexcept nogil:
    cdef int sign = number_sign(&g.numbers, number)
    cdef uint8_t facts = DEFINED
    if sign:
        facts |= NONZERO
    if sign >= 0:
        facts |= NONNEGATIVE
    if sign <= 0:
        facts |= NONPOSITIVE
    if g.numbers.den[number] == 1:
        facts |= INTEGER
    return facts


# ---- what classes learn ---------------------------------------------------------------------------------------------

cdef void fold(Graph *g, uint32_t r) noexcept nogil:
    """If the children of a row are known numbers, so is its class."""
    cdef Row *row = &g.rows[r]
    cdef uint32_t op = row.op & KIND, kind = g.fold[op], x, y = NONE, value = NONE
    cdef Numbers *n = &g.numbers
    if not kind:
        return
    if op == g.power_op:
        # A power whose exponent becomes known becomes a product.
        g.renew(g, r)
        return
    x = g.constant[find(g, row.a)]
    if x == NONE:
        return
    if g.arity[op] == 2:
        y = g.constant[find(g, row.b)]
        if y == NONE:
            return
    if kind == FOLD_ADD:
        value = number_add(n, x, y)
    elif kind == FOLD_SUB:
        value = number_sub(n, x, y)
    elif kind == FOLD_MUL:
        value = number_mul(n, x, y)
    elif kind == FOLD_DIV:
        value = number_div(n, x, y)
    elif kind == FOLD_NEG:
        value = number_neg(n, x)
    elif kind == FOLD_POW:
        value = number_power(n, x, y)
    if value != NONE:
        settle_constant(g, row.cls, value)


cdef void prune(Graph *g, uint32_t cls) noexcept nogil:
    """Hide the members of a class that is a known number, but for the number itself."""
    cdef uint32_t last = g.member[cls], r = last
    while r != NONE:
        if (g.rows[r].op & KIND) != NUMBER:
            hide(g, r, PRUNED)
        r = g.rows[r].member
        if r == last:
            break


cdef void settle_constant(Graph *g, uint32_t cls, uint32_t number) noexcept nogil:
    """A class is this number: it is united with the number's own leaf."""
    cdef uint32_t leaf, home = cls
    cls = find(g, cls)
    if g.constant[cls] == number:
        return
    if g.constant[cls] != NONE:
        if g.conflict_left == NONE:
            g.conflict_left, g.conflict_right = g.constant[cls], number
        return
    if g.live_rows >= g.most_rows:
        # The leaf may need a row: those that the number hides from rules anyway make room for it.
        prune(g, home)
        prune(g, cls)
    leaf = add_number(g, number)
    if leaf != NONE:
        unite(g, cls, leaf)


cdef inline bint is_news(double rise, double low, double fall, double high) noexcept nogil:
    return rise > 1e-6 * (low if low >= 0.0 else -low) or fall > 1e-6 * (high if high >= 0.0 else -high)


cdef void learn(Graph *g, uint32_t cls, uint8_t facts, double low, double high) noexcept nogil:
    """Add what is proved of a class; news travels at the next rebuild."""
    cdef bint narrower = False
    if not g.with_facts:
        return
    cls = find(g, cls)
    if low > 0.0:
        facts |= NONZERO | NONNEGATIVE
    elif low >= 0.0:
        facts |= NONNEGATIVE
    if high < 0.0:
        facts |= NONZERO | NONPOSITIVE
    elif high <= 0.0:
        facts |= NONPOSITIVE
    if low > g.low[cls] or high < g.high[cls]:
        # An interval may shrink for ever; news is only what moves a bound noticeably, and only so often.
        if g.narrowed[cls] < MOST_NARROWINGS and is_news(low - g.low[cls], g.low[cls], g.high[cls] - high, g.high[cls]):
            g.narrowed[cls] += 1
            narrower = True
        g.low[cls] = max(low, g.low[cls])
        g.high[cls] = min(high, g.high[cls])
    if not narrower and (facts | g.facts[cls]) == g.facts[cls]:
        return
    g.facts[cls] |= facts
    if g.up[cls] != NONE or g.weight[cls] > 1:
        if not push(&g.learned, cls):
            g.failed = True


# ---- unions ---------------------------------------------------------------------------------------------------------

cdef bint unite(Graph *g, uint32_t a, uint32_t b) noexcept nogil:
    cdef uint32_t winner = find(g, a), loser = find(g, b)
    if winner == loser:
        return False
    if g.constant[winner] != NONE and g.constant[loser] != NONE and g.conflict_left == NONE:
        g.conflict_left, g.conflict_right = g.constant[winner], g.constant[loser]
    if g.weight[winner] < g.weight[loser]:
        winner, loser = loser, winner
    g.parent[loser] = winner
    g.born[winner] = min(g.born[winner], g.born[loser])
    g.weight[winner] += g.weight[loser]
    g.live_classes -= 1
    g.unions += 1
    if not push(&g.losers, loser):
        g.failed = True
    if g.constant[winner] == NONE and g.constant[loser] != NONE:
        g.constant[winner] = g.constant[loser]
        g.facts[winner] |= g.facts[loser]
        if g.with_facts:
            g.low[winner], g.high[winner] = g.low[loser], g.high[loser]
        if not push(&g.learned, winner):
            g.failed = True
    elif g.with_facts:
        learn(g, winner, g.facts[loser], g.low[loser], g.high[loser])
    elif g.facts[loser] & ~g.facts[winner]:
        g.facts[winner] |= g.facts[loser]
        if not push(&g.learned, winner):
            g.failed = True
    return True


cdef void tell(Graph *g, uint32_t why, const uint32_t *classes, uint32_t count) noexcept nogil:
    """Write down why classes were united: the reason, how many names follow, and the names."""
    cdef uint32_t i
    if not push(&g.story, why) or not push(&g.story, count):
        g.failed = True
    for i in range(count):
        if not push(&g.story, classes[i]):
            g.failed = True


cdef void rebuild(Graph *g) noexcept nogil:
    """Bring every row up to date with the unions, and the unions up to date with the rows."""
    cdef uint32_t steps = 0
    while not g.failed and g.conflict_left == NONE:
        steps += 1
        if g.goes_on and steps % LOOK_EVERY == 0 and not g.goes_on(g):
            break
        if g.losers.count:
            g.losers.count -= 1
            repair(g, g.losers.items[g.losers.count])
        elif g.learned.count:
            g.learned.count -= 1
            spread(g, g.learned.items[g.learned.count])
        else:
            break


cdef void repair(Graph *g, uint32_t loser) noexcept nogil:
    """Re-key the parents of a class that lost, hand its members to the winner, and splice the rings."""
    cdef uint32_t last = g.up[loser], entry, following, winner, saved
    if last != NONE:
        entry = link(g, last)[0]
        while True:
            following = link(g, entry)[0]
            rekey(g, row_of(g, entry))
            if entry == last or g.failed:
                break
            entry = following
    winner = find(g, loser)
    hand_over(g, loser, winner)
    if g.up[loser] != NONE:
        if g.up[winner] == NONE:
            g.up[winner] = g.up[loser]
        else:
            saved = link(g, g.up[winner])[0]
            link(g, g.up[winner])[0] = link(g, g.up[loser])[0]
            link(g, g.up[loser])[0] = saved
    g.up[loser] = NONE


cdef void hand_over(Graph *g, uint32_t loser, uint32_t winner) noexcept nogil:
    """Make the members of a class that lost members of the winner; the dead are left behind."""
    cdef uint32_t last = g.member[loser], r = last, following
    cdef Row *row
    if (g.ops[loser] & ~g.ops[winner]) >> SINGLE_SUM and not push(&g.learned, winner):
        g.failed = True
    g.ops[winner] |= g.ops[loser]
    while r != NONE:
        row = &g.rows[r]
        following = row.member
        if not row.op & DEAD:
            row.cls = winner
            if g.constant[winner] != NONE and (row.op & KIND) != NUMBER:
                hide(g, r, PRUNED)
            touch(g, r)
            enroll(g, r, winner)
        if following == last:
            break
        r = following
    g.member[loser] = NONE


cdef void rekey(Graph *g, uint32_t r) noexcept nogil:
    """Give a row the names its children have now; if that makes it equal to another row, their classes unite."""
    cdef Row *row = &g.rows[r]
    cdef uint32_t op = row.op & KIND, a, b, other
    cdef uint64_t h
    if row.op & DEAD:
        return
    if op == SUM or op == PRODUCT:
        g.renew(g, r)
        return
    a = find(g, row.a)
    b = find(g, row.b) if g.arity[op] == 2 else row.b
    if g.commutes[op] and a > b:
        a, b = b, a
    if a != row.a or b != row.b:  # else the row was renewed for its other child
        take(g, hash_of(op, row.a, row.b), r)
        h = hash_of(op, a, b)
        other = seek(g, h, op, a, b)
        if other != NONE:
            bury(g, r)
            unite(g, row.cls, g.rows[other].cls)
            return
        row.a, row.b = a, b
        put(g, h, r)
    touch(g, r)
    if g.fold[op]:
        fold(g, r)
    if g.infer:
        g.infer(g, r)


cdef void spread(Graph *g, uint32_t cls) noexcept nogil:
    """A class has learnt something: its parents may learn from it, and a known number hides the other members."""
    cdef uint32_t last, entry, following, r
    cdef Row *row
    cls = find(g, cls)
    if not g.with_facts and not g.touch_learned and g.constant[cls] == NONE:
        return
    last = g.member[cls]
    r = last
    while r != NONE:
        row = &g.rows[r]
        if g.constant[cls] != NONE and (row.op & KIND) != NUMBER:
            hide(g, r, PRUNED)
        elif g.touch_learned:
            touch(g, r)
        if row.op == SUM and row.b == 1:
            g.orient(g, r)
        r = g.rows[r].member
        if r == last:
            break
    last = g.up[cls]
    if last == NONE:
        return
    entry = link(g, last)[0]
    while True:
        following = link(g, entry)[0]
        r = row_of(g, entry)
        if not g.rows[r].op & DEAD:
            hear(g, r)
        if entry == last or g.failed:
            break
        entry = following


cdef void hear(Graph *g, uint32_t r) noexcept nogil:
    """A child of this row has learnt something."""
    cdef uint32_t op = g.rows[r].op & KIND
    if op == SUM or op == PRODUCT:
        g.renew(g, r)
        return
    if g.touch_learned:
        touch(g, r)
    if g.fold[op]:
        fold(g, r)
    if g.infer:
        g.infer(g, r)
