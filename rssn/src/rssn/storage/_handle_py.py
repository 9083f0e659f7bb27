"""`StoredExpr`, to read: a part of a store by number, with Python's operators. `_handle_c.pyx` is the native one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, final

from ..errors import OptionError, SymbolicTruthError
from ..expr import Expr, constant
from ._evaluate import evaluate


def number_of(nodes: Any, value: object) -> int:
    """Return the number of a value in a store: a part of it, or an expression or number that is added."""
    if isinstance(value, StoredExpr):
        if value._nodes is not nodes:
            raise OptionError(
                "this part is of another store, or of one that was compacted since",
                hint="take the part again by its name, or use .load()",
            )
        return value._number
    if isinstance(value, str):
        raise OptionError("this is text and no expression", found=repr(value)[:80], hint="rssn.parse reads text")
    number: int = nodes.put(value if isinstance(value, Expr) else constant(value))
    return number


def part(nodes: Any, number: int) -> StoredExpr:
    """Return the part of a number."""
    result = object.__new__(StoredExpr)
    result._nodes, result._number = nodes, number
    return result


def _applied(nodes: Any, name: str, *operands: object) -> StoredExpr:
    return part(nodes, nodes.apply(name, [number_of(nodes, operand) for operand in operands]))


@final
class StoredExpr:
    """A part of a store; see the native class for the words."""

    __slots__ = ("_nodes", "_number")
    _nodes: Any
    _number: int

    def __init__(self) -> None:
        raise TypeError("parts of a store come from store.stored(name) and store.builder()")

    def __add__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "add", self, other)

    def __radd__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "add", other, self)

    def __sub__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "sub", self, other)

    def __rsub__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "sub", other, self)

    def __mul__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "mul", self, other)

    def __rmul__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "mul", other, self)

    def __truediv__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "div", self, other)

    def __rtruediv__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "div", other, self)

    def __pow__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "pow", self, other)

    def __rpow__(self, other: object) -> StoredExpr:
        return _applied(self._nodes, "pow", other, self)

    def __neg__(self) -> StoredExpr:
        return _applied(self._nodes, "neg", self)

    def __abs__(self) -> StoredExpr:
        return _applied(self._nodes, "abs", self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StoredExpr):
            return NotImplemented
        return self._nodes is other._nodes and self._number == other._number

    def __hash__(self) -> int:
        return hash(self._number)

    def __bool__(self) -> NoReturn:
        raise SymbolicTruthError("a stored expression has no truth value", hint="compare parts with ==, or evaluate")

    def __repr__(self) -> str:
        return f"<stored {self.operator}, node {self._number}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a part of a store can't be pickled: pickle .load(), or open the store there and use the name")

    @property
    def operator(self) -> str:
        """The operator's name, or the kind of a leaf."""
        return str(self._nodes.describe(self._number)[0])

    @property
    def operands(self) -> tuple[StoredExpr, ...]:
        """The operands as a tuple of parts, in stored order; empty for a leaf."""
        return tuple([part(self._nodes, number) for number in self._nodes.describe(self._number)[1]])

    @property
    def is_leaf(self) -> bool:
        """Whether this is a number, a named constant or a symbol."""
        return not self._nodes.describe(self._number)[1]

    @property
    def value(self) -> Any:
        """The Python number that a leaf is; None for pi, symbols and applications."""
        return self._nodes.describe(self._number)[2]

    @property
    def name(self) -> str | None:
        """The name of a symbol or of a named constant; None for anything else."""
        name: str | None = self._nodes.describe(self._number)[3]
        return name

    def walk(self) -> Walk:
        """Return an iterator over the unique parts below this one, operands before their users, this one last."""
        return Walk(self._nodes, self._nodes.reach([self._number]))

    def count_nodes(self) -> int:
        """Return how many unique nodes there are, this one included."""
        return len(self._nodes.reach([self._number]))

    def evaluate(self, environment: Mapping[str, object] | None = None) -> Any:
        """Return the value where `environment` gives numbers or arrays that broadcast together, computed in f64."""
        return evaluate(self._nodes, self._number, environment)

    def load(self) -> Expr:
        """Return the whole expression, in memory."""
        expression: Expr = self._nodes.load([self._number])[0]
        return expression


class Walk(Iterator[StoredExpr]):
    """The parts below one, operands before their users; its length is how many there are."""

    def __init__(self, nodes: Any, reach: Any) -> None:
        self._nodes, self._reach = nodes, reach

    def __next__(self) -> StoredExpr:
        return part(self._nodes, next(self._reach))

    def __len__(self) -> int:
        return len(self._reach)
