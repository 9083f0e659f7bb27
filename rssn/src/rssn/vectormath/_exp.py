"""exp and the powers of 2 and 10.

x = k ln2 / 16 + r with |r| <= ln2 / 32; 2^(k/16) comes from a table of
sixteen and the exponent bits, exp(r) - 1 from a polynomial of degree seven.
"""

from __future__ import annotations

from ._builder import Value
from ._coefficients import EXP_POLY, EXP_SCALE, EXP_STEP, EXP_TABLE, EXP_TAIL
from ._emitter import Emitter, from_pattern
from ._pairs import SHIFT, clamp, horner, shifted_integer

_POWERS = tuple(from_pattern(n) for n in EXP_TABLE)
LIMIT = 708.0
"""Up to here the result is a normal number whose exponent bits need no care."""


def power_of_two(e: Emitter, k: Value) -> Value:
    """Return 2^(k/16) to double precision: the table's bits lack k's low four bits, which k itself brings."""
    return e.from_bits(e.iadd(e.to_bits(e.table(_POWERS, k)), e.ishl(k, 48)))


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


def unsafe(e: Emitter, x: Value) -> Value:
    """Return where exp's fast path does not hold, NaN included."""
    return e.compare("ugt", e.abs(x), e.constant(LIMIT))


def scaled_power(e: Emitter, k: Value, p: Value, halvings: int = 0) -> Value:
    """Return 2^(k/16 - halvings) (1 + p), overflowing and underflowing as it should, for |k| < 2^15."""
    low = e.iand(k, e.integer(15))
    factor = e.from_bits(e.iadd(e.to_bits(e.table(_POWERS, k)), e.ishl(low, 48)))
    exponent = e.iashr(e.isub(k, e.integer(_SHIFT_BITS)), 4)
    if halvings:
        exponent = e.isub(exponent, e.integer(halvings))
    first = e.iashr(exponent, 1)
    second = e.isub(exponent, first)
    result = e.fma(factor, p, factor)
    for part in (first, second):
        result = e.mul(result, e.from_bits(e.ishl(e.iadd(part, e.integer(1023)), 52)))
    return result


_SHIFT_BITS = 0x4338000000000000
assert from_pattern(_SHIFT_BITS) == SHIFT


def exp_full(e: Emitter, x: Value) -> Value:
    """Return exp(x) for every x."""
    k, r = reduced(e, clamp(e, x, -1100.0, 1100.0))
    return scaled_power(e, k, exp_fraction(e, k, r))


def exp(e: Emitter, x: Value) -> Value:
    """Return exp(x)."""
    k, r = reduced(e, x)
    power = power_of_two(e, k)
    fast = e.fma(power, exp_fraction(e, k, r), power)
    return e.guard(unsafe(e, x), fast, lambda: e.call_shared("exp", exp_full, x))
