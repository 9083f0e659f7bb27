"""Arithmetic and powers: values at the edges, and what literal exponents mean."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.testing import assert_same_bits, assert_within_ulps

inf, nan = np.inf, np.nan
floats = st.floats()
nonzero = st.floats(allow_nan=False, allow_infinity=False).filter(bool)


@given(floats, nonzero)
def test_mod_and_floordiv_are_pythons(a: float, b: float) -> None:
    """Python floats are floored too; only where a is infinite or NaN does Python raise or differ."""
    if np.isfinite(a):
        assert_same_bits(ops.mod(a, b), np.float64(a % b))
        assert_same_bits(ops.floordiv(a, b), np.float64(a // b))


@pytest.mark.parametrize(
    ("name", "operands", "wanted"),
    [
        ("div", (1.0, 0.0), inf), ("div", (-1.0, 0.0), -inf), ("div", (1.0, -0.0), -inf), ("div", (0.0, 0.0), nan),
        ("mod", (5.0, 0.0), nan), ("mod", (5.0, inf), 5.0), ("mod", (5.0, -inf), -inf), ("mod", (-0.0, 3.0), 0.0),
        ("mod", (inf, 3.0), nan), ("floordiv", (5.0, 0.0), inf), ("floordiv", (-5.0, inf), -1.0),
        ("floordiv", (inf, 1.0), nan), ("neg", (0.0,), -0.0), ("neg", (nan,), nan), ("sqrt", (-0.0,), -0.0),
        ("sqrt", (-1.0,), nan), ("pow", (nan, 0.0), 1.0), ("pow", (1.0, nan), 1.0), ("pow", (-8.0, 1 / 3), nan),
        ("pow", (0.0, -1.5), inf), ("pow", (-0.0, 3.0), -0.0), ("mul", (0.0, inf), nan), ("sub", (inf, inf), nan),
    ],
)  # fmt: skip
def test_values_at_the_edges(name: str, operands: tuple[float, ...], wanted: float) -> None:
    assert_same_bits(ops.lookup(name).value(*operands), np.float64(wanted))


@given(floats, st.integers(-16, 16))
def test_a_literal_power_is_a_chain_of_products(x: float, n: int) -> None:
    """x^(2k) is (x^k)^2, x^(2k+1) is x^(2k) times x, x^-n is 1/x^n; each product rounds."""
    with np.errstate(all="ignore"):
        powers = [np.float64(1), np.float64(x)]
        for k in range(2, 17):
            powers.append(powers[k // 2] * powers[k // 2] if k % 2 == 0 else powers[k - 1] * powers[1])
        wanted = powers[n] if n >= 0 else 1 / powers[-n]
    assert_same_bits(ops.literal_power(n)(x), wanted)
    assert_same_bits(ops.literal_power(n)(np.array([x])), np.array([wanted]))


def test_a_half_means_the_square_root() -> None:
    values = np.array([4.0, 2.0, 0.0, -0.0, -1.0, inf, -inf, nan])
    wanted = [2.0, np.sqrt(2.0), 0.0, 0.0, nan, inf, inf, nan]
    for half in (0.5, Fraction(1, 2)):
        assert_same_bits(ops.literal_power(half)(values), np.array(wanted))
    assert ops.literal_power(half)(values.astype(np.float32)).dtype == np.float32


def test_other_exponents_are_plain_powers() -> None:
    for exponent in (17, -17, 2.0, 1.5, Fraction(1, 3), None, "x", True):
        assert ops.literal_power(exponent) is None


@given(st.floats(1e-3, 1e3), st.floats(-50, 50))
def test_powers_are_accurate(a: float, b: float) -> None:
    import mpmath

    with mpmath.workprec(200):
        assert_within_ulps(ops.pow(a, b), float(mpmath.mpf(a) ** b), limit=1)
