"""log1p, log2, log10 and what is a logarithm of a pair: asinh, acosh, atanh, softplus."""

from __future__ import annotations

from typing import NamedTuple

from ._builder import Value
from ._coefficients import (
    LOG2_E,
    LOG2_HIGH,
    LOG2_POLY,
    LOG2_REST,
    LOG10_E,
    LOG10_HIGH,
    LOG10_POLY,
    LOG10_REST,
    LOG10_TWO,
    LOG_INVERSE,
)
from ._emitter import Emitter, pattern
from ._exp import exp_full, exp_pair
from ._exp import unsafe as exp_unsafe
from ._log import log_full, log_sum, normalised, split, unsafe, with_edges
from ._pairs import fast_two_sum, horner, root_correction, two_product, two_sum

_HUGE = 2.0**500
_TINY = pattern(2.0**-28)
"""Below, atanh is its argument."""
_EXACT_AT_POWERS = pattern(0.5) + pattern(2.0)
"""Less the bits of a power of two, it leaves those of its reciprocal."""


def log1p_sum(e: Emitter, x: Value, low: Value | None = None) -> tuple[Value, Value]:
    """Return log(1 + x + low) as a sum of two, for -1 < x < 2^1000."""
    # Exact for large x too, since 1 is a multiple of the last place of x; beyond 2^53 nobody sees it.
    total, error = fast_two_sum(e, e.constant(1.0), x)
    return log_sum(e, *split(e, total, safe=True), (error, low))


def log1p(e: Emitter, x: Value) -> Value:
    """Return log(1 + x)."""
    seldom = e.mask_or(e.compare("ule", x, e.constant(-1.0)), e.compare("uge", x, e.constant(2.0**1000)))
    fast = e.copysign(e.add(*log1p_sum(e, x)), x)

    def slow() -> Value:
        return e.select(seldom, e.call_shared("log", log_full, e.add(e.constant(1.0), x)), fast)

    return e.guard(seldom, fast, slow)


class _Base(NamedTuple):
    """What a logarithm to another base differs in."""

    high: tuple[float, ...]
    rest: tuple[float, ...]
    poly: tuple[float, ...]
    slope: tuple[float, float]
    two: tuple[float, float]
    """The logarithm of 2, its first part short."""


_BASE_2 = _Base(LOG2_HIGH, LOG2_REST, LOG2_POLY, LOG2_E, (1.0, 0.0))
_BASE_10 = _Base(LOG10_HIGH, LOG10_REST, LOG10_POLY, LOG10_E, LOG10_TWO)


def _logarithm(e: Emitter, base: _Base, k: Value, z: Value, interval: Value) -> Value:
    """Return the logarithm of 2^k z, as `log_sum` but with the slope as a pair."""
    r = e.fma(z, e.table(LOG_INVERSE, interval), e.constant(-1.0))
    slope, tail = e.constant(base.slope[0]), e.table(base.rest, interval)
    w, first, second = e.table(base.high, interval), *base.two
    w = e.add(k, w) if first == 1.0 else e.fma(k, e.constant(first), w)
    if second:
        tail = e.fma(k, e.constant(second), tail)
    product, error = two_product(e, r, slope)
    high, low = fast_two_sum(e, w, product)
    tail = e.add(e.add(low, tail), e.fma(r, e.constant(base.slope[1]), error))
    return e.add(high, e.fma(e.mul(r, r), horner(e, r, base.poly), tail))


def _log_full(base: _Base, e: Emitter, x: Value) -> Value:
    scaled, exponent = normalised(e, x)
    k, z, interval = split(e, scaled)
    return with_edges(e, x, _logarithm(e, base, e.add(k, exponent), z, interval))


def log2_full(e: Emitter, x: Value) -> Value:
    """Return the logarithm of any x to base 2."""
    return _log_full(_BASE_2, e, x)


def log10_full(e: Emitter, x: Value) -> Value:
    """Return the logarithm of any x to base 10."""
    return _log_full(_BASE_10, e, x)


def log2(e: Emitter, x: Value) -> Value:
    """Return the logarithm of x to base 2."""
    fast = _logarithm(e, _BASE_2, *split(e, x, safe=True))
    return e.guard(unsafe(e, x), fast, lambda: e.call_shared("log2", log2_full, x))


