"""erf and erfc: an odd polynomial around 0, beyond it exp(-x^2) times a smooth function of 1/(x + 3).

The tail is kept as a pair, so that its last rounding is the result's only large one.
"""

from __future__ import annotations

from ._builder import Value
from ._coefficients import ERF_POLY, ERFC_LOW, ERFC_POLY
from ._emitter import Emitter
from ._exp import exp_fraction, exp_pair, reduced, scaled_power
from ._pairs import fast_two_sum, horner, two_product

_TURN = 0.9375
"""Where the polynomial around 0 ends."""
_SAFE = 26.0
"""Up to here erfc is a normal number."""


def _decay(e: Emitter, x: Value) -> tuple[Value, Value, Value, Value]:
    """Return h, d, d_low and 1/d such that erfc(x) exp(x^2) = h / (d + d_low), from _TURN to 28."""
    divisor, rest = fast_two_sum(e, e.select(e.gt(x, e.constant(3.0)), x, e.constant(3.0)), _lesser(e, x))
    inverse = e.div(e.constant(1.0), divisor)
    # The polynomial is steep in 1/d where x is near 1: its argument needs more than a double.
    error = e.fma(e.neg(inverse), rest, e.fma(e.neg(inverse), divisor, e.constant(1.0)))
    v = e.fma(error, inverse, e.sub(inverse, e.constant(ERFC_LOW)))
    return horner(e, v, ERFC_POLY), divisor, rest, inverse


def _lesser(e: Emitter, x: Value) -> Value:
    return e.select(e.gt(x, e.constant(3.0)), e.constant(3.0), x)


def _divided(e: Emitter, high: Value, low: Value, decay: tuple[Value, Value, Value, Value]) -> tuple[Value, Value]:
    """Return (high + low) h / (d + d_low) as a pair."""
    h, divisor, rest, inverse = decay
    over, error = two_product(e, high, h)
    error = e.fma(low, h, error)
    q = e.mul(over, inverse)
    remainder = e.add(e.fma(e.neg(q), divisor, over), e.fma(e.neg(q), rest, error))
    return q, e.mul(remainder, inverse)


def _tail(e: Emitter, x: Value) -> tuple[Value, Value]:
    """Return erfc(x) as a pair from _TURN to 26."""
    square, low = two_product(e, x, x)
    return _divided(e, *exp_pair(e, e.neg(square), e.neg(low)), _decay(e, x))


def erf(e: Emitter, x: Value) -> Value:
    """Return the error function of x. From 6 on it is 1."""
    magnitude, one, limit = e.abs(x), e.constant(1.0), e.constant(6.0)
    inner = e.fma(x, horner(e, e.mul(x, x), ERF_POLY), x)
    clamped = e.select(e.gt(magnitude, limit), limit, magnitude)
    tail, tail_low = _tail(e, clamped)
    high, low = fast_two_sum(e, one, e.neg(tail))
    outer = e.copysign(e.add(high, e.sub(low, tail_low)), x)
    return e.select(e.compare("uge", magnitude, e.constant(_TURN)), outer, inner)


def _assembled(e: Emitter, x: Value, tail: Value) -> Value:
    """Return erfc(x), given erfc(|x|) for |x| >= _TURN."""
    one = e.constant(1.0)
    high, low = fast_two_sum(e, one, e.neg(x))
    minus = e.mul(x, horner(e, e.mul(x, x), ERF_POLY))
    inner = e.add(high, e.sub(low, minus))
    outer = e.select(e.lt(x, e.constant(0.0)), e.sub(e.constant(2.0), tail), tail)
    return e.select(e.lt(e.abs(x), e.constant(_TURN)), inner, outer)


def erfc(e: Emitter, x: Value) -> Value:
    """Return 1 - erf(x), without cancellation."""
    magnitude = e.abs(x)
    seldom = e.compare("ugt", magnitude, e.constant(_SAFE))
    fast = _assembled(e, x, e.add(*_tail(e, magnitude)))
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("erfc", erfc_full, x), fast))


def erfc_full(e: Emitter, x: Value) -> Value:
    """Return erfc(x) where it is subnormal, 0, 2 or NaN."""
    magnitude, limit = e.abs(x), e.constant(28.0)
    clamped = e.select(e.gt(magnitude, limit), limit, magnitude)
    square, low = two_product(e, clamped, clamped)
    k, r = reduced(e, e.neg(square), e.neg(low))
    h, divisor, _, _ = _decay(e, clamped)
    tail = scaled_power(e, k, exp_fraction(e, k, r), factor=e.div(h, divisor))
    return _assembled(e, x, tail)
