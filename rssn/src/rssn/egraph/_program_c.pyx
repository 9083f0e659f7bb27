"""Copy what `_compile` worked out into arrays that the engine can run without Python."""

from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memset

cdef enum:
    CODES = 0
    PLANS = 1
    STEPS = 2
    KEPT = 3
    GUARDS = 4
    MAKES = 5
    PAIRS = 6


cdef class Program:
    """Compiled rules. `rules` are tuples (name, plans, kept, guards, makes, unions, left makes, left root, naive, condition)."""

    def __cinit__(self, tuple rules, tuple operators, tuple numbers, tuple leaves):
        cdef uint32_t i
        memset(self.sizes, 0, sizeof(self.sizes))
        self.rule_count = len(rules)
        self.operators, self.numbers, self.leaves = operators, numbers, leaves
        self.names = tuple([rule[0] for rule in rules])
        self.conditions = tuple([rule[9] for rule in rules])
        self.codes = <Code *>self.reserve(self.codes, CODES, len(rules), sizeof(Code))
        for i in range(self.rule_count):
            self.encode(i, rules[i])

    def __dealloc__(self):
        free(self.codes); free(self.plans); free(self.steps); free(self.kept); free(self.guards)
        free(self.makes); free(self.pairs)

    cdef void *reserve(self, void *block, int kind, uint32_t more, size_t size) except NULL:
        """Room for more items of a kind."""
        cdef void *grown
        self.sizes[kind] += more
        if block and self.sizes[kind] <= self.capacities[kind]:
            return block
        self.capacities[kind] = 2 * self.sizes[kind] + 8
        grown = realloc(block, self.capacities[kind] * size)
        if not grown:
            raise MemoryError
        return grown

    cdef int encode(self, uint32_t index, tuple rule) except -1:
        cdef Code *code = &self.codes[index]
        _name, plans, kept, guards, makes, unions, left_makes, left_root, naive, condition = rule
        code.plans.first, code.plans.count = self.sizes[PLANS], len(plans)
        self.plans = <Span *>self.reserve(self.plans, PLANS, len(plans), sizeof(Span))
        for i, steps in enumerate(plans):
            self.encode_plan(code.plans.first + i, steps)
        code.kept.first, code.kept.count = self.sizes[KEPT], len(kept)
        self.kept = <uint8_t *>self.reserve(self.kept, KEPT, len(kept), 1)
        for i, register in enumerate(kept):
            self.kept[code.kept.first + i] = register
        code.guards.first, code.guards.count = self.sizes[GUARDS], len(guards)
        self.guards = <Guard *>self.reserve(self.guards, GUARDS, len(guards), sizeof(Guard))
        for i, (kind, x, y, value) in enumerate(guards):
            self.guards[code.guards.first + i] = Guard(kind, x, y, value)
        self.has_guards = self.has_guards or bool(guards)
        code.makes = self.encode_makes(makes)
        code.left_makes = self.encode_makes(left_makes)
        code.unions.first, code.unions.count = self.sizes[PAIRS], len(unions)
        self.pairs = <Pair *>self.reserve(self.pairs, PAIRS, len(unions), sizeof(Pair))
        for i, (left, right) in enumerate(unions):
            self.pairs[code.unions.first + i] = Pair(left, right)
        code.left_root, code.naive, code.conditional = left_root, naive, condition is not None
        code.joins = len(unions) == 1 and len(makes) > 0 and makes[len(makes) - 1][1] > 0 and (
            unions[0][0] < FROM_MAKES and unions[0][1] == FROM_MAKES + len(makes) - 1
        )
        return 0

    cdef int encode_plan(self, uint32_t index, tuple steps) except -1:
        cdef Step *step
        cdef uint32_t first = self.sizes[STEPS]
        self.steps = <Step *>self.reserve(self.steps, STEPS, len(steps), sizeof(Step))
        for i, (kind, flags, cls, a, b, arity, op, leaf) in enumerate(steps):
            step = &self.steps[first + i]
            step.kind, step.flags, step.cls, step.first, step.second = kind, flags, cls, a, b
            step.arity, step.op, step.leaf = arity, op, leaf
        self.plans[index] = Span(first, len(steps))
        return 0

    cdef Span encode_makes(self, tuple makes) except *:
        cdef uint32_t first = self.sizes[MAKES]
        self.makes = <Make *>self.reserve(self.makes, MAKES, len(makes), sizeof(Make))
        for i, (op, arity, a, b, leaf) in enumerate(makes):
            self.makes[first + i] = Make(op, arity, a, b, leaf)
        return Span(first, len(makes))
