"""exp, and the powers of 2 and 10 in the same way.

x = k ln2 / 16 + r with |r| <= ln2 / 32; 2^(k/16) comes from a table of
sixteen and the exponent bits, exp(r) - 1 from a polynomial of degree seven.
"""

from __future__ import annotations

from collections.abc import Callable

from ._builder import Value
from ._coefficients import (
    EXP10_SCALE,
    EXP10_STEP,
    EXP_POLY,
    EXP_SCALE,
    EXP_STEP,
    EXP_TABLE,
    EXP_TAIL,
    LN2,
    LN10,
)
from ._emitter import Body, Emitter, from_pattern
from ._pairs import SHIFT, clamp, fast_two_sum, fused_sum, horner, shifted_integer

_POWERS = tuple(from_pattern(n) for n in EXP_TABLE)
_HALF_POWERS = tuple(from_pattern(n - (1 << 52)) for n in EXP_TABLE)
Reduction = Callable[[Emitter, Value], tuple[Value, Value]]
LIMIT = 708.0
"""Up to here the result is a normal number whose exponent bits need no care."""


def power_of_two(e: Emitter, k: Value) -> Value:
    """Return 2^(k/16) to double precision: the table's bits lack k's low four bits, which k itself brings."""
    return e.from_bits(e.iadd(e.to_bits(e.table(_POWERS, k)), e.ishl(k, 48)))


def half_power(e: Emitter, k: Value) -> Value:
    """Return 2^(k/16) / 2 as `power_of_two` does."""
    return e.from_bits(e.iadd(e.to_bits(e.table(_HALF_POWERS, k)), e.ishl(k, 48)))


def exp_fraction(e: Emitter, k: Value, r: Value) -> Value:
    """Return p such that 2^(k/16) exp(r) = S + S p, S being `power_of_two`."""
    return e.fma(e.mul(r, r), horner(e, r, EXP_POLY), e.add(r, e.table(EXP_TAIL, k)))


def reduced(e: Emitter, x: Value, low: Value | None = None) -> tuple[Value, Value]:
    """Return k and r of x + low = k ln2 / 16 + r, k in the low bits of an int."""
    k, kf = shifted_integer(e, x, EXP_SCALE)
    u = e.fma(kf, e.constant(-EXP_STEP[0]), x)
    if low is None:
        return k, e.fma(kf, e.constant(-EXP_STEP[1]), u)
    return k, e.add(u, e.fma(kf, e.constant(-EXP_STEP[1]), low))


def unsafe(e: Emitter, x: Value, limit: float = LIMIT) -> Value:
    """Return where a fast path does not hold, NaN included."""
    return e.compare("ugt", e.abs(x), e.constant(limit))


def scaled_power(e: Emitter, k: Value, p: Value, *, halvings: int = 0, factor: Value | None = None) -> Value:
    """Return factor 2^(k/16 - halvings) (1 + p), overflowing and underflowing as it should, for |k| < 2^15."""
    low = e.iand(k, e.integer(15))
    root = e.from_bits(e.iadd(e.to_bits(e.table(_POWERS, k)), e.ishl(low, 48)))
    exponent = e.iashr(e.isub(k, e.integer(_SHIFT_BITS)), 4)
    if halvings:
        exponent = e.isub(exponent, e.integer(halvings))
    first = e.iashr(exponent, 1)
    second = e.isub(exponent, first)
    result = e.fma(root, p, root)
    if factor is not None:
        result = e.mul(result, factor)
    for part in (first, second):
        result = e.mul(result, e.from_bits(e.ishl(e.iadd(part, e.integer(1023)), 52)))
    return result


_SHIFT_BITS = 0x4338000000000000
assert from_pattern(_SHIFT_BITS) == SHIFT


def exp_full(e: Emitter, x: Value) -> Value:
    """Return exp(x) for every x."""
    k, r = reduced(e, clamp(e, x, -1100.0, 1100.0))
    return scaled_power(e, k, exp_fraction(e, k, r))


def exp_parts(e: Emitter, x: Value, low: Value | None = None) -> tuple[Value, Value, Value]:
    """Return S, p and q with exp(x + low) = S (1 + p + q): S a power of two in a double, q below p's last place."""
    k, kf = shifted_integer(e, x, EXP_SCALE)
    step = e.constant(-EXP_STEP[1])
    u = e.fma(kf, e.constant(-EXP_STEP[0]), x)
    r = e.fma(kf, step, u)
    r_low = e.fma(kf, step, e.sub(u, r))
    if low is not None:
        r_low = e.add(r_low, low)
    # exp(r + d) - 1 = (exp(r) - 1) + d exp(r), for d the parts below r's last place.
    rest = e.add(r_low, e.table(EXP_TAIL, k))
    rest = e.fma(rest, r, rest)
    return power_of_two(e, k), *fast_two_sum(e, r, e.fma(e.mul(r, r), horner(e, r, EXP_POLY), rest))


def exp_pair(e: Emitter, x: Value, low: Value | None = None) -> tuple[Value, Value]:
    """Return exp(x + low) as a pair, for |x| <= 708."""
    power, p, q = exp_parts(e, x, low)
    high, rest = fused_sum(e, power, power, p)
    return high, e.fma(power, q, rest)


def exp(e: Emitter, x: Value) -> Value:
    """Return exp(x)."""
    k, r = reduced(e, x)
    power = power_of_two(e, k)
    fast = e.fma(power, exp_fraction(e, k, r), power)
    return e.guard(unsafe(e, x), fast, lambda: e.call_shared("exp", exp_full, x))


def _reduced_base2(e: Emitter, x: Value) -> tuple[Value, Value]:
    k, kf = shifted_integer(e, x, 16.0)
    f = e.fma(kf, e.constant(-1.0 / 16), x)
    return k, e.fma(f, e.constant(LN2[0]), e.mul(f, e.constant(LN2[1])))


def _reduced_base10(e: Emitter, x: Value) -> tuple[Value, Value]:
    k, kf = shifted_integer(e, x, EXP10_SCALE)
    f = e.fma(kf, e.constant(-EXP10_STEP[1]), e.fma(kf, e.constant(-EXP10_STEP[0]), x))
    return k, e.fma(f, e.constant(LN10[0]), e.mul(f, e.constant(LN10[1])))


def _power_full(reduce: Reduction, limit: float) -> Body:
    def full(e: Emitter, x: Value) -> Value:
        k, r = reduce(e, clamp(e, x, -limit, limit))
        return scaled_power(e, k, exp_fraction(e, k, r))

    return full


def exp2(e: Emitter, x: Value) -> Value:
    """Return 2 to the power of x."""
    k, r = _reduced_base2(e, x)
    power = power_of_two(e, k)
    fast = e.fma(power, exp_fraction(e, k, r), power)
    seldom = unsafe(e, x, 1021.0)
    return e.guard(seldom, fast, lambda: e.call_shared("exp2", _power_full(_reduced_base2, 1500.0), x))


def exp10(e: Emitter, x: Value) -> Value:
    """Return 10 to the power of x."""
    k, r = _reduced_base10(e, x)
    power = power_of_two(e, k)
    fast = e.fma(power, exp_fraction(e, k, r), power)
    seldom = unsafe(e, x, 307.0)
    return e.guard(seldom, fast, lambda: e.call_shared("exp10", _power_full(_reduced_base10, 450.0), x))
