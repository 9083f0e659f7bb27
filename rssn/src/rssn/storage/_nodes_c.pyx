"""Expressions into a store and out of it, and what a root of it reaches. The readable twin is `_nodes_py.py`."""

from cpython.exc cimport PyErr_CheckSignals
from libc.stdint cimport uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from rssn.expr._arena_c cimport (
    BIG, CONSTANT, FIRST_OPERATOR, FIXED_COUNT, FLOAT, INTEGER, RATIONAL, SYMBOL,
    arena, arena_pair, arena_reserve, arena_symbol,
)
from rssn.expr._store_c cimport (
    Expr, handle, intern_float, intern_long, intern_n, intern_rational, node_of, operator_id, pin, settle, unpin,
)
from rssn.expr._walk_c cimport Order, fill, release
from rssn.storage._pages_c cimport rssn_node
from rssn.storage._table_c cimport Table, grown, is_many, many, none

from rssn.errors import FoldError, OptionError, StoreDamageError
from rssn.expr._common import check_symbol_name

from rssn.storage._common import number_precedes

cdef extern from "Python.h":
    const char *PyUnicode_AsUTF8AndSize(object text, Py_ssize_t *size) except NULL

cdef extern from *:
    """
    #define top_bit(word) (63 - __builtin_clzll(word))
    #define low_bit(word) __builtin_ctzll(word)
    #define popcount(word) __builtin_popcountll(word)
    """
    int top_bit(uint64_t word) noexcept
    int low_bit(uint64_t word) noexcept
    int popcount(uint64_t word) noexcept


cdef inline int rank(uint16_t op) noexcept:
    """Numbers stand before constants, these before symbols, and those before applications."""
    return 3 if op >= FIRST_OPERATOR else 2 if op == SYMBOL else 1 if op == CONSTANT else 0


