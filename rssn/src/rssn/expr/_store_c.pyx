# cython: c_api_binop_methods=True
"""`Expr`, the user's handle of a node, and the ways to make nodes. The readable twin is `_store_py.py`.

A handle is an index into the handle table of the arena, so a collection may
move nodes without knowing the handles: it rewrites the table.
"""

cimport cython
from cpython.float cimport PyFloat_AS_DOUBLE
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE
from libc.stdint cimport int64_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from rssn.expr._arena_c cimport (
    BIG, CONSTANT, FALSE, FIRST_OPERATOR, FLOAT, IMAGINARY, INTEGER, RATIONAL, SYMBOL, TRUE,
    Id, absent, arena, arena_big, arena_bytes, arena_collect, arena_grow_handles, arena_live, arena_many,
    arena_operator, arena_operator_name, arena_pair, arena_symbol, free_bit, is_many, no_handle,
)
from rssn.expr._order_c cimport compare

from difflib import get_close_matches
from fractions import Fraction
from math import gcd

from rssn.errors import FoldError, OperatorError, OptionError, SymbolicTruthError, UnknownNameError
from rssn.expr import _common
from rssn.expr._common import Hooks, Statistics, as_number, check_symbol_name, split_names

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object value, int *overflow) except? -1

HOOKS = Hooks()

cdef object Rational = Fraction
cdef tuple constant_names = _common.CONSTANT_NAMES
cdef tuple constant_values = _common.CONSTANT_VALUES
cdef bint making = False
cdef dict operators = {}
cdef uint16_t ADD, SUB, MUL, DIV, FLOORDIV, MOD, POW, NEG, ABS, LT, LE, GT, GE, AND, OR, NOT


# ---- leaves ---------------------------------------------------------------------------------------------------------

cdef Id intern_int(int64_t value) except 0xFFFFFFFFu:
    return arena_pair(INTEGER, <Id>(<uint64_t>value), <Id>(<uint64_t>value >> 32))


cdef Id intern_long(object value) except 0xFFFFFFFFu:
    """An exact Python int of any size."""
    cdef int overflow = 0
    cdef long long small = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow:
        return arena_big(value)
    return intern_int(small)


