"""Compiled e-matching: plans of steps over registers, and the matches they find.

A pattern is a set of *atoms* ``class = op(child, child)`` over registers. For
each atom there is a plan that starts from rows of that atom changed since the
rule last looked; atoms numbered before it must be old, those after it may be
either. So every match is found once, when the last of its rows appears.
"""

from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from rssn.egraph._graph_c cimport Graph

cdef enum:
    MOST_REGISTERS = 64

# What a step does.
cdef enum:
    NEW = 0  # rows of an operator changed since the rule last looked
    EVERY = 1  # all rows of an operator
    DOWN = 2  # rows in a known class
    DOWN_FIRST = 3  # rows in a known class with a known first child
    UP_FIRST = 4  # rows with a known first child
    UP_SECOND = 5  # rows with a known second child
    LOOKUP = 6  # the row with known children
    CLASSES = 7  # every class that came since; for a pattern that is a bare variable

cdef enum:
    KNOWS_CLASS = 1
    KNOWS_FIRST = 2
    KNOWS_SECOND = 4
    MUST_BE_OLD = 8
    KNOWS_ALL = 16  # CLASSES: not only new ones
    MUST_BE_NEW = 32

ctypedef struct Step:
    uint8_t kind
    uint8_t flags
    uint8_t cls
    uint8_t first
    uint8_t second
    uint8_t arity
    uint16_t op
    uint32_t leaf  # LOOKUP of a leaf: which

# What a guard asks of register x. A guard is a list of alternatives, each a list of claims that must all hold.
cdef enum:
    HAS_FACTS = 0  # all bits of y
    IS_NUMBER = 1
    ARE_APART = 2  # from register y
    IS_ATOM = 3  # a number or a symbol
    IS_EVEN = 4
    IS_ODD = 5
    AT_LEAST = 6  # value
    ABOVE = 7
    AT_MOST = 8
    BELOW = 9
    OR_ELSE = 10  # the alternative ends here

ctypedef struct Guard:
    uint8_t kind
    uint8_t x
    uint8_t y
    double value

ctypedef struct Clock:
    # When to stop, looked at now and then.
    int64_t deadline_ns
    uint32_t ticks
    uint32_t looks
    int stopped  # 0, or one of the reasons below

cdef enum:
    STOPPED_BY_TIME = 1
    STOPPED_BY_SIGNAL = 2

ctypedef struct Matches:
    uint32_t *items
    size_t count
    size_t capacity

ctypedef struct Search:
    Graph *g
    Clock *clock
    Matches *out
    const Step *steps
    uint32_t step_count
    const Guard *guards
    uint32_t guard_count
    const uint8_t *kept  # the registers that a match keeps
    uint32_t kept_count
    uint32_t seen
    uint32_t seen_classes
    uint64_t found
    uint64_t limit
    uint32_t registers[64]

# Run one plan; False if the limit or the clock stopped it.
cdef bint search(Search *s) noexcept nogil
cdef bint guards_hold(const Graph *g, const Guard *guards, uint32_t count, const uint32_t *registers) noexcept nogil
cdef int64_t now_ns() noexcept nogil
cdef bint look(Clock *clock) noexcept nogil
# Raise what a signal handler raised while no Python code was running.
cdef int raise_pending() except -1

cdef inline bint tick(Clock *clock) noexcept nogil:
    """Count a candidate; every so often look at the time, and less often at signals. Whether to go on."""
    clock.ticks += 1
    if clock.ticks & 0x7FFF:
        return True
    return look(clock)
