"""Read expressions as polynomials, on raw node ids. The readable twin is `_read_py.py`: the same passes, the same steps.

Everything is an array over the nodes in the order of the scan. A monomial is
a number and pairs of column and exponent in one pool; only what ends up in a
step becomes Python objects.
"""

cimport cython
from cpython.ref cimport Py_DECREF, Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport calloc, free, malloc, qsort, realloc
from libc.string cimport memset

from rssn.expr._arena_c cimport (
    CONSTANT, FALSE, FIRST_OPERATOR, FLOAT, INTEGER, TRUE, Id, arena,
)
from rssn.expr._store_c cimport Expr, handle, node_of, operator_id, pin, unpin

from rssn.errors import OptionError
from rssn.poly import _reading
from rssn.poly._reading import Product, Reading, Sum

cdef extern from *:
    bint __builtin_mul_overflow(int64_t a, int64_t b, int64_t *result) nogil
    bint __builtin_add_overflow(int64_t a, int64_t b, int64_t *result) nogil

cdef enum:
    NUMBER = 0
    GENERATOR = 1
    SUM = 2
    PRODUCT = 3
    NOBODY = 0xFFFFFFFF

cdef int64_t LARGEST_POWER = _reading.LARGEST_POWER
cdef int64_t LARGEST_EXPONENT = _reading.LARGEST_EXPONENT
cdef uint16_t ADD = operator_id("add"), SUB = operator_id("sub"), NEG = operator_id("neg")
cdef uint16_t MUL = operator_id("mul"), DIV = operator_id("div"), POW = operator_id("pow")
cdef object integer_exponent = _reading.integer_exponent
cdef object number_of = _reading.number_of
cdef object number_power = _reading.number_power
cdef object lowest = _reading.lowest

cdef object zero = 0

ctypedef struct Node:
    Id id
    uint8_t kind
    uint8_t edges  # operands that are looked at
    uint8_t is_chain
    uint8_t columns  # bit 0: a column; bit 1: its reciprocal is one
    uint32_t uses
    int64_t power  # of the operand of a power
    # Of an absorbed node: the chain that takes it in, with this weight.
    uint32_t chain
    int64_t weight
    uint32_t first_part
    uint32_t last_part
    uint32_t column
    uint32_t reciprocal
    # The value of a chain: a step, or a monomial.
    uint32_t step
    int64_t number
    uint8_t is_large  # the number is an object, in `large`
    uint32_t pair
    uint32_t pair_count

ctypedef struct Part:
    uint32_t node  # NOBODY: the number -1
    uint32_t next
    int64_t weight

ctypedef struct Pair:
    uint32_t column
    int64_t exponent

ctypedef struct Frame:
    Id id
    uint8_t edges
    uint8_t next


cdef void *more(void *memory, size_t count, size_t size) except NULL:
    cdef void *grown = realloc(memory, count * size)
    if grown == NULL:
        raise MemoryError("no memory to read an expression this large")
    return grown


cdef int by_number(const void *left, const void *right) noexcept nogil:
    cdef uint32_t a = (<const uint32_t *>left)[0], b = (<const uint32_t *>right)[0]
    return (a > b) - (a < b)


