"""erf in single precision."""

from __future__ import annotations

from ._builder import Value
from ._coefficients32 import ERF_POLY, ERF_TAIL_POLY
from ._emitter import Emitter
from ._exp32 import natural, power_of_two
from ._pairs import horner


def erf(e: Emitter, x: Value) -> Value:
    """Return erf(x): beyond 1 as 1 - exp of a polynomial, from 4 on 1."""
    magnitude, limit = e.abs(x), e.constant(4.0)
    inner = e.fma(x, horner(e, e.fma(x, x, e.constant(-0.5)), ERF_POLY), x)
    cut = e.select(e.gt(magnitude, limit), limit, magnitude)
    k, p = natural(e, e.neg(horner(e, e.sub(cut, e.constant(1.0)), ERF_TAIL_POLY)))
    power = power_of_two(e, k)
    outer = e.sub(e.sub(e.constant(1.0), power), e.mul(power, p))
    return e.select(e.compare("uge", magnitude, e.constant(1.0)), e.copysign(outer, x), inner)
