"""exp and the circular and hyperbolic functions of x + iy: those of x and of y as pairs, put together.

sin(z) = -i sinh(iz), and so on. A cold call answers beyond the usual range: an angle of 2^20 or more, results that
overflow or underflow, infinities and NaN by C's Annex G.
"""

from __future__ import annotations

from ._builder import Value
from ._complex_pairs import (
    Pair,
    chosen,
    minus,
    over,
    plus,
    rounded_product,
    scaled,
    times,
)
from ._complex_parts import ComplexBody, Parts, guarded
from ._emitter import Emitter
from ._exp import exp_fraction, exp_pair, reduced, scaled_power
from ._hyperbolic import expm1_pair
from ._pairs import clamp, fast_two_sum
from ._trig import LIMITS, cosine_parts, half_turn, odd, reduced_full, sine_tail
from ._trig import reduced as reduced_angle

_LARGE = 700.0
"""Up to here exp and its reciprocal are normal numbers with a second half."""
_FLAT = 20.0
"""From here on tanh is 1."""
_FLAT_LIMIT = 300.0


class Circle:
    """Sine and cosine of one angle as pairs."""

    def __init__(self, e: Emitter, y: Value, *, full: bool, low: Value | None = None) -> None:
        """Write both, of every angle if `full`, else of |y| < 2^20; `low` is what y is rounded from."""
        magnitude = e.abs(y)
        k, r, rest = reduced_full(e, magnitude) if full else reduced_angle(e, magnitude)
        sign = e.iand(e.to_bits(y), e.integer(-(2**63)))
        if low is not None:
            rest = e.add(rest, e.from_bits(e.ixor(e.to_bits(low), sign)))
        sine = fast_two_sum(e, r, sine_tail(e, r, rest))
        cosine = fast_two_sum(e, *cosine_parts(e, r, rest))
        turned = odd(e, k)
        up = e.ixor(half_turn(e, k), sign)
        self.sine = _signed(e, chosen(e, turned, cosine, sine), up)
        self.cosine = _signed(e, chosen(e, turned, sine, cosine), half_turn(e, e.iadd(k, e.integer(1))))


def _signed(e: Emitter, a: Pair, sign: Value) -> Pair:
    first, second = (e.from_bits(e.ixor(e.to_bits(part), sign)) for part in a)
    return first, second


def _seldom(e: Emitter, x: Value, y: Value, limit: float) -> Value:
    large = e.compare("ugt", e.abs(x), e.constant(limit))
    return e.mask_or(large, e.compare("uge", e.abs(y), e.constant(LIMITS["f64"])))


def _inside(e: Emitter, x: Value, limit: float) -> Value:
    return clamp(e, x, -limit, limit)


def _select(e: Emitter, mask: Value, a: Parts, b: Parts) -> Parts:
    return e.select(mask, a[0], b[0]), e.select(mask, a[1], b[1])


def exp_beyond(e: Emitter, x: Value, circle: Circle, halvings: int = 0, low: Value | None = None) -> Parts:
    """Return exp(x + low) / 2^halvings times cosine and sine, each over- and underflowing by itself."""
    k, r = reduced(e, _inside(e, x, 1400.0), low)
    p = exp_fraction(e, k, r)
    return (
        scaled_power(e, k, p, halvings=halvings, factor=circle.cosine[0]),
        scaled_power(e, k, p, halvings=halvings, factor=circle.sine[0]),
    )


def exp(e: Emitter, x: Value, y: Value) -> Parts:
    """Return exp(x + iy)."""
    circle, power = Circle(e, y, full=False), exp_pair(e, x)
    fast = rounded_product(e, power, circle.cosine), rounded_product(e, power, circle.sine)
    return guarded(e, _seldom(e, x, y, _LARGE), fast, "exp", exp_full, x, y)


