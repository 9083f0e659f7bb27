"""Intervals: meeting, joining, containing; bounds rounded outwards."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.errors import AssumptionError
from rssn.rules import UNKNOWN, Interval, between, point

exact = st.one_of(st.integers(-(10**20), 10**20), st.fractions(max_denominator=10**6))


@given(value=exact)
def test_a_point_encloses_its_number(value: int | Fraction) -> None:
    """Though the bounds are floats; and it knows sign, wholeness and the exact value."""
    known = point(value)
    assert value in known
    assert known.constant == value
    assert known.sign == (value > 0) - (value < 0)
    assert known.integer == (value == int(value))
    assert known.is_nonzero == (value != 0)


@given(values=st.lists(exact, min_size=3, max_size=5))
def test_meet_and_join_bound_each_other(values: list[int | Fraction]) -> None:
    """A value of both is in the meet, a value of either is in the join."""
    low, middle, *rest = sorted(values)
    first, second = between(low, rest[-1]), between(middle, rest[-1])
    assert middle in first.meet(second)
    assert low in first.join(second)
    assert low in second.meet(first) or low != middle


def test_open_bounds_are_left_out() -> None:
    """(0, 1] has no 0, [0, 1] without zero neither: both are positive."""
    assert 0 not in Interval(0.0, 1.0, low_open=True)
    assert Interval(0.0, 1.0, low_open=True).is_positive
    assert Interval(0.0, 1.0, nonzero=True).is_positive
    assert not Interval(0.0, 1.0).is_positive
    assert Interval(0.0, 0.0).sign == 0
    assert Interval(-1.0, 1.0).sign is None


@pytest.mark.parametrize("empty", [Interval(1.0, 0.0), Interval(0.0, 0.0, nonzero=True), Interval(1.0, 1.0, True)])
def test_an_interval_without_values_is_empty(empty: Interval) -> None:
    """Also the whole numbers strictly between 0 and 1."""
    assert empty.is_empty
    assert Interval(0.0, 1.0, True, True, integer=True).is_empty
    assert not Interval(0.0, 1.0, integer=True).is_empty


def test_numbers_that_are_not_finite_are_not_known() -> None:
    """An infinity or NaN is no real number."""
    assert point(math.inf) == point(math.nan) == UNKNOWN


def test_reversed_bounds_are_refused() -> None:
    """`between` says so rather than returning nothing."""
    with pytest.raises(AssumptionError, match="no number"):
        between(2, 1)


def test_intervals_print_as_on_paper() -> None:
    """Round brackets leave the bound out."""
    assert str(Interval(0.0, math.inf, low_open=True)) == "(0, inf)"
    assert str(Interval(-1.0, 1.0)) == "[-1, 1]"
