"""expm1, tanh and sigmoid from exp as a pair of doubles; sinh and cosh from the powers of two on both sides of 1."""

from __future__ import annotations

from typing import NamedTuple

from ._builder import Value
from ._coefficients import COSH_POLY, EXP_SCALE, EXP_STEP, EXP_TAIL, SINH_POLY
from ._emitter import Emitter
from ._exp import exp_fraction, exp_full, exp_pair, exp_parts, half_power, reduced, scaled_power, unsafe
from ._pairs import clamp, fast_two_sum, fused_sum, horner, quotient, shifted_integer, two_sum


def expm1_pair(e: Emitter, x: Value, *, negative: bool = False) -> tuple[Value, Value]:
    """Return exp(x) - 1 as a pair, for |x| <= 708; cheaper if x is known not to be positive."""
    power, p, q = exp_parts(e, x)
    minus_one = e.constant(-1.0)
    less, error = fast_two_sum(e, minus_one, power) if negative else two_sum(e, power, minus_one)
    high, low = fused_sum(e, less, power, p)
    return high, e.add(e.fma(power, q, low), error)


def expm1(e: Emitter, x: Value) -> Value:
    """Return exp(x) - 1."""
    seldom = unsafe(e, x)
    fast = e.copysign(e.add(*expm1_pair(e, x)), x)

    def slow() -> Value:
        return e.select(seldom, e.sub(e.call_shared("exp", exp_full, x), e.constant(1.0)), fast)

    return e.guard(seldom, fast, slow)


def half_exp_full(e: Emitter, x: Value) -> Value:
    """Return exp(|x|) / 2, which overflows later than exp."""
    k, r = reduced(e, clamp(e, e.abs(x), 0.0, 1100.0))
    return scaled_power(e, k, exp_fraction(e, k, r), halvings=1)


class _Halves(NamedTuple):
    """|x| = k ln2 / 16 + r: 2^(k/16) / 2 and 2^(-k/16) / 2 to double precision, their tails, and the functions of r."""

    up: Value
    down: Value
    tails: Value
    tails_difference: Value
    r: Value
    r_low: Value
    square: Value


def _halves(e: Emitter, magnitude: Value) -> _Halves:
    k, kf = shifted_integer(e, magnitude, EXP_SCALE)
    step = e.constant(-EXP_STEP[1])
    u = e.fma(kf, e.constant(-EXP_STEP[0]), magnitude)
    r = e.fma(kf, step, u)
    r_low = e.fma(kf, step, e.sub(u, r))
    back = e.isub(e.integer(0), k)
    up, down = half_power(e, k), half_power(e, back)
    up_tail, down_tail = e.mul(up, e.table(EXP_TAIL, k)), e.mul(down, e.table(EXP_TAIL, back))
    return _Halves(up, down, e.add(up_tail, down_tail), e.sub(up_tail, down_tail), r, r_low, e.mul(r, r))


def sinh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic sine of x: sinh(t + r) = sinh(t) cosh(r) + cosh(t) sinh(r), t from the table of powers."""
    seldom = unsafe(e, x)
    h = _halves(e, e.abs(x))
    sine, sine_low = fast_two_sum(e, h.up, e.neg(h.down))
    cosine, cosine_low = fast_two_sum(e, h.up, h.down)
    s, s_low = fast_two_sum(e, h.r, e.fma(e.mul(h.square, h.r), horner(e, h.square, SINH_POLY), h.r_low))
    c = e.mul(h.square, horner(e, h.square, COSH_POLY))
    total, error = fused_sum(e, sine, cosine, s)
    # What is below: the sums' rounding errors, the tables' tails, cosh(r) - 1, and s's own rest.
    rest = e.fma(e.add(cosine_low, h.tails), s, e.fma(cosine, s_low, error))
    rest = e.add(e.fma(sine, c, rest), e.add(sine_low, h.tails_difference))
    fast = e.copysign(e.add(total, rest), x)

    def slow() -> Value:
        return e.select(seldom, e.copysign(e.call_shared("half_exp", half_exp_full, x), x), fast)

    return e.guard(seldom, fast, slow)


def cosh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic cosine of x: cosh(t + r) = cosh(t) cosh(r) + sinh(t) sinh(r)."""
    seldom = unsafe(e, x)
    k, r = reduced(e, e.abs(x))
    back = e.isub(e.integer(0), k)
    up, down = half_power(e, k), half_power(e, back)
    cosine, error = fast_two_sum(e, up, down)
    square = e.mul(r, r)
    s = e.fma(e.mul(square, r), horner(e, square, SINH_POLY), r)
    c = e.mul(square, horner(e, square, COSH_POLY))
    # The tail of the smaller power is at most a quarter of a unit in the last place.
    rest = e.fma(up, e.table(EXP_TAIL, k), error)
    rest = e.fma(e.sub(up, down), s, e.fma(cosine, c, rest))
    fast = e.add(cosine, rest)
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("half_exp", half_exp_full, x), fast))


def tanh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic tangent of x: -n / (2 + n) with n = exp(-2|x|) - 1. From 22 on it is 1."""
    magnitude, two = e.abs(x), e.constant(2.0)
    limit = e.constant(22.0)
    magnitude = e.select(e.gt(magnitude, limit), limit, magnitude)
    n, n_low = expm1_pair(e, e.mul(magnitude, e.constant(-2.0)), negative=True)
    inverse = e.div(e.constant(1.0), e.add(two, n))
    q = e.mul(n, inverse)
    # n - q (2 + n): the first difference is exact, for q lies between n / 2 and n.
    remainder = e.fma(e.neg(q), n, e.fma(e.neg(q), two, n))
    remainder = e.add(remainder, e.fma(e.neg(q), n_low, n_low))
    return e.copysign(e.fma(remainder, inverse, q), x)


def sigmoid(e: Emitter, x: Value) -> Value:
    """Return 1 / (1 + exp(-x)); below -600, where the pair loses its second half, exp(x)."""
    seldom = unsafe(e, x, 600.0)
    one = e.constant(1.0)
    high, low = exp_pair(e, e.neg(x))
    divisor, error = two_sum(e, one, high)
    fast = e.add(*quotient(e, one, None, divisor, e.add(error, low)))

    def slow() -> Value:
        zero = e.constant(0.0)
        below = e.select(e.gt(x, zero), zero, x)
        return e.select(seldom, e.call_shared("exp", exp_full, below), fast)

    return e.guard(seldom, fast, slow)
