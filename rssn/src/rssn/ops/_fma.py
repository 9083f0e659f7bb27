"""The fused multiply-add with a single rounding, in integers: slow, and right everywhere."""

from __future__ import annotations

from math import isfinite
from typing import Any

from .._numpy import np
from ._values import arithmetic


def fused(a: float, b: float, c: float) -> float:
    """a·b + c rounded once to f64, with IEEE 754's answers for zeros, infinities and NaN."""
    if not (isfinite(a) and isfinite(b)):
        return a * b + c
    if not isfinite(c):
        return c
    product = a * b
    if a == 0.0 or b == 0.0:
        return product + c
    (an, ad), (bn, bd), (cn, cd) = a.as_integer_ratio(), b.as_integer_ratio(), c.as_integer_ratio()
    above, below = an * bn * cd + cn * ad * bd, ad * bd * cd
    if above == 0:
        # Exact cancellation gives +0; c is not zero here, because a non-zero product needs a partner to cancel.
        return 0.0
    try:
        return above / below  # int / int rounds correctly, subnormals included
    except OverflowError:
        return float("inf") if above > 0 else float("-inf")


def _fused_narrow(a: Any, b: Any, c: Any) -> Any:
    """The same for f32: the product is exact in f64, and the sum is rounded to odd, so one rounding counts."""
    product, addend = np.multiply(a, b, dtype=np.float64), np.asarray(c, dtype=np.float64)
    total = product + addend
    part = total - product
    error = (product - (total - part)) + (addend - part)
    bits = np.asarray(total).view(np.int64)
    odd = (bits & 1) == 1
    inexact = (error != 0.0) & np.isfinite(total) & ~odd
    away = (error > 0.0) == (total > 0.0)
    return (bits + np.where(inexact, np.where(away, 1, -1), 0)).view(np.float64).astype(np.float32)[()]


@arithmetic
def fma(a: Any, b: Any, c: Any) -> Any:
    """a·b + c with one rounding, elementwise."""
    if np.result_type(a, b, c) == np.float32:
        return _fused_narrow(a, b, c)
    result = np.frompyfunc(fused, 3, 1)(a, b, c)
    return result.astype(np.float64) if isinstance(result, np.ndarray) else np.float64(result)
