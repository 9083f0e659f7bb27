"""Exact multiply-add: native, twin, and big rationals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.jit import _fma, _fma_c, _fma_py
from rssn.testing import assert_same_bits

numbers = st.floats(width=64)
singles = st.floats(width=32)
TWINS = [_fma_c.fma, _fma_py.fma]


@given(numbers, numbers, numbers)
def test_twins_agree_in_f64(a, b, c):
    """C's fma and exact rational arithmetic are the same function."""
    values = [np.float64(v) for v in (a, b, c)]
    assert_same_bits(_fma_c.fma(*values), _fma_py.fma(*values))


@given(singles, singles, singles)
def test_twins_agree_in_f32(a, b, c):
    """Rounded once to f32, not by way of f64."""
    values = [np.float32(v) for v in (a, b, c)]
    assert_same_bits(_fma_c.fma(*values), _fma_py.fma(*values))


@pytest.mark.parametrize("fma", TWINS)
def test_one_rounding(fma):
    """(1 + e)(1 - e) - 1 is -e*e, which a rounded product loses."""
    e = 2.0**-30
    assert fma(1 + e, 1 - e, -1.0) == float(Fraction(1 + e) * Fraction(1 - e) - 1) == -(e**2)


@pytest.mark.parametrize("fma", TWINS)
def test_zeros_keep_their_signs(fma):
    """Exact cancellation is +0, two negative zeros are -0."""
    assert np.signbit(fma(-0.0, 1.0, -0.0))
    assert not np.signbit(fma(1.0, 1.0, -1.0))
    assert np.signbit(fma(5e-324, -0.25, 0.0))


@pytest.mark.parametrize("fma", TWINS)
def test_infinities(fma):
    """A product too large for a float still meets an infinity as a finite number."""
    assert fma(1e200, 1e200, -np.inf) == -np.inf
    assert np.isnan(fma(np.inf, 1.0, -np.inf))
    assert fma(1e308, 10.0, 0.0) == np.inf


@pytest.mark.parametrize("fma", TWINS)
def test_arrays_broadcast(fma):
    """Scalars, columns and read-only arrays mix."""
    a = np.arange(6.0).reshape(2, 3)
    a.flags.writeable = False
    assert (fma(a, 2.0, np.ones((2, 1))) == a * 2 + 1).all()
    assert fma(np.empty(0), 1.0, 1.0).shape == (0,)


def test_the_chosen_one_is_native():
    """Unless RSSN_PURE asks for the twin."""
    assert _fma.fma is _fma_c.fma
