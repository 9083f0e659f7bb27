"""asin: an odd polynomial up to 1/2; beyond, pi/2 - 2 asin(sqrt((1 - x) / 2))."""

from __future__ import annotations

from ._builder import Value
from ._coefficients import ASIN_POLY, HALF_PI
from ._emitter import Emitter
from ._pairs import fast_two_sum, horner, root_correction


def _arc_parts(e: Emitter, x: Value) -> tuple[Value, Value, Value]:
    """Return where |x| > 1/2, and asin of s (|x|, or there the root) as s and the rest."""
    magnitude = e.abs(x)
    outer = e.gt(magnitude, e.constant(0.5))
    half = e.fma(magnitude, e.constant(-0.5), e.constant(0.5))
    square = e.select(outer, half, e.mul(x, x))
    root = e.sqrt(half)
    correction = e.select(outer, root_correction(e, root, half), e.constant(0.0))
    s = e.select(outer, root, magnitude)
    return outer, s, e.fma(e.mul(s, square), horner(e, square, ASIN_POLY), correction)


def asin(e: Emitter, x: Value) -> Value:
    """Return the arc sine of x."""
    outer, s, rest = _arc_parts(e, x)
    high, low = fast_two_sum(e, e.constant(HALF_PI[0]), e.mul(s, e.constant(-2.0)))
    low = e.add(low, e.fma(rest, e.constant(-2.0), e.constant(HALF_PI[1])))
    return e.copysign(e.select(outer, e.add(high, low), e.add(s, rest)), x)
