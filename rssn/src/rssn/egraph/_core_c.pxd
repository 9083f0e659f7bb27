"""The e-graph as other native modules see it: the graph, the rules' state, and what each round did."""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from rssn.egraph._graph_c cimport Graph
from rssn.egraph._match_c cimport Clock, Matches
from rssn.egraph._program_c cimport Code, Program

ctypedef struct State:
    # One rule in one run.
    uint32_t seen
    uint32_t seen_classes
    uint32_t banned_until
    uint32_t times_banned
    uint64_t found
    uint64_t applied
    int64_t search_ns
    int64_t apply_ns
    size_t first  # its matches of this round
    size_t last

ctypedef struct Round:
    uint32_t rows
    uint32_t classes
    uint64_t matches
    uint64_t unions
    int64_t search_ns
    int64_t apply_ns
    int64_t rebuild_ns

cdef class Core:
    cdef Graph *g
    cdef readonly Program program
    cdef readonly list large  # rationals that do not fit 64 bits
    cdef readonly dict places
    cdef State *states
    cdef Round *rounds
    cdef uint32_t round_count
    cdef uint32_t round_capacity
    cdef Matches matches
    cdef Clock clock
    cdef uint64_t node_limit
    cdef uint64_t bytes_limit
    cdef uint64_t match_limit
    cdef uint32_t ban_length
    cdef uint32_t careful_from
    cdef uint32_t iteration
    cdef int culprit  # the rule whose union made the graph inconsistent, or -1
    cdef tuple culprit_match
    cdef object condition  # called as condition(rule, classes) for rules that have one
    cdef object failure  # what it raised
    cdef public object inference  # called as inference(op, operands' (facts, low, high, number)) for facts
    cdef dict inferred
    cdef public dict counts  # operator -> how many operands it has, where that is more than two

    cdef int raise_failure(self) except -1
    cdef int check(self, uint32_t c) except -1
    cdef tuple known(self, uint32_t c)
    cdef list operands(self, uint32_t r)
    cdef uint32_t tuple_row(self, uint32_t c)
    cdef uint32_t checked(self, uint32_t c) except 0xFFFFFFFF
    cdef void catch_up(self) noexcept nogil
    cdef int verdict(self) except -1
    cdef int round(self) except -1
    cdef Round *new_round(self) except NULL
    cdef int rest(self) noexcept
    cdef void search_all(self, Round *record) noexcept nogil
    cdef uint64_t search_rule(self, uint32_t i) noexcept nogil
    cdef bint apply_all(self) noexcept nogil
    cdef bint apply_rule(self, uint32_t i) noexcept nogil
    cdef void fetch(self, const Code *code, const uint32_t *match) noexcept nogil
    cdef void apply(self, uint32_t rule, const Code *code, const uint32_t *match) noexcept nogil
    cdef void blame_match(self, uint32_t rule, const uint32_t *match, uint32_t width) noexcept with gil
    cdef bint holds(self, uint32_t rule, const uint32_t *match) noexcept with gil
