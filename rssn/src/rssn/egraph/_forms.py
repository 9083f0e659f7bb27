"""Expressions as the n-ary engine writes them: sums of multiples, products of powers, everything else as it is.

Patterns and expressions go through the same tables, so that a pattern is
written the way its instances are.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final, NamedTuple

from ..expr import Expr

ZERO, ONE, HALF = Fraction(0), Fraction(1), Fraction(1, 2)
ARITHMETIC: Final = frozenset(("add", "sub", "neg", "mul", "div", "pow", "sqrt"))


class Parts(NamedTuple):
    """A sum or product: pairs (operand, coefficient or exponent)."""

    is_sum: bool
    parts: tuple[tuple[Expr, Fraction], ...]


def number(e: Expr) -> Fraction | None:
    """Return the value of an exact rational leaf."""
    if e.operator == "integer" or e.operator == "rational":
        return Fraction(e.value)
    return None


def parts_of(e: Expr) -> Parts | None:
    """Return one step of arithmetic as a sum or product of its operands; None for everything else.

    Division by the number 0 and powers that are not numbers stay what they are.
    """
    operator, operands = e.operator, e.operands
    if operator == "add" or operator == "sub":
        return Parts(True, ((operands[0], ONE), (operands[1], ONE if operator == "add" else -ONE)))
    if operator == "neg":
        return Parts(True, ((operands[0], -ONE),))
    if operator == "mul":
        left, right = map(number, operands)
        if left is not None:
            return Parts(True, ((operands[1], left),))
        if right is not None:
            return Parts(True, ((operands[0], right),))
        return Parts(False, ((operands[0], ONE), (operands[1], ONE)))
    if operator == "div":
        divisor = number(operands[1])
        if divisor:
            return Parts(True, ((operands[0], 1 / divisor),))
        return Parts(False, ((operands[0], ONE), (operands[1], -ONE)))
    if operator == "sqrt":
        return Parts(False, ((operands[0], HALF),))
    if operator == "pow" and (exponent := number(operands[1])) is not None:
        return Parts(False, ((operands[0], exponent),))
    return None
