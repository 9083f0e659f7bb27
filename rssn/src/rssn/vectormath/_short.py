"""f64 to some 2^-32, for results that are rounded to f32: pow and erfc, whose own f32 would need pairs throughout."""

from __future__ import annotations

from ._builder import Value
from ._coefficients32 import (
    SHORT_ERFC_POLY,
    SHORT_EXP2_POLY,
    SHORT_LOG2_HIGH,
    SHORT_LOG2_POLY,
    SHORT_LOG_INVERSE,
)
from ._emitter import Emitter, pattern
from ._lanes import by_f64
from ._log import split
from ._log import unsafe as log_unsafe
from ._pairs import horner, shifted_integer
from ._pow import pow_full

_RANGE = 1000.0
"""Powers of two within this range are normal numbers, and far beyond those of f32."""


def _log2(e: Emitter, x: Value) -> Value:
    """Return log2(x) of a positive normal number."""
    k, z, interval = split(e, x, safe=True)
    r = e.fma(z, e.table(SHORT_LOG_INVERSE, interval), e.constant(-1.0))
    return e.fma(r, horner(e, r, SHORT_LOG2_POLY), e.add(k, e.table(SHORT_LOG2_HIGH, interval)))


def _exp2(e: Emitter, x: Value) -> Value:
    """Return 2^x for |x| <= _RANGE."""
    k, kf = shifted_integer(e, x, 1.0)
    power = e.from_bits(e.iadd(e.ishl(k, 52), e.integer(pattern(1.0))))
    return e.mul(power, horner(e, e.sub(x, kf), SHORT_EXP2_POLY))


def _pow(e: Emitter, x: Value, y: Value) -> Value:
    exponent = e.mul(y, _log2(e, x))
    seldom = e.mask_or(log_unsafe(e, x), e.compare("ugt", e.abs(exponent), e.constant(_RANGE)))
    fast = _exp2(e, exponent)
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("pow", pow_full, x, y), fast))


def _erfc(e: Emitter, x: Value) -> Value:
    """Return erfc(x) for the f32 in x: x^2 is exact, and beyond 11 all is 0 or 2."""
    magnitude, limit = e.abs(x), e.constant(11.0)
    cut = e.select(e.gt(magnitude, limit), limit, magnitude)
    inverse = e.div(e.constant(1.0), e.add(cut, e.constant(3.0)))
    decay = _exp2(e, e.mul(e.mul(cut, cut), e.constant(-1.4426950408889634)))
    tail = e.mul(decay, e.mul(inverse, horner(e, inverse, SHORT_ERFC_POLY)))
    return e.select(e.lt(x, e.constant(0.0)), e.sub(e.constant(2.0), tail), tail)


pow_single = by_f64(_pow)
erfc_single = by_f64(_erfc)
