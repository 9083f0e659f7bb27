"""The rulers themselves are measured first."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.testing import assert_same_bits, assert_within_ulps, ulp_difference

doubles = st.floats(width=64)


@given(doubles)
def test_neighbours_are_one_ulp_apart(x: float) -> None:
    if math.isnan(x) or x == math.inf:
        assert ulp_difference(np.array([x]), np.array([x]))[0] == 0
    else:
        assert ulp_difference(np.array([x]), np.array([math.nextafter(x, math.inf)]))[0] == 1


@given(doubles, doubles)
def test_distance_is_symmetric_and_counts_every_number_between(x: float, y: float) -> None:
    there, back = ulp_difference(np.array([x]), np.array([y])), ulp_difference(np.array([y]), np.array([x]))
    assert there[0] == back[0]
    if not (math.isnan(x) or math.isnan(y)):
        assert (there[0] == 0) == (x == y)


@given(st.lists(st.floats(width=32), min_size=1))
def test_single_precision_has_its_own_ulps(values: list[float]) -> None:
    x = np.array(values, dtype=np.float32)
    x = x[np.abs(x) < np.finfo(np.float32).max]
    assert np.all(ulp_difference(x, np.nextafter(x, np.float32(np.inf))) == 1)


def test_a_nan_is_near_only_to_a_nan() -> None:
    assert ulp_difference(np.array([np.nan, np.nan, 1.0]), np.array([np.nan, 1.0, np.nan])).tolist() == [
        0,
        np.inf,
        np.inf,
    ]


def test_a_scalar_is_an_array_without_dimensions() -> None:
    assert_within_ulps(np.float64(1.0), 1.0, limit=0)
    assert_same_bits(np.float64(2.0), np.float64(2.0))


def test_failure_names_the_worst_element() -> None:
    with pytest.raises(AssertionError, match=r"worst at 1: got .*2\.0.*, wanted .*3\.0"):
        assert_within_ulps(np.array([1.0, 2.0]), np.array([1.0, 3.0]))


def test_bits_tell_the_zeros_apart_but_not_the_nans() -> None:
    with pytest.raises(AssertionError, match="first at 0"):
        assert_same_bits(np.array([-0.0]), np.array([0.0]))
    assert_same_bits(np.array([np.nan]), -np.array([np.nan]))


@pytest.mark.parametrize("other", [np.array([1.0, 2.0]), np.array([1.0], dtype=np.float32)])
def test_shape_and_dtype_belong_to_the_bits(other: np.ndarray) -> None:
    with pytest.raises(AssertionError):
        assert_same_bits(np.array([1.0]), other)
