"""Values as a number times powers of parts over powers of parts: what products, quotients and powers become.

`Product(6, {x: 2}, {y: 1})` is 6*x^2/y. The parts are expressions: symbols,
applications, sums. What may cancel or turn over is asked of `Facts`: a part
that may be 0 stays where it divides.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isfinite
from typing import Final, NamedTuple

from ..errors import RssnError
from ..expr import Expr, apply, constant, substitute
from ..rules import Facts

ZERO, ONE = Fraction(0), Fraction(1)
Powers = Mapping[Expr, int]
NOTHING: Final[Powers] = {}

_MOST_BITS: Final = 4000
_LARGEST_POWER: Final = 64
_SHORT: Final = 10**6
_SMALLEST, _LARGEST = 1e-290, 1e290


class TooLarge(RssnError):
    """A number or a power got out of hand; this form is given up. Never leaves the room."""


class Product(NamedTuple):
    """`number` times the powers `above`, over the powers `below`."""

    number: Fraction
    above: Powers
    below: Powers

    @property
    def key(self) -> tuple[frozenset[tuple[Expr, int]], frozenset[tuple[Expr, int]]]:
        """Return what two products have in common that differ by a number."""
        return frozenset(self.above.items()), frozenset(self.below.items())

    @property
    def is_number(self) -> bool:
        """Say whether there is nothing but the number."""
        return not self.above and not self.below


def number(value: Fraction | int) -> Product:
    """Return a number as a product."""
    return Product(checked(Fraction(value)), NOTHING, NOTHING)


def part(expression: Expr) -> Product:
    """Return an expression as a product of one part."""
    return Product(ONE, {expression: 1}, NOTHING)


def checked(value: Fraction) -> Fraction:
    """Return a number that is not absurdly long. Raises TooLarge."""
    if value.numerator.bit_length() + value.denominator.bit_length() > _MOST_BITS:
        raise TooLarge("a number is too long")
    return value


def merged(left: Powers, right: Powers, times: int = 1) -> dict[Expr, int]:
    """Return the powers of a product of powers. Raises TooLarge."""
    result = dict(left)
    for base, power in right.items():
        total = result[base] = result.get(base, 0) + power * times
        if total > _LARGEST_POWER:
            raise TooLarge("a power is too large")
    return result


class Algebra:
    """Products under what is known of their parts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def times(self, left: Product, right: Product) -> Product:
        """Return a product; a part above and below cancels as far as it still divides, or is known not to be 0."""
        above, below = merged(left.above, right.above), merged(left.below, right.below)
        return self._cancelled(checked(left.number * right.number), above, below)

    def _cancelled(self, value: Fraction, above: dict[Expr, int], below: dict[Expr, int]) -> Product:
        for base in [base for base in above if base in below]:
            common = min(above[base], below[base])
            if not (self.nonzero(base) and self.facts.is_defined(base)):
                common = min(common, below[base] - 1)
            for powers in (above, below):
                powers[base] -= common
                if not powers[base]:
                    del powers[base]
        return Product(value, above, below)

    def inverse(self, value: Product) -> Product | None:
        """Return 1/value, or None where that would be defined at points at which `value` is not."""
        if not value.number:
            return None
        for base in value.below:
            if not (self.nonzero(base) or self._stays_undefined(base, value.above)):
                return None
        return Product(1 / value.number, value.below, value.above)

    def nonzero(self, base: Expr) -> bool:
        """Say whether a part is known never to be 0."""
        return self.facts.of(base).is_nonzero

    def nonnegative(self, base: Expr) -> bool:
        """Say whether a part is known never to be negative."""
        return self.facts.of(base).is_nonnegative

    def _stays_undefined(self, base: Expr, others: Powers) -> bool:
        """Say whether one of `others` is 0, or has no value, where the base is 0: a division by it has none either."""
        inner = base.operands[0] if base.operator == "abs" else base
        if inner.operator != "symbol":
            return False
        for other in others:
            if inner not in other.free_symbols:
                continue
            there = substitute(other, {inner: constant(0)})
            if self.facts.of(there).constant == 0:
                return True
            if there.operator == "sqrt" and self.facts.of(there.operands[0]).is_nonpositive:
                return True
        return False

    def power(self, base: Product, exponent: int) -> Product | None:
        """Return a whole power, or None where it has to stay as written."""
        if exponent < 0:
            turned = self.inverse(base)
            if turned is None:
                return None
            base, exponent = turned, -exponent
        if exponent > _LARGEST_POWER:
            return None
        return Product(
            checked(base.number**exponent), merged({}, base.above, exponent), merged({}, base.below, exponent)
        )


def as_constant(value: Fraction) -> Expr:
    """Return a number as the leaf that computes as it: whole or short numbers exactly, others as the nearest float.

    Raises TooLarge where no normal float is near.
    """
    if value.denominator == 1 and abs(value.numerator) < 1 << 53:
        return constant(value.numerator)
    try:
        nearest = float(value)
    except OverflowError:
        raise TooLarge("a number is too large") from None
    if not isfinite(nearest) or not _SMALLEST < abs(nearest) < _LARGEST:
        raise TooLarge("a number has no normal float")
    if Fraction(nearest) != value and value.denominator < _SHORT and abs(value.numerator) < _SHORT:
        return constant(value)
    return constant(nearest)


def raised(base: Expr, exponent: int) -> Expr:
    """Return a whole power, at least the first, as powers that mean chains of products."""
    if exponent == 1:
        return base
    if exponent <= 16:
        return apply("pow", base, constant(exponent))
    # Beyond 16 a power is a function; chains of at most the sixteenth power are not.
    half = raised(base, exponent // 2)
    square = apply("pow", half, constant(2))
    return square * base if exponent % 2 else square
