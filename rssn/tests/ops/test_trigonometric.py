"""Circular functions against mpmath, and exact zeros of half turns."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.testing import assert_same_bits, assert_within_ulps

inf, nan = np.inf, np.nan
ORACLES = {
    "sin": (mpmath.sin, -1e9, 1e9), "cos": (mpmath.cos, -1e9, 1e9), "tan": (mpmath.tan, -1e9, 1e9),
    "asin": (mpmath.asin, -1, 1), "acos": (mpmath.acos, -1, 1), "atan": (mpmath.atan, -1e9, 1e9),
    "sinpi": (mpmath.sinpi, -1e9, 1e9), "cospi": (mpmath.cospi, -1e9, 1e9),
}  # fmt: skip


@pytest.mark.parametrize("name", ORACLES)
@given(data=st.data())
def test_functions_are_accurate(name: str, data: st.DataObject) -> None:
    oracle, low, high = ORACLES[name]
    x = data.draw(st.floats(low, high))
    with mpmath.workprec(1200):
        assert_within_ulps(ops.lookup(name).value(x), float(oracle(mpmath.mpf(x))), limit=4)


@given(st.floats(), st.floats())
def test_atan2_is_pythons(y: float, x: float) -> None:
    import math

    assert_within_ulps(ops.atan2(y, x), math.atan2(y, x), limit=1)


@given(st.integers(-(2**53), 2**53))
def test_half_turns_hit_their_zeros(n: int) -> None:
    """sinpi of a whole number is a zero of its sign; cospi of an odd half is +0."""
    assert_same_bits(ops.sinpi(float(n)), np.copysign(np.float64(0), float(n)))
    assert ops.cospi(float(n)) == (-1.0 if n % 2 else 1.0)
    if abs(n) < 2**51:
        assert_same_bits(ops.cospi(n + 0.5), np.float64(0.0))
        assert ops.sinpi(n + 0.5) == (-1.0 if n % 2 else 1.0)


def test_values_at_the_edges() -> None:
    rows = [
        (ops.sin(-0.0), -0.0), (ops.sin(inf), nan), (ops.cos(0.0), 1.0), (ops.tan(-0.0), -0.0), (ops.asin(2.0), nan),
        (ops.acos(1.0), 0.0), (ops.atan(inf), np.pi / 2), (ops.atan2(-0.0, -1.0), -np.pi), (ops.sinpi(-0.0), -0.0),
        (ops.sinpi(inf), nan), (ops.cospi(-inf), nan), (ops.sinpi(-2.0), -0.0),
    ]  # fmt: skip
    for got, wanted in rows:
        assert_same_bits(got, np.float64(wanted))