def log10(e: Emitter, x: Value) -> Value:
    """Return the logarithm of x to base 10."""
    fast = _logarithm(e, _BASE_10, *split(e, x, safe=True))
    return e.guard(unsafe(e, x), fast, lambda: e.call_shared("log10", log10_full, x))


def log_twice_full(e: Emitter, x: Value) -> Value:
    """Return log(2 x) for x >= 0, without overflow."""
    k, z, interval = split(e, x)
    return with_edges(e, x, e.add(*log_sum(e, e.add(k, e.constant(1.0)), z, interval)))


def asinh(e: Emitter, x: Value) -> Value:
    """Return the inverse hyperbolic sine: log(|x| + sqrt(1 + x^2)), the sum and the root as pairs."""
    seldom = exp_unsafe(e, x, _HUGE)
    magnitude, one = e.abs(x), e.constant(1.0)
    square, square_low = two_product(e, x, x)
    total, error = two_sum(e, one, square)
    root = e.sqrt(total)
    # The smaller x, the more of the result is correction: 1 / (2 root) is exact where the root is 1.
    correction = root_correction(e, root, total, e.add(error, square_low), _EXACT_AT_POWERS)
    total, error = fast_two_sum(e, root, magnitude)
    fast = e.copysign(e.add(*log_sum(e, *split(e, total, safe=True), (e.add(error, correction), None))), x)

    def slow() -> Value:
        return e.select(seldom, e.copysign(e.call_shared("log_twice", log_twice_full, magnitude), x), fast)

    return e.guard(seldom, fast, slow)


def acosh(e: Emitter, x: Value) -> Value:
    """Return the inverse hyperbolic cosine: log1p(v + sqrt(2 v + v^2)) with v = x - 1."""
    one = e.constant(1.0)
    seldom = e.mask_or(e.compare("ult", x, one), e.compare("uge", x, e.constant(_HUGE)))
    v = e.sub(x, one)
    square, square_low = two_product(e, v, v)
    total, error = two_sum(e, e.add(v, v), square)
    root = e.sqrt(total)
    correction = root_correction(e, root, total, e.add(error, square_low))
    a, a_low = fast_two_sum(e, root, v)
    fast = e.add(*log1p_sum(e, a, e.add(a_low, correction)))

    def slow() -> Value:
        inside = e.select(e.lt(x, one), e.constant(float("nan")), x)
        return e.select(seldom, e.call_shared("log_twice", log_twice_full, inside), fast)

    return e.guard(seldom, fast, slow)


def atanh(e: Emitter, x: Value) -> Value:
    """Return the inverse hyperbolic tangent: log(1 + a) / 2 with a = 2 v / (1 - v), v = |x|."""
    magnitude, one = e.abs(x), e.constant(1.0)
    seldom = e.icompare("uge", e.isub(e.to_bits(magnitude), e.integer(_TINY)), e.integer(pattern(1.0) - _TINY))
    under = e.sub(one, magnitude)
    under_low = e.sub(e.sub(one, under), magnitude)
    twice, inverse = e.add(magnitude, magnitude), e.div(one, under)
    total = e.fma(twice, inverse, one)
    # What 1 + a is beyond `total`, exact up to the last product: a (1 - v) is 2 v.
    part = e.sub(total, one)
    remainder = e.fma(e.neg(part), under_low, e.fma(e.neg(part), under, twice))
    rest = e.mul(remainder, inverse)
    fast = e.copysign(e.add(*log_sum(e, *split(e, total, safe=True), (rest, None), scale=0.5)), x)

    def slow() -> Value:
        edge = e.select(e.eq(magnitude, one), e.constant(float("inf")), e.constant(float("nan")))
        edge = e.select(e.lt(magnitude, one), magnitude, edge)
        return e.select(seldom, e.copysign(edge, x), fast)

    return e.guard(seldom, fast, slow)


def softplus(e: Emitter, x: Value) -> Value:
    """Return log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|))."""
    seldom = exp_unsafe(e, x)
    zero = e.constant(0.0)
    high, low = log1p_sum(e, *exp_pair(e, e.neg(e.abs(x))))
    total, error = two_sum(e, e.select(e.gt(x, zero), x, zero), high)
    fast = e.add(total, e.add(error, low))

    def slow() -> Value:
        return e.select(seldom, e.select(e.gt(x, zero), x, e.call_shared("exp", exp_full, x)), fast)

    return e.guard(seldom, fast, slow)