def exp_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return exp(x + iy) for every x and y."""
    circle, zero, infinity = Circle(e, y, full=True), e.constant(0.0), e.constant(float("inf"))
    power = exp_pair(e, _inside(e, x, _LARGE))
    usual = rounded_product(e, power, circle.cosine), rounded_product(e, power, circle.sine)
    real, imaginary = _select(e, e.le(e.abs(x), e.constant(_LARGE)), usual, exp_beyond(e, x, circle))
    up, down = e.eq(x, infinity), e.eq(x, e.neg(infinity))
    unknown = e.isnan(e.sub(y, y))
    cosine, sine = (e.select(unknown, e.constant(1.0), part[0]) for part in (circle.cosine, circle.sine))
    real = e.select(up, e.copysign(infinity, cosine), e.select(down, e.copysign(zero, cosine), real))
    lost = e.select(unknown, e.sub(y, y), e.copysign(infinity, sine))
    imaginary = e.select(up, lost, e.select(down, e.copysign(zero, e.select(unknown, y, sine)), imaginary))
    return real, e.select(e.eq(y, zero), y, imaginary)


# Hyperbolic functions; the circular ones are theirs, turned by a right angle


def _hyperbola(e: Emitter, x: Value) -> tuple[Pair, Pair]:
    """Return sinh and cosh of |x| <= _LARGE as pairs: with n = exp|x| - 1, (n + n/(1 + n)) / 2 and less."""
    one = (e.constant(1.0), e.constant(0.0))
    n = fast_two_sum(e, *expm1_pair(e, e.abs(x)))
    power = plus(e, one, n)
    sine = scaled(e, plus(e, n, over(e, n, power)), 0.5)
    cosine = scaled(e, plus(e, power, over(e, one, power)), 0.5)
    return _signed(e, sine, e.iand(e.to_bits(x), e.integer(-(2**63)))), cosine


def _sinh_fast(e: Emitter, x: Value, y: Value, *, full: bool) -> Parts:
    circle, (sine, cosine) = Circle(e, y, full=full), _hyperbola(e, _inside(e, x, _LARGE) if full else x)
    return rounded_product(e, sine, circle.cosine), rounded_product(e, cosine, circle.sine)


def sinh(e: Emitter, x: Value, y: Value) -> Parts:
    """Return sinh(x + iy)."""
    return guarded(e, _seldom(e, x, y, _LARGE), _sinh_fast(e, x, y, full=False), "sinh", sinh_full, x, y)


def sinh_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return sinh(x + iy) for every x and y."""
    circle, size, zero = Circle(e, y, full=True), e.abs(x), e.constant(0.0)
    far = exp_beyond(e, size, circle, 1)
    far = e.from_bits(e.ixor(e.to_bits(far[0]), e.iand(e.to_bits(x), e.integer(-(2**63))))), far[1]
    real, imaginary = _select(e, e.le(size, e.constant(_LARGE)), _sinh_fast(e, x, y, full=True), far)
    infinity = e.constant(float("inf"))
    endless, unknown = e.eq(size, infinity), e.isnan(e.sub(y, y))
    cosine, sine = (e.select(unknown, e.constant(1.0), part[0]) for part in (circle.cosine, circle.sine))
    real = e.select(endless, e.mul(x, e.copysign(e.constant(1.0), cosine)), real)
    imaginary = e.select(endless, e.select(unknown, e.sub(y, y), e.copysign(infinity, sine)), imaginary)
    real = e.select(e.mask_and(e.eq(x, zero), unknown), x, real)
    return real, e.select(e.eq(y, zero), y, imaginary)


def _cosh_fast(e: Emitter, x: Value, y: Value, *, full: bool) -> Parts:
    circle, (sine, cosine) = Circle(e, y, full=full), _hyperbola(e, _inside(e, x, _LARGE) if full else x)
    return rounded_product(e, cosine, circle.cosine), rounded_product(e, sine, circle.sine)


def cosh(e: Emitter, x: Value, y: Value) -> Parts:
    """Return cosh(x + iy)."""
    return guarded(e, _seldom(e, x, y, _LARGE), _cosh_fast(e, x, y, full=False), "cosh", cosh_full, x, y)


