"""`columns`: expressions into the columns of an Ast; `rebuild`: columns into expressions. Twin: `_ast_py.py`."""

from cpython cimport array
from libc.stdint cimport int32_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from rssn.expr._arena_c cimport (
    BIG, CONSTANT, FIRST_OPERATOR, INTEGER, RATIONAL, SYMBOL,
    Id, arena, arena_operator, arena_operator_name, arena_symbol,
)
from rssn.expr._store_c cimport Expr, handle, intern_n, leaf_value, need_node, pin, settle, unpin
from rssn.expr._walk_c cimport Order, fill, ids_of, operand, operand_count, release

from array import array as make_array
from fractions import Fraction

from rssn.errors import FormatError, OptionError
from rssn.expr import _common, _store_c
from rssn.expr._common import check_symbol_name

cdef enum Code:
    # Places of the leaf kinds in `Ast.operators`; the operators that occur follow.
    CODE_INTEGER = 0
    CODE_RATIONAL = 1
    CODE_FLOAT = 2
    CODE_CONSTANT = 3
    CODE_SYMBOL = 4
    LEAF_CODES = 5

cdef array.array shorts = make_array("H")
cdef array.array words = make_array("I")
cdef array.array signed_words = make_array("i")
cdef tuple constant_names = _common.CONSTANT_NAMES
cdef tuple leaf_kinds = _common.LEAF_KINDS


# ---- expressions into columns ---------------------------------------------------------------------------------------

cdef class _Columns:
    """An Ast under construction."""

    cdef array.array code, first, count, links
    cdef list operators, commutative, constants, symbols
    cdef uint16_t *codes
    cdef uint32_t link_count

    def __cinit__(self):
        # Which code an operator has got here; 0 where none yet.
        self.codes = <uint16_t *>malloc(arena.operator_count * sizeof(uint16_t))
        if self.codes == NULL:
            raise MemoryError("no memory to linearize an expression")
        memset(self.codes, 0, arena.operator_count * sizeof(uint16_t))

    def __init__(self, uint32_t node_count, uint32_t link_count):
        self.code = array.clone(shorts, node_count, False)
        self.first = array.clone(words, node_count, False)
        self.count = array.clone(words, node_count, False)
        self.links = array.clone(signed_words, link_count, False)
        self.link_count = 0
        self.operators = list(leaf_kinds)
        self.commutative = [False] * LEAF_CODES
        self.constants = []
        self.symbols = []

    def __dealloc__(self):
        free(self.codes)

    cdef uint16_t code_of(self, uint16_t op) except 0xFFFF:
        if self.codes[op] == 0:
            self.codes[op] = <uint16_t>len(self.operators)
            self.operators.append(arena_operator_name(op))
            self.commutative.append(bool(arena.commutative[op]))
        return self.codes[op]

    cdef int put_leaf(self, uint32_t at, Id id) except -1:
        cdef uint16_t op = arena.op[id]
        self.count.data.as_uints[at] = 0
        if op == SYMBOL:
            self.code.data.as_ushorts[at] = CODE_SYMBOL
            self.first.data.as_uints[at] = <uint32_t>len(self.symbols)
            self.symbols.append(<object>arena.objects[arena.a[id]])
            return 0
        self.first.data.as_uints[at] = <uint32_t>len(self.constants)
        if op == INTEGER or op == BIG:
            self.code.data.as_ushorts[at] = CODE_INTEGER
        elif op == RATIONAL:
            self.code.data.as_ushorts[at] = CODE_RATIONAL
        else:
            self.code.data.as_ushorts[at] = CODE_CONSTANT if op == CONSTANT else CODE_FLOAT
        self.constants.append(constant_names[arena.a[id]] if op == CONSTANT else leaf_value(id))
        return 0

    cdef int put_node(self, uint32_t at, const Order *order) except -1:
        cdef Id id = order.ids[order.count - 1 - at]
        cdef uint32_t i, count
        if arena.op[id] < FIRST_OPERATOR:
            return self.put_leaf(at, id)
        count = operand_count(id)
        self.code.data.as_ushorts[at] = self.code_of(arena.op[id])
        self.first.data.as_uints[at] = self.link_count
        self.count.data.as_uints[at] = count
        for i in range(count):
            # Both places count from the end of the order, so the nearer one is the smaller.
            self.links.data.as_ints[self.link_count + i] = <int32_t>(
                order.count - 1 - order.place[operand(id, i)] - at
            )
        self.link_count += count
        return 0


cdef uint32_t links_of(const Order *order) except 0xFFFFFFFFu:
    cdef uint64_t total = 0
    cdef uint32_t i
    for i in range(order.count):
        if arena.op[order.ids[i]] >= FIRST_OPERATOR:
            total += operand_count(order.ids[i])
    if total >= 0x7FFFFFFFu:
        raise MemoryError("an expression with more than 2^31 operands can't be linearized")
    return <uint32_t>total


cdef object columns_of(const Order *order, const Id *ids, uint32_t root_count):
    cdef _Columns made = _Columns(order.count, links_of(order))
    cdef array.array roots = array.clone(words, root_count, False)
    cdef uint32_t at
    for at in range(order.count):
        made.put_node(at, order)
    for at in range(root_count):
        roots.data.as_uints[at] = order.count - 1 - order.place[ids[at]]
    return (
        tuple(made.operators), tuple(made.commutative), made.code, made.first, made.count,
        made.links, tuple(made.constants), tuple(made.symbols), roots,
    )


