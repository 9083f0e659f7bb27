"""What an expansion knows of its coefficients: their values as floats, each part of them computed once."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ..errors import RssnError
from ..expr import Expr
from ..ops import lookup

# Where symbols are put to see whether an expression vanishes.
PROBES = (0.6180339887498949, 1.3247179572447460, 2.2360679774997897, 0.9159655941772190)
TURNS = 2


@dataclass(slots=True)
class Known:
    """Coefficients share their parts, so that looking at each as a whole would make a long expansion quadratic."""

    zeros: dict[Expr, bool] = field(default_factory=dict)
    """what was found to be 0, or not"""
    plain: dict[Expr, Any] = field(default_factory=dict)
    """values without any symbols; None for what has symbols, or no value"""
    probed: tuple[dict[Expr, Any], ...] = field(default_factory=lambda: tuple({} for _ in range(TURNS)))
    """the same with numbers in place of symbols"""
    places: dict[str, int] = field(default_factory=dict)
    """symbols in the order in which they were met"""

    def value(self, c: Expr) -> float | None:
        """The value of an expression, None if it has symbols or can't be computed; NaN if it is not real."""
        return _computed(c, self.plain, lambda _: None)

    def probe(self, c: Expr, turn: int) -> float | None:
        """Its value at one of the points that symbols are put at."""

        def at(symbol: Expr) -> float:
            place = self.places.setdefault(str(symbol.name), len(self.places))
            return PROBES[(place + turn) % len(PROBES)] * (1 + place)

        return _computed(c, self.probed[turn], at)


def _computed(c: Expr, memory: dict[Expr, Any], symbol: Any) -> float | None:
    stack = [c]
    while stack:
        node = stack[-1]
        waiting = [part for part in node.operands if part not in memory]
        if waiting and node not in memory:
            stack += waiting
            continue
        stack.pop()
        if node not in memory:
            memory[node] = symbol(node) if node.operator == "symbol" else _value(node, memory)
    found = memory[c]
    return None if found is None else float(found)


def _value(node: Expr, memory: dict[Expr, Any]) -> Any:
    parts = [memory[part] for part in node.operands]
    if any(part is None for part in parts):
        return None
    try:
        if node.is_leaf:
            return math.pi if node.name == "pi" else float(node.value)
        return lookup(node.operator).value(*parts)
    except (RssnError, OverflowError, TypeError):
        return None
