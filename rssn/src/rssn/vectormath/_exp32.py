"""exp and the powers of 2 and 10 in single precision: no table, x = k ln2 + r and a polynomial of degree six."""

from __future__ import annotations

from collections.abc import Callable

from ._builder import Value
from ._coefficients32 import EXP10_SCALE, EXP10_STEP, EXP_POLY, EXP_SCALE, EXP_STEP, EXPM1_POLY, LN2, LN10
from ._emitter import Emitter
from ._formats import FORMATS
from ._pairs import clamp, fast_two_sum, horner, shifted_integer, two_product

LIMIT = 87.0
"""Up to here the result is a normal number whose exponent bits need no care."""
_CLAMP = 130.0
"""Beyond, the result has long been 0 or infinite."""
_FORMAT = FORMATS["f32"]
Parts = Callable[[Emitter, Value], tuple[Value, Value]]


def power_of_two(e: Emitter, k: Value) -> Value:
    """Return 2^k, k in the low bits of an int."""
    return e.from_bits(e.iadd(e.ishl(k, 23), e.integer(_FORMAT.bits(1.0))))


def unsafe(e: Emitter, x: Value, limit: float = LIMIT) -> Value:
    """Return where a fast path does not hold, NaN included."""
    return e.compare("ugt", e.abs(x), e.constant(limit))


def clamped(e: Emitter, x: Value, log_base: float = 1.0) -> Value:
    """Return x, or something nearer to 0 whose power is 0 or infinite too."""
    return clamp(e, x, -_CLAMP * log_base, _CLAMP * log_base)


def scaled_power(e: Emitter, k: Value, p: Value, *, halvings: int = 0) -> Value:
    """Return 2^(k - halvings) (1 + p), overflowing and underflowing as it should."""
    exponent = e.isub(k, e.integer(_FORMAT.shift_bits + halvings))
    first = e.iashr(exponent, 1)
    result = e.add(e.constant(1.0), p)
    for part in (first, e.isub(exponent, first)):
        result = e.mul(result, e.from_bits(e.ishl(e.iadd(part, e.integer(_FORMAT.bias)), _FORMAT.mantissa)))
    return result


def _fraction(e: Emitter, u: Value, rest: Value) -> Value:
    """Return exp(u + rest) - 1, rounding u + rest in the small terms only."""
    r = e.add(u, rest)
    return e.add(u, e.fma(e.mul(r, r), horner(e, r, EXP_POLY), rest))


def natural(e: Emitter, x: Value) -> tuple[Value, Value]:
    """Return k and p with exp(x) = 2^k (1 + p)."""
    k, kf = shifted_integer(e, x, EXP_SCALE)
    u = e.fma(kf, e.constant(-EXP_STEP[0]), x)
    return k, _fraction(e, u, e.mul(kf, e.constant(-EXP_STEP[1])))


def _base2(e: Emitter, x: Value) -> tuple[Value, Value]:
    k, kf = shifted_integer(e, x, 1.0)
    f = e.sub(x, kf)
    u, u_low = two_product(e, f, e.constant(LN2[0]))
    return k, _fraction(e, u, e.fma(f, e.constant(LN2[1]), u_low))


def _base10(e: Emitter, x: Value) -> tuple[Value, Value]:
    k, kf = shifted_integer(e, x, EXP10_SCALE)
    first, step = e.fma(kf, e.constant(-EXP10_STEP[0]), x), e.constant(-EXP10_STEP[1])
    f = e.fma(kf, step, first)
    f_low = e.fma(kf, step, e.sub(first, f))
    u, u_low = two_product(e, f, e.constant(LN10[0]))
    return k, _fraction(e, u, e.fma(f_low, e.constant(LN10[0]), e.fma(f, e.constant(LN10[1]), u_low)))


def exp_sum(e: Emitter, x: Value, low: Value | None = None) -> tuple[Value, Value, Value]:
    """Return S, a and b with exp(x + low) = S + a + b: S a power of two, b below a's last place."""
    k, kf = shifted_integer(e, x, EXP_SCALE)
    step = e.constant(-EXP_STEP[1])
    u = e.fma(kf, e.constant(-EXP_STEP[0]), x)
    r = e.fma(kf, step, u)
    r_low = e.fma(kf, step, e.sub(u, r))
    if low is not None:
        r_low = e.add(r_low, low)
    power = power_of_two(e, k)
    p, p_low = fast_two_sum(e, r, e.fma(e.mul(r, r), horner(e, r, EXPM1_POLY), e.fma(r_low, r, r_low)))
    return power, e.mul(power, p), e.mul(power, p_low)


def _power(e: Emitter, name: str, x: Value, parts: Parts, limit: float, log_base: float = 1.0) -> Value:
    """Return the power of a base: its fast path, and behind a guard the one for every x."""

    def full(e: Emitter, x: Value) -> Value:
        return scaled_power(e, *parts(e, clamped(e, x, log_base)))

    k, p = parts(e, x)
    power = power_of_two(e, k)
    fast = e.fma(power, p, power)
    return e.guard(unsafe(e, x, limit), fast, lambda: e.call_shared(name, full, x))


def exp_full(e: Emitter, x: Value) -> Value:
    """Return exp(x) for every x."""
    return scaled_power(e, *natural(e, clamped(e, x)))


def exp(e: Emitter, x: Value) -> Value:
    """Return exp(x)."""
    return _power(e, "exp", x, natural, LIMIT)


def exp2(e: Emitter, x: Value) -> Value:
    """Return 2 to the power of x."""
    return _power(e, "exp2", x, _base2, 126.0, 1.45)


def exp10(e: Emitter, x: Value) -> Value:
    """Return 10 to the power of x."""
    return _power(e, "exp10", x, _base10, 37.0, 0.44)
