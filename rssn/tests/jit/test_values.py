"""Minimum and maximum, which NumPy leaves open at zeros."""

import numpy as np
import pytest

from rssn.jit._values import maximum, minimum


@pytest.mark.parametrize(("a", "b"), [(0.0, -0.0), (-0.0, 0.0)])
def test_minus_zero_is_below_plus_zero(a, b):
    """Whichever comes first."""
    assert np.signbit(minimum(a, b))
    assert not np.signbit(maximum(a, b))


@pytest.mark.parametrize("function", [minimum, maximum])
def test_a_nan_passes(function):
    """From either side."""
    assert np.isnan(function(np.nan, 1.0))
    assert np.isnan(function(1.0, np.nan))


def test_arrays():
    """Elementwise."""
    assert minimum(np.array([1.0, -2.0]), np.array([0.5, 3.0])).tolist() == [0.5, -2.0]
