"""factor, gcd and lcm."""

from __future__ import annotations

from functools import reduce
from math import lcm as integer_lcm

from ..errors import ArityError, PolynomialError
from ..expr import Expr, constant
from ._arithmetic import DEFAULT_TERMS, Poly
from ._form import Calculation, as_expression, over
from ._products import product
from ._ratio import Ratio


def factor(expression: Expr, *, gaussian: bool = False, terms: int = DEFAULT_TERMS) -> Expr:
    """Return `expression` as a number times powers of irreducible polynomials, over ℤ.

    A rational function is cancelled first (generic, as `cancel`), then numerator
    and denominator are factored. Where 1j occurs, or with `gaussian`, factors
    are irreducible over ℤ[i]: x^2 + 1 is (x - 1j)*(x + 1j). Sub-terms that are not
    polynomial are treated as variables. Raises as `expand`, and TermLimitError too where
    degrees and numbers let factoring take more than some seconds: nothing interrupts it.
    """
    expression = as_expression(expression)
    if expression.is_leaf:
        return expression
    calculation = Calculation([expression], terms, [constant("1j")] if gaussian else [])
    ratio = calculation.reduced(calculation.ratios[0])
    if ratio.above.is_zero():
        return constant(0)
    number, factors = calculation.factors(ratio.above)
    if ratio.below is None:
        return product(calculation.space, number, ratio.divisor, factors)
    below, divisors = calculation.factors(ratio.below * ratio.divisor)
    return over(
        product(calculation.space, number, 1, factors),
        product(calculation.space, below, 1, divisors),
    )


def gcd(*expressions: Expr, terms: int = DEFAULT_TERMS) -> Expr:
    """Return the greatest common divisor of polynomials, expanded.

    Numbers count: the gcd of 4*x and 6*x is 2*x, that of x/2 and x/3 is x/6, so
    that the quotients are polynomials with whole coefficients that have nothing
    in common. The first coefficient is positive; gcd(0, 0) is 0. Raises
    PolynomialError where an expression has a denominator that is not a number.
    """
    calculation, polynomials, divisor = _common("gcd", expressions, terms)
    result = reduce(calculation.gcd, polynomials)
    return calculation.space.expression(_positive(calculation, result), divisor)


def lcm(*expressions: Expr, terms: int = DEFAULT_TERMS) -> Expr:
    """Return the least common multiple of polynomials, expanded; the counterpart of `gcd`, 0 where one of them is 0."""
    calculation, polynomials, divisor = _common("lcm", expressions, terms)

    def multiple(left: Poly, right: Poly) -> Poly:
        if left.is_zero() or right.is_zero():
            return calculation.arithmetic.constant(0)
        return calculation.arithmetic.multiply(calculation.divide(left, calculation.gcd(left, right)), right)

    result = _positive(calculation, reduce(multiple, polynomials))
    return calculation.quotient(calculation.reduced(Ratio(result, divisor)))


def _common(name: str, expressions: tuple[Expr, ...], terms: int) -> tuple[Calculation, list[Poly], int]:
    """Return the polynomials over ℤ, and the integer that all of them are divided by."""
    if not expressions:
        raise ArityError(f"{name} needs at least one polynomial")
    calculation = Calculation(expressions, terms)
    ratios = [calculation.reduced(ratio) for ratio in calculation.ratios]
    for expression, ratio in zip(expressions, ratios, strict=True):
        if ratio.below is not None:
            raise PolynomialError(f"{name} is of polynomials, and this has a denominator", found=repr(expression))
    divisor = integer_lcm(*(ratio.divisor for ratio in ratios))
    return calculation, [ratio.above * (divisor // ratio.divisor) for ratio in ratios], divisor


def _positive(calculation: Calculation, polynomial: Poly) -> Poly:
    """Return a polynomial times the unit that makes its first coefficient positive."""
    if calculation.gaussian is not None and not polynomial.is_zero():
        return calculation.arithmetic.multiply(
            calculation.gaussian.associate(calculation.gaussian.content(polynomial)),
            calculation.gaussian.primitive(polynomial),
        )
    return -polynomial if not polynomial.is_zero() and polynomial.leading_coefficient() < 0 else polynomial
