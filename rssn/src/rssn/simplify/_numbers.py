"""Numbers in sums and products: exact, and floats where a float was written and has exactly the value."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from ..expr import Expr, constant

MOST_BITS = 4096


class Number(NamedTuple):
    """An exact value, and whether a float took part in it."""

    value: int | Fraction
    is_float: bool = False

    def plus(self, other: Number) -> Number:
        """The sum."""
        return Number(self.value + other.value, self.is_float or other.is_float)

    def times(self, other: Number) -> Number:
        """The product."""
        return Number(self.value * other.value, self.is_float or other.is_float)

    def leaf(self) -> Expr:
        """Return the number as an expression: a float if one took part and one has exactly this value."""
        if self.is_float:
            try:
                nearest = float(self.value)
            except OverflowError:
                return constant(self.value)
            if nearest == self.value:
                return constant(nearest)
        return constant(self.value)


ZERO = Number(0)
ONE = Number(1)
MINUS_ONE = Number(-1)


def number_of(leaf: Expr) -> Number | None:
    """Return the number that a leaf is; None for names, truth values, infinities and NaN."""
    value = leaf.value
    if type(value) is int or type(value) is Fraction:
        return Number(value)
    if type(value) is float and math.isfinite(value):
        return Number(Fraction(value), True)
    return None


def inverse(number: Number) -> Number:
    """Return 1/number, for a number that is not 0."""
    return Number(1 / Fraction(number.value), number.is_float)


def whole_power(base: Number, exponent: int) -> Number | None:
    """Return base^exponent, or None where it is a division by 0 or has more digits than anybody wants."""
    value = base.value
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    if (value == 0 and exponent < 0) or bits * abs(exponent) > MOST_BITS:
        return None
    return Number(value**exponent if exponent >= 0 else 1 / Fraction(value) ** -exponent, base.is_float)
