"""Choices, minimum and maximum."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.testing import assert_same_bits

nan = np.nan
floats = st.one_of(st.floats(), st.sampled_from([0.0, -0.0, nan]))


def smaller(a: float, b: float) -> float:
    """IEEE 754-2019's minimum, said in Python."""
    if a != a or b != b:
        return nan
    return min((a, b), key=lambda v: (v, np.copysign(1.0, v)))


@given(floats, floats)
def test_min_and_max_pass_nan_and_order_the_zeros(a: float, b: float) -> None:
    assert_same_bits(ops.min(a, b), np.float64(smaller(a, b)))
    assert_same_bits(ops.max(a, b), np.float64(-smaller(-a, -b)))


@given(st.lists(floats, min_size=2, max_size=6))
def test_min_of_many_is_the_min_of_pairs(values: list[float]) -> None:
    wanted = values[0]
    for value in values[1:]:
        wanted = smaller(wanted, value)
    assert_same_bits(ops.min(*values), np.float64(wanted))


@given(floats, floats, floats)
def test_clamp_is_min_of_max(x: float, low: float, high: float) -> None:
    assert_same_bits(ops.clamp(x, low, high), ops.min(ops.max(x, low), high))


def test_where_ignores_what_it_does_not_choose() -> None:
    condition = np.array([True, False])
    np.testing.assert_array_equal(ops.where(condition, [1.0, nan], [nan, 2.0]), [1.0, 2.0])
    assert ops.where(nan, 1.0, 2.0) == 1.0
    assert ops.where(0.0, 1.0, 2.0) == 2.0


def test_a_choice_between_bools_is_a_bool() -> None:
    bools = np.array([True, False])
    assert ops.where(bools, bools, ~bools).dtype == np.bool_
    assert ops.where(bools, bools, 0.5).dtype == np.float64
    assert ops.piecewise(bools, bools, bools).dtype == np.bool_


def test_piecewise_takes_the_first_condition_that_holds() -> None:
    x = np.array([-1.0, 0.5, 2.0, nan])
    np.testing.assert_array_equal(ops.piecewise(x < 0, 10.0, x < 1, 20.0, 30.0), [10.0, 20.0, 30.0, 30.0])
    np.testing.assert_array_equal(ops.piecewise(x < 0, 10.0, x < 1, 20.0), [10.0, 20.0, nan, nan])
