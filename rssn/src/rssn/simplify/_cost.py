"""The cost of an expression: how much a person would have to write and to read."""

from __future__ import annotations

from fractions import Fraction
from typing import Final, final

from ..expr import Expr

SYMBOL: Final = 1.0
SMALL_NUMBER: Final = 0.8
A_DIGIT: Final = 0.25  # beyond the third
A_SIGN: Final = 0.2
NESTING: Final = 1.02  # a part counts a little more inside a function: -sin(x) before sin(-x)
FUNCTION: Final = 1.5
MOST: Final = 1e300  # trees of 2^60 nodes and beyond all cost the same

WEIGHTS: Final = {
    "add": 1.0,
    "sub": 1.0,
    "mul": 0.9,
    "div": 1.2,
    "neg": 0.7,
    "pow": 0.9,
    "lt": 1.0,
    "le": 1.0,
    "gt": 1.0,
    "ge": 1.0,
    "eq": 1.0,
    "ne": 1.0,
    "and": 1.0,
    "or": 1.0,
    "not": 1.0,
    "sqrt": 1.4,
    "abs": 1.3,
}
LATE_NUMBER: Final = 0.02  # x*y*2 is read less easily than 2*x*y
LATE: Final = ({"integer", "mul"}, {"float", "mul"})
FLAT: Final = frozenset({"add", "sub", "mul", "div", "neg"})


@final
class Costs:
    """Costs of the trees that expressions print as, each unique node computed once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Expr, float] = {}

    def of(self, expression: Expr) -> float:
        """Return the cost. Linear in the unique nodes not seen before."""
        known = self._known
        found = known.get(expression)
        if found is not None:
            return found
        stack = [expression]
        while stack:
            node = stack[-1]
            operands = node.operands
            waiting = [operand for operand in operands if operand not in known]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            known[node] = self._node(node, operands) if operands else leaf_cost(node)
        return known[expression]

    def _node(self, node: Expr, operands: tuple[Expr, ...]) -> float:
        operator, known = node.operator, self._known
        total = sum([known[operand] for operand in operands])
        if operator not in FLAT:
            total *= NESTING
        elif operator == "mul" and {operand.operator for operand in operands} in LATE:
            total += LATE_NUMBER
        return min(total + WEIGHTS.get(operator, FUNCTION), MOST)


def leaf_cost(leaf: Expr) -> float:
    """Return the cost of a number or a name."""
    value = leaf.value
    if value is None or isinstance(value, bool | complex):
        return SYMBOL
    if isinstance(value, float):
        written = len(repr(abs(value)))
        return SMALL_NUMBER + 0.1 + A_SIGN * (value < 0) + A_DIGIT * max(0, written - 4)
    number = Fraction(value)
    digits = (number.numerator.bit_length() + number.denominator.bit_length()) * 0.30103
    cost = SMALL_NUMBER + A_SIGN * (number < 0) + A_DIGIT * max(0.0, digits - 3)
    return cost if number.denominator == 1 else cost + SMALL_NUMBER + WEIGHTS["div"]
