"""Differentiate expressions as graphs, forward and in reverse, over raw ids. What is done is said in `_derive_py.py`."""

cimport cython
from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memset

from rssn.calculus._make_c cimport AND, NOT, OR, make_add, make_any, make_where
from rssn.expr._arena_c cimport FIRST_OPERATOR, Id, absent, arena, arena_operator_name
from rssn.expr._store_c cimport (
    Expr, handle, intern1, intern2, intern_int, node_of, operator_id, pin, settle, unpin,
)
from rssn.expr._walk_c cimport Order, fill, ids_of, is_in, operand, operand_count, release

from rssn.calculus import _derive_py
from rssn.calculus._program import no_derivative, plan_of

cdef enum:
    NODES_PER_LOOK = 65536  # a pending Ctrl-C is looked for this often
    NO_MASK = 0xFFFFFFFF

cdef uint32_t HIGHEST_LIFT = _derive_py.HIGHEST_LIFT


# ---- programs -------------------------------------------------------------------------------------------------------

@cython.final
cdef class Program:
    """A `_program.Program` in C arrays: `places` holds the registers of the steps' operands, then the answers."""

    def __cinit__(self, source, uint32_t operands):
        cdef uint32_t i = 0, at = 0
        self.source = source
        self.constants = list(source.constants)
        self.constant_count = len(self.constants)
        self.step_count = len(source.steps)
        self.answer_count = len(source.answers)
        self.register_count = operands + 2 + self.constant_count + self.step_count
        total = sum(len(places) for _, places in source.steps) + self.answer_count
        self.ops = <uint16_t *>malloc((self.step_count + 1) * sizeof(uint16_t))
        self.starts = <uint32_t *>malloc((self.step_count + 1) * sizeof(uint32_t))
        self.places = <uint32_t *>malloc((<size_t>total + 1) * sizeof(uint32_t))
        if self.ops == NULL or self.starts == NULL or self.places == NULL:
            raise MemoryError("no memory for a derivative's rule")
        for name, places in source.steps:
            self.ops[i] = operator_id(name)
            self.starts[i] = at
            for place in places:
                self.places[at] = place
                at += 1
            i += 1
        self.starts[i] = self.answers_at = at
        for place in source.answers:
            self.places[at] = place
            at += 1

    def __dealloc__(self):
        free(self.ops)
        free(self.starts)
        free(self.places)


@cython.final
cdef class Plan:
    """A `_program.Plan`: for each operand a Program, a reason or None; or the conditions and the chosen operands."""

    def __cinit__(self, source, uint32_t count):
        self.count = count
        self.terms = [Program(term, count) if type(term) is not str and term is not None else term
                      for term in source.terms]
        self.conditions = None if source.conditions is None else Program(source.conditions, count)
        self.chosen = list(source.chosen)


cdef dict plans = {}  # (operator, count) -> Plan, or None where the derivative is 0
cdef list plan_by_operator = []  # the plan used last of each operator; False where none was


cdef object need_plan(uint16_t op, uint32_t count):
    """The plan for an operator. It is made once, for a slot that is filled stays as it is."""
    cdef object known
    while len(plan_by_operator) <= op:
        plan_by_operator.append(False)
    known = plan_by_operator[op]
    if known is None or (known is not False and (<Plan>known).count == count):
        return known
    key = (op, count)
    if key not in plans:
        source = plan_of(arena_operator_name(op), count)
        plans[key] = None if source is None else Plan(source, count)
    plan_by_operator[op] = plans[key]
    return plans[key]


