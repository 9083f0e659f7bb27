"""What the native nodes and their twin share."""

from __future__ import annotations

from fractions import Fraction
from math import copysign

_KINDS: tuple[type, ...] = (int, Fraction, float)


def number_precedes(x: int | Fraction | float, y: int | Fraction | float) -> bool | None:
    """Whether one number stands before another among operands: by value, kind, sign of zero; None if they are one."""
    if x != x or y != y:
        return None if x != x and y != y else y != y  # a NaN is last
    if x != y:
        return x < y
    left, right = (_KINDS.index(type(value)) for value in (x, y))
    if left != right:
        return left < right
    signs = copysign(1.0, x), copysign(1.0, y)
    return None if signs[0] == signs[1] else signs[0] < signs[1]
