"""Ranges of comparisons, logic, conditions and rounding; and that no operator is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.rules import ANYTHING, INTERVALS, Interval, between, point

LOW, HIGH = Interval(0.0, 1.0), Interval(2.0, 3.0)


def test_every_operator_has_a_range() -> None:
    """The slot is filled for all that come with the library."""
    assert set(INTERVALS) <= {record.name for record in ops.operators() if record.interval is not None}


@pytest.mark.parametrize(
    ("name", "forth", "back", "same"),
    [
        ("lt", 1, 0, None),
        ("le", 1, 0, None),
        ("gt", 0, 1, None),
        ("ge", 0, 1, None),
        ("eq", 0, 0, None),
        ("ne", 1, 1, None),
    ],
)
def test_comparisons_are_decided_by_separate_boxes(name: str, forth: int, back: int, same: int | None) -> None:
    """And open where the boxes overlap."""
    assert INTERVALS[name](LOW, HIGH).constant == forth
    assert INTERVALS[name](HIGH, LOW).constant == back
    assert INTERVALS[name](LOW, LOW).constant is same
    assert INTERVALS[name](LOW, LOW).boolean


def test_logic_uses_what_is_decided() -> None:
    """False and anything is false; a number that is nowhere 0 is true."""
    true, false, open_ = point(True), point(False), INTERVALS["lt"](LOW, LOW)
    assert INTERVALS["and"](false, open_).constant == 0
    assert INTERVALS["or"](true, open_).constant == 1
    assert INTERVALS["and"](true, open_).constant is None
    assert INTERVALS["not"](HIGH).constant == 0
    assert INTERVALS["where"](true, LOW, HIGH) == LOW
    assert str(INTERVALS["where"](open_, LOW, HIGH)) == "[0, 3]"
    assert str(INTERVALS["piecewise"](false, LOW, open_, HIGH, point(5))) == "[2, 5]"


def test_smallest_and_largest() -> None:
    """min, max and clamp bound from both sides."""
    assert str(INTERVALS["min"](ANYTHING, LOW)) == "(-inf, 1]"
    assert str(INTERVALS["max"](ANYTHING, LOW, HIGH)) == "[2, inf)"
    assert str(INTERVALS["clamp"](ANYTHING, point(0), point(1))) == "[0, 1]"


ROUNDING = ("floor", "ceil", "round", "trunc", "frac", "sign", "abs", "neg")


@pytest.mark.parametrize("name", ROUNDING)
@given(ends=st.lists(st.floats(-50, 50), min_size=2, max_size=2), at=st.floats(0, 1))
def test_rounded_values_are_enclosed(name: str, ends: list[float], at: float) -> None:
    """At any point of the box."""
    low, high = sorted(ends)
    place = min(max(low + at * (high - low), low), high)
    known = INTERVALS[name](between(low, high))
    value = ops.lookup(name).value(place)
    assert value in known


@given(x=st.floats(-50, 50), y=st.floats(-5, 5).filter(lambda y: abs(y) > 1e-3), w=st.floats(0, 2))
def test_remainders_are_enclosed(x: float, y: float, w: float) -> None:
    """The remainder has the sign of the divisor; the quotient is rounded down."""
    box, divisor = between(x - w, x + w), point(y)
    for name in ("mod", "floordiv", "copysign"):
        value = float(ops.lookup(name).value(x, y))
        known = INTERVALS[name](box, divisor)
        assert known.low - 1e-9 <= value <= known.high + 1e-9
        assert known.defined


def test_tests_of_a_numbers_kind_are_never_decided() -> None:
    """isnan and its kin look at floats: an overflow is not seen over the reals."""
    assert INTERVALS["isfinite"](LOW).constant is None
    assert INTERVALS["isnan"](Interval(defined=False)).defined
