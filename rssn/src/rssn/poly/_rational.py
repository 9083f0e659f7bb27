"""cancel and together: sums of fractions as one."""

from __future__ import annotations

from ..expr import Expr
from ._arithmetic import DEFAULT_TERMS
from ._form import Calculation, as_expression, over, polynomial_form
from ._products import product


def cancel(expression: Expr, *, terms: int = DEFAULT_TERMS) -> Expr:
    """Return `expression` as one fraction in lowest terms, numerator and denominator expanded.

    **Generic**: what is cancelled was a division by something that may be 0, so
    the result can be defined where the expression is not, as x + 1 is for
    (x^2 - 1)/(x - 1) at x = 1. `polynomial_form(e).cancelled` names those factors.
    Raises as `expand`.
    """
    expression = as_expression(expression)
    return expression if expression.is_leaf else polynomial_form(expression, terms=terms).expression


def together(expression: Expr, *, terms: int = DEFAULT_TERMS) -> Expr:
    """Return `expression` over one common denominator, which is factored; nothing of it is cancelled.

    The result is defined where the expression is, except that 1/(1/x) becomes x and
    terms that cancel in the numerator take their domain with them. Raises as `expand`.
    """
    expression = as_expression(expression)
    if expression.is_leaf:
        return expression
    calculation = Calculation([expression], terms)
    ratio = calculation.ratios[0]
    if ratio.below is None:
        return calculation.space.expression(ratio.above, ratio.divisor)
    content, factors = calculation.factors(ratio.below * ratio.divisor)
    return over(calculation.space.expression(ratio.above), product(calculation.space, content, 1, factors))
