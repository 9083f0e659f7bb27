"""asin and acos: an odd polynomial up to 1/2; beyond, pi/2 - 2 asin(sqrt((1 - x) / 2))."""

from __future__ import annotations

from ._builder import Value
from ._emitter import Emitter
from ._formats import FORMATS
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
    return outer, s, e.fma(e.mul(s, square), horner(e, square, FORMATS[e.real].sets.ASIN_POLY), correction)


def asin(e: Emitter, x: Value) -> Value:
    """Return the arc sine of x."""
    outer, s, rest = _arc_parts(e, x)
    half_pi = FORMATS[e.real].sets.HALF_PI
    high, low = fast_two_sum(e, e.constant(half_pi[0]), e.mul(s, e.constant(-2.0)))
    low = e.add(low, e.fma(rest, e.constant(-2.0), e.constant(half_pi[1])))
    return e.copysign(e.select(outer, e.add(high, low), e.add(s, rest)), x)


def acos(e: Emitter, x: Value) -> Value:
    """Return the arc cosine of x: pi/2 less the arc sine, and beyond 1/2 twice that of the root, from 0 or from pi."""
    outer, s, rest = _arc_parts(e, x)
    zero, negative = e.constant(0.0), e.lt(x, e.constant(0.0))
    sets = FORMATS[e.real].sets

    def chosen(inner: float, below: float) -> Value:
        return e.select(outer, e.select(negative, e.constant(below), zero), e.constant(inner))

    factor = e.select(outer, e.constant(-2.0), e.constant(1.0))
    factor = e.select(negative, factor, e.neg(factor))
    factor = e.select(e.mask_and(outer, negative), e.constant(-2.0), factor)
    high, low = fast_two_sum(e, chosen(sets.HALF_PI[0], sets.PI[0]), e.mul(s, factor))
    return e.add(high, e.add(low, e.fma(rest, factor, chosen(sets.HALF_PI[1], sets.PI[1]))))
