"""`StoredExpr`, a part of a store by number, with Python's operators. The readable twin is `_handle_py.py`."""

cimport cython
from libc.stdint cimport uint16_t, uint32_t

from rssn.expr._arena_c cimport FIRST_OPERATOR
from rssn.expr._store_c cimport Expr, operator_id
from rssn.storage._nodes_c cimport Nodes, Reach

from rssn.errors import OptionError, SymbolicTruthError
from rssn.expr import constant

from ._evaluate import evaluate

cdef uint16_t ADD = operator_id("add"), SUB = operator_id("sub"), MUL = operator_id("mul"), DIV = operator_id("div")
cdef uint16_t POW = operator_id("pow"), NEG = operator_id("neg"), ABS = operator_id("abs")


cdef uint32_t number_in(Nodes nodes, object value) except 0xFFFFFFFFu:
    """The number of a value in a store: a part of it, or an expression or number that is added."""
    if type(value) is StoredExpr:
        if (<StoredExpr>value).nodes is not nodes:
            raise OptionError(
                "this part is of another store, or of one that was compacted since",
                hint="take the part again by its name, or use .load()",
            )
        return (<StoredExpr>value).number
    if isinstance(value, str):
        raise OptionError("this is text and no expression", found=repr(value)[:80], hint="rssn.parse reads text")
    return nodes.put_node(value if type(value) is Expr else constant(value))


cdef inline StoredExpr made(Nodes nodes, uint32_t number):
    cdef StoredExpr result = StoredExpr.__new__(StoredExpr)
    result.nodes, result.number = nodes, number
    return result


cdef object binary(uint16_t op, object left, object right):
    cdef Nodes nodes = (<StoredExpr>left).nodes if type(left) is StoredExpr else (<StoredExpr>right).nodes
    cdef uint32_t operands[2]
    operands[0] = number_in(nodes, left)
    operands[1] = number_in(nodes, right)
    return made(nodes, nodes.applied(nodes.code_of(op), operands, 2))


cdef object unary(uint16_t op, StoredExpr operand):
    return made(operand.nodes, operand.nodes.applied(operand.nodes.code_of(op), &operand.number, 1))


@cython.final
@cython.no_gc
@cython.freelist(256)
@cython.c_api_binop_methods(True)
cdef class StoredExpr:
    """A part of a store: it is read from the disk when something is asked, and never as a whole unless by `load`.

    `+ - * / ** abs -` with other parts of the same store, expressions and
    numbers add to the store and give new parts; nothing is simplified. Two
    are equal that are the same node of the same store.
    """

    cdef Nodes nodes
    cdef uint32_t number

    def __init__(self):
        raise TypeError("parts of a store come from store.stored(name) and store.builder()")

    def __add__(left, right):
        return binary(ADD, left, right)

    def __sub__(left, right):
        return binary(SUB, left, right)

    def __mul__(left, right):
        return binary(MUL, left, right)

    def __truediv__(left, right):
        return binary(DIV, left, right)

    def __pow__(left, right, modulus):
        return NotImplemented if modulus is not None else binary(POW, left, right)

    def __neg__(self):
        return unary(NEG, self)

    def __abs__(self):
        return unary(ABS, self)

    def __eq__(self, other):
        if type(other) is not StoredExpr:
            return NotImplemented
        return self.nodes is (<StoredExpr>other).nodes and self.number == (<StoredExpr>other).number

    def __hash__(self):
        return hash(self.number)

    def __bool__(self):
        raise SymbolicTruthError("a stored expression has no truth value", hint="compare parts with ==, or evaluate")

    def __repr__(self):
        return f"<stored {self.operator}, node {self.number}>"

    def __reduce__(self):
        raise TypeError("a part of a store can't be pickled: pickle .load(), or open the store there and use the name")

    @property
    def operator(self):
        """The operator's name; for a leaf "integer", "rational", "float", "constant" or "symbol"."""
        return self.nodes.describe(self.number)[0]

    @property
    def operands(self):
        """The operands as a tuple of parts, in stored order; empty for a leaf."""
        return tuple([made(self.nodes, number) for number in self.nodes.describe(self.number)[1]])

    @property
    def is_leaf(self):
        """Whether this is a number, a named constant or a symbol."""
        return self.nodes.at(self.number).op < FIRST_OPERATOR

    @property
    def value(self):
        """The Python number that a leaf is; None for pi, symbols and applications."""
        return self.nodes.describe(self.number)[2]

    @property
    def name(self):
        """The name of a symbol or of a named constant; None for anything else."""
        return self.nodes.describe(self.number)[3]

    def walk(self):
        """Return an iterator over the unique parts below this one, operands before their users, this one last."""
        cdef Walk walk = Walk.__new__(Walk)
        walk.reach = Reach(self.nodes, [self.number])
        return walk

    def count_nodes(self):
        """Return how many unique nodes there are, this one included."""
        return len(Reach(self.nodes, [self.number]))

    def evaluate(self, environment=None):
        """Return the value where `environment` gives numbers or arrays that broadcast together, computed in f64.

        As `Expr.evaluate`, but nothing is loaded: nodes are read in their order,
        inside the memory of the store. float32 arrays are computed in f64.
        """
        return evaluate(self.nodes, self.number, environment)

    def load(self):
        """Return the whole expression, in memory."""
        return self.nodes.load([self.number])[0]


cdef class Walk:
    """The parts below one, operands before their users; its length is how many there are."""

    cdef Reach reach

    def __iter__(self):
        return self

    def __next__(self):
        cdef uint32_t number = self.reach.following()
        if number == 0xFFFFFFFFu:
            raise StopIteration
        return made(self.reach.nodes, number)

    def __len__(self):
        return len(self.reach)


def part(Nodes nodes, uint32_t number):
    """Return the part of a number."""
    return made(nodes, number)


def number_of(nodes, value):
    """Return the number of a value in a store: a part of it, or an expression or number that is added."""
    return number_in(nodes, value)
