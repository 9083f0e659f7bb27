"""The unique nodes below some roots, as an array of ids: what every pass over expressions is made of."""

from libc.stdint cimport uint32_t

from rssn.expr._arena_c cimport Id, absent, arena, is_many, free_bit

ctypedef struct Order:
    # Operands before their users. `place` maps an id to its index here, and holds rubbish for ids that are not here.
    Id *ids
    uint32_t count
    uint32_t capacity
    uint32_t *place
    Id place_count

cdef inline bint is_in(const Order *order, Id id) noexcept:
    """Whether a node is in the order: its place must point back at it, so `place` needs no clearing beforehand."""
    cdef uint32_t place
    if id >= order.place_count:
        return False
    place = order.place[id]
    return place < order.count and order.ids[place] == id

cdef inline uint32_t operand_count(Id id) noexcept:
    """How many operands an application has."""
    cdef Id b = arena.b[id]
    if is_many(b):
        return b - free_bit()
    return 1 if b == absent() else 2

cdef inline Id operand(Id id, uint32_t i) noexcept:
    if is_many(arena.b[id]):
        return arena.pool[arena.a[id] + i]
    return arena.b[id] if i else arena.a[id]

# Fill an order with the nodes below `roots`; `backwards` visits roots and operands from the last to the first.
# Pin before, for the ids; call release() whatever happens.
cdef int fill(Order *order, const Id *roots, uint32_t root_count, bint backwards) except -1
cdef void release(Order *order) noexcept

# The ids of a sequence of Expr, in memory that the caller frees.
cdef Id *ids_of(list roots) except NULL
