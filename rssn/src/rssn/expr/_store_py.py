"""The expression store to read: `Expr` and the ways to make one. `_store_c.pyx` does the same natively.

Here an `Expr` is the node itself (see `_arena_py.py`); natively it is a handle of one. Seen from outside both are
the same.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, NoReturn, final

from rssn.errors import OperatorError, OptionError, SymbolicTruthError, UnknownNameError

from ._arena_py import KINDS, Node, find_or_make, held, lock
from ._common import (
    CONSTANT_NAMES,
    CONSTANT_VALUES,
    LEAF_KINDS,
    PYTHON_OPERATORS,
    Hooks,
    Statistics,
    as_number,
    check_symbol_name,
    split_names,
)
from ._order_py import compare

HOOKS = Hooks()

_commutative: dict[str, bool] = {}


@final
class Expr(Node):
    """An immutable expression; see the native class for the words. Two of equal structure are one object."""

    __slots__ = ()
    __array_ufunc__ = None  # NumPy leaves the operators to us
    __array_priority__ = 1000.0

    operands: tuple[Expr, ...]
    """the operands in stored order; empty for a leaf"""

    def __init__(self) -> None:
        raise TypeError("make expressions with rssn.symbols, rssn.constant, rssn.apply or rssn.parse")

    def __add__(self, other: object) -> Expr:
        return _binary("add", self, other)

    def __radd__(self, other: object) -> Expr:
        return _binary("add", other, self)

    def __sub__(self, other: object) -> Expr:
        return _binary("sub", self, other)

    def __rsub__(self, other: object) -> Expr:
        return _binary("sub", other, self)

    def __mul__(self, other: object) -> Expr:
        return _binary("mul", self, other)

    def __rmul__(self, other: object) -> Expr:
        return _binary("mul", other, self)

    def __truediv__(self, other: object) -> Expr:
        return _binary("div", self, other)

    def __rtruediv__(self, other: object) -> Expr:
        return _binary("div", other, self)

    def __floordiv__(self, other: object) -> Expr:
        return _binary("floordiv", self, other)

    def __rfloordiv__(self, other: object) -> Expr:
        return _binary("floordiv", other, self)

    def __mod__(self, other: object) -> Expr:
        return _binary("mod", self, other)

    def __rmod__(self, other: object) -> Expr:
        return _binary("mod", other, self)

    def __pow__(self, other: object) -> Expr:
        return _binary("pow", self, other)

    def __rpow__(self, other: object) -> Expr:
        return _binary("pow", other, self)

    def __and__(self, other: object) -> Expr:
        return _binary("and", self, other)

    def __rand__(self, other: object) -> Expr:
        return _binary("and", other, self)

    def __or__(self, other: object) -> Expr:
        return _binary("or", self, other)

    def __ror__(self, other: object) -> Expr:
        return _binary("or", other, self)

    def __lt__(self, other: object) -> Expr:
        return _binary("lt", self, other)

    def __le__(self, other: object) -> Expr:
        return _binary("le", self, other)

    def __gt__(self, other: object) -> Expr:
        return _binary("gt", self, other)

    def __ge__(self, other: object) -> Expr:
        return _binary("ge", self, other)

    def __neg__(self) -> Expr:
        return make("neg", (self,))

    def __pos__(self) -> Expr:
        return self

    def __invert__(self) -> Expr:
        return make("not", (self,))

    def __abs__(self) -> Expr:
        return make("abs", (self,))

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, Expr) else NotImplemented

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> NoReturn:
        raise SymbolicTruthError(
            "an expression has no truth value",
            found=repr(self),
            hint="compare structure with ==, combine conditions with & | ~, or call evaluate first",
        )

    def __str__(self) -> str:
        return HOOKS.text(HOOKS.columns([self]))

    def __repr__(self) -> str:
        return HOOKS.text(HOOKS.columns([self]), brief=True)

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return HOOKS.restore, (HOOKS.encode(HOOKS.columns([self])),)

    @property
    def is_leaf(self) -> bool:
        """Whether this is a number, a named constant or a symbol."""
        return self.operator in LEAF_KINDS

    @property
    def value(self) -> Any:
        """The Python number that a leaf is: int, Fraction, float, bool or 1j; None for pi, symbols and applications."""
        if isinstance(self._leaf, str):
            return CONSTANT_VALUES[CONSTANT_NAMES.index(self._leaf)] if self.operator == "constant" else None
        return self._leaf

    @property
    def name(self) -> Any:
        """The name of a symbol or of a named constant ("1j" is the imaginary unit); None for anything else."""
        return self._leaf if isinstance(self._leaf, str) else None

    @property
    def free_symbols(self) -> frozenset[Expr]:
        """The symbols that occur, as a frozenset of Expr."""
        found: frozenset[Expr] = HOOKS.free_symbols(self)
        return found

    def substitute(self, replacements: Mapping[Any, object]) -> Expr:
        """Return this expression with parts replaced, all at once; see `rssn.substitute`."""
        result: Expr = HOOKS.substitute(self, replacements)
        return result

    def evaluate(self, environment: Mapping[str, object] | None = None, **options: object) -> Any:
        """Return the value of this expression, where `environment` gives a number for each symbol's name."""
        return HOOKS.evaluate(self, environment, **options)

    def latex(self) -> str:
        """Return LaTeX source for math mode."""
        return HOOKS.latex(HOOKS.columns([self]))


