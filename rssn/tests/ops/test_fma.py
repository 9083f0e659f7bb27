"""The fused multiply-add against exact rational arithmetic."""

from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from rssn import ops
from rssn.testing import assert_same_bits

floats = st.floats(allow_nan=False, allow_infinity=False)
narrow = st.floats(width=32, allow_nan=False, allow_infinity=False)


def rounded(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


@given(floats, floats, floats)
@example(1e308, 10.0, -1e308)
@example(5e-324, 0.5, 0.0)
@example(-5e-324, 0.5, 0.0)
@example(1.0 + 2**-52, 1.0 + 2**-52, -1.0)
def test_fma_rounds_once(a: float, b: float, c: float) -> None:
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    got = ops.fma(a, b, c)
    if exact:
        assert_same_bits(got, np.float64(rounded(exact)))
    else:
        assert got == 0.0


@given(narrow, narrow, narrow)
@example(1.0 + 2**-23, 1.0 + 2**-23, 2.0**-60)
@example(2.0**-126, 0.5, 2.0**-149)
def test_narrow_fma_rounds_once(a: float, b: float, c: float) -> None:
    """f32: the nearest f32 of the exact value, found by comparing the neighbours of a candidate exactly."""
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    got = ops.fma(*[np.array([v], np.float32) for v in (a, b, c)])[0]
    if not np.isfinite(got):
        # Half a unit beyond the largest f32 rounds to infinity.
        assert abs(exact) >= Fraction(2) ** 128 - Fraction(2) ** 103
        return
    with np.errstate(over="ignore"):
        neighbours = [np.nextafter(got, np.float32(side)) for side in (-np.inf, np.inf)]
    for neighbour in neighbours:
        if np.isfinite(neighbour):
            distance, other = abs(exact - Fraction(float(got))), abs(exact - Fraction(float(neighbour)))
            assert distance < other or (distance == other and not got.view(np.int32) & 1)


def test_fma_of_special_values() -> None:
    """As IEEE 754 has it."""
    inf, nan = np.inf, np.nan
    rows = [
        ((0.0, inf, 1.0), nan), ((inf, 1.0, -inf), nan), ((1e308, 1e308, -inf), -inf), ((2.0, 3.0, inf), inf),
        ((nan, 1.0, 1.0), nan), ((-0.0, 1.0, -0.0), -0.0), ((-0.0, 1.0, 0.0), 0.0), ((1.0, 1.0, -1.0), 0.0),
        ((0.0, 5.0, -3.0), -3.0),
    ]  # fmt: skip
    for operands, wanted in rows:
        assert_same_bits(ops.fma(*operands), np.float64(wanted))
        assert_same_bits(
            ops.fma(*[np.array([v], np.float32) for v in operands]), np.array([wanted]).astype(np.float32)
        ) if abs(operands[0]) != 1e308 else None
    columns = [np.array(column) for column in zip(*[operands for operands, _ in rows], strict=True)]
    assert_same_bits(ops.fma(*columns), np.array([wanted for _, wanted in rows]))
