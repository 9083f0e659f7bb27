"""Build expressions from terms: the readable twin of `_build_c.pyx`.

What is built, so that it reads as a person would write it: terms in the order
given, the number of a term first and innermost (`2*x^2*y` is `((2*x^2)*y)`),
factors in the order of the generators, a minus as a subtraction, and as the
number's sign or a negation in the first term; fractions as quotients
(`3*x^2/4`), a fraction alone as a rational constant. Powers of a generator
marked `inverse` stand below the line.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from ..expr import Expr, apply, constant

if TYPE_CHECKING:
    import flint


def build_polynomial(polynomial: flint.fmpz_mpoly, bases: list[Expr]) -> Expr:
    """Return a polynomial over ℤ as an expression: generator number i is `bases[i]`, terms in the polynomial's order.

    A context needs at least one generator; with no bases, the polynomial is a constant in one.
    """
    return build_terms([int(number) for number in polynomial.coeffs()], polynomial.monoms(), bases)


def build_terms(
    coefficients: Sequence[int | Fraction | float],
    monomials: Sequence[Sequence[int]],
    bases: list[Expr],
    inverse: list[bool] | None = None,
) -> Expr:
    """Return the sum of coefficients (not zero) times powers of the bases, or 0 where there are none."""
    total: Expr | None = None
    for number, monomial in zip(coefficients, monomials, strict=True):
        factors = [(base, int(power), False) for base, power in zip(bases, monomial, strict=False)]
        if inverse is not None:
            factors = [(base, power, below) for (base, power, _), below in zip(factors, inverse, strict=True)]
        shown = -number if total is not None and number < 0 else number
        term = _term(shown, [factor for factor in factors if factor[1]])
        total = term if total is None else total - term if number < 0 else total + term
    return constant(0) if total is None else total


def _term(number: int | Fraction | float, factors: list[tuple[Expr, int, bool]]) -> Expr:
    divisor = None
    if isinstance(number, Fraction):
        if not factors:
            return constant(number)
        number, divisor = number.numerator, constant(number.denominator) if number.denominator > 1 else None
    is_unit = not isinstance(number, float) and abs(number) == 1
    above = _times(None if is_unit else constant(number), [f for f in factors if not f[2]])
    below = _times(divisor, [f for f in factors if f[2]])
    if above is None:
        above = constant(number)
    elif is_unit and number < 0:
        above = -above
    return above if below is None else above / below


def _times(start: Expr | None, factors: list[tuple[Expr, int, bool]]) -> Expr | None:
    for base, power, _ in factors:
        factor = base if power == 1 else apply("pow", base, power)
        start = factor if start is None else start * factor
    return start


def coefficient_bits(polynomial: flint.fmpz_mpoly) -> int:
    """Return the bits of the largest coefficient, 0 for the zero polynomial."""
    return max((int(abs(number)).bit_length() for number in polynomial.coeffs()), default=0)