def cosh_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return cosh(x + iy) for every x and y."""
    circle, size, zero = Circle(e, y, full=True), e.abs(x), e.constant(0.0)
    turn = e.iand(e.to_bits(x), e.integer(-(2**63)))

    def turned(value: Value) -> Value:
        return e.from_bits(e.ixor(e.to_bits(value), turn))

    far = exp_beyond(e, size, circle, 1)
    near = _cosh_fast(e, x, y, full=True)
    real, imaginary = _select(e, e.le(size, e.constant(_LARGE)), near, (far[0], turned(far[1])))
    infinity = e.constant(float("inf"))
    endless, unknown = e.eq(size, infinity), e.isnan(e.sub(y, y))
    cosine, sine = (e.select(unknown, e.constant(1.0), part[0]) for part in (circle.cosine, circle.sine))
    real = e.select(endless, e.copysign(infinity, cosine), real)
    lost = e.select(unknown, e.sub(y, y), turned(e.copysign(infinity, sine)))
    imaginary = e.select(endless, lost, imaginary)
    flat = e.mask_or(e.eq(y, zero), e.mask_and(e.eq(x, zero), unknown))
    return real, e.select(flat, turned(e.copysign(zero, y)), imaginary)


def _tanh_fast(e: Emitter, x: Value, y: Value, *, full: bool) -> Parts:
    """Return (sinh x cosh x + i sin y cos y) / (sinh^2 x + cos^2 y); nothing in it cancels."""
    circle, (sine, cosine) = Circle(e, y, full=full), _hyperbola(e, _inside(e, x, _FLAT_LIMIT) if full else x)
    length = plus(e, times(e, sine, sine), times(e, circle.cosine, circle.cosine))
    real, imaginary = times(e, sine, cosine), times(e, circle.sine, circle.cosine)
    value = over(e, real, length)[0], over(e, imaginary, length)[0]
    one = e.copysign(e.constant(1.0), x)
    value = e.select(e.gt(e.abs(x), e.constant(_FLAT)), one, e.copysign(value[0], x)), value[1]
    sign = e.ixor(e.to_bits(circle.sine[0]), e.to_bits(circle.cosine[0]))
    return value[0], e.copysign(value[1], e.from_bits(sign))


def tanh(e: Emitter, x: Value, y: Value) -> Parts:
    """Return tanh(x + iy)."""
    return guarded(e, _seldom(e, x, y, _FLAT_LIMIT), _tanh_fast(e, x, y, full=False), "tanh", tanh_full, x, y)


def tanh_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return tanh(x + iy) for every x and y."""
    circle, size, zero = Circle(e, y, full=True), e.abs(x), e.constant(0.0)
    real, imaginary = _tanh_fast(e, x, y, full=True)
    k, r = reduced(e, _inside(e, e.mul(size, e.constant(-2.0)), 1400.0))
    wave = e.mul(e.mul(circle.sine[0], circle.cosine[0]), e.constant(4.0))
    decay = scaled_power(e, k, exp_fraction(e, k, r), factor=wave)
    imaginary = e.select(e.gt(size, e.constant(_FLAT_LIMIT)), decay, imaginary)
    unknown, flat = e.isnan(e.sub(y, y)), e.eq(size, e.constant(float("inf")))
    nan = e.constant(float("nan"))
    real = e.select(e.mask_or(unknown, e.isnan(x)), nan, real)
    real = e.select(e.mask_and(unknown, e.eq(x, zero)), x, real)
    real = e.select(flat, e.copysign(e.constant(1.0), x), real)
    imaginary = e.select(e.mask_or(unknown, e.isnan(x)), nan, imaginary)
    imaginary = e.select(flat, e.copysign(zero, e.select(unknown, y, wave)), imaginary)
    return real, e.select(e.eq(y, zero), y, imaginary)


def turned(body: ComplexBody) -> ComplexBody:
    """Return -i f(iz): sin of sinh, tan of tanh, asin of asinh, atan of atanh."""

    def circular(e: Emitter, x: Value, y: Value) -> Parts:
        real, imaginary = body(e, e.neg(y), x)
        return imaginary, e.neg(real)

    return circular


def cos(e: Emitter, x: Value, y: Value) -> Parts:
    """Return cos(x + iy)."""
    return cosh(e, e.neg(y), x)


def expm1(e: Emitter, x: Value, y: Value) -> Parts:
    """Return exp(x + iy) - 1."""
    circle, n = Circle(e, y, full=False), fast_two_sum(e, *expm1_pair(e, x))
    one = (e.constant(1.0), e.constant(0.0))
    # (1 + n) cos y - 1 = n cos y - (1 - cos y): neither difference is taken of what was rounded.
    real = minus(e, times(e, n, circle.cosine), minus(e, one, circle.cosine))[0]
    power = plus(e, one, n)
    fast = e.copysign(real, e.select(e.eq(real, e.constant(0.0)), x, real)), rounded_product(e, power, circle.sine)
    return guarded(e, _seldom(e, x, y, _LARGE), fast, "expm1", expm1_full, x, y)


def expm1_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return exp(x + iy) - 1 for every x and y."""
    circle = Circle(e, y, full=True)
    n = fast_two_sum(e, *expm1_pair(e, _inside(e, x, _LARGE)))
    one = (e.constant(1.0), e.constant(0.0))
    near = minus(e, times(e, n, circle.cosine), minus(e, one, circle.cosine))[0]
    real, imaginary = exp_full(e, x, y)
    usual = e.mask_and(e.le(e.abs(x), e.constant(_LARGE)), e.compare("ord", e.sub(y, y), y))
    return e.select(usual, near, e.sub(real, e.constant(1.0))), imaginary
