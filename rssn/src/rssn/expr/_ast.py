"""`Ast`: expressions as plain columns. It is what is saved, hashed for caches, printed and lowered."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction

from rssn._record import record
from rssn.errors import FormatError

from . import _bytes
from ._common import Hooks
from ._store import Expr, columns, rebuild


@record(frozen=True, slots=True)
class Ast:
    """The unique nodes below some roots, users before operands, so that reverse index order is bottom-up.

    It depends on structure alone: the nodes stand in prefix order, a shared
    one where its last user has been passed. Two are equal when their bytes are.
    Treat the arrays as read-only.
    """

    operators: tuple[str, ...]
    """first the kinds of leaves: integer, rational, float, constant, symbol; then the operators that occur"""
    commutative: tuple[bool, ...]
    """for each of `operators`, whether two operands have a canonical order"""
    code: array[int]
    """'H': index into `operators`, one per node"""
    first: array[int]
    """'I': of an application the index of its first link; of a leaf an index into `constants` or `symbols`"""
    count: array[int]
    """'I': number of operands, 0 for a leaf"""
    links: array[int]
    """'i': operand's index minus user's index, always positive"""
    constants: tuple[int | Fraction | float | str, ...]
    """values of number leaves; for a named constant its name"""
    symbols: tuple[str, ...]
    roots: array[int]
    """'I': index of each root"""

    def __len__(self) -> int:
        """Return the number of nodes."""
        return len(self.code)

    def __eq__(self, other: object) -> bool:
        return self.to_bytes() == other.to_bytes() if isinstance(other, Ast) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def operands(self, node: int) -> list[int]:
        """Return the indices of a node's operands."""
        first = self.first[node]
        return [node + link for link in self.links[first : first + self.count[node]]]

    def expressions(self) -> list[Expr]:
        """Return the expression of each root. Raises FormatError where the columns contradict each other."""
        return rebuild(*fields(self))

    def to_bytes(self) -> bytes:
        """Return a versioned, checksummed encoding; equal structure gives equal bytes in every process."""
        return _bytes.encode(*fields(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> Ast:
        """Read what `to_bytes` wrote. Raises FormatError for anything else, however it was damaged."""
        return cls(*_bytes.decode(data))


def fields(ast: Ast) -> _bytes.Fields:
    """Return the fields of an Ast in the order its constructor takes them."""
    return (
        ast.operators,
        ast.commutative,
        ast.code,
        ast.first,
        ast.count,
        ast.links,
        ast.constants,
        ast.symbols,
        ast.roots,
    )


def linearize(roots: Expr | Sequence[Expr]) -> Ast:
    """Return the Ast of one expression or several. Linear in unique nodes."""
    return Ast(*columns(roots))


def restore(data: bytes) -> Expr:
    """Return the expression in a pickle. Raises FormatError if the bytes are damaged."""
    expressions = Ast.from_bytes(data).expressions()
    if len(expressions) != 1:
        raise FormatError("a pickled expression has one root", found=str(len(expressions)))
    return expressions[0]


Hooks.encode = staticmethod(lambda columns: _bytes.encode(*columns))
Hooks.restore = staticmethod(restore)
