"""log1p, log2, log10, asinh, acosh and atanh in single precision: logarithms of pairs, or times pairs."""

from __future__ import annotations

from ._builder import Value
from ._coefficients32 import LOG2_E, LOG10_E, LOG_POLY
from ._emitter import Emitter
from ._log import log_full, log_sum, normalised, split, unsafe, with_edges
from ._pairs import fast_two_sum, horner, quotient, root_correction, two_product, two_sum

_HUGE = 2.0**60
"""Its square does not overflow, and beyond it 1 + x^2 is x^2."""


def log1p_sum(e: Emitter, x: Value, low: Value | None = None) -> tuple[Value, Value]:
    """Return log(1 + x + low) as a sum of two, for -1 < x < huge^2."""
    total, error = two_sum(e, e.constant(1.0), x)
    return log_sum(e, *split(e, total, safe=True), (error, low))


def log1p(e: Emitter, x: Value) -> Value:
    """Return log(1 + x)."""
    inside = e.mask_and(e.gt(x, e.constant(-1.0)), e.lt(x, e.constant(_HUGE**2)))
    seldom = e.mask_not(inside)
    fast = e.copysign(e.add(*log1p_sum(e, x)), x)

    def slow() -> Value:
        return e.select(seldom, e.call_shared("log", log_full, e.add(e.constant(1.0), x)), fast)

    return e.guard(seldom, fast, slow)


def _times(e: Emitter, high: Value, low: Value, factor: tuple[float, float]) -> Value:
    """Return (high + low) times the pair `factor`."""
    high, low = fast_two_sum(e, high, low)
    product, error = two_product(e, high, e.constant(factor[0]))
    return e.add(product, e.fma(high, e.constant(factor[1]), e.fma(low, e.constant(factor[0]), error)))


def _log2_of(e: Emitter, k: Value, z: Value) -> Value:
    """Return k + log2(z): r - r^2/2 is kept as a pair, since a unit of log(z) may be one and a half of log2(z)."""
    r, half = e.sub(z, e.constant(1.0)), e.constant(-0.5)
    square, square_low = two_product(e, r, r)
    high, low = fast_two_sum(e, r, e.mul(square, half))
    cubic = horner(e, r, (LOG_POLY[0] + 0.5, *LOG_POLY[1:]))
    low = e.fma(square, cubic, e.fma(square_low, half, low))
    product, error = two_product(e, high, e.constant(LOG2_E[0]))
    error = e.fma(high, e.constant(LOG2_E[1]), e.fma(low, e.constant(LOG2_E[0]), error))
    total, rest = fast_two_sum(e, k, product)
    return e.add(total, e.add(rest, error))


def log2_full(e: Emitter, x: Value) -> Value:
    """Return the logarithm of any x to base 2."""
    scaled, exponent = normalised(e, x)
    k, z, _ = split(e, scaled)
    return with_edges(e, x, _log2_of(e, e.add(k, exponent), z))


def log10_full(e: Emitter, x: Value) -> Value:
    """Return the logarithm of any x to base 10."""
    scaled, exponent = normalised(e, x)
    k, z, interval = split(e, scaled)
    return with_edges(e, x, _times(e, *log_sum(e, e.add(k, exponent), z, interval), LOG10_E))


def log2(e: Emitter, x: Value) -> Value:
    """Return the logarithm of x to base 2."""
    k, z, _ = split(e, x, safe=True)
    return e.guard(unsafe(e, x), _log2_of(e, k, z), lambda: e.call_shared("log2", log2_full, x))


def log10(e: Emitter, x: Value) -> Value:
    """Return the logarithm of x to base 10."""
    fast = _times(e, *log_sum(e, *split(e, x, safe=True)), LOG10_E)
    return e.guard(unsafe(e, x), fast, lambda: e.call_shared("log10", log10_full, x))


def log_twice_full(e: Emitter, x: Value) -> Value:
    """Return log(2 x) for x >= 0, without overflow."""
    k, z, interval = split(e, x)
    return with_edges(e, x, e.add(*log_sum(e, e.add(k, e.constant(1.0)), z, interval)))


def asinh(e: Emitter, x: Value) -> Value:
    """Return the inverse hyperbolic sine: log1p(|x| + x^2 / (1 + sqrt(1 + x^2)))."""
    seldom = e.compare("ugt", e.abs(x), e.constant(_HUGE))
    magnitude, one = e.abs(x), e.constant(1.0)
    square, square_low = two_product(e, x, x)
    total, error = two_sum(e, one, square)
    root = e.sqrt(total)
    correction = root_correction(e, root, total, e.add(error, square_low))
    under, under_low = fast_two_sum(e, root, one)
    ratio, ratio_low = quotient(e, square, square_low, under, e.add(under_low, correction))
    a, a_low = fast_two_sum(e, magnitude, ratio)
    fast = e.copysign(e.add(*log1p_sum(e, a, e.add(a_low, ratio_low))), x)

    def slow() -> Value:
        return e.select(seldom, e.copysign(e.call_shared("log_twice", log_twice_full, magnitude), x), fast)

    return e.guard(seldom, fast, slow)


def acosh(e: Emitter, x: Value) -> Value:
    """Return the inverse hyperbolic cosine: log1p(v + sqrt(2 v + v^2)) with v = x - 1."""
    one = e.constant(1.0)
    seldom = e.mask_not(e.mask_and(e.ge(x, one), e.lt(x, e.constant(_HUGE))))
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
    """Return the inverse hyperbolic tangent: log1p(2 v / (1 - v)) / 2 with v = |x|."""
    magnitude, one = e.abs(x), e.constant(1.0)
    seldom = e.compare("uge", magnitude, one)
    under, under_low = fast_two_sum(e, one, e.neg(magnitude))
    total = e.add(*log1p_sum(e, *quotient(e, e.add(magnitude, magnitude), None, under, under_low)))
    fast = e.copysign(e.mul(total, e.constant(0.5)), x)

    def slow() -> Value:
        edge = e.select(e.eq(magnitude, one), e.constant(float("inf")), e.constant(float("nan")))
        return e.select(seldom, e.copysign(edge, x), fast)

    return e.guard(seldom, fast, slow)
