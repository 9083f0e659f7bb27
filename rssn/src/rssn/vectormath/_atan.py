"""atan and atan2: arc tangents of sixteen centres c, and atan((q - c)/(1 + q c)) by a short polynomial.

f32 has three intervals only, about 0, 1 and infinity.
"""

from __future__ import annotations

from ._builder import Value
from ._coefficients import ATAN_CENTRE, ATAN_HIGH, ATAN_REST, HALF_PI, PI
from ._emitter import Emitter, pattern
from ._formats import FORMATS
from ._lanes import by_f64
from ._pairs import fast_two_sum, horner, quotient, two_sum

_LEAST = 2.0**-4
_GREATEST = 2.0**4
_HUGE = 2.0**60
_SCALE = {"f64": 400, "f32": 50}


Pair = tuple[Value, Value]


def _arc(e: Emitter, high: Value, rest: Value, t: Value, t_low: Value) -> Pair:
    """Return high + rest + atan(t + t_low) as a sum of two; high is 0 or the largest."""
    square = e.mul(t, t)
    tail = e.fma(e.mul(square, t), horner(e, square, FORMATS[e.real].sets.ATAN_POLY), e.add(t_low, rest))
    total, error = fast_two_sum(e, high, t)
    return total, e.add(error, tail)


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
    if e.real == "f32":
        return e.copysign(_single_angle(e, q, e.constant(1.0), None), x)
    centre, high, rest = _choice(e, q, _interval(e, q))
    large = e.ge(q, e.constant(_GREATEST))
    over = e.select(large, e.constant(-1.0), e.sub(q, centre))
    under = e.select(large, q, e.fma(q, centre, e.constant(1.0)))
    t, t_low = quotient(e, over, None, under, None)
    return e.copysign(e.add(*_arc(e, high, rest, t, t_low)), x)


def _single_angle(e: Emitter, y: Value, x: Value, mirrored: Value | None) -> Value:
    """Return atan(y/x) in single precision, or pi less it, as `_quotient_angle` does."""
    sets, zero = FORMATS[e.real].sets, e.constant(0.0)
    large, small = e.gt(y, e.add(x, x)), e.lt(e.add(y, y), x)

    def chosen(about_0: Value, about_1: Value, about_infinity: Value) -> Value:
        return e.select(small, about_0, e.select(large, about_infinity, about_1))

    total, error = two_sum(e, y, x)
    over, under = chosen(y, e.sub(y, x), e.neg(x)), chosen(x, total, y)
    t, t_low = quotient(e, over, None, under, chosen(zero, error, zero))
    high, rest = (chosen(zero, e.constant(part / 2), e.constant(part)) for part in sets.HALF_PI)
    found = _arc(e, high, rest, t, t_low) if mirrored is None else _mirrored(e, mirrored, high, rest, t, t_low)
    return e.add(*found)


def _mirrored(e: Emitter, mirrored: Value, high: Value, rest: Value, t: Value, t_low: Value) -> Pair:
    """Return high + rest + atan(t + t_low), or pi less it."""
    pi = FORMATS[e.real].sets.PI
    other, error = fast_two_sum(e, e.constant(pi[0]), e.neg(high))
    error = e.add(error, e.sub(e.constant(pi[1]), rest))
    high, rest = e.select(mirrored, other, high), e.select(mirrored, error, rest)
    t, t_low = e.select(mirrored, e.neg(t), t), e.select(mirrored, e.neg(t_low), t_low)
    return _arc(e, high, rest, t, t_low)


def _quotient_angle(e: Emitter, y: Value, x: Value, mirrored: Value) -> Value:
    return e.add(*angle_pair(e, y, x, mirrored))


def angle_pair(e: Emitter, y: Value, x: Value, mirrored: Value) -> Pair:
    """Return atan(y/x), or pi less it, as a sum of two.

    y and x are positive and such that their products with each other neither over- nor underflow.

    The interval comes from the difference of the bit patterns, which is the
    logarithm of y/x to within a sixteenth: no division is spent on it.
    """
    ratio = e.from_bits(e.iadd(e.isub(e.to_bits(y), e.to_bits(x)), e.integer(pattern(1.0))))
    centre, high, rest = _choice(e, ratio, _interval(e, ratio))
    large = e.ge(ratio, e.constant(_GREATEST))
    over = e.select(large, e.neg(x), e.fma(e.neg(centre), x, y))
    under = e.select(large, y, e.fma(y, centre, x))
    return _mirrored(e, mirrored, high, rest, *quotient(e, over, None, under, None))


def atan2(e: Emitter, y: Value, x: Value) -> Value:
    """Return the angle of the point (x, y)."""
    seldom = e.mask_or(_out_of_range(e, y), _out_of_range(e, x))
    angle = _quotient_angle if e.real == "f64" else _single_angle
    fast = e.copysign(angle(e, e.abs(y), e.abs(x), _negative(e, x)), y)
    if e.real == "f32":
        return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("atan2", by_f64(atan2_full), y, x), fast))
    return e.guard(seldom, fast, lambda: e.call_shared("atan2", atan2_full, y, x))


def _negative(e: Emitter, x: Value) -> Value:
    return e.icompare("slt", e.to_bits(x), e.integer(0))


def _out_of_range(e: Emitter, x: Value) -> Value:
    """Return where |x| is not within [2^-400, 2^400], in f32 [2^-50, 2^50]."""
    low, high = (FORMATS[e.real].bits(2.0**n) for n in (-_SCALE[e.real], _SCALE[e.real]))
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