cdef class Nodes(Table):
    """The nodes of one generation of a store; see `Table` for how to make one."""

    # ---- what roots reach -----------------------------------------------------------------------------------------

    cdef int mark_operands(self, uint32_t id, uint64_t *marks) except -1:
        cdef const rssn_node *node = self.at(id)
        cdef const uint32_t *operands
        cdef uint32_t count = 0, i, a = node.a, b = node.b
        if node.op < FIRST_OPERATOR and node.op != RATIONAL:
            return 0
        if not is_many(b):
            if a >= id or (b >= id and b != none()):
                raise StoreDamageError(f"node {id} is damaged: its operand does not come before it")
            marks[a >> 6] |= <uint64_t>1 << (a & 63)
            if b != none():
                marks[b >> 6] |= <uint64_t>1 << (b & 63)
            return 0
        operands = self.operands_at(id, node, &count)
        for i in range(count):
            if operands[i] >= id:
                raise StoreDamageError(f"node {id} is damaged: its operand does not come before it")
            marks[operands[i] >> 6] |= <uint64_t>1 << (operands[i] & 63)
        return 0

    cdef uint64_t *reached(self, list roots, uint32_t *highest) except NULL:
        """One bit for each node below the roots, in memory that the caller frees."""
        cdef uint64_t *marks
        cdef uint64_t seen, bit
        cdef uint32_t word, id
        cdef uint32_t steps = 0
        highest[0] = 0
        for root in roots:
            if not 0 <= root < len(self):
                raise StoreDamageError(f"there is no node {root}", wanted=f"fewer than {len(self)}")
            highest[0] = max(highest[0], <uint32_t>root)
        marks = <uint64_t *>calloc((highest[0] >> 6) + 1, 8)
        if marks == NULL:
            raise MemoryError("no memory to walk a stored expression")
        for root in roots:
            marks[<uint32_t>root >> 6] |= <uint64_t>1 << (<uint32_t>root & 63)
        try:
            word = highest[0] >> 6
            while True:
                # Operands have smaller numbers, so bits may appear below the one looked at, in this word too.
                seen = 0
                while marks[word] & ~seen:
                    bit = top_bit(marks[word] & ~seen)
                    seen |= <uint64_t>1 << bit
                    id = word << 6 | <uint32_t>bit
                    self.mark_operands(id, marks)
                steps += 1
                if steps & 0x3FFF == 0:
                    PyErr_CheckSignals()
                if word == 0:
                    return marks
                word -= 1
        except BaseException:
            free(marks)
            raise

    def reach(self, roots):
        """Return an iterator over the numbers of all nodes below the roots, operands before their users."""
        return Reach(self, list(roots))

    def examine(self):
        """Look at every node for sense; return what is wrong as a list of errors, the first of each extent at most."""
        cdef list found = []
        cdef uint32_t id = 0, total = len(self)
        cdef uint64_t *marks = <uint64_t *>calloc((total >> 6) + 1, 8)
        if marks == NULL:
            raise MemoryError("no memory to verify a store")
        try:
            while id < total:
                try:
                    if self.at(id).op >= FIRST_OPERATOR:
                        self.process_code(self.at(id).op)
                    else:
                        self.value_of(id)
                    self.mark_operands(id, marks)
                    id += 1
                except (StoreDamageError, ValueError, ArithmeticError) as error:
                    found.append(error if isinstance(error, StoreDamageError) else StoreDamageError(f"node {id}: {error}"))
                    id = self.extent_of(id).first + self.extent_of(id).count if id < self.stored else total
        finally:
            free(marks)
        return found

    # ---- expressions in -------------------------------------------------------------------------------------------

    def put(self, expression):
        """Add an expression and all below it, and return its number."""
        return self.put_node(expression)

    cdef uint32_t put_node(self, object expression) except 0xFFFFFFFFu:
        cdef Order order
        cdef uint32_t root, i
        cdef uint32_t *made = NULL
        memset(&order, 0, sizeof(Order))
        if type(expression) is not Expr:
            raise OptionError("this is not an expression", found=repr(expression)[:80], wanted="Expr")
        pin()
        try:
            root = node_of(<Expr>expression)
            fill(&order, &root, 1, False)
            # Each place becomes the number in the store once it has been passed.
            for i in range(order.count):
                if i & 0xFFFF == 0xFFFF:
                    PyErr_CheckSignals()
                order.place[order.ids[i]] = self.put_one(order.ids[i], order.place)
            return order.place[root]
        finally:
            release(&order)
            unpin()

    cdef uint32_t put_one(self, uint32_t id, const uint32_t *place) except 0xFFFFFFFFu:
        cdef uint16_t op = arena.op[id]
        cdef uint32_t a = arena.a[id], b = arena.b[id], i, count
        cdef uint32_t few[16]
        cdef uint32_t *operands = few
        cdef Py_ssize_t size
        cdef const char *text
        if op >= FIRST_OPERATOR:
            op = self.code_of(op)
            if not is_many(b):
                return self.intern(op, place[a], b if b == none() else place[b])
            count = b - many()
            if count > 16:
                operands = <uint32_t *>grown(NULL, 4 * <size_t>count)
            try:
                for i in range(count):
                    operands[i] = place[arena.pool[a + i]]
                return self.intern_many(op, operands, count)
            finally:
                if operands != few:
                    free(operands)
        if op == SYMBOL:
            text = PyUnicode_AsUTF8AndSize(<object>arena.objects[a], &size)
            return self.intern_text(op, text, <uint32_t>size)
        if op == BIG:
            big = <object>arena.objects[a]
            data = big.to_bytes(big.bit_length() // 8 + 1, "little", signed=True)
            return self.intern_text(op, data, <uint32_t>len(data))
        if op == RATIONAL:
            # An order does not hold the parts of a rational.
            a = self.put_one(a, place)
            b = self.put_one(b, place)
        return self.intern(op, a, b)

    cdef uint32_t applied(self, uint16_t op, const uint32_t *operands, uint32_t count) except 0xFFFFFFFFu:
        """Apply an operator by the store's number, the two operands of a commutative one in order."""
        if count == 1:
            return self.intern(op, operands[0], none())
        if count != 2:
            return self.intern_many(op, operands, count)
        if arena.commutative[self.process_code(op)] and operands[0] != operands[1]:
            if self.compare(operands[0], operands[1]) > 0:
                return self.intern(op, operands[1], operands[0])
        return self.intern(op, operands[0], operands[1])

    def apply(self, name, operands):
        """Apply a declared operator to nodes by number, and return the number of the result."""
        cdef uint32_t count = <uint32_t>len(operands), i
        cdef uint32_t *ids = <uint32_t *>grown(NULL, 4 * <size_t>count + 4)
        try:
            for i in range(count):
                ids[i] = operands[i]
                self.at(ids[i])
            return self.applied(self.code_of(operator_id(name)), ids, count)
        finally:
            free(ids)

    cdef int compare(self, uint32_t left, uint32_t right) except -2:
        """Which of two nodes stands first; the order of `expr`, on stored nodes."""
        cdef rssn_node p, q
        cdef uint32_t count, i, others
        cdef const uint32_t *first
        cdef const uint32_t *second
        cdef int ranks
        while left != right:
            p, q = self.at(left)[0], self.at(right)[0]
            ranks = rank(p.op) - rank(q.op)
            if ranks:
                return -1 if ranks < 0 else 1
            if p.op < FIRST_OPERATOR:
                return self.compare_leaves(left, &p, right, &q)
            if p.op != q.op:
                return -1 if self.name_rank[p.op - FIRST_OPERATOR] < self.name_rank[q.op - FIRST_OPERATOR] else 1
            first = self.operands_at(left, &p, &count)
            second = self.operands_at(right, &q, &others)
            if count != others:
                return -1 if count < others else 1
            i = 0
            while i < count and first[i] == second[i]:
                i += 1
            if i == count:
                return 0  # one structure, stored twice
            left, right = first[i], second[i]
        return 0

    cdef int compare_leaves(self, uint32_t left, const rssn_node *p, uint32_t right, const rssn_node *q) except -2:
        if p.op == SYMBOL or p.op == CONSTANT:
            x, y = self.describe(left)[3], self.describe(right)[3]
            return 0 if x == y else -1 if x < y else 1
        if p.op == q.op and p.a == q.a and p.b == q.b and p.op != RATIONAL and p.op != BIG:
            return 0
        before = number_precedes(self.value_of(left), self.value_of(right))
        return 0 if before is None else -1 if before else 1

    # ---- expressions out ------------------------------------------------------------------------------------------

    def load(self, roots):
        """Return the expressions of some nodes by number."""
        cdef uint32_t highest = 0, id
        cdef list numbers = list(roots), result
        cdef uint64_t *marks
        cdef uint32_t *place = NULL
        if not numbers:
            return []
        marks = self.reached(numbers, &highest)
        pin()
        try:
            place = <uint32_t *>grown(NULL, 4 * <size_t>highest + 4)
            self.load_marked(marks, place, highest)
            result = [handle(place[<uint32_t>number]) for number in numbers]
        except (FoldError, UnicodeDecodeError, OptionError) as error:
            raise StoreDamageError("a stored leaf is damaged", found=str(error)) from error
        finally:
            unpin()
            free(marks)
            free(place)
        settle()
        return result

    cdef int load_marked(self, const uint64_t *marks, uint32_t *place, uint32_t highest) except -1:
        cdef uint32_t word, id, count = 0
        cdef uint64_t left
        for word in range((highest >> 6) + 1):
            count += popcount(marks[word])
        arena_reserve(count)
        for word in range((highest >> 6) + 1):
            left = marks[word]
            while left:
                id = word << 6 | <uint32_t>low_bit(left)
                left &= left - 1
                place[id] = self.load_one(id, place)
            if word & 0x3FF == 0x3FF:
                PyErr_CheckSignals()
        return 0

    cdef uint32_t load_one(self, uint32_t id, const uint32_t *place) except 0xFFFFFFFFu:
        cdef rssn_node node = self.at(id)[0]
        cdef uint16_t op
        if node.op < FIRST_OPERATOR:
            return self.load_leaf(id, &node)
        op = self.process_code(node.op)
        if is_many(node.b):
            return self.load_many(id, &node, op, place)
        if arena.commutative[op] and not self.operator_flags[node.op - FIRST_OPERATOR] and node.b != none():
            return intern_n(op, [place[node.a], place[node.b]], 2)
        return arena_pair(op, place[node.a], node.b if node.b == none() else place[node.b])

    cdef uint32_t load_many(self, uint32_t id, rssn_node *node, uint16_t op, const uint32_t *place) except 0xFFFFFFFFu:
        cdef uint32_t count = 0, i
        cdef const uint32_t *operands = self.operands_at(id, node, &count)
        cdef uint32_t *ids = <uint32_t *>grown(NULL, 4 * <size_t>count + 4)
        try:
            for i in range(count):
                ids[i] = place[operands[i]]
            return intern_n(op, ids, count)
        finally:
            free(ids)

    cdef uint32_t load_leaf(self, uint32_t id, rssn_node *node) except 0xFFFFFFFFu:
        if node.op == INTEGER:
            return arena_pair(INTEGER, node.a, node.b)
        value = self.value_of(id)
        if node.op == SYMBOL:
            utf8 = check_symbol_name(value).encode()
            return arena_symbol(utf8, len(utf8))
        if node.op == FLOAT:
            return intern_float(value)
        if node.op == RATIONAL:
            return intern_rational(value.numerator, value.denominator)
        if node.op == CONSTANT and node.a < FIXED_COUNT:
            return node.a
        if node.op == BIG:
            return intern_long(value)
        raise StoreDamageError(f"node {id} is of no known kind", found=str(node.op))

    # ---- copying --------------------------------------------------------------------------------------------------

    def copy(self, Nodes source, roots):
        """Add what some nodes of another generation reach, and return their numbers here."""
        cdef uint32_t highest = 0, word, id
        cdef list numbers = list(roots)
        cdef uint64_t left
        cdef uint64_t *marks
        cdef uint32_t *place = NULL
        if not numbers:
            return []
        marks = source.reached(numbers, &highest)
        try:
            place = <uint32_t *>grown(NULL, 4 * <size_t>highest + 4)
            for word in range((highest >> 6) + 1):
                left = marks[word]
                while left:
                    id = word << 6 | <uint32_t>low_bit(left)
                    left &= left - 1
                    place[id] = self.copy_one(source, id, place)
                if word & 0x3FF == 0x3FF:
                    PyErr_CheckSignals()
            return [place[<uint32_t>number] for number in numbers]
        finally:
            free(marks)
            free(place)

    cdef uint32_t copy_one(self, Nodes source, uint32_t id, const uint32_t *place) except 0xFFFFFFFFu:
        cdef rssn_node node = source.at(id)[0]
        cdef uint32_t count = 0, i
        cdef const uint32_t *operands
        cdef uint32_t *ids
        if node.op == SYMBOL or node.op == BIG:
            return self.intern_text(node.op, source.text_at(id, &node), node.b)
        if node.op == RATIONAL:
            return self.intern(node.op, place[node.a], place[node.b])
        if node.op < FIRST_OPERATOR:
            return self.intern(node.op, node.a, node.b)
        node.op = self.code_of(source.process_code(node.op))
        if not is_many(node.b):
            return self.intern(node.op, place[node.a], node.b if node.b == none() else place[node.b])
        operands = source.operands_at(id, &node, &count)
        ids = <uint32_t *>grown(NULL, 4 * <size_t>count + 4)
        try:
            for i in range(count):
                ids[i] = place[operands[i]]
            return self.intern_many(node.op, ids, count)
        finally:
            free(ids)


cdef class Reach:
    """The numbers of the nodes below some roots, operands before their users."""

    def __init__(self, Nodes nodes, list roots):
        self.nodes = nodes
        self.marks = nodes.reached(roots, &self.highest) if roots else NULL
        self.left = self.marks[0] if self.marks != NULL else 0

    def __dealloc__(self):
        free(self.marks)

    cdef uint32_t following(self) noexcept:
        """The next number, or NONE after the last."""
        cdef uint32_t id
        if self.marks == NULL:
            return none()
        while self.left == 0:
            if self.word == self.highest >> 6:
                return none()
            self.word += 1
            self.left = self.marks[self.word]
        id = self.word << 6 | <uint32_t>low_bit(self.left)
        self.left &= self.left - 1
        return id

    def __iter__(self):
        return self

    def __next__(self):
        cdef uint32_t id = self.following()
        if id == none():
            raise StopIteration
        return id

    def __len__(self):
        """How many nodes there are, those already passed included."""
        cdef uint32_t word, count = 0
        if self.marks != NULL:
            for word in range((self.highest >> 6) + 1):
                count += popcount(self.marks[word])
        return count