# ---- making expressions ---------------------------------------------------------------------------------------------


def _leaf(kind: str, leaf: int | Fraction | float | str) -> Expr:
    return find_or_make(Expr, kind, (), leaf)


def make(name: str, operands: tuple[Expr, ...]) -> Expr:
    """Return the application of a declared operator, the two operands of a commutative one in order."""
    if len(operands) == 2 and _commutative[name] and compare(*operands) > 0:
        operands = operands[::-1]
    return find_or_make(Expr, name, operands)


def _integer(value: int) -> Expr:
    return _leaf("integer", value)


def _float(value: float) -> Expr:
    return _leaf("float", struct.unpack("<d", b"\0\0\0\0\0\0\xf8\x7f")[0] if value != value else value)


def as_expr(value: object) -> Expr | None:
    """Return the expression that a Python value is, or None."""
    if isinstance(value, Expr):
        return value
    number = as_number(value)
    if number is None:
        return None
    if isinstance(number, bool):
        return _leaf("constant", "true" if number else "false")
    if isinstance(number, int):
        return _integer(number)
    if isinstance(number, float):
        return _float(number)
    if isinstance(number, Fraction):
        return _leaf("rational", number) if number.denominator != 1 else _integer(number.numerator)
    unit = _leaf("constant", "1j")
    product = unit if number.imag == 1.0 else make("mul", (_float(number.imag), unit))
    # A real part of +0.0 is left out; -0.0 is not.
    return product if str(number.real) == "0.0" else make("add", (_float(number.real), product))


def need_expr(value: object) -> Expr:
    """Return the expression that a Python value is, or raise OptionError."""
    found = as_expr(value)
    if found is None:
        raise OptionError("this is neither an expression nor a number", found=repr(value)[:80], wanted="Expr or number")
    return found


def _binary(name: str, left: object, right: object) -> Expr:
    operands = as_expr(left), as_expr(right)
    if operands[0] is None or operands[1] is None:
        return NotImplemented  # type: ignore[no-any-return]
    return make(name, (operands[0], operands[1]))


# ---- the public functions -------------------------------------------------------------------------------------------


def symbol(name: str) -> Expr:
    """Return the symbol called `name`: any text but the empty one and pi, inf, nan, true, false (OptionError)."""
    check_symbol_name(name)
    try:
        name.encode()
    except UnicodeEncodeError:
        raise OptionError("a symbol's name holds a lone surrogate", found=ascii(name)) from None
    return _leaf("symbol", str(name))


def symbols(names: str | Iterable[str]) -> Any:
    """Return symbols for `"x y"`, `"x, y"` or an iterable of names: a tuple, or the symbol itself for `"x"` alone."""
    made = tuple(symbol(name) for name in split_names(names))
    return made[0] if len(made) == 1 and isinstance(names, str) and "," not in names else made


def constant(value: object) -> Expr:
    """Return the constant for a number, or for a name: "pi", "true", "false", "1j", "inf", "nan"."""
    if isinstance(value, str):
        if value in CONSTANT_NAMES:
            return _leaf("constant", value)
        if value in ("inf", "nan"):
            return _float(float(value))
        raise UnknownNameError(f"no constant is called {value!r}", wanted=", ".join((*CONSTANT_NAMES, "inf", "nan")))
    return need_expr(value)


def apply(name: str, *operands: object) -> Expr:
    """Return the application of a declared operator to expressions or numbers; nothing is simplified."""
    is_commutative(name)
    return make(name, tuple([need_expr(operand) for operand in operands]))


def declare_operator(name: str, *, commutative: bool) -> int:
    """Make an operator known by name and return its id, always the same one in this process."""
    if not isinstance(name, str) or not name:
        raise OperatorError("an operator's name is a string that is not empty", found=repr(name))
    with lock:
        if _commutative.setdefault(name, bool(commutative)) != bool(commutative):
            raise OperatorError(f"operator {name!r} is already declared with commutative={not commutative}")
        return KINDS["operator"] + list(_commutative).index(name)


def operator_for(name: str, commutative: bool) -> int:
    """Return the id of an operator by name, declared now if it was not known; a known one keeps its `commutative`."""
    return declare_operator(name, commutative=_commutative.get(name, commutative))


def is_commutative(name: str) -> bool:
    """Whether the declared operator `name` has its two operands in canonical order."""
    if name not in _commutative:
        near = get_close_matches(str(name), _commutative, 1)
        hint = f"did you mean {near[0]!r}?" if near else "declare it first"
        raise UnknownNameError(f"no operator is called {name!r}", hint=hint)
    return _commutative[name]


def statistics() -> Statistics:
    """Return what the store holds. Nodes go at once here, so all that are held are live."""
    count, size = held()
    return Statistics(count, count, count, size, 0)


def collect() -> int:
    """Give back every node that no handle reaches and return how many those were: none, they went at once."""
    return 0


def precedes(left: object, right: object) -> bool:
    """Whether `left` stands before `right` among the operands of a commutative operator."""
    return compare(need_expr(left), need_expr(right)) < 0


for _name, _ordered in PYTHON_OPERATORS:
    declare_operator(_name, commutative=_ordered)
