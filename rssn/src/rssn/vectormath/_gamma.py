"""gamma and lgamma: Stirling's series from 8 on, the product x (x + 1) ... (x + 7) below.

The logarithm of gamma is kept as a pair, so that exp loses nothing; near 1
and 2, where it vanishes, lgamma has a polynomial of its own.
"""

from __future__ import annotations

from ._builder import Value
from ._coefficients import HALF_LOG_TWO_PI, LGAMMA_POLY, LGAMMA_SLOPE, PI, STIRLING_POLY
from ._emitter import Emitter
from ._exp import exp_fraction, power_of_two, reduced, scaled_power
from ._log import log_pair, log_sum, split
from ._pairs import fast_two_sum, horner, quotient, two_product, two_sum
from ._trig import sinpi

Pair = tuple[Value, Value]
_SHIFT = 8.0
_LEAST, _GREATEST = 2.0**-500, 170.0
_TURN = 2.5
"""Below, lgamma comes from its polynomial around 2."""


def _pair_product(e: Emitter, a: Pair, b: Pair) -> Pair:
    high, low = two_product(e, a[0], b[0])
    return high, e.fma(a[0], b[1], e.fma(a[1], b[0], low))


def _rising(e: Emitter, x: Value) -> Pair:
    """Return x (x + 1) ... (x + 7) as q (q + 6) (q + 10) (q + 12) with q = x (x + 7)."""
    seventh, error = two_sum(e, x, e.constant(7.0))
    q, q_low = two_product(e, x, seventh)
    q_low = e.fma(x, error, q_low)
    product = (q, q_low)
    for c in (6.0, 10.0, 12.0):
        total, error = two_sum(e, q, e.constant(c))
        product = _pair_product(e, product, (total, e.add(error, q_low)))
    return product


def _shifted(e: Emitter, x: Value) -> tuple[Pair, Pair]:
    """Return z = x, or x + 8 where x < 8, and the product that then divides gamma(z); for x > 0."""
    small, zero = e.lt(x, e.constant(_SHIFT)), e.constant(0.0)
    z, z_low = fast_two_sum(e, e.constant(_SHIFT), x)
    product, product_low = _rising(e, e.select(small, x, e.constant(1.0)))
    z, z_low = e.select(small, z, x), e.select(small, z_low, zero)
    return (z, z_low), (e.select(small, product, e.constant(1.0)), e.select(small, product_low, zero))


def _log_gamma(e: Emitter, z: Value, z_low: Value) -> Pair:
    """Return log gamma(z + z_low) as a pair, for 8 <= z < 1e300: z (log z - 1) - log(z)/2 + log(2 pi)/2 + series."""
    log, log_low = log_pair(e, *split(e, z))
    inverse = e.div(e.constant(1.0), z)
    less, error = fast_two_sum(e, log, e.constant(-1.0))
    high, low = _pair_product(e, (z, z_low), (less, e.add(error, log_low)))
    # The derivative is log z - 1/(2z); the product above has z_low (log z - 1) already.
    low = e.fma(z_low, e.fma(inverse, e.constant(-0.5), e.constant(1.0)), low)
    high, error = fast_two_sum(e, high, e.mul(log, e.constant(-0.5)))
    low = e.add(e.fma(log_low, e.constant(-0.5), low), error)
    high, error = fast_two_sum(e, high, e.constant(HALF_LOG_TWO_PI[0]))
    series = e.fma(inverse, horner(e, e.mul(inverse, inverse), STIRLING_POLY), e.constant(HALF_LOG_TWO_PI[1]))
    return fast_two_sum(e, high, e.add(e.add(low, error), series))


def gamma(e: Emitter, x: Value) -> Value:
    """Return the gamma function of x."""
    sound = e.mask_and(e.ge(x, e.constant(_LEAST)), e.le(x, e.constant(_GREATEST)))
    z, product = _shifted(e, x)
    k, r = reduced(e, *_log_gamma(e, *z))
    power, p = power_of_two(e, k), exp_fraction(e, k, r)
    over, over_low = fast_two_sum(e, power, e.mul(power, p))
    fast = e.add(*quotient(e, over, over_low, *product))
    seldom = e.mask_not(sound)
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("gamma", gamma_full, x), fast))