@cython.final
cdef class Reader:
    """One reading. Lives only while the store is pinned."""

    cdef Node *nodes
    cdef uint32_t count, capacity
    cdef uint32_t *place  # id -> index into nodes; rubbish for ids that are not there
    cdef Id place_count
    cdef Frame *frames
    cdef uint32_t height, frame_capacity
    cdef Part *parts
    cdef uint32_t part_count, part_capacity
    cdef Pair *pairs
    cdef uint32_t pair_count, pair_capacity
    cdef int64_t *exponents
    cdef uint32_t *touched
    cdef uint32_t width, touched_count
    cdef bint inverses, floats
    cdef object stops
    cdef dict large
    cdef list steps, divisors, columns
    cdef tuple zeros

    def __cinit__(self):
        self.large, self.steps, self.divisors, self.columns = {}, [], [], []

    def __dealloc__(self):
        free(self.nodes)
        free(self.place)
        free(self.frames)
        free(self.parts)
        free(self.pairs)
        free(self.exponents)
        free(self.touched)

    # ---- the scan: nodes down to the generators, operands before users

    cdef bint is_in(self, Id id) noexcept:
        cdef uint32_t at = self.place[id]
        return at < self.count and self.nodes[at].id == id

    cdef int look(self, Id id, Node *node) except -1:
        """Find out what kind of node this is."""
        cdef uint16_t op = arena.op[id]
        memset(node, 0, sizeof(Node))
        node.id = id
        node.kind = GENERATOR
        node.chain = node.first_part = node.last_part = node.step = NOBODY
        if op == ADD or op == SUB:
            node.kind = SUM
            node.edges = 0 if self.stops and handle(id) in self.stops else 2
        elif op == NEG:
            node.kind, node.edges = SUM, 1
        elif op == MUL or op == DIV:
            node.kind, node.edges = PRODUCT, 2
        elif op == POW:
            if self.find_power(arena.b[id], node):
                node.kind, node.edges = PRODUCT, 1
        elif op <= FLOAT or id == TRUE or id == FALSE:
            node.kind = NUMBER
        return 0

    cdef bint find_power(self, Id exponent, Node *node) except -1:
        cdef uint16_t op = arena.op[exponent]
        if op == INTEGER:
            node.power = <int64_t>(<unsigned long long>arena.b[exponent] << 32 | arena.a[exponent])
            return -LARGEST_POWER < node.power < LARGEST_POWER
        if op != FLOAT and op < FIRST_OPERATOR:
            return False
        found = integer_exponent(handle(exponent))
        if found is None:
            return False
        node.power = found
        return True

    cdef int push(self, Id id) except -1:
        cdef Node node
        if self.height == self.frame_capacity:
            self.frame_capacity = 2 * self.frame_capacity + 64
            self.frames = <Frame *>more(self.frames, self.frame_capacity, sizeof(Frame))
        self.look(id, &node)
        self.frames[self.height].id = id
        self.frames[self.height].edges = node.edges
        self.frames[self.height].next = 0
        self.height += 1
        return 0

    cdef int emit(self, Id id) except -1:
        cdef Node *node
        cdef uint32_t i
        if self.count == self.capacity:
            self.capacity = 2 * self.capacity + 64
            self.nodes = <Node *>more(self.nodes, self.capacity, sizeof(Node))
        node = &self.nodes[self.count]
        self.look(id, node)
        self.place[id] = self.count
        self.count += 1
        for i in range(node.edges):
            self.nodes[self.operand(node, i)].uses += 1
        return 0

    cdef inline uint32_t operand(self, Node *node, uint32_t i) noexcept:
        return self.place[arena.b[node.id] if i else arena.a[node.id]]

    cdef int scan(self, Id root) except -1:
        cdef Frame *top
        cdef Id id
        if not self.is_in(root):
            self.push(root)
        while self.height:
            top = &self.frames[self.height - 1]
            if top.next == top.edges:
                self.height -= 1
                self.emit(top.id)
                continue
            id = arena.b[top.id] if top.next else arena.a[top.id]
            top.next += 1
            if not self.is_in(id):
                self.push(id)
        self.nodes[self.place[root]].uses += 1
        return 0

    # ---- the plan: which chain takes in which node

    cdef int use(self, uint32_t at, int64_t power) except -1:
        cdef Node *node = &self.nodes[at]
        cdef uint8_t bit = 2 if power < 0 else 1
        if node.kind == GENERATOR or (self.inverses and power < 0 and node.kind != NUMBER):
            if not node.columns & bit:
                node.columns |= bit
                self.columns.append((handle(node.id), power < 0))
        elif node.kind != NUMBER:
            node.is_chain = True
        return 0

    cdef int add_part(self, uint32_t chain, uint32_t part, int64_t weight) except -1:
        cdef Node *node = &self.nodes[chain]
        if self.part_count == self.part_capacity:
            self.part_capacity = 2 * self.part_capacity + 64
            self.parts = <Part *>more(self.parts, self.part_capacity, sizeof(Part))
        self.parts[self.part_count].node = part
        self.parts[self.part_count].weight = weight
        self.parts[self.part_count].next = NOBODY
        if node.first_part == NOBODY:
            node.first_part = self.part_count
        else:
            self.parts[node.last_part].next = self.part_count
        node.last_part = self.part_count
        self.part_count += 1
        return 0

    cdef int put(self, uint32_t chain, uint32_t child, int64_t weight, bint in_product) except -1:
        cdef Node *node = &self.nodes[child]
        cdef bint fits
        if in_product and weight == 0:
            return 0
        fits = (node.kind == PRODUCT or node.edges == 1) if in_product else node.kind == SUM
        if fits and node.kind >= SUM and node.uses == 1 and -LARGEST_POWER < weight < LARGEST_POWER:
            node.chain, node.weight = chain, weight
            return 0
        self.use(child, weight if in_product else 1)
        return self.add_part(chain, child, weight)

    cdef int place_node(self, uint32_t at) except -1:
        cdef Node *node = &self.nodes[at]
        cdef uint32_t chain = at if node.chain == NOBODY else node.chain, i, child
        cdef int64_t weight = 1 if node.chain == NOBODY else node.weight, own
        cdef bint in_product = self.nodes[chain].kind == PRODUCT
        cdef uint16_t op = arena.op[node.id]
        if in_product and node.kind == SUM:
            self.add_part(chain, NOBODY, weight)
            return self.put(chain, self.operand(node, 0), weight, in_product)
        for i in range(node.edges):
            own = node.power if op == POW else -1 if op == NEG or (i == 1 and (op == SUB or op == DIV)) else 1
            child = self.operand(node, i)
            if in_product and own < 0 and self.nodes[child].kind != NUMBER:
                self.divisors.append(handle(self.nodes[child].id))
            self.put(chain, child, own * weight, in_product)
        return 0

    cdef bint is_cut(self) noexcept:
        """Whether something at which the reading stopped would have had to be looked into."""
        cdef uint32_t at
        for at in range(self.count):
            if self.nodes[at].kind == SUM and self.nodes[at].edges == 0:
                if self.nodes[at].is_chain or self.nodes[at].chain != NOBODY:
                    return True
        return False

    cdef int plan(self, list roots) except -1:
        cdef uint32_t at = self.count
        for root in roots:
            self.use(self.place[node_of(<Expr>root)], 1)
        while at > 0:
            at -= 1
            if self.nodes[at].is_chain or self.nodes[at].chain != NOBODY:
                self.place_node(at)
        self.columns = _reading.in_order(self.columns)
        self.width = <uint32_t>len(self.columns)
        for at in range(self.width):
            base, inverse = self.columns[at]
            if inverse:
                self.nodes[self.place[node_of(<Expr>base)]].reciprocal = at
            else:
                self.nodes[self.place[node_of(<Expr>base)]].column = at
        self.exponents = <int64_t *>calloc(self.width + 1, sizeof(int64_t))
        self.touched = <uint32_t *>malloc((self.width + 1) * sizeof(uint32_t))
        if self.exponents == NULL or self.touched == NULL:
            raise MemoryError("no memory to read an expression with so many generators")
        self.zeros = (0,) * self.width
        return 0

    # ---- values: a monomial where there is one term, else a step

    cdef object dense(self, const Pair *pairs, uint32_t count):
        cdef uint32_t i
        cdef tuple row
        cdef object value
        if count == 0:
            return self.zeros
        row = PyTuple_New(self.width)
        for i in range(self.width):
            Py_INCREF(zero)
            PyTuple_SET_ITEM(row, i, zero)
        for i in range(count):
            value = pairs[i].exponent
            Py_INCREF(value)
            Py_DECREF(zero)
            PyTuple_SET_ITEM(row, pairs[i].column, value)
        return row

    cdef int new_pair(self, uint32_t column, int64_t exponent) except -1:
        if self.pair_count == self.pair_capacity:
            self.pair_capacity = 2 * self.pair_capacity + 64
            self.pairs = <Pair *>more(self.pairs, self.pair_capacity, sizeof(Pair))
        self.pairs[self.pair_count].column = column
        self.pairs[self.pair_count].exponent = exponent
        self.pair_count += 1
        return 0

    cdef int evaluate(self, Node *node) except -1:
        """Make a leaf or generator that a chain has as a part a monomial, once."""
        cdef uint16_t op
        if node.is_chain or node.pair_count or node.number or node.is_large:
            return 0
        if node.kind == GENERATOR:
            node.number, node.pair, node.pair_count = 1, self.pair_count, 1
            return self.new_pair(node.column, 1)
        op = arena.op[node.id]
        if op == INTEGER:
            node.number = <int64_t>(<unsigned long long>arena.b[node.id] << 32 | arena.a[node.id])
        elif op == CONSTANT:
            node.number = node.id == TRUE
        else:
            self.floats = self.floats or op == FLOAT
            self.set_number(node, number_of(handle(node.id)))
        return 0

    cdef object number(self, Node *node):
        return self.large[node.id] if node.is_large else node.number

    cdef int set_number(self, Node *node, object value) except -1:
        if type(value) is int and -(1 << 62) < value < (1 << 62):
            node.number, node.is_large = value, False
        else:
            self.large[node.id] = value
            node.is_large = True
        return 0

    cdef uint32_t add_step(self, object step) except 0xFFFFFFFF:
        self.steps.append(step)
        return <uint32_t>len(self.steps) - 1

    cdef uint32_t materialized(self, uint32_t at) except 0xFFFFFFFF:
        cdef Node *node = &self.nodes[at]
        if node.step == NOBODY:
            self.evaluate(node)
            number = self.number(node)
            terms = {self.dense(self.pairs + node.pair, node.pair_count): number} if number else {}
            node.step = self.add_step(Sum(terms, []))
        return node.step

    cdef int sum(self, uint32_t at) except -1:
        cdef Node *node = &self.nodes[at]
        cdef Node *child
        cdef uint32_t i, part = node.first_part
        cdef dict terms = {}
        cdef list steps = []
        cdef object zero = None
        while part != NOBODY:
            child = &self.nodes[self.parts[part].node]
            if child.step != NOBODY:
                steps.append((child.step, self.parts[part].weight))
            else:
                self.evaluate(child)
                key = self.dense(self.pairs + child.pair, child.pair_count)
                value = self.number(child)
                if self.parts[part].weight != 1:
                    value = value * self.parts[part].weight
                old = terms.get(key)
                terms[key] = value = value if old is None else lowest(old + value)
                if not value:
                    zero = True
            part = self.parts[part].next
        if zero:
            terms = {key: value for key, value in terms.items() if value}
        if steps or len(terms) > 1:
            node.step = self.add_step(Sum(terms, steps))
            return 0
        node.pair = self.pair_count
        for key, value in terms.items():
            self.set_number(node, value)
            for i in range(self.width):
                if key[i]:
                    self.new_pair(i, key[i])
        node.pair_count = self.pair_count - node.pair
        return 0

    cdef int raise_column(self, uint32_t column, int64_t exponent, int64_t power) except -1:
        cdef int64_t product = 0, total = 0
        if __builtin_mul_overflow(exponent, power, &product) or __builtin_add_overflow(
            self.exponents[column], product, &total
        ) or total >= LARGEST_EXPONENT:
            raise _reading.degree_too_large()
        if self.exponents[column] == 0:
            self.touched[self.touched_count] = column
            self.touched_count += 1
        self.exponents[column] = total
        return 0

    cdef int multiply_number(self, Node *node, Node *factor, int64_t power) except -1:
        cdef int64_t result = 0
        if not node.is_large and not factor.is_large and power == 1:
            if not __builtin_mul_overflow(node.number, factor.number, &result):
                node.number = result
                return 0
        return self.set_number(node, lowest(self.number(node) * number_power(self.number(factor), power)))

    cdef int product(self, uint32_t at) except -1:
        cdef Node *node = &self.nodes[at]
        cdef Node *child
        cdef uint32_t i, part = node.first_part
        cdef int64_t power
        cdef list factors = []
        node.number = 1
        while part != NOBODY:
            power = self.parts[part].weight
            if self.parts[part].node == NOBODY:
                if power % 2:
                    self.set_number(node, -self.number(node))
                part = self.parts[part].next
                continue
            child = &self.nodes[self.parts[part].node]
            if child.columns & (2 if power < 0 else 1):
                self.raise_column(child.reciprocal if power < 0 else child.column, 1, -power if power < 0 else power)
            elif child.step != NOBODY or (power < 0 and child.kind != NUMBER):
                factors.append((self.materialized(self.parts[part].node), power))
            else:
                self.evaluate(child)
                self.multiply_number(node, child, power)
                for i in range(child.pair_count):
                    self.raise_column(
                        self.pairs[child.pair + i].column, self.pairs[child.pair + i].exponent, power
                    )
            part = self.parts[part].next
        node.pair = self.pair_count
        qsort(self.touched, self.touched_count, sizeof(uint32_t), by_number)
        for i in range(self.touched_count):
            self.new_pair(self.touched[i], self.exponents[self.touched[i]])
            self.exponents[self.touched[i]] = 0
        node.pair_count = self.touched_count
        self.touched_count = 0
        if factors:
            exponents = self.dense(self.pairs + node.pair, node.pair_count)
            node.step = self.add_step(Product(self.number(node), exponents, factors))
        return 0

    cdef object run(self, list roots):
        cdef Id highest = 0
        cdef uint32_t at
        for root in roots:
            if type(root) is not Expr:
                raise OptionError("this is not an expression", found=repr(root)[:80], wanted="Expr")
            highest = max(highest, node_of(<Expr>root))
        self.place_count = highest + 1
        self.place = <uint32_t *>malloc(<size_t>self.place_count * sizeof(uint32_t))
        if self.place == NULL:
            raise MemoryError("no memory to read an expression")
        for root in roots:
            self.scan(node_of(<Expr>root))
        self.plan(roots)
        if self.stops and self.is_cut():
            return None
        for at in range(self.count):
            if self.nodes[at].is_chain:
                if self.nodes[at].kind == SUM:
                    self.sum(at)
                else:
                    self.product(at)
        places = [self.materialized(self.place[node_of(<Expr>root)]) for root in roots]
        inner = [self.nodes[self.place[node_of(<Expr>base)]].kind != GENERATOR for base, _ in self.columns]
        return Reading(
            [base for base, _ in self.columns], [inverse for _, inverse in self.columns], inner,
            self.steps, places, self.divisors, bool(self.floats),
        )


def read(roots, *, inverses, stops=None):
    """Return the program of some expressions, in one set of columns; see `_read_py.py`."""
    cdef Reader reader = Reader()
    reader.inverses, reader.stops = inverses, stops
    pin()
    try:
        return reader.run(list(roots))
    finally:
        unpin()
