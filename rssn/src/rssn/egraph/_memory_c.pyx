"""What an e-graph holds in memory: made, enlarged, counted, given back. The structures stand in `_graph_c.pxd`."""

from libc.stdint cimport uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

from rssn.egraph._graph_c cimport Change, EMPTY, Graph, Log, Part, Row, FOLD_NONE
from rssn.egraph._numbers_c cimport NONE, numbers_begin, numbers_end

cdef enum:
    FIRST_ROWS = 64
    FIRST_TABLE = 256
    MOST_ROWS = 0x3FFFFFFF  # an entry of a parent ring has 31 bits


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
    free(g.arity); free(g.fold); free(g.meaning); free(g.commutes)
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
    g.commutes = <uint8_t *>stretched(g.commutes, op + 1, 1)
    g.logs = <Log *>stretched(g.logs, op + 1, sizeof(Log))
    memset(&g.logs[op], 0, sizeof(Log))
    g.arity[op], g.fold[op], g.meaning[op], g.commutes[op] = arity, fold, meaning, False
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
