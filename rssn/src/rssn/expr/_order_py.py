"""Which of two expressions stands first among the operands of a commutative operator. `_order_c.pyx`, to read.

Numbers before named constants before symbols before applications. Numbers go
by value, then kind (integer, rational, float), then the sign of zero; a NaN is
the last number. Constants and symbols go by name; applications by the
operator's name, then the number of operands, then the first operands that
differ. So a comparison follows one path down and decides at its end.
(The native one also remembers verdicts, so that long paths are walked once.)
"""

from __future__ import annotations

from fractions import Fraction
from math import copysign
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._store_py import Expr

_NUMBERS = ("integer", "rational", "float")


def compare(a: Expr, b: Expr) -> int:
    """Return -1, 0 or 1."""
    while a is not b:
        sign = _decide(a, b)
        if sign:
            return sign
        a, b = next((x, y) for x, y in zip(a.operands, b.operands, strict=True) if x is not y)
    return 0


def _decide(a: Expr, b: Expr) -> int:
    """Return the sign where these two nodes themselves decide, or 0 where their operands do."""
    left, right = _rank(a), _rank(b)
    if left != right:
        return _sign(left < right)
    if left == 0:
        return _sign(_number_precedes(a, b))
    if left < 3:
        return _sign(str(a.name) < str(b.name))
    if a.operator != b.operator:
        return _sign(a.operator < b.operator)
    if len(a.operands) != len(b.operands):
        return _sign(len(a.operands) < len(b.operands))
    return 0


def _rank(e: Expr) -> int:
    if not e.is_leaf:
        return 3
    return {"symbol": 2, "constant": 1}.get(e.operator, 0)


def _sign(less: bool) -> int:
    return -1 if less else 1


def _number_precedes(a: Expr, b: Expr) -> bool:
    x, y = a._leaf, b._leaf
    assert isinstance(x, int | float | Fraction)
    assert isinstance(y, int | float | Fraction)
    if x != x or y != y:
        return y != y  # a NaN is last
    if x != y:
        return x < y  # which Python decides exactly between int, float and Fraction
    if a.operator != b.operator:
        return _NUMBERS.index(a.operator) < _NUMBERS.index(b.operator)
    return copysign(1.0, x) < copysign(1.0, y)
