"""Indexes for the matcher. Sorting everything each round is most of the time of a long run, so there are two segments.

The *base* holds copies of the rows, sorted by class (then first child), by
first child (then operator) and by second child (then operator), so that a
scan is sequential. A row that changes is struck out of it and joins the
*delta*, which is chained by the same three keys. When the delta has grown to
a third of the base, the base is made anew.
"""

from libc.stdint cimport uint32_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memset

from rssn.egraph._graph_c cimport DEAD, Change, Entry, Graph, Index, KIND, Log, PRODUCT, Row, SUM, is_hidden, push
from rssn.egraph._numbers_c cimport NONE

cdef enum:
    SMALL_DELTA = 256


cdef bint refresh(Graph *g) noexcept nogil:
    cdef Index *index = &g.index
    if index.place == NULL or index.delta.count > index.base_rows // 3 + SMALL_DELTA:
        return make_base(g) and reserve_chains(g)
    return reserve_chains(g) and chain_delta(g)


cdef bint sized(void **block, size_t size) noexcept nogil:
    cdef void *grown = realloc(block[0], size)
    if grown:
        block[0] = grown
    return grown != NULL


# ---- the base -------------------------------------------------------------------------------------------------------

cdef void trim(Graph *g, Log *log) noexcept nogil:
    """Drop the entries of a log that no longer count."""
    cdef uint32_t i, kept = 0
    cdef Change change
    cdef Row *row
    for i in range(log.count):
        change = log.changes[i]
        row = &g.rows[change.row]
        if row.stamp == change.stamp and not is_hidden(row):
            log.changes[kept] = change
            kept += 1
    log.count = kept


cdef bint make_base(Graph *g) noexcept nogil:
    """Sort all rows by counting: one pass for each child in operator order, one by class over the first of them."""
    cdef Index *index = &g.index
    cdef uint32_t op, k, n = 0
    for op in range(g.op_count):
        trim(g, &g.logs[op])
        n += g.logs[op].count
    if not reserve_base(g, n):
        return False
    index.base_classes, index.base_rows = g.class_count, g.row_count
    index.delta.count = 0
    index.heads_set.count = 0
    for k in range(3):
        memset(index.start[k], 0, (<size_t>g.class_count + 2) * 4)
    memset(index.place, 0xFF, <size_t>g.row_count * 12)
    if g.class_count and index.class_capacity:
        for k in range(3):
            memset(index.head[k], 0xFF, <size_t>index.class_capacity * 4)
    count_keys(g)
    return scatter(g, n)


cdef bint reserve_base(Graph *g, uint32_t n) noexcept nogil:
    cdef Index *index = &g.index
    cdef uint32_t k
    if n > index.entry_capacity:
        for k in range(3):
            if not sized(<void **>&index.entries[k], (<size_t>n + (n >> 1)) * sizeof(Entry)):
                return False
        index.entry_capacity = n + (n >> 1)
    if g.class_count + 2 > index.start_capacity:
        for k in range(3):
            if not sized(<void **>&index.start[k], (<size_t>g.class_capacity + 2) * 4):
                return False
        index.start_capacity = g.class_capacity + 2
    return sized(<void **>&index.place, <size_t>g.row_capacity * 12)


cdef void count_keys(Graph *g) noexcept nogil:
    """Fill `start` with where each key's run begins."""
    cdef Index *index = &g.index
    cdef uint32_t op, i, k, c, sum, saved, arity
    cdef Row *row
    for op in range(g.op_count):
        arity = g.arity[op]
        for i in range(g.logs[op].count):
            row = &g.rows[g.logs[op].changes[i].row]
            index.start[0][row.cls] += 1
            if arity:
                index.start[1][row.a] += 1
                if arity == 2:
                    index.start[2][row.b] += 1
    for k in range(3):
        sum = 0
        for c in range(g.class_count + 1):
            saved = index.start[k][c]
            index.start[k][c] = sum
            sum += saved


