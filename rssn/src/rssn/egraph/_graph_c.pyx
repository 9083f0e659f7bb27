"""Adding, uniting, rebuilding. The layout and its reasons stand in the .pxd; the readable twin is `_graph_py.py`."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

from rssn.egraph._numbers_c cimport (
    NONE, Numbers, number_add, number_div, number_float, number_mul, number_neg, number_power, number_sign, number_sub,
    numbers_begin, numbers_end, is_whole, ZERO,
)

cdef enum:
    FIRST_ROWS = 64
    FIRST_TABLE = 256
    MOST_ROWS = 0x3FFFFFFF  # an entry of a parent ring has 31 bits
    MOST_NARROWINGS = 8

cdef extern from "<math.h>":
    double INFINITY
    double nextafter(double, double) nogil


# ---- memory ---------------------------------------------------------------------------------------------------------

cdef Graph *graph_new(list large, dict places, bint with_facts) except NULL:
    """An empty graph that knows the fixed operators."""
    cdef Graph *g = <Graph *>calloc(1, sizeof(Graph))
    if not g:
        raise MemoryError
    g.with_facts = with_facts
    g.clock, g.most_rows = 1, <uint64_t>-1
    g.conflict_left = g.conflict_right = g.power_op = NONE
    g.table_mask = FIRST_TABLE - 1
    g.table = <uint64_t *>malloc(FIRST_TABLE * sizeof(uint64_t))
    if not g.table or not grow_rows(g) or not grow_classes(g):
        graph_free(g)
        raise MemoryError
    memset(g.table, 0xFF, FIRST_TABLE * sizeof(uint64_t))
    try:
        numbers_begin(&g.numbers, large, places)
        for arity in (0, 0, 2, 0, 0):
            declare(g, arity, FOLD_NONE, 0)
    except MemoryError:
        graph_free(g)
        raise
    return g


cdef void graph_free(Graph *g) noexcept:
    cdef uint32_t i
    free(g.rows); free(g.parts); free(g.table); free(g.stack)
    free(g.births); free(g.born_parts); free(g.story.items)
    free(g.parent); free(g.weight); free(g.member); free(g.up); free(g.constant); free(g.ops)
    free(g.facts); free(g.low); free(g.high); free(g.narrowed); free(g.born)
    free(g.arity); free(g.fold); free(g.meaning)
    free(g.losers.items); free(g.learned.items); free(g.stale.items)
    free(g.index.place); free(g.index.next); free(g.index.delta.items); free(g.index.heads_set.items)
    for i in range(3):
        free(g.index.entries[i]); free(g.index.start[i]); free(g.index.head[i])
    for i in range(g.op_count):
        free(g.logs[i].changes)
    free(g.logs)
    numbers_end(&g.numbers)
    free(g)


cdef uint32_t declare(Graph *g, uint8_t arity, uint8_t fold, uint8_t meaning) except 0xFFFFFFFF:
    """A new operator of 0, 1 or 2 operands."""
    cdef uint32_t op = g.op_count
    g.arity = <uint8_t *>stretched(g.arity, op + 1, 1)
    g.fold = <uint8_t *>stretched(g.fold, op + 1, 1)
    g.meaning = <uint8_t *>stretched(g.meaning, op + 1, 1)
    g.logs = <Log *>stretched(g.logs, op + 1, sizeof(Log))
    memset(&g.logs[op], 0, sizeof(Log))
    g.arity[op], g.fold[op], g.meaning[op] = arity, fold, meaning
    g.op_count += 1
    return op


cdef void *stretched(void *block, size_t count, size_t size) except NULL:
    cdef void *grown = realloc(block, count * size)
    if not grown:
        raise MemoryError
    return grown


cdef bint stretch(void **block, size_t count, size_t size) noexcept nogil:
    cdef void *grown = realloc(block[0], count * size)
    block[0] = grown if grown else block[0]
    return grown != NULL


cdef bint grow_rows(Graph *g) noexcept nogil:
    cdef uint32_t capacity = 2 * g.row_capacity if g.row_capacity else FIRST_ROWS
    if capacity > MOST_ROWS or not stretch(<void **>&g.rows, capacity, sizeof(Row)):
        return False
    g.row_capacity = capacity
    return True


cdef bint grow_classes(Graph *g) noexcept nogil:
    cdef uint32_t n = 2 * g.class_capacity if g.class_capacity else FIRST_ROWS
    if not (
        stretch(<void **>&g.parent, n, 4) and stretch(<void **>&g.weight, n, 4) and stretch(<void **>&g.member, n, 4)
        and stretch(<void **>&g.up, n, 4) and stretch(<void **>&g.constant, n, 4) and stretch(<void **>&g.ops, n, 8)
        and stretch(<void **>&g.facts, n, 1) and stretch(<void **>&g.born, n, 4)
    ):
        return False
    if g.with_facts and not (
        stretch(<void **>&g.low, n, 8) and stretch(<void **>&g.high, n, 8) and stretch(<void **>&g.narrowed, n, 1)
    ):
        return False
    g.class_capacity = n
    return True


cdef bint widen(Graph *g) noexcept nogil:
    """Double the table."""
    cdef uint64_t mask = 2 * g.table_mask + 1, i, at, cell
    cdef uint64_t *table = <uint64_t *>malloc((mask + 1) * sizeof(uint64_t))
    if not table:
        return False
    memset(table, 0xFF, (mask + 1) * sizeof(uint64_t))
    for i in range(g.table_mask + 1):
        cell = g.table[i]
        if cell != EMPTY:
            at = (cell >> 32) & mask
            while table[at] != EMPTY:
                at = (at + 1) & mask
            table[at] = cell
    free(g.table)
    g.table, g.table_mask = table, mask
    return True


cdef bint push(Stack *s, uint32_t item) noexcept nogil:
    cdef uint32_t capacity
    if s.count == s.capacity:
        capacity = 2 * s.capacity if s.capacity else 32
        if not stretch(<void **>&s.items, capacity, 4):
            return False
        s.capacity = capacity
    s.items[s.count] = item
    s.count += 1
    return True


cdef size_t graph_bytes(const Graph *g) noexcept nogil:
    """What the graph holds in memory, give or take small change."""
    cdef size_t total = <size_t>g.row_capacity * (sizeof(Row))
    cdef uint32_t op
    total += <size_t>g.class_capacity * (33 + (17 if g.with_facts else 0)) + (g.table_mask + 1) * 8
    total += <size_t>g.part_capacity * sizeof(Part)
    total += <size_t>g.index.row_capacity * 24 + <size_t>g.index.entry_capacity * 48
    total += <size_t>(g.index.start_capacity + g.index.class_capacity) * 12
    for op in range(g.op_count):
        total += <size_t>g.logs[op].capacity * sizeof(Change)
    return total


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
    cdef uint8_t arity = g.arity[op]
    cdef uint64_t h
    cdef uint32_t r, c
    if arity:
        a = find(g, a)
        if arity == 2:
            b = find(g, b)
    h = hash_of(op, a, b)
    r = seek(g, h, op, a, b)
    if r != NONE:
        return find(g, g.rows[r].cls)
    c = new_class(g)
    if c == NONE:
        return NONE
    r = new_row(g, op, a, b, c)
    if r == NONE or not put(g, h, r) or (g.traced and not record(g, c, op, a, b)):
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


cdef void settle_constant(Graph *g, uint32_t cls, uint32_t number) noexcept nogil:
    """A class is this number: it is united with the number's own leaf."""
    cdef uint32_t leaf
    cls = find(g, cls)
    if g.constant[cls] == number:
        return
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
    while not g.failed and g.conflict_left == NONE:
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
    take(g, hash_of(op, row.a, row.b), r)
    a = find(g, row.a)
    b = find(g, row.b) if g.arity[op] == 2 else row.b
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