cdef Id intern_rational(object numerator, object denominator) except 0xFFFFFFFFu:
    """A rational constant in lowest terms; an integer where the denominator divides."""
    cdef Id over, under
    if denominator == 0:
        raise FoldError("a rational constant with denominator zero")
    common = gcd(numerator, denominator) if denominator > 0 else -gcd(numerator, denominator)
    over = intern_long(numerator // common)
    if denominator == common:
        return over
    under = intern_long(denominator // common)
    return arena_pair(RATIONAL, over, under)


cdef Id intern_float(double value) except 0xFFFFFFFFu:
    """A float by its bits; every NaN is the one quiet NaN."""
    cdef uint64_t bits
    memcpy(&bits, &value, 8)
    if value != value:
        bits = 0x7FF8000000000000ULL
    return arena_pair(FLOAT, <Id>bits, <Id>(bits >> 32))


cdef Id intern_symbol(const char *utf8, Py_ssize_t length) except 0xFFFFFFFFu:
    return arena_symbol(utf8, length)


cdef Id intern_complex(double real, double imag) except 0xFFFFFFFFu:
    """re + im*1j, without a real part of +0.0; 1.0*1j is 1j."""
    cdef Id product = IMAGINARY if imag == 1.0 else intern2(MUL, intern_float(imag), IMAGINARY)
    cdef Id part
    if real == 0.0 and str(real) == "0.0":
        return product
    part = intern_float(real)
    return intern2(ADD, part, product)


cdef Id as_node(object value) except? 0xFFFFFFFFu:
    if type(value) is Expr:
        return arena.handles[(<Expr>value).slot]
    if type(value) is int:
        return intern_long(value)
    if type(value) is float:
        return intern_float(PyFloat_AS_DOUBLE(value))
    number = as_number(value)
    if number is None:
        return absent()
    if number is True:
        return TRUE
    if number is False:
        return FALSE
    if type(number) is int:
        return intern_long(number)
    if type(number) is float:
        return intern_float(number)
    if type(number) is Rational:
        numerator, denominator = number.numerator, number.denominator
        return intern_rational(numerator, denominator)
    return intern_complex(number.real, number.imag)


cdef Id need_node(object value) except 0xFFFFFFFFu:
    cdef Id id = as_node(value)
    if id == absent():
        raise OptionError("this is neither an expression nor a number", found=repr(value)[:80], wanted="Expr or number")
    return id


# ---- applications ---------------------------------------------------------------------------------------------------

cdef uint16_t operator_id(object name) except 0:
    found = operators.get(name)
    if found is None:
        near = get_close_matches(str(name), operators, 1)
        hint = f"did you mean {near[0]!r}?" if near else "declare it first"
        raise UnknownNameError(f"no operator is called {name!r}", hint=hint)
    return <uint16_t>found


cdef Id intern1(uint16_t op, Id a) except 0xFFFFFFFFu:
    return arena_pair(op, a, absent())


cdef inline int quick_rank(Id id) noexcept:
    """What decides most comparisons at once: symbols stand between numbers and constants, and applications."""
    cdef uint16_t op = arena.op[id]
    return 2 if op >= FIRST_OPERATOR else op == SYMBOL


cdef Id intern2(uint16_t op, Id a, Id b) except 0xFFFFFFFFu:
    cdef int left, right
    if arena.commutative[op] and a != b:
        left, right = quick_rank(a), quick_rank(b)
        if left > right or (left == right and compare(a, b) > 0):
            return arena_pair(op, b, a)
    return arena_pair(op, a, b)


cdef Id intern_n(uint16_t op, const Id *operands, uint32_t count) except 0xFFFFFFFFu:
    if count == 2:
        return intern2(op, operands[0], operands[1])
    return arena_many(op, operands, count)


# ---- handles --------------------------------------------------------------------------------------------------------

cdef void pin() noexcept:
    arena.pins += 1


cdef void unpin() noexcept:
    arena.pins -= 1


cdef Id node_of(Expr e) noexcept:
    return arena.handles[e.slot]


cdef Expr handle(Id id):
    """A new handle of a node. Never collects."""
    global making
    cdef Expr e
    cdef uint32_t slot
    if arena.free_handle == no_handle():
        arena_grow_handles()
    making = True
    e = Expr.__new__(Expr)
    making = False
    slot = arena.free_handle
    arena.free_handle = arena.handles[slot] & 0x7FFFFFFFu
    arena.handles[slot] = id
    arena.handle_count += 1
    e.slot = slot
    return e


cdef void settle() noexcept:
    """The end of an operation: collect if the nodes have doubled since the last time."""
    if arena.count >= arena.threshold:
        arena_collect()


cdef inline Expr finish(Id id):
    cdef Expr result = handle(id)
    if arena.count >= arena.threshold:
        settle()
    return result


cdef object binary(uint16_t op, object left, object right):
    """Apply an operator of Python; where memory runs out, give back what nobody reaches and try once more."""
    try:
        return applied(op, left, right)
    except MemoryError:
        arena_collect()
    return applied(op, left, right)


cdef inline object applied(uint16_t op, object left, object right):
    """One side is an Expr or both are. The id of an Expr is read last, for a number may run Python code."""
    cdef Id a, b
    if type(right) is Expr:
        a = as_node(left)
        b = arena.handles[(<Expr>right).slot]
    else:
        b = as_node(right)
        a = arena.handles[(<Expr>left).slot]
    if a == absent() or b == absent():
        return NotImplemented
    return finish(intern2(op, a, b))


@cython.final
@cython.no_gc
@cython.freelist(256)
cdef class Expr:
    """An immutable expression: a handle of a node in the process's one store.

    Python's operators build new expressions and never simplify. `==` and `!=`
    compare structure, in one step; `rssn.eq(a, b)` builds an equation.
    `hash(e)` is structural and the same in every process. Handles may be used
    from any thread.
    """

    __array_ufunc__ = None  # NumPy leaves the operators to us
    __array_priority__ = 1000.0

    def __cinit__(self):
        self.slot = no_handle()
        if not making:
            raise TypeError("make expressions with rssn.symbols, rssn.constant, rssn.apply or rssn.parse")

    def __dealloc__(self):
        if self.slot != no_handle():
            arena.handles[self.slot] = free_bit() | arena.free_handle
            arena.free_handle = self.slot
            arena.handle_count -= 1

    def __add__(left, right):
        return binary(ADD, left, right)

    def __sub__(left, right):
        return binary(SUB, left, right)

    def __mul__(left, right):
        return binary(MUL, left, right)

    def __truediv__(left, right):
        return binary(DIV, left, right)

    def __floordiv__(left, right):
        return binary(FLOORDIV, left, right)

    def __mod__(left, right):
        return binary(MOD, left, right)

    def __pow__(left, right, modulus):
        if modulus is not None:
            return NotImplemented
        return binary(POW, left, right)

    def __and__(left, right):
        return binary(AND, left, right)

    def __or__(left, right):
        return binary(OR, left, right)

    def __neg__(self):
        return finish(intern1(NEG, arena.handles[self.slot]))

    def __pos__(self):
        return self

    def __invert__(self):
        return finish(intern1(NOT, arena.handles[self.slot]))

    def __abs__(self):
        return finish(intern1(ABS, arena.handles[self.slot]))

    def __richcmp__(self, other, int op):
        if op == Py_EQ or op == Py_NE:
            if type(other) is not Expr:
                return NotImplemented
            return (arena.handles[self.slot] == arena.handles[(<Expr>other).slot]) == (op == Py_EQ)
        if op == Py_LT:
            return binary(LT, self, other)
        if op == Py_LE:
            return binary(LE, self, other)
        if op == Py_GT:
            return binary(GT, self, other)
        return binary(GE, self, other)

    def __hash__(self):
        return <Py_hash_t>arena.hash[arena.handles[self.slot]]

    def __bool__(self):
        raise SymbolicTruthError(
            "an expression has no truth value",
            found=repr(self),
            hint="compare structure with ==, combine conditions with & | ~, or call evaluate first",
        )

    def __str__(self):
        return HOOKS.text(HOOKS.columns([self]))

    def __repr__(self):
        return HOOKS.text(HOOKS.columns([self]), brief=True)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return HOOKS.restore, (HOOKS.encode(HOOKS.columns([self])),)

    @property
    def operator(self):
        """The operator's name; for a leaf "integer", "rational", "float", "constant" or "symbol"."""
        return arena_operator_name(arena.op[arena.handles[self.slot]])

    @property
    def operands(self):
        """The operands as a tuple, in stored order; empty for a leaf."""
        cdef Id id = arena.handles[self.slot]
        cdef uint32_t i
        if arena.op[id] < FIRST_OPERATOR:
            return ()
        pin()  # making a list or tuple may start Python's collector, and that may run anything
        try:
            if is_many(arena.b[id]):
                return tuple([handle(arena.pool[arena.a[id] + i]) for i in range(arena.b[id] - free_bit())])
            if arena.b[id] == absent():
                return (handle(arena.a[id]),)
            return (handle(arena.a[id]), handle(arena.b[id]))
        finally:
            unpin()

    @property
    def is_leaf(self):
        """Whether this is a number, a named constant or a symbol."""
        return arena.op[arena.handles[self.slot]] < FIRST_OPERATOR

    @property
    def value(self):
        """The Python number that a leaf is: int, Fraction, float, bool or 1j; None for pi, symbols and applications."""
        return leaf_value(arena.handles[self.slot])

    @property
    def name(self):
        """The name of a symbol or of a named constant ("1j" is the imaginary unit); None for anything else."""
        cdef Id id = arena.handles[self.slot]
        if arena.op[id] == SYMBOL:
            return <object>arena.objects[arena.a[id]]
        return constant_names[arena.a[id]] if arena.op[id] == CONSTANT else None

    @property
    def free_symbols(self):
        """The symbols that occur, as a frozenset of Expr."""
        return HOOKS.free_symbols(self)

    def substitute(self, replacements):
        """Return this expression with parts replaced, all at once; see `rssn.substitute`."""
        return HOOKS.substitute(self, replacements)

    def evaluate(self, environment=None, **options):
        """Return the value of this expression, where `environment` gives a number for each symbol's name."""
        return HOOKS.evaluate(self, environment, **options)

    def latex(self):
        """Return LaTeX source for math mode."""
        return HOOKS.latex(HOOKS.columns([self]))


cdef object leaf_value(Id id):
    cdef uint16_t op = arena.op[id]
    cdef uint64_t bits = <uint64_t>arena.b[id] << 32 | arena.a[id]
    cdef double number
    if op == INTEGER:
        return <int64_t>bits
    if op == BIG:
        return <object>arena.objects[arena.a[id]]
    if op == FLOAT:
        memcpy(&number, &bits, 8)
        return number
    if op == CONSTANT:
        return constant_values[arena.a[id]]
    if op == RATIONAL:
        numerator, denominator = leaf_value(arena.a[id]), leaf_value(arena.b[id])
        return Rational(numerator, denominator)
    return None


# ---- the public functions -------------------------------------------------------------------------------------------

def symbol(name):
    """Return the symbol called `name`: any text but the empty one and pi, inf, nan, true, false (OptionError)."""
    try:
        utf8 = check_symbol_name(name).encode()
    except UnicodeEncodeError:
        raise OptionError("a symbol's name holds a lone surrogate", found=ascii(name)) from None
    return finish(arena_symbol(utf8, len(utf8)))


def symbols(names):
    """Return symbols for `"x y"`, `"x, y"` or an iterable of names: a tuple, or the symbol itself for `"x"` alone."""
    made = tuple([symbol(name) for name in split_names(names)])
    return made[0] if len(made) == 1 and isinstance(names, str) and "," not in names else made


def constant(value):
    """Return the constant for a number, or for a name: "pi", "true", "false", "1j", "inf", "nan"."""
    if isinstance(value, str):
        if value in constant_names:
            return finish(<Id>constant_names.index(value))
        if value in ("inf", "nan"):
            return finish(intern_float(float(value)))
        raise UnknownNameError(f"no constant is called {value!r}", wanted=", ".join((*constant_names, "inf", "nan")))
    return finish(need_node(value))


def apply(name, *operands):
    """Return the application of a declared operator to expressions or numbers.

    Nothing is simplified and the number of operands is not checked; the two
    operands of a commutative operator are put into canonical order. Raises
    UnknownNameError for an operator nobody declared.
    """
    cdef uint16_t op = operator_id(name)
    cdef Py_ssize_t count = len(operands), i
    cdef Id few[8]
    cdef Id *ids = few
    cdef Expr result
    if count > 8:
        ids = <Id *>malloc(count * sizeof(Id))
        if ids == NULL:
            raise MemoryError("no memory for operands")
    pin()
    try:
        for i in range(count):
            ids[i] = need_node(operands[i])
        result = handle(intern_n(op, ids, <uint32_t>count))
    finally:
        unpin()
        if ids != few:
            free(ids)
    settle()
    return result


def declare_operator(name, *, commutative):
    """Make an operator known by name and return its id, always the same one in this process.

    Raises OperatorError if it is known with another `commutative`.
    """
    cdef uint16_t op
    if not isinstance(name, str) or not name:
        raise OperatorError("an operator's name is a string that is not empty", found=repr(name))
    op = arena_operator(name, commutative)
    operators[name] = op
    return op


def operator_for(name, commutative):
    """Return the id of an operator by name, declared now if it was not known; a known one keeps its `commutative`."""
    found = operators.get(name)
    return declare_operator(name, commutative=commutative) if found is None else found


def is_commutative(name):
    """Whether the declared operator `name` has its two operands in canonical order."""
    return bool(arena.commutative[operator_id(name)])


def statistics():
    """Return what the store holds. Counts the live nodes, so the time is linear in them."""
    live, slots, handles = arena_live(), arena.count, arena.handle_count
    return Statistics(live, slots, handles, arena_bytes(), arena.collections)


def collect():
    """Give back every node that no handle reaches and return how many those were."""
    cdef Id before = arena.count
    arena_collect()
    return before - arena.count


def precedes(left, right):
    """Whether `left` stands before `right` among the operands of a commutative operator."""
    cdef Id a, b
    pin()
    try:
        a, b = need_node(left), need_node(right)
        return compare(a, b) < 0
    finally:
        unpin()


for _name, _ordered in _common.PYTHON_OPERATORS:
    declare_operator(_name, commutative=_ordered)
ADD, SUB, MUL, DIV = operator_id("add"), operator_id("sub"), operator_id("mul"), operator_id("div")
FLOORDIV, MOD, POW, NEG = operator_id("floordiv"), operator_id("mod"), operator_id("pow"), operator_id("neg")
ABS, LT, LE, GT, GE = operator_id("abs"), operator_id("lt"), operator_id("le"), operator_id("gt"), operator_id("ge")
AND, OR, NOT = operator_id("and"), operator_id("or"), operator_id("not")
