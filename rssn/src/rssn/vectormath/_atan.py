"""atan and atan2: arc tangents of sixteen centres c, and atan((q - c)/(1 + q c)) by a short polynomial."""

from __future__ import annotations

from ._builder import Value
from ._coefficients import ATAN_CENTRE, ATAN_HIGH, ATAN_POLY, ATAN_REST, HALF_PI, PI
from ._emitter import Emitter, pattern
from ._pairs import fast_two_sum, horner, quotient

_LEAST = 2.0**-4
_GREATEST = 2.0**4
_HUGE = 2.0**60


def _arc(e: Emitter, high: Value, rest: Value, t: Value, t_low: Value) -> Value:
    """Return high + rest + atan(t + t_low); high is 0 or the largest."""
    square = e.mul(t, t)
    tail = e.fma(e.mul(square, t), horner(e, square, ATAN_POLY), e.add(t_low, rest))
    total, error = fast_two_sum(e, high, t)
    return e.add(total, e.add(error, tail))


def _choice(e: Emitter, q: Value, index: Value) -> tuple[Value, Value, Value]:
    """Return the centre for the ratio q and its arc tangent as a pair, from 0 (small q) to infinity (as 0)."""
    small, large = e.lt(q, e.constant(_LEAST)), e.ge(q, e.constant(_GREATEST))
    zero = e.constant(0.0)
    centre = e.select(small, zero, e.table(ATAN_CENTRE, index))
    high = e.select(large, e.constant(HALF_PI[0]), e.select(small, zero, e.table(ATAN_HIGH, index)))
    rest = e.select(large, e.constant(HALF_PI[1]), e.select(small, zero, e.table(ATAN_REST, index)))
    return centre, high, rest


def _interval(e: Emitter, q: Value) -> Value:
    """Return an int whose low four bits number the half octave of q from 1/16."""
    return e.ilshr(e.isub(e.to_bits(q), e.integer(pattern(_LEAST))), 51)


def atan(e: Emitter, x: Value) -> Value:
    """Return the arc tangent of x."""
    q = e.abs(x)
    q = e.select(e.gt(q, e.constant(_HUGE)), e.constant(_HUGE), q)
    centre, high, rest = _choice(e, q, _interval(e, q))
    large = e.ge(q, e.constant(_GREATEST))
    over = e.select(large, e.constant(-1.0), e.sub(q, centre))
    under = e.select(large, q, e.fma(q, centre, e.constant(1.0)))
    t, t_low = quotient(e, over, None, under, None)
    return e.copysign(_arc(e, high, rest, t, t_low), x)


def _quotient_angle(e: Emitter, y: Value, x: Value, mirrored: Value) -> Value:
    """Return atan(y/x), or pi less it, for positive y and x whose products with each other neither over- nor underflow.

    The interval comes from the difference of the bit patterns, which is the
    logarithm of y/x to within a sixteenth: no division is spent on it.
    """
    ratio = e.from_bits(e.iadd(e.isub(e.to_bits(y), e.to_bits(x)), e.integer(pattern(1.0))))
    centre, high, rest = _choice(e, ratio, _interval(e, ratio))
    large = e.ge(ratio, e.constant(_GREATEST))
    over = e.select(large, e.neg(x), e.fma(e.neg(centre), x, y))
    under = e.select(large, y, e.fma(y, centre, x))
    t, t_low = quotient(e, over, None, under, None)
    other, error = fast_two_sum(e, e.constant(PI[0]), e.neg(high))
    error = e.add(error, e.sub(e.constant(PI[1]), rest))
    high, rest = e.select(mirrored, other, high), e.select(mirrored, error, rest)
    t, t_low = e.select(mirrored, e.neg(t), t), e.select(mirrored, e.neg(t_low), t_low)
    return _arc(e, high, rest, t, t_low)


def atan2(e: Emitter, y: Value, x: Value) -> Value:
    """Return the angle of the point (x, y)."""
    fast = e.copysign(_quotient_angle(e, e.abs(y), e.abs(x), _negative(e, x)), y)
    seldom = e.mask_or(_out_of_range(e, y), _out_of_range(e, x))
    return e.guard(seldom, fast, lambda: e.call_shared("atan2", atan2_full, y, x))


def _negative(e: Emitter, x: Value) -> Value:
    return e.icompare("slt", e.to_bits(x), e.integer(0))


def _out_of_range(e: Emitter, x: Value) -> Value:
    """Return where |x| is not within [2^-400, 2^400]."""
    low, high = pattern(2.0**-400), pattern(2.0**400)
    offset = e.isub(e.to_bits(e.abs(x)), e.integer(low))
    return e.icompare("ugt", offset, e.integer(high - low))


def atan2_full(e: Emitter, y: Value, x: Value) -> Value:
    """Return the angle of the point (x, y), whatever they are."""
    zero, one, infinity = e.constant(0.0), e.constant(1.0), e.constant(float("inf"))
    ay, ax = e.abs(y), e.abs(x)
    endless = e.mask_and(e.eq(ay, infinity), e.eq(ax, infinity))
    ay, ax = e.select(endless, one, ay), e.select(endless, one, ax)
    ax = e.select(e.mask_and(e.eq(ay, zero), e.eq(ax, zero)), one, ax)
    largest = e.select(e.gt(ay, ax), ay, ax)
    scale = e.select(e.gt(largest, e.constant(2.0**400)), e.constant(2.0**-500), one)
    scale = e.select(e.lt(largest, e.constant(2.0**-400)), e.constant(2.0**600), scale)
    sy, sx = e.mul(ay, scale), e.mul(ax, scale)
    mirrored, least = _negative(e, x), e.constant(2.0**-64)
    result = _quotient_angle(e, sy, sx, mirrored)
    flat = e.select(mirrored, e.constant(PI[0]), e.div(ay, ax))
    result = e.select(e.le(sy, e.mul(sx, least)), flat, result)
    result = e.select(e.le(sx, e.mul(sy, least)), e.constant(HALF_PI[0]), result)
    return e.select(e.compare("uno", x, y), e.add(x, y), e.copysign(result, y))
