"""z to the power of w, exp(w log z), with the logarithm as two pairs: the product with w makes its error larger."""

from __future__ import annotations

from ._atan import angle_pair
from ._builder import Value
from ._coefficients import HALF_PI, PI
from ._complex_exp import Circle, exp_beyond, exp_full
from ._complex_pairs import (
    Pair,
    chosen,
    is_endless,
    largest,
    minus,
    outside,
    over,
    plus,
    range_scale,
    rounded_product,
    scaled,
    square,
    times,
)
from ._complex_parts import Parts, call_parts, guarded
from ._emitter import Emitter
from ._exp import exp_pair
from ._log import log_pair, split
from ._pairs import clamp, fast_two_sum
from ._trig import LIMITS

_LOW, _HIGH = 2.0**-400, 2.0**400
_LARGE = 700.0
_FLAT = 2.0**-64
"""A ratio of the parts below this is the angle itself."""


def _length_pair(e: Emitter, x: Value, y: Value, added: Value | None) -> Pair:
    """Return log of the length of x + iy in range, `added` powers of two longer."""
    total, rest = plus(e, square(e, x), square(e, y))
    k, z, interval = split(e, total)
    if added is not None:
        k = e.add(k, e.add(added, added))
    high, low = log_pair(e, k, z, interval)
    return scaled(e, fast_two_sum(e, high, e.add(low, e.div(rest, total))), 0.5)


def _turned(e: Emitter, angle: Pair, y: Value) -> Pair:
    sign = e.iand(e.to_bits(y), e.integer(-(2**63)))
    high, low = (e.from_bits(e.ixor(e.to_bits(part), sign)) for part in angle)
    return high, low


def _is_left(e: Emitter, x: Value) -> Value:
    return e.icompare("slt", e.to_bits(x), e.integer(0))


def _angle_full(e: Emitter, y: Value, x: Value) -> Pair:
    """Return the angle of x + iy, not zero and in range, on and next to the axes too."""
    up, across, left = e.abs(y), e.abs(x), _is_left(e, x)
    zero = e.constant(0.0)
    usual = angle_pair(e, up, across, left)
    flat = over(e, (up, zero), (across, zero))
    flat = chosen(e, left, minus(e, (e.constant(PI[0]), e.constant(PI[1])), flat), flat)
    lean = e.copysign(e.div(across, up), x)
    steep = e.constant(HALF_PI[0]), e.sub(e.constant(HALF_PI[1]), lean)
    found = chosen(e, e.le(up, e.mul(across, e.constant(_FLAT))), flat, usual)
    found = chosen(e, e.le(across, e.mul(up, e.constant(_FLAT))), steep, found)
    return _turned(e, found, y)


def _exponent(e: Emitter, length: Pair, angle: Pair, u: Value, v: Value) -> tuple[Pair, Pair]:
    """Return (u + iv)(length + i angle)."""
    zero = e.constant(0.0)
    real = minus(e, times(e, (u, zero), length), times(e, (v, zero), angle))
    return real, plus(e, times(e, (u, zero), angle), times(e, (v, zero), length))


def pow(e: Emitter, x: Value, y: Value, u: Value, v: Value) -> Parts:
    """Return x + iy to the power of u + iv."""
    real, imaginary = _exponent(
        e, _length_pair(e, x, y, None), _turned(e, angle_pair(e, e.abs(y), e.abs(x), _is_left(e, x)), y), u, v
    )
    power, circle = exp_pair(e, *real), Circle(e, imaginary[0], full=False, low=imaginary[1])
    fast = rounded_product(e, power, circle.cosine), rounded_product(e, power, circle.sine)
    seldom = e.mask_or(outside(e, e.abs(x), _LOW, _HIGH), outside(e, e.abs(y), _LOW, _HIGH))
    seldom = e.mask_or(seldom, outside(e, e.abs(real[0]), 0.0, _LARGE))
    seldom = e.mask_or(seldom, e.compare("uge", e.abs(imaginary[0]), e.constant(LIMITS["f64"])))
    return guarded(e, seldom, fast, "pow", pow_full, x, y, u, v)


def pow_full(e: Emitter, x: Value, y: Value, u: Value, v: Value) -> Parts:
    """Return any x + iy to the power of any u + iv."""
    zero, one, infinity, nan = (e.constant(c) for c in (0.0, 1.0, float("inf"), float("nan")))
    size, _ = largest(e, x, y)
    scale, exponent = range_scale(e, size)
    a, b = e.mul(x, scale), e.mul(y, scale)
    length = _length_pair(e, a, b, e.neg(e.to_real(exponent)))
    angle = _angle_full(e, b, a)
    real, imaginary = _exponent(e, length, angle, u, v)
    circle = Circle(e, imaginary[0], full=True, low=imaginary[1])
    near = e.le(e.abs(real[0]), e.constant(_LARGE))
    low = e.select(near, real[1], zero)
    power = exp_pair(e, clamp(e, real[0], -_LARGE, _LARGE), low)
    usual = rounded_product(e, power, circle.cosine), rounded_product(e, power, circle.sine)
    inside = e.lt(e.abs(real[0]), e.constant(1400.0))
    far = exp_beyond(e, real[0], circle, low=e.select(inside, real[1], zero))
    result = e.select(near, usual[0], far[0]), e.select(near, usual[1], far[1])
    plain = call_parts(e, "exp", exp_full, *_plain_exponent(e, length[0], angle[0], x, y, u, v))
    finite = e.mask_and(_is_finite(e, x, y), _is_finite(e, u, v))
    finite = e.mask_and(finite, _is_finite(e, real[0], imaginary[0]))
    result = e.select(finite, result[0], plain[0]), e.select(finite, result[1], plain[1])
    nothing = e.eq(size, zero)
    up, down = e.gt(u, zero), e.mask_and(e.lt(u, zero), e.eq(v, zero))
    of_nothing = e.select(up, zero, e.select(down, infinity, nan)), e.select(up, zero, nan)
    result = e.select(nothing, of_nothing[0], result[0]), e.select(nothing, of_nothing[1], result[1])
    no_power = e.mask_and(e.eq(u, zero), e.eq(v, zero))
    return e.select(no_power, one, result[0]), e.select(no_power, zero, result[1])


def _is_finite(e: Emitter, x: Value, y: Value) -> Value:
    return e.compare("ord", e.sub(x, x), e.sub(y, y))


def _plain_exponent(e: Emitter, length: Value, angle: Value, x: Value, y: Value, u: Value, v: Value) -> Parts:
    """Return (u + iv) log(x + iy) where something is not finite, by the rules of infinities."""
    length = e.select(is_endless(e, x, y), e.constant(float("inf")), length)
    return e.sub(e.mul(u, length), e.mul(v, angle)), e.add(e.mul(u, angle), e.mul(v, length))
