"""The readable twin of `_fma_c.pyx`: exact rational arithmetic, rounded once."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

_LARGEST_F32 = float(np.finfo(np.float32).max)


def fma(a: Any, b: Any, c: Any) -> Any:
    """Return a*b + c elementwise with a single rounding; float32 if all three are, else float64."""
    a, b, c = np.asarray(a), np.asarray(b), np.asarray(c)
    narrow = a.dtype == b.dtype == c.dtype == np.float32
    arrays = np.broadcast_arrays(a, b, c)
    rounded = _round_f32 if narrow else _round_f64
    values = [_fused(x, y, z, rounded) for x, y, z in zip(*(v.ravel().tolist() for v in arrays), strict=True)]
    return np.array(values, np.float32 if narrow else np.float64).reshape(arrays[0].shape)[()]


def _fused(a: float, b: float, c: float, rounded: Any) -> float:
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        # Nothing is rounded: a finite product must not overflow on its way to an infinite c.
        return c if math.isfinite(a) and math.isfinite(b) else a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    if exact == 0:
        # Two zeros keep their common sign; a true cancellation gives +0.
        return a * b + c if (a == 0 or b == 0) and c == 0 else 0.0
    return float(rounded(exact))


def _round_f64(exact: Fraction) -> float:
    try:
        return float(exact) or (0.0 if exact > 0 else -0.0)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def _round_f32(exact: Fraction) -> float:
    # Rounding to float64 first would round twice: scale to the last place of float32 and round half to even once.
    if abs(exact) > 2 * _LARGEST_F32:
        return math.inf if exact > 0 else -math.inf
    exponent = max(math.frexp(float(exact))[1] - 24, -149)
    scaled = round(exact / Fraction(2) ** exponent)
    value = math.ldexp(scaled, exponent)
    return math.copysign(math.inf if abs(value) > _LARGEST_F32 else value, 1 if exact > 0 else -1)
