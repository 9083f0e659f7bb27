"""pow: exp(y log|x|) with the logarithm as a pair; signs, zeros and infinities as C's Annex F has them."""

from __future__ import annotations

from ._builder import Value
from ._emitter import Emitter
from ._exp import exp_fraction, power_of_two, reduced, scaled_power
from ._exp import unsafe as exp_unsafe
from ._log import log_pair, normalised, split
from ._log import unsafe as log_unsafe
from ._pairs import clamp, two_product


def _exponent(e: Emitter, y: Value, high: Value, low: Value) -> tuple[Value, Value]:
    product, error = two_product(e, y, high)
    return product, e.fma(y, low, error)


def pow(e: Emitter, x: Value, y: Value) -> Value:
    """Return x to the power of y."""
    high, low = _exponent(e, y, *log_pair(e, *split(e, x, safe=True)))
    k, r = reduced(e, high, low)
    power = power_of_two(e, k)
    fast = e.fma(power, exp_fraction(e, k, r), power)
    seldom = e.mask_or(log_unsafe(e, x), exp_unsafe(e, high))
    return e.guard(seldom, fast, lambda: e.call_shared("pow", pow_full, x, y))


def pow_full(e: Emitter, x: Value, y: Value) -> Value:
    """Return x to the power of y for every x and y."""
    magnitude = e.abs(x)
    result = _with_edges(e, magnitude, y, _positive_power(e, magnitude, y))
    zero, one, nan = e.constant(0.0), e.constant(1.0), e.constant(float("nan"))
    whole = e.eq(e.floor(y), y)
    half = e.mul(y, e.constant(0.5))
    odd = e.mask_and(whole, e.ne(e.floor(half), half))
    sign = e.iand(e.to_bits(x), e.integer(-(2**63)))
    signed = e.from_bits(e.ior(e.to_bits(result), sign))
    result = e.select(odd, signed, result)
    finite_negative = e.mask_and(e.lt(x, zero), e.gt(x, e.constant(float("-inf"))))
    result = e.select(e.mask_and(finite_negative, e.mask_not(whole)), nan, result)
    result = e.select(e.compare("uno", x, y), e.add(x, y), result)
    return e.select(e.mask_or(e.eq(x, one), e.eq(y, zero)), one, result)


def _positive_power(e: Emitter, x: Value, y: Value) -> Value:
    """Return x^y for finite x > 0 and finite y."""
    scaled, exponent = normalised(e, x)
    k, z, interval = split(e, scaled)
    high, low = _exponent(e, y, *log_pair(e, e.add(k, exponent), z, interval))
    inside = e.compare("olt", e.abs(high), e.constant(1100.0))
    k, r = reduced(e, clamp(e, high, -1100.0, 1100.0), e.select(inside, low, e.constant(0.0)))
    return scaled_power(e, k, exp_fraction(e, k, r))


def _with_edges(e: Emitter, x: Value, y: Value, result: Value) -> Value:
    """Return `result`, or the limit where x >= 0 is 0 or infinite or y is infinite."""
    zero, one, infinity = e.constant(0.0), e.constant(1.0), e.constant(float("inf"))
    grows = e.mask_not(e.mask_xor(e.gt(x, one), e.gt(y, zero)))
    limit = e.select(grows, infinity, zero)
    endless_y = e.eq(e.abs(y), infinity)
    limit = e.select(e.mask_and(endless_y, e.eq(x, one)), one, limit)
    edge = e.mask_or(e.mask_or(e.eq(x, zero), e.eq(x, infinity)), endless_y)
    return e.select(edge, limit, result)
