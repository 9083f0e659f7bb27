"""expm1, tanh, sigmoid and softplus in single precision, from exp as a sum of three numbers; sinh and cosh."""

from __future__ import annotations

from typing import NamedTuple

from ._builder import Value
from ._coefficients32 import COSH_POLY, EXP_SCALE, EXP_STEP, SINH_POLY
from ._emitter import Emitter
from ._exp32 import clamped, exp_full, exp_sum, natural, power_of_two, scaled_power, unsafe
from ._log_family32 import log1p_sum
from ._pairs import fast_two_sum, horner, quotient, shifted_integer, two_sum

_TANH_ONE = 10.0
"""From here on tanh is 1."""


def _expm1_pair(e: Emitter, x: Value) -> tuple[Value, Value]:
    """Return exp(x) - 1 as a pair, while it is a normal number."""
    power, a, b = exp_sum(e, x)
    less, error = two_sum(e, power, e.constant(-1.0))
    high, low = fast_two_sum(e, less, a)
    return high, e.add(low, e.add(error, b))


def _exp_pair(e: Emitter, x: Value) -> tuple[Value, Value]:
    """Return exp(x) as a pair, while it is a normal number."""
    power, a, b = exp_sum(e, x)
    high, low = fast_two_sum(e, power, a)
    return high, e.add(low, b)


def expm1(e: Emitter, x: Value) -> Value:
    """Return exp(x) - 1."""
    seldom = unsafe(e, x)
    fast = e.copysign(e.add(*_expm1_pair(e, x)), x)

    def slow() -> Value:
        return e.select(seldom, e.sub(e.call_shared("exp", exp_full, x), e.constant(1.0)), fast)

    return e.guard(seldom, fast, slow)


def half_exp_full(e: Emitter, x: Value) -> Value:
    """Return exp(|x|) / 2, which overflows later than exp."""
    return scaled_power(e, *natural(e, clamped(e, e.abs(x))), halvings=1)


class _Halves(NamedTuple):
    """|x| = k ln2 + r: the hyperbolic functions of k ln2 with their rounding errors, and those of r."""

    sine: Value
    sine_low: Value
    cosine: Value
    cosine_low: Value
    s: Value
    s_low: Value
    c_less_1: Value


def _halves(e: Emitter, magnitude: Value) -> _Halves:
    k, kf = shifted_integer(e, magnitude, EXP_SCALE)
    step = e.constant(-EXP_STEP[1])
    u = e.fma(kf, e.constant(-EXP_STEP[0]), magnitude)
    r = e.fma(kf, step, u)
    r_low = e.fma(kf, step, e.sub(u, r))
    half = e.constant(0.5)
    up, down = e.mul(power_of_two(e, k), half), e.mul(power_of_two(e, e.isub(e.integer(0), k)), half)
    square = e.mul(r, r)
    sine = fast_two_sum(e, up, e.neg(down))
    s = fast_two_sum(e, r, e.fma(e.mul(square, r), horner(e, square, SINH_POLY), r_low))
    return _Halves(*sine, *fast_two_sum(e, up, down), *s, e.mul(square, horner(e, square, COSH_POLY)))


def _fused_sum(e: Emitter, total: Value, a: Value, b: Value) -> tuple[Value, Value]:
    """Return total + a b and its rounding error, exact if |total| >= |a b| or total = 0."""
    high = e.fma(a, b, total)
    return high, e.fma(a, b, e.sub(total, high))


def sinh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic sine of x: sinh(t + r) = sinh(t) cosh(r) + cosh(t) sinh(r), exp(t) a power of two."""
    seldom = unsafe(e, x)
    h = _halves(e, e.abs(x))
    total, error = _fused_sum(e, h.sine, h.cosine, h.s)
    rest = e.fma(h.cosine_low, h.s, e.fma(h.cosine, h.s_low, error))
    fast = e.copysign(e.add(total, e.add(e.fma(h.sine, h.c_less_1, rest), h.sine_low)), x)

    def slow() -> Value:
        return e.select(seldom, e.copysign(e.call_shared("half_exp", half_exp_full, x), x), fast)

    return e.guard(seldom, fast, slow)


def cosh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic cosine of x: cosh(t + r) = cosh(t) cosh(r) + sinh(t) sinh(r)."""
    seldom = unsafe(e, x)
    h = _halves(e, e.abs(x))
    total, error = _fused_sum(e, h.cosine, h.sine, h.s)
    fast = e.add(total, e.fma(h.cosine, h.c_less_1, e.add(e.fma(h.sine, h.s_low, error), h.cosine_low)))
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("half_exp", half_exp_full, x), fast))


def tanh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic tangent of x: n / (n + 2) with n = exp(2|x|) - 1."""
    magnitude, limit = e.abs(x), e.constant(_TANH_ONE)
    magnitude = e.select(e.gt(magnitude, limit), limit, magnitude)
    n, n_low = _expm1_pair(e, e.add(magnitude, magnitude))
    divisor, error = two_sum(e, n, e.constant(2.0))
    return e.copysign(e.add(*quotient(e, n, n_low, divisor, e.add(error, n_low))), x)


def sigmoid(e: Emitter, x: Value) -> Value:
    """Return 1 / (1 + exp(-x)), for negative x as exp(x) / (1 + exp(x))."""
    seldom = unsafe(e, x)
    zero, one = e.constant(0.0), e.constant(1.0)
    high, low = _exp_pair(e, e.neg(e.abs(x)))
    divisor, error = fast_two_sum(e, one, high)
    negative = e.lt(x, zero)
    over, over_low = e.select(negative, high, one), e.select(negative, low, zero)
    fast = e.add(*quotient(e, over, over_low, divisor, e.add(error, low)))

    def slow() -> Value:
        below = e.select(e.gt(x, zero), zero, x)
        return e.select(seldom, e.call_shared("exp", exp_full, below), fast)

    return e.guard(seldom, fast, slow)


def softplus(e: Emitter, x: Value) -> Value:
    """Return log(1 + exp(x)) as max(x, 0) + log1p(exp(-|x|))."""
    seldom, zero = unsafe(e, x), e.constant(0.0)
    high, low = log1p_sum(e, *_exp_pair(e, e.neg(e.abs(x))))
    total, error = two_sum(e, e.select(e.gt(x, zero), x, zero), high)
    fast = e.add(total, e.add(error, low))

    def slow() -> Value:
        return e.select(seldom, e.select(e.gt(x, zero), x, e.call_shared("exp", exp_full, x)), fast)

    return e.guard(seldom, fast, slow)
