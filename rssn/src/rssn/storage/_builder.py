"""`Builder`: expressions made in a store, without passing through memory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..expr import constant, symbol, symbols
from ._nodes import StoredExpr, number_of, part


class Builder:
    """Makes parts of a store. They are kept for good once a name that reaches them is committed."""

    def __init__(self, nodes: Any) -> None:
        self._nodes = nodes

    def symbol(self, name: str) -> StoredExpr:
        """Return a symbol by name."""
        return self.put(symbol(name))

    def symbols(self, names: str | Iterable[str]) -> Any:
        """Return symbols for `"x y"` or an iterable of names; see `rssn.symbols`."""
        made = symbols(names)
        return tuple(self.put(each) for each in made) if isinstance(made, tuple) else self.put(made)

    def constant(self, value: object) -> StoredExpr:
        """Return a constant; see `rssn.constant`."""
        return self.put(constant(value))

    def put(self, expression: object) -> StoredExpr:
        """Add an expression or a number that is in memory."""
        return part(self._nodes, number_of(self._nodes, expression))

    def apply(self, name: str, *operands: object) -> StoredExpr:
        """Return the application of an operator to parts, expressions and numbers; see `rssn.apply`."""
        numbers = [number_of(self._nodes, operand) for operand in operands]
        return part(self._nodes, self._nodes.apply(name, numbers))