def gamma_full(e: Emitter, x: Value) -> Value:
    """Return gamma where x is negative, near 0 or beyond 170: by reflection, as 1/x, with the exponent apart."""
    zero, infinity = e.constant(0.0), e.constant(float("inf"))
    magnitude, negative = e.abs(x), e.lt(x, zero)
    a = e.select(e.gt(magnitude, e.constant(300.0)), e.constant(300.0), magnitude)
    z, product = _shifted(e, a)
    high, low = _log_gamma(e, *z)
    k, r = reduced(e, e.select(negative, e.neg(high), high), e.select(negative, e.neg(low), low))
    # gamma(-a) = -pi / (a sin(pi a) gamma(a)), gamma(a) being gamma(z) / product.
    over = _pair_product(e, product, (e.constant(-PI[0]), e.constant(-PI[1])))
    reflected = e.add(*quotient(e, *fast_two_sum(e, *over), *two_product(e, a, sinpi(e, a))))
    result = scaled_power(e, k, exp_fraction(e, k, r), factor=e.select(negative, reflected, e.constant(1.0)))
    # Beyond 2^53 every number is even; 300 stands for all that follow.
    half = e.mul(x, e.constant(0.5))
    below = e.floor(x)
    odd = e.ne(e.floor(e.mul(below, e.constant(0.5))), e.mul(below, e.constant(0.5)))
    gone = e.select(odd, e.constant(-0.0), zero)
    result = e.select(e.lt(x, e.constant(-200.0)), gone, result)
    whole = e.mask_and(negative, e.eq(below, x))
    result = e.select(whole, e.constant(float("nan")), result)
    result = e.select(e.lt(magnitude, e.constant(_LEAST)), e.div(e.constant(1.0), x), result)
    result = e.select(e.eq(x, infinity), x, result)
    return e.select(e.isnan(x), e.add(x, half), result)


def _near_two(e: Emitter, x: Value) -> Value:
    """Return lgamma(x) for 0 < x < 2.5: around 2 by the polynomial, below by x or x (x + 1)."""
    one, two = e.constant(1.0), e.constant(2.0)
    low, middle = e.lt(x, e.constant(0.5)), e.lt(x, e.constant(1.4375))
    f = e.select(low, x, e.select(middle, e.sub(x, one), e.sub(x, two)))
    square, square_low = two_product(e, x, x)
    product, error = fast_two_sum(e, x, square)
    error = e.select(low, e.add(error, square_low), e.constant(0.0))
    product = e.select(low, product, e.select(middle, x, one))
    high, rest = log_sum(e, *split(e, product), (error, None))
    curve = e.fma(e.mul(f, f), horner(e, f, LGAMMA_POLY), e.mul(f, e.constant(LGAMMA_SLOPE[1])))
    value = e.fma(f, e.constant(LGAMMA_SLOPE[0]), curve)
    return e.sub(e.sub(value, rest), high)


def _lgamma_positive(e: Emitter, x: Value) -> Value:
    """Return lgamma(x) for 2^-500 <= x <= 1e300."""
    z, (product, product_low) = _shifted(e, x)
    high, low = _log_gamma(e, *z)
    log, log_low = log_pair(e, *split(e, product))
    log_low = e.add(log_low, e.div(product_low, product))
    high, error = fast_two_sum(e, high, e.neg(log))
    large = e.add(high, e.add(error, e.sub(low, log_low)))
    return e.select(e.lt(x, e.constant(_TURN)), _near_two(e, x), large)


def lgamma(e: Emitter, x: Value) -> Value:
    """Return the logarithm of |gamma(x)|."""
    sound = e.mask_and(e.ge(x, e.constant(_LEAST)), e.le(x, e.constant(1e300)))
    fast, seldom = _lgamma_positive(e, x), e.mask_not(sound)
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("lgamma", lgamma_full, x), fast))


def lgamma_full(e: Emitter, x: Value) -> Value:
    """Return lgamma where x is negative (by reflection), near 0 or huge."""
    zero, infinity, magnitude = e.constant(0.0), e.constant(float("inf")), e.abs(x)
    tiny, huge = e.lt(magnitude, e.constant(_LEAST)), e.gt(magnitude, e.constant(1e300))
    a = e.select(e.mask_or(tiny, huge), e.constant(3.5), magnitude)
    log, log_low = log_pair(e, *split(e, e.select(tiny, e.constant(1.0), magnitude)))
    less, error = fast_two_sum(e, log, e.constant(-1.0))
    vast = e.fma(magnitude, less, e.mul(magnitude, e.add(error, log_low)))
    sine = e.mul(a, e.abs(sinpi(e, a)))
    reflected = e.sub(e.add(*log_sum(e, *split(e, e.div(e.constant(PI[0]), sine)))), _lgamma_positive(e, a))
    result = e.select(e.lt(x, zero), reflected, _lgamma_positive(e, a))
    scaled = e.mul(magnitude, e.constant(2.0**600))
    small = e.add(*log_sum(e, *_lowered(e, scaled)))
    result = e.select(tiny, e.neg(small), e.select(huge, vast, result))
    pole = e.mask_and(e.le(x, zero), e.eq(e.floor(x), x))
    result = e.select(e.mask_or(pole, e.eq(magnitude, infinity)), infinity, result)
    return e.select(e.isnan(x), x, result)


def _lowered(e: Emitter, scaled: Value) -> tuple[Value, Value, Value]:
    """Return `split` of scaled / 2^600."""
    k, z, interval = split(e, scaled)
    return e.add(k, e.constant(-600.0)), z, interval