cdef bint scatter(Graph *g, uint32_t n) noexcept nogil:
    """Write the entries. Leaves come first in their class, then rows by first child and operator."""
    cdef Index *index = &g.index
    cdef uint32_t op, i, r, at, arity, total = 0
    cdef Row *row
    cdef uint32_t *rows = <uint32_t *>malloc((<size_t>n + 1) * 4)  # the rows of `by_first`, in its order
    if not rows:
        return False
    for op in range(g.op_count):
        arity = g.arity[op]
        for i in range(g.logs[op].count):
            r = g.logs[op].changes[i].row
            row = &g.rows[r]
            if not arity:
                # Found by the table alone; 0 keeps the run of its class sorted.
                enter(index, 0, row.cls, r, op, 0, 0, row.stamp)
                continue
            at = enter(index, 1, row.a, r, op, row.b, row.cls, row.stamp)
            rows[at] = r
            total += 1
            if arity == 2:
                enter(index, 2, row.b, r, op, row.a, row.cls, row.stamp)
    for i in range(total):
        row = &g.rows[rows[i]]
        enter(index, 0, row.cls, rows[i], row.op & KIND, row.a, row.b, row.stamp)
    free(rows)
    # Each start has moved to the end of its run; one step back makes it a start again.
    for at in range(3):
        for i in range(g.class_count + 1, 0, -1):
            index.start[at][i] = index.start[at][i - 1]
        index.start[at][0] = 0
    return True


cdef inline uint32_t enter(
    Index *index, uint32_t k, uint32_t key, uint32_t r, uint32_t op, uint32_t x, uint32_t y, uint32_t stamp
) noexcept nogil:
    cdef uint32_t at = index.start[k][key]
    cdef Entry *entry = &index.entries[k][at]
    index.start[k][key] = at + 1
    entry.op, entry.x, entry.y, entry.stamp = op, x, y, stamp
    index.place[3 * r + k] = at
    return at


# ---- the delta ------------------------------------------------------------------------------------------------------

cdef bint reserve_chains(Graph *g) noexcept nogil:
    cdef Index *index = &g.index
    cdef uint32_t k
    if index.row_capacity < g.row_capacity:
        if not sized(<void **>&index.next, <size_t>g.row_capacity * 12):
            return False
        if not sized(<void **>&index.place, <size_t>g.row_capacity * 12):
            return False
        index.row_capacity = g.row_capacity
    if index.class_capacity < g.class_capacity:
        for k in range(3):
            if not sized(<void **>&index.head[k], <size_t>g.class_capacity * 4):
                return False
            memset(index.head[k] + index.class_capacity, 0xFF, <size_t>(g.class_capacity - index.class_capacity) * 4)
        index.class_capacity = g.class_capacity
    return True


cdef bint chain_delta(Graph *g) noexcept nogil:
    """Hang the changed rows under their classes and children; names may have changed, so every round anew."""
    cdef Index *index = &g.index
    cdef uint32_t i, r, kept = 0, arity
    cdef Row *row
    for i in range(index.heads_set.count):
        r = index.heads_set.items[i]
        index.head[0][r] = index.head[1][r] = index.head[2][r] = NONE
    index.heads_set.count = 0
    for i in range(index.delta.count):
        r = index.delta.items[i]
        row = &g.rows[r]
        if is_hidden(row):
            continue
        index.delta.items[kept] = r
        kept += 1
        arity = g.arity[row.op & KIND]
        if not hang(index, 0, row.cls, r):
            return False
        if arity and not hang(index, 1, row.a, r):
            return False
        if arity == 2 and not hang(index, 2, row.b, r):
            return False
    index.delta.count = kept
    return True


cdef inline bint hang(Index *index, uint32_t k, uint32_t key, uint32_t r) noexcept nogil:
    index.next[3 * r + k] = index.head[k][key]
    index.head[k][key] = r
    return push(&index.heads_set, key)
