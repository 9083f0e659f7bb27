"""How far apart two floating-point answers are, counted in representable numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Float dtype → the integer of the same width whose order we borrow.
_INTEGERS: dict[Any, Any] = {
    np.dtype(np.float16): np.dtype(np.int16),
    np.dtype(np.float32): np.dtype(np.int32),
    np.dtype(np.float64): np.dtype(np.int64),
}


def _pair(actual: ArrayLike, expected: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    got, want = np.asarray(actual), np.asarray(expected)
    if got.dtype not in _INTEGERS:
        raise AssertionError(f"answers must be f16, f32 or f64 to be compared in ULPs; got {got.dtype}")
    if want.dtype != got.dtype:
        want = want.astype(got.dtype)
    if got.shape != want.shape:
        raise AssertionError(f"shapes differ: got {got.shape}, wanted {want.shape}")
    return got, want


def _ordinals(values: NDArray[Any]) -> NDArray[np.int64]:
    """Map floats to integers in the same order, −0 and +0 to one place."""
    integer = _INTEGERS[values.dtype]
    bits = np.ascontiguousarray(values).view(integer).astype(np.int64)
    low = np.int64(np.iinfo(integer).min)
    ordinals: NDArray[np.int64] = np.where(bits < 0, low - bits, bits)
    return ordinals


def ulp_difference(actual: ArrayLike, expected: ArrayLike) -> NDArray[np.float64]:
    """Count the representable numbers between two arrays, element by element, as f64 (exact up to 2**53).

    `actual` gives the dtype (f16, f32 or f64); `expected` is rounded to it. Two NaNs are 0 apart, a NaN and
    a number are infinitely far apart, −0 and +0 are 0 apart, and the largest number is 1 from infinity.
    Raises AssertionError where the shapes differ.
    """
    got, want = _pair(actual, expected)
    left, right = _ordinals(got), _ordinals(want)
    # The exact difference may need 65 bits: where the signs differ, add the two magnitudes as floats.
    same_side = (left < 0) == (right < 0)
    exact = np.abs(np.where(same_side, left - np.where(same_side, right, left), 0)).astype(np.float64)
    across = np.abs(left.astype(np.float64)) + np.abs(right.astype(np.float64))
    apart = np.where(same_side, exact, across)
    nan_got, nan_want = np.isnan(got), np.isnan(want)
    apart = np.where(nan_got & nan_want, 0.0, apart)
    return np.where(nan_got ^ nan_want, np.inf, apart)


def assert_within_ulps(actual: ArrayLike, expected: ArrayLike, *, limit: float = 1.0) -> None:
    """Fail unless every element of `actual` is at most `limit` ULPs from `expected`; says which is the worst."""
    apart = np.atleast_1d(ulp_difference(actual, expected))
    if apart.size == 0 or float(apart.max()) <= limit:
        return
    worst = int(np.argmax(apart))
    got, want = np.atleast_1d(np.asarray(actual)).flat[worst], np.atleast_1d(np.asarray(expected)).flat[worst]
    raise AssertionError(
        f"{int((apart > limit).sum())} of {apart.size} answers are more than {limit:g} ULPs off; "
        f"worst at {worst}: got {got!r}, wanted {want!r}, {apart.flat[worst]:g} ULPs apart"
    )


def assert_same_bits(actual: ArrayLike, expected: ArrayLike) -> None:
    """Fail unless both arrays have one dtype, one shape and the same bits, NaN payloads apart (−0 is not +0)."""
    got, want = np.asarray(actual), np.asarray(expected)
    if got.dtype != want.dtype or got.shape != want.shape:
        raise AssertionError(f"got {got.dtype}{list(got.shape)}, wanted {want.dtype}{list(want.shape)}")
    if got.dtype.kind == "c":
        # Each part by itself: a NaN in one hides nothing of the other.
        got, want = (np.ascontiguousarray(each).view(each.real.dtype) for each in (got, want))
    if got.dtype in _INTEGERS:
        integer = _INTEGERS[got.dtype]
        same = np.ascontiguousarray(got).view(integer) == np.ascontiguousarray(want).view(integer)
        same |= np.isnan(got) & np.isnan(want)
    else:
        same = np.atleast_1d(got == want)
    same = np.atleast_1d(same)
    if same.all():
        return
    first = int(np.argmin(same))
    got_item, want_item = np.atleast_1d(got).flat[first], np.atleast_1d(want).flat[first]
    raise AssertionError(
        f"{int((~same).sum())} of {same.size} answers differ; first at {first}: got {got_item!r}, wanted {want_item!r}"
    )
