"""expm1, sinh, cosh, tanh, sigmoid and softplus in single precision, all from exp as a sum of three numbers."""

from __future__ import annotations

from ._builder import Value
from ._emitter import Emitter
from ._exp32 import clamped, exp_full, exp_sum, natural, scaled_power, unsafe
from ._log_family32 import log1p_sum
from ._pairs import fast_two_sum, quotient, two_sum

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


def sinh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic sine of x: (n + n / (1 + n)) / 2 with n = exp|x| - 1."""
    seldom = unsafe(e, x)
    magnitude = e.abs(x)
    n, n_low = _expm1_pair(e, magnitude)
    q, q_low = quotient(e, n, n_low, *_exp_pair(e, magnitude))
    total, error = fast_two_sum(e, n, q)
    total = e.add(total, e.add(error, e.add(n_low, q_low)))
    fast = e.copysign(e.mul(total, e.constant(0.5)), x)

    def slow() -> Value:
        return e.select(seldom, e.copysign(e.call_shared("half_exp", half_exp_full, x), x), fast)

    return e.guard(seldom, fast, slow)


def cosh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic cosine of x."""
    seldom = unsafe(e, x)
    high, low = _exp_pair(e, e.abs(x))
    inverse, inverse_low = quotient(e, e.constant(1.0), None, high, low)
    total, error = fast_two_sum(e, high, inverse)
    fast = e.mul(e.add(total, e.add(error, e.add(low, inverse_low))), e.constant(0.5))
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