def columns(roots):
    """Return the fields of the Ast of a sequence of expressions (or of one), in the order `Ast` takes them."""
    cdef Order order
    cdef Id *ids = NULL
    cdef list listed = [roots] if type(roots) is Expr else list(roots)
    memset(&order, 0, sizeof(Order))
    pin()
    try:
        ids = ids_of(listed)
        fill(&order, ids, <uint32_t>len(listed), True)
        return columns_of(&order, ids, <uint32_t>len(listed))
    finally:
        free(ids)
        release(&order)
        unpin()


# ---- columns into expressions ---------------------------------------------------------------------------------------

cdef class _Rebuilding:
    """_Columns of unknown origin, read with every index checked."""

    cdef const unsigned short[::1] code
    cdef const unsigned int[::1] first
    cdef const unsigned int[::1] count
    cdef const int[::1] links
    cdef tuple constants, symbols
    cdef uint16_t *ops
    cdef Id *ids
    cdef Id *operands
    cdef uint32_t node_count
    cdef uint32_t operator_count

    def __init__(self, operators, commutative, code, first, count, links, constants, symbols, _):
        try:
            self.code, self.first, self.count, self.links = code, first, count, links
            self.constants, self.symbols = constants, symbols
            flags = [(str(name), bool(flag)) for name, flag in zip(operators, commutative, strict=True)]
        except (TypeError, ValueError) as error:
            raise FormatError("the columns of the Ast have the wrong types", found=str(error)) from error
        if tuple(operators[:LEAF_CODES]) != leaf_kinds or len(flags) > 0xFFFF:
            raise FormatError("the Ast does not begin with the kinds of leaves", found=repr(operators[:LEAF_CODES]))
        if not len(self.code) == len(self.first) == len(self.count) < 0x7FFFFFFF:
            raise FormatError("the columns of the Ast differ in length")
        self.node_count = <uint32_t>len(self.code)
        self.allocate(flags)

    cdef int allocate(self, list flags) except -1:
        cdef Py_ssize_t i
        self.operator_count = <uint32_t>len(flags)
        self.ops = <uint16_t *>malloc(len(flags) * sizeof(uint16_t))
        self.ids = <Id *>malloc((<size_t>self.node_count + 1) * sizeof(Id))
        self.operands = <Id *>malloc((<size_t>len(self.links) + 1) * sizeof(Id))
        if self.ops == NULL or self.ids == NULL or self.operands == NULL:
            raise MemoryError("no memory to rebuild an expression")
        for i in range(LEAF_CODES, len(flags)):
            name = flags[i][0]
            self.ops[i] = <uint16_t>_store_c.operator_for(name, flags[i][1])
        return 0

    def __dealloc__(self):
        free(self.ops)
        free(self.ids)
        free(self.operands)

    cdef Id leaf(self, uint16_t code, uint32_t first) except 0xFFFFFFFFu:
        if code == CODE_SYMBOL:
            if first >= <size_t>len(self.symbols):
                raise FormatError("a node of the Ast names a symbol that is not there")
            return self.symbol(self.symbols[first])
        if first >= <size_t>len(self.constants):
            raise FormatError("a node of the Ast names a constant that is not there")
        value = self.constants[first]
        if code == CODE_CONSTANT and type(value) is str and value in constant_names:
            return <Id>constant_names.index(value)
        kind = int if code == CODE_INTEGER else Fraction if code == CODE_RATIONAL else float
        if code != CODE_CONSTANT and type(value) is kind:
            return need_node(value)
        raise FormatError("a constant of the Ast is not of its kind", found=repr(value)[:80], wanted=leaf_kinds[code])

    cdef Id symbol(self, object name) except 0xFFFFFFFFu:
        try:
            utf8 = check_symbol_name(name).encode()
        except (OptionError, UnicodeEncodeError) as error:
            raise FormatError("a symbol of the Ast has an impossible name", found=ascii(name)) from error
        return arena_symbol(utf8, len(utf8))

    cdef Id node(self, uint32_t at) except 0xFFFFFFFFu:
        cdef uint16_t code = self.code[at]
        cdef uint32_t first = self.first[at], count = self.count[at], i
        cdef int32_t link
        if code < LEAF_CODES and count == 0:
            return self.leaf(code, first)
        if code < LEAF_CODES or code >= self.operator_count or <uint64_t>first + count > <uint64_t>len(self.links):
            raise FormatError("a node of the Ast has an impossible operator or operands", where=f"node {at}")
        for i in range(count):
            link = self.links[first + i]
            if link <= 0 or <uint64_t>at + link >= self.node_count:
                raise FormatError("an operand of the Ast does not come after its user", where=f"node {at}")
            self.operands[i] = self.ids[at + link]
        return intern_n(self.ops[code], self.operands, count)


def rebuild(*fields):
    """Return the expressions of an Ast as a list, one for each root. Raises FormatError where the columns disagree."""
    cdef _Rebuilding rebuilding = _Rebuilding(*fields)
    cdef uint32_t at
    cdef list result = []
    pin()
    try:
        at = rebuilding.node_count
        while at > 0:
            at -= 1
            rebuilding.ids[at] = rebuilding.node(at)
        for root in list(fields[8]):
            if type(root) is not int or not 0 <= root < rebuilding.node_count:
                raise FormatError("a root of the Ast is not one of its nodes", found=repr(root))
            result.append(handle(rebuilding.ids[<uint32_t>root]))
    finally:
        unpin()
    settle()
    return result


_store_c.HOOKS.columns = columns
