"""Products of powers of polynomials, as expressions."""

from __future__ import annotations

from ..expr import Expr, apply, constant
from ._arithmetic import Poly
from ._space import Space


def product(space: Space, number: Poly, divisor: int, factors: list[tuple[Poly, int]]) -> Expr:
    """Return number/divisor times powers of factors: the number first, a divisor last.

    `number` is a constant of the space: an integer, or a Gaussian integer.
    """
    parts = [_power(space.expression(factor), power) for factor, power in factors]
    if not parts:
        return space.expression(number, divisor)
    leading = space.expression(number, divisor) if divisor == 1 or space.floats else space.expression(number)
    result = None if leading.value in (1, -1) else leading
    for part in parts:
        result = part if result is None else result * part
    assert result is not None
    if leading.value == -1:
        result = -result
    return result if divisor == 1 or space.floats else result / constant(divisor)


def _power(base: Expr, exponent: int) -> Expr:
    return base if exponent == 1 else apply("pow", base, exponent)