cdef Id *room_for(Id **room, uint32_t *capacity, uint32_t count) except NULL:
    """Registers, as many as a program needs."""
    cdef void *grown
    if count > capacity[0]:
        grown = realloc(room[0], (<size_t>count + count // 2 + 32) * sizeof(Id))
        if grown == NULL:
            raise MemoryError("no memory for a derivative's rule")
        room[0], capacity[0] = <Id *>grown, count + count // 2 + 32
    return room[0]


@cython.final
cdef class Machine:
    """Runs programs. Its registers keep the answers until the next run."""

    def __dealloc__(self):
        free(self.values)
        free(self.operands)

    cdef int run(self, Program program, Id node, Id seed) except -1:
        cdef uint32_t i, k, width, count = operand_count(node)
        cdef Id *values = room_for(&self.values, &self.value_capacity, program.register_count)
        cdef Id *few
        for i in range(count):
            values[i] = operand(node, i)
        values[count] = node
        values[count + 1] = seed
        k = count + 2
        for i in range(program.constant_count):
            values[k] = node_of(<Expr>program.constants[i])
            k += 1
        for i in range(program.step_count):
            width = program.starts[i + 1] - program.starts[i]
            few = room_for(&self.operands, &self.operand_capacity, width)
            for count in range(width):
                few[count] = values[program.places[program.starts[i] + count]]
            values[k] = make_any(program.ops[i], few, width)
            k += 1
        return 0

    cdef Id answer(self, Program program, uint32_t number) noexcept:
        return self.values[program.places[program.answers_at + number]]

    cdef Id run_term(self, object term, Id node, Id seed) except 0xFFFFFFFFu:
        if type(term) is str:
            raise no_derivative(arena_operator_name(arena.op[node]), term)
        self.run(<Program>term, node, seed)
        return self.answer(<Program>term, 0)


# ---- forward --------------------------------------------------------------------------------------------------------

cdef bint depends(const Order *order, const Id *change, Id node) noexcept:
    cdef uint32_t i
    for i in range(operand_count(node)):
        if change[order.place[operand(node, i)]] != absent():
            return True
    return False


cdef Id pass_up(Machine machine, Plan plan, const Order *order, const Id *change, Id node, Id zero) except? 0xFFFFFFFFu:
    """The change of a node, or ABSENT where it is 0."""
    cdef Id share, total = absent()
    cdef uint32_t i, last
    if plan.conditions is not None:
        machine.run(plan.conditions, node, zero)
        last = len(plan.chosen) - 1
        total = change[order.place[operand(node, plan.chosen[last])]]
        total = zero if total == absent() else total
        for i in range(last):
            share = change[order.place[operand(node, plan.chosen[last - 1 - i])]]
            share = zero if share == absent() else share
            total = make_where(machine.answer(plan.conditions, last - 1 - i), share, total)
        return absent() if total == zero else total
    for i in range(plan.count):
        share = change[order.place[operand(node, i)]]
        term = plan.terms[i]
        if share != absent() and term is not None:
            share = machine.run_term(term, node, share)
            total = share if total == absent() else make_add(total, share)
    return absent() if total == zero else total


cdef int run_forward(const Order *order, Id *change, Id x) except -1:
    """Fill `change` for the whole order."""
    cdef Machine machine = Machine()
    cdef uint32_t i
    cdef Id node, zero = intern_int(0)
    memset(change, 0xFF, order.count * sizeof(Id))
    if is_in(order, x):
        change[order.place[x]] = intern_int(1)
    for i in range(order.count):
        if i % NODES_PER_LOOK == NODES_PER_LOOK - 1:
            PyErr_CheckSignals()
        node = order.ids[i]
        if arena.op[node] < FIRST_OPERATOR or not depends(order, change, node):
            continue
        plan = need_plan(arena.op[node], operand_count(node))
        if plan is not None:
            change[i] = pass_up(machine, <Plan>plan, order, change, node, zero)
    return 0


def forward(roots, x):
    """Return the derivative of each root by the symbol x."""
    cdef Order order
    cdef Id *ids = NULL
    cdef Id *change = NULL
    cdef Id found
    cdef list listed = list(roots)
    cdef Py_ssize_t i, count = len(listed)
    memset(&order, 0, sizeof(Order))
    pin()
    try:
        ids = ids_of(listed)
        fill(&order, ids, <uint32_t>count, False)
        change = <Id *>malloc((<size_t>order.count + 1) * sizeof(Id))
        if change == NULL:
            raise MemoryError("no memory to differentiate an expression this large")
        run_forward(&order, change, node_of(<Expr?>x))
        result = []
        for i in range(count):
            found = change[order.place[ids[i]]]
            result.append(handle(intern_int(0) if found == absent() else found))
    finally:
        free(ids)
        free(change)
        release(&order)
        unpin()
    settle()
    return result


# ---- reverse --------------------------------------------------------------------------------------------------------

ctypedef struct Mask:
    uint32_t parent
    Id condition
    bint holds
    Id whole

ctypedef struct Weight:
    Id value  # ABSENT: none yet
    uint32_t mask


@cython.final
@cython.internal
cdef class Masks:
    """Each distinct mask once; a mask's number is greater than its parent's."""

    cdef Mask *masks
    cdef uint32_t count, capacity
    cdef dict numbers

    def __cinit__(self):
        self.numbers = {}

    def __dealloc__(self):
        free(self.masks)

    cdef uint32_t need(self, uint32_t parent, Id condition, bint holds) except? 0xFFFFFFFFu:
        cdef Id here
        cdef void *grown
        cdef Mask *made
        key = (parent, condition, holds)
        known = self.numbers.get(key)
        if known is not None:
            return known
        if self.count == self.capacity:
            grown = realloc(self.masks, (<size_t>2 * self.capacity + 16) * sizeof(Mask))
            if grown == NULL:
                raise MemoryError("no memory for the conditions of a derivative")
            self.masks, self.capacity = <Mask *>grown, 2 * self.capacity + 16
        here = condition if holds else intern1(NOT, condition)
        made = &self.masks[self.count]
        made.parent, made.condition, made.holds = parent, condition, holds
        made.whole = here if parent == NO_MASK else intern2(AND, self.masks[parent].whole, here)
        self.numbers[key] = self.count
        self.count += 1
        return self.count - 1

    cdef bint are_halves(self, uint32_t a, uint32_t b) noexcept:
        cdef Mask *left
        cdef Mask *right
        if a == NO_MASK or b == NO_MASK:
            return False
        left, right = &self.masks[a], &self.masks[b]
        return left.parent == right.parent and left.condition == right.condition and left.holds != right.holds

    cdef Id settled(self, Weight weight) except 0xFFFFFFFFu:
        if weight.mask == NO_MASK:
            return weight.value
        return make_where(self.masks[weight.mask].whole, weight.value, intern_int(0))

    cdef Weight moved_out(self, Weight weight, uint32_t outer) except *:
        cdef Mask *inner
        cdef Id zero = intern_int(0)
        while weight.mask != outer:
            inner = &self.masks[weight.mask]
            if inner.holds:
                weight.value = make_where(inner.condition, weight.value, zero)
            else:
                weight.value = make_where(inner.condition, zero, weight.value)
            weight.mask = inner.parent
        return weight

    cdef Weight lifted(self, Weight weight, uint32_t other) except *:
        cdef uint32_t mask = weight.mask, step
        for step in range(HIGHEST_LIFT):
            if mask == NO_MASK or mask == other or self.are_halves(mask, other):
                break
            mask = self.masks[mask].parent
        if mask != other and not self.are_halves(mask, other):
            return weight
        return self.moved_out(weight, mask)

    cdef Id result(self, Weight weight) except 0xFFFFFFFFu:
        cdef uint32_t mask = weight.mask, step
        for step in range(HIGHEST_LIFT):
            if mask == NO_MASK:
                weight = self.moved_out(weight, NO_MASK)
                return weight.value
            mask = self.masks[mask].parent
        return self.settled(weight)

    cdef Weight joined(self, Weight old, Weight new, bint is_symbol) except *:
        """Two weights of one node as one."""
        cdef Weight total
        cdef Weight before
        cdef Id both
        if is_symbol:
            before = old
            old = self.lifted(old, new.mask)
            new = self.lifted(new, before.mask)
        if old.mask == new.mask:
            total.mask = old.mask
            total.value = make_add(old.value, new.value)
        elif self.are_halves(old.mask, new.mask):
            total.mask = self.masks[old.mask].parent
            if self.masks[old.mask].holds:
                total.value = make_where(self.masks[old.mask].condition, old.value, new.value)
            else:
                total.value = make_where(self.masks[old.mask].condition, new.value, old.value)
        else:
            total.value = make_add(self.settled(old), self.settled(new))
            total.mask = NO_MASK
            if old.mask != NO_MASK and new.mask != NO_MASK:
                both = intern2(OR, self.masks[old.mask].whole, self.masks[new.mask].whole)
                total.mask = self.need(NO_MASK, both, True)
        return total


@cython.final
@cython.internal
cdef class Reverse:
    """One pass from the root down. `weights` is indexed by the place in the order."""

    cdef Order order
    cdef Weight *weights
    cdef uint8_t *active
    cdef Masks masks
    cdef Machine machine
    cdef Id zero

    def __dealloc__(self):
        release(&self.order)
        free(self.weights)
        free(self.active)

    cdef int start(self, Id root, const Id *xs, uint32_t count) except -1:
        cdef uint32_t i, k
        cdef Id node
        self.masks, self.machine, self.zero = Masks(), Machine(), intern_int(0)
        fill(&self.order, &root, 1, False)
        self.weights = <Weight *>malloc((<size_t>self.order.count + 1) * sizeof(Weight))
        self.active = <uint8_t *>calloc(self.order.count + 1, 1)
        if self.weights == NULL or self.active == NULL:
            raise MemoryError("no memory to differentiate an expression this large")
        memset(self.weights, 0xFF, self.order.count * sizeof(Weight))
        for i in range(count):
            if is_in(&self.order, xs[i]):
                self.active[self.order.place[xs[i]]] = 1
        for i in range(self.order.count):
            node = self.order.ids[i]
            if arena.op[node] < FIRST_OPERATOR:
                continue
            for k in range(operand_count(node)):
                if self.active[self.order.place[operand(node, k)]]:
                    self.active[i] = 1
                    break
        self.weights[self.order.place[root]].value = intern_int(1)
        return 0

    cdef int collect(self, Id node, Weight new) except -1:
        cdef uint32_t place = self.order.place[node]
        cdef Weight *old = &self.weights[place]
        if old.value == absent():
            old[0] = new
        else:
            old[0] = self.masks.joined(old[0], new, arena.op[node] < FIRST_OPERATOR)
        return 0

    cdef inline bint wants(self, Id node) noexcept:
        return self.active[self.order.place[node]] != 0

    cdef int pass_down(self, Plan plan, Id node, Weight weight) except -1:
        cdef Weight share
        cdef uint32_t i
        for i in range(plan.count):
            term = plan.terms[i]
            if term is not None and self.wants(operand(node, i)):
                share.mask = weight.mask
                share.value = self.machine.run_term(term, node, weight.value)
                if share.value != self.zero:
                    self.collect(operand(node, i), share)
        return 0

    cdef int pass_down_choice(self, Plan plan, Id node, Weight weight) except -1:
        cdef uint32_t i, last = len(plan.chosen) - 1, chain = weight.mask
        cdef Weight share
        cdef list branches = []
        self.machine.run(plan.conditions, node, self.zero)
        for i in range(last):
            condition = self.machine.answer(plan.conditions, i)
            branches.append(self.masks.need(chain, condition, True))
            chain = self.masks.need(chain, condition, False)
        branches.append(chain)
        share.value = weight.value
        for i in range(last + 1):
            share.mask = branches[last - i]
            if self.wants(operand(node, plan.chosen[last - i])):
                self.collect(operand(node, plan.chosen[last - i]), share)
        return 0

    cdef int run(self) except -1:
        cdef uint32_t i = self.order.count
        cdef Id node
        while i > 0:
            i -= 1
            if i % NODES_PER_LOOK == 0:
                PyErr_CheckSignals()
            node = self.order.ids[i]
            if not self.active[i] or arena.op[node] < FIRST_OPERATOR or self.weights[i].value == absent():
                continue
            plan = need_plan(arena.op[node], operand_count(node))
            if plan is None:
                continue
            if (<Plan>plan).conditions is None:
                self.pass_down(<Plan>plan, node, self.weights[i])
            else:
                self.pass_down_choice(<Plan>plan, node, self.weights[i])
        return 0

    cdef Id answer(self, Id x) except 0xFFFFFFFFu:
        cdef uint32_t place
        if not is_in(&self.order, x):
            return self.zero
        place = self.order.place[x]
        if self.weights[place].value == absent() or not self.active[place]:
            return self.zero
        return self.masks.result(self.weights[place])


def reverse(root, xs):
    """Return the derivatives of one root by each of the symbols."""
    cdef Reverse work = Reverse()
    cdef Id *ids = NULL
    cdef list listed = list(xs)
    cdef Py_ssize_t i, count = len(listed)
    pin()
    try:
        ids = ids_of(listed)
        work.start(node_of(<Expr?>root), ids, <uint32_t>count)
        work.run()
        result = []
        for i in range(count):
            result.append(handle(work.answer(ids[i])))
    finally:
        free(ids)
        unpin()
    settle()
    return result
