"""What both readers share: the result of reading, and the questions about single nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cmp_to_key
from math import isfinite

from ..errors import FoldError, PolynomialError, TermLimitError, ZeroPolynomialError
from ..expr import Expr, precedes
from ..ops import fold

Number = int | Fraction
Exponents = tuple[int, ...]
Terms = dict[Exponents, Number]

# Powers from here on are not multiplied out: `x^(10^30)` travels whole.
LARGEST_POWER = 1 << 31
LARGEST_EXPONENT = 1 << 62
_MOST_BITS = 1 << 20


@dataclass(slots=True)
class Sum:
    """A step: `terms` plus the values of earlier steps, each times +1 or -1 (or a larger count)."""

    terms: Terms
    parts: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Product:
    """A step: a number times powers of columns times powers of the values of earlier steps."""

    number: Number
    exponents: Exponents
    factors: list[tuple[int, int]]


Step = Sum | Product


@dataclass(slots=True)
class Reading:
    """Expressions as a program over polynomials: what `_evaluate.py` runs.

    A column is a generator (`bases[i]`), or its reciprocal where `inverse[i]`;
    `inner[i]` says that the base is itself a sum or a product, which happens to
    reciprocals only.
    `divisors` are the parts that the expressions divide by, numbers left out.
    """

    bases: list[Expr]
    inverse: list[bool]
    inner: list[bool]
    steps: list[Step]
    roots: list[int]
    divisors: list[Expr]
    floats: bool


def integer_exponent(node: Expr) -> int | None:
    """Return the integer that an exponent is, whether written as 2, 2.0 or 4/2; None for any other."""
    value = node.value
    if not node.is_leaf and not node.free_symbols:
        try:
            value = fold(node).value
        except FoldError:
            return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if type(value) is int and abs(value) < LARGEST_POWER:
        return value
    return None


def number_of(node: Expr) -> Number:
    """Return the exact value of a number leaf: a float is the dyadic rational it stores."""
    value = node.value
    if isinstance(value, float):
        if not isfinite(value):
            raise PolynomialError("infinity and NaN are not numbers of exact algebra", found=str(node))
        value = Fraction(value)
    return lowest(Fraction(value))


def lowest(value: Number) -> Number:
    """Return a whole Fraction as an int."""
    return value.numerator if value.denominator == 1 else value


def degree_too_large() -> TermLimitError:
    """Return the error for a monomial whose exponent leaves 62 bits."""
    return TermLimitError("a power is too large to multiply out", wanted="a degree below 2^62")


def number_power(number: Number, exponent: int) -> Number:
    """Return number^exponent. Raises ZeroPolynomialError for 1/0 and TermLimitError where it gets too large."""
    if number == 0 and exponent < 0:
        raise ZeroPolynomialError("a division by zero")
    bits = max(abs(number.numerator), number.denominator).bit_length()
    if number not in (0, 1, -1) and bits * abs(exponent) > _MOST_BITS:
        raise TermLimitError(
            "a number would be too large to write out",
            wanted=f"at most {_MOST_BITS:,} bits",
            found=f"{bits:,} bits to the power {exponent:,}",
        )
    return lowest(Fraction(number) ** exponent)


def in_order(columns: list[tuple[Expr, bool]]) -> list[tuple[Expr, bool]]:
    """Sort columns: named constants, symbols by name, applications canonically; reciprocals behind them all."""

    def compare(left: tuple[Expr, bool], right: tuple[Expr, bool]) -> int:
        if left[1] != right[1]:
            return -1 if right[1] else 1
        if left[0] == right[0]:
            return 0
        return -1 if precedes(left[0], right[0]) else 1

    return sorted(columns, key=cmp_to_key(compare))
