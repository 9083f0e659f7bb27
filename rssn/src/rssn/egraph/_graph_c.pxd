"""The e-graph's columns: rows (e-nodes), classes, the hash-cons table, and the lists threaded through the rows.

A row is 32 bytes. Its class's members, and the parents of each of its
children, are circular lists of links kept in the rows themselves, so uniting
two classes splices two rings by swapping two links:

* a class's members: ring of row numbers through `member`;
* a class's parents: ring of *entries*; entry ``2*row + position`` is a child
  of a fixed row, ``PART | i`` is part i of a sorted n-ary row.

Operators of more than two operands are chains of `TUPLE` rows. Rows are named
by number only: a pointer dies when the array grows.

Unions are deferred: `unite` joins the union-find and notes the losing class;
`rebuild` then repairs the rows that mention it. Between the two, only `add`,
`find` and `unite` may be called; searches need a rebuilt graph.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport realloc

from rssn.egraph._numbers_c cimport NONE, Numbers

cdef extern from *:
    """
    #define EGRAPH_DEAD 0x80000000u
    #define EGRAPH_PRUNED 0x40000000u
    #define EGRAPH_KIND 0xFFFFu
    #define EGRAPH_PART 0x80000000u
    #define EGRAPH_EMPTY 0xFFFFFFFFFFFFFFFFull
    """
    const uint32_t DEAD "EGRAPH_DEAD"  # another row took its place
    const uint32_t PRUNED "EGRAPH_PRUNED"  # its class is a known number: kept for congruence, hidden from rules
    const uint32_t KIND "EGRAPH_KIND"
    const uint32_t PART "EGRAPH_PART"
    const uint64_t EMPTY "EGRAPH_EMPTY"

# Operators with a fixed number; the others come from `declare`.
cdef enum:
    NUMBER = 0  # a is the id of a rational
    LEAF = 1  # a is a leaf's number: a symbol, a float, a named constant
    TUPLE = 2  # a and b are operands of an operator of more than two
    SUM = 3  # n-ary: a is the first part, b how many; factor * child, added
    PRODUCT = 4  # n-ary: child ^ factor, multiplied
    FIRST_OPERATOR = 5

# Bits of a class's operator mask: it may hold a sum, or a product, of one part.
cdef enum:
    SINGLE_SUM = 62
    SINGLE_PRODUCT = 63

# How constants are folded through an operator.
cdef enum:
    FOLD_NONE = 0
    FOLD_ADD = 1
    FOLD_SUB = 2
    FOLD_MUL = 3
    FOLD_DIV = 4
    FOLD_NEG = 5
    FOLD_POW = 6

# Why two classes are equal, beside congruence and arithmetic. Numbers from FIRST_RULE on are rules.
cdef enum:
    GIVEN = 0
    FIRST_RULE = 8

# What is known of a class; each bit is proved or absent.
cdef enum:
    DEFINED = 1
    NONZERO = 2
    NONNEGATIVE = 4
    NONPOSITIVE = 8
    INTEGER = 16
    SYMBOL = 32  # holds a symbol leaf
    BOOLEAN = 64

ctypedef struct Row:
    uint32_t op  # the operator, with DEAD and PRUNED
    uint32_t a
    uint32_t b
    uint32_t cls
    uint32_t stamp  # the round in which it last changed
    uint32_t member
    uint32_t up[2]

ctypedef struct Part:
    uint32_t child
    uint32_t factor  # number
    uint32_t up
    uint32_t row

ctypedef struct Item:
    uint32_t child
    uint32_t factor

ctypedef struct Birth:
    uint32_t op
    uint32_t a
    uint32_t b

ctypedef struct Change:
    uint32_t row
    uint32_t stamp

ctypedef struct Log:
    # Every change of a row of one operator, in order; an entry counts if the row still bears its stamp.
    Change *changes
    uint32_t count
    uint32_t capacity

ctypedef struct Stack:
    uint32_t *items
    uint32_t count
    uint32_t capacity

ctypedef struct Entry:
    # A row as an index holds it: the key that the index is sorted by is left out.
    uint32_t op
    uint32_t x
    uint32_t y
    uint32_t stamp

ctypedef struct Index:
    # The base: sorted copies of the rows, for sequential scans. by_class holds (a, b), by_first (b, class),
    # by_second (a, class). A changed row is struck out here and found through the chains instead.
    Entry *entries[3]
    uint32_t *start[3]
    uint32_t base_classes
    uint32_t base_rows
    uint32_t *place  # row -> its three places, or NONE
    # The delta: rows changed since, chained by class, first and second child.
    uint32_t *head[3]
    uint32_t *next
    Stack delta
    Stack heads_set
    uint32_t row_capacity
    uint32_t class_capacity
    uint32_t entry_capacity
    uint32_t start_capacity

ctypedef struct Graph:
    Row *rows
    uint32_t row_count
    uint32_t row_capacity
    Part *parts
    uint32_t part_count
    uint32_t part_capacity
    # Cells hold the row's hash above its number.
    uint64_t *table
    uint64_t table_mask
    uint32_t table_used
    # Classes.
    uint32_t *parent
    uint32_t *weight
    uint32_t *member
    uint32_t *up
    uint32_t *constant  # number, or NONE
    uint64_t *ops  # bit op & 63 of every operator that may have a row here
    uint8_t *facts
    double *low
    double *high
    uint32_t *born  # the oldest of the classes united here: what is written in terms of what
    uint8_t *narrowed  # how often the interval has shrunk
    uint32_t class_count
    uint32_t class_capacity
    # Operators.
    uint8_t *arity
    uint8_t *fold
    uint8_t *meaning
    uint8_t *commutes  # rows of this operator have the older name first
    Log *logs
    uint32_t op_count
    Stack losers
    Stack learned
    Numbers numbers
    Index index
    # Work space of the n-ary rows: a stack of (child, factor).
    Item *stack
    uint32_t top
    uint32_t stack_capacity
    bint literal  # multiples and powers of one part are not written out
    uint32_t power_op  # the operator of powers that are not numbers, or NONE
    # What explanations need; kept only if `traced`. A class is born with one row: what that row was then, and for
    # n-ary rows a copy of their parts. Then every union, with its reason.
    bint traced
    Birth *births
    uint32_t birth_capacity
    Item *born_parts
    uint32_t born_part_count
    uint32_t born_part_capacity
    Stack story
    # A rebuild may not make more rows than `most_rows` either: n-ary rows that it had to leave as they were are `stale`.
    uint64_t most_rows
    Stack stale
    uint32_t live_rows
    uint32_t peak_rows  # the most that were alive at any moment
    uint32_t live_classes
    uint32_t clock
    uint64_t unions
    bint with_facts
    bint touch_learned  # some rule reads what classes learn
    bint failed  # out of memory
    uint32_t conflict_left  # two classes united that are proved unequal
    uint32_t conflict_right
    # Parts that live in other modules. `renew` brings an n-ary row up to date after a child changed, `orient`
    # sees that a class which is a multiple of a younger one is known as such from there; `infer` learns what a row says.
    void (*renew)(Graph *, uint32_t row) noexcept nogil
    void (*orient)(Graph *, uint32_t row) noexcept nogil
    void (*infer)(Graph *, uint32_t row) noexcept nogil
    # Asked now and then in a rebuild whether to go on; what is left then waits for the next one. NULL: to the end.
    bint (*goes_on)(Graph *) noexcept nogil
    void *owner  # the Python object that answers what only Python knows

# Make a row, or find it; the class is returned, NONE where memory ran out.
cdef uint32_t add(Graph *g, uint32_t op, uint32_t a, uint32_t b) noexcept nogil
# The same for a row that is known to be equal to class `into`: a new one joins it at once, without a class of its own.
# It has no birth, so not for graphs that are traced; and no leaf.
cdef uint32_t add_into(Graph *g, uint32_t op, uint32_t a, uint32_t b, uint32_t into) noexcept nogil
# The row that has exactly these canonical children, or NONE.
cdef uint32_t probe(const Graph *g, uint32_t op, uint32_t a, uint32_t b) noexcept nogil
# Unite two classes; whether they were apart. Whoever asks records why.
cdef bint unite(Graph *g, uint32_t a, uint32_t b) noexcept nogil
cdef void tell(Graph *g, uint32_t why, const uint32_t *classes, uint32_t count) noexcept nogil
cdef void rebuild(Graph *g) noexcept nogil
cdef void learn(Graph *g, uint32_t cls, uint8_t facts, double low, double high) noexcept nogil
cdef void touch(Graph *g, uint32_t row) noexcept nogil

# For the module of n-ary rows.
cdef uint32_t new_row(Graph *g, uint32_t op, uint32_t a, uint32_t b, uint32_t cls) noexcept nogil
cdef bint record(Graph *g, uint32_t c, uint32_t op, uint32_t a, uint32_t b) noexcept nogil
cdef uint32_t new_class(Graph *g) noexcept nogil
cdef bint put(Graph *g, uint64_t h, uint32_t row) noexcept nogil
cdef void take(Graph *g, uint64_t h, uint32_t row) noexcept nogil
cdef void bury(Graph *g, uint32_t row) noexcept nogil
cdef void hide(Graph *g, uint32_t row, uint32_t flag) noexcept nogil
cdef bint thread(Graph *g, uint32_t cls, uint32_t entry) noexcept nogil
cdef void settle_constant(Graph *g, uint32_t cls, uint32_t number) noexcept nogil

cdef inline bint push(Stack *s, uint32_t item) noexcept nogil:
    """Append; False where memory ran out."""
    cdef uint32_t capacity
    cdef void *grown
    if s.count == s.capacity:
        capacity = 2 * s.capacity if s.capacity else 32
        grown = realloc(s.items, <size_t>capacity * 4)
        if not grown:
            return False
        s.items, s.capacity = <uint32_t *>grown, capacity
    s.items[s.count] = item
    s.count += 1
    return True

cdef inline uint32_t find(const Graph *g, uint32_t c) noexcept nogil:
    """The representative of a class; halves the path as it goes."""
    cdef uint32_t *parent = g.parent
    cdef uint32_t up = parent[c]
    while up != c:
        parent[c] = parent[up]
        c = parent[c]
        up = parent[c]
    return c

cdef inline uint32_t *link(const Graph *g, uint32_t entry) noexcept nogil:
    """Where an entry of a parent ring keeps its link."""
    if entry & 0x80000000u:
        return &g.parts[entry & 0x7FFFFFFFu].up
    return &g.rows[entry >> 1].up[entry & 1]

cdef inline uint32_t row_of(const Graph *g, uint32_t entry) noexcept nogil:
    if entry & 0x80000000u:
        return g.parts[entry & 0x7FFFFFFFu].row
    return entry >> 1

cdef inline bint is_hidden(const Row *row) noexcept nogil:
    """Whether rules do not see the row."""
    return (row.op & 0xC0000000u) != 0

cdef inline uint64_t mix(uint64_t h, uint64_t x) noexcept nogil:
    h = (h ^ x) * 0x9E3779B97F4A7C15ULL
    return h ^ (h >> 29)

cdef inline uint64_t hash_of(uint32_t op, uint32_t a, uint32_t b) noexcept nogil:
    cdef uint64_t h = ((<uint64_t>a << 32) | b) ^ (<uint64_t>op * 0xD6E8FEB86659FD93ULL)
    h = h * 0x9E3779B97F4A7C15ULL
    h = (h ^ (h >> 32)) * 0xD6E8FEB86659FD93ULL
    return (h ^ (h >> 29)) & 0xFFFFFFFF00000000ULL

cdef inline uint32_t seek(const Graph *g, uint64_t h, uint32_t op, uint32_t a, uint32_t b) noexcept nogil:
    """The row with this hash and these fields, or NONE."""
    cdef uint64_t at = (h >> 32) & g.table_mask, cell
    cdef const Row *row
    while True:
        cell = g.table[at]
        if cell == EMPTY:
            return NONE
        if (cell ^ h) >> 32 == 0:
            row = &g.rows[<uint32_t>cell]
            if row.a == a and row.b == b and (row.op & KIND) == op:
                return <uint32_t>cell
        at = (at + 1) & g.table_mask

cdef inline bint strike(Index *index, uint32_t r) noexcept nogil:
    """Strike a row out of the base of the index; whether it was there."""
    cdef uint32_t k
    if r >= index.base_rows or index.place[3 * r] == NONE:
        return False
    for k in range(3):
        if index.place[3 * r + k] != NONE:
            index.entries[k][index.place[3 * r + k]].op = DEAD
    index.place[3 * r] = NONE
    return True

cdef inline void enroll(Graph *g, uint32_t r, uint32_t cls) noexcept nogil:
    """Put a row into the ring of a class's members."""
    if g.member[cls] == NONE:
        g.rows[r].member = r
        g.member[cls] = r
    else:
        g.rows[r].member = g.rows[g.member[cls]].member
        g.rows[g.member[cls]].member = r

cdef inline uint32_t add_number(Graph *g, uint32_t number) noexcept nogil:
    """The class of a number."""
    return add(g, NUMBER, number, 0)
