"""Ranges of sums, products, quotients and powers enclose exact results, and are tight where arithmetic is exact."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.rules import ANYTHING, INTERVALS, Interval, between, point

numbers = st.fractions(-50, 50, max_denominator=64) | st.integers(-5, 5)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    """Draw an interval and a number in it."""
    ends = sorted(draw(st.lists(numbers, min_size=2, max_size=2)))
    inside = ends[0] + (ends[1] - ends[0]) * draw(st.fractions(0, 1, max_denominator=8))
    return between(*ends), Fraction(inside)


EXACT = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else None,
    "pow": lambda a, b: a ** int(b) if a or b > 0 else None,
}


@pytest.mark.parametrize("name", EXACT)
@given(first=boxes(), second=boxes(), n=st.integers(-4, 5))
def test_exact_results_are_enclosed(
    name: str, first: tuple[Interval, Fraction], second: tuple[Interval, Fraction], n: int
) -> None:
    """Whatever numbers of the boxes are taken; where there is no result, the range says undefined."""
    (a, u), (b, v) = first, second
    if name == "pow":
        b, v = point(n), Fraction(n)
    known, exact = INTERVALS[name](a, b), EXACT[name](u, v)
    if exact is None:
        assert not known.defined or (name == "pow" and n >= 0)
    else:
        assert known.low <= exact <= known.high
        assert not (exact == 0 and known.is_nonzero)


def test_whole_bounds_stay_exact() -> None:
    """[1, 2] + [3, 4] is [4, 6], not a little more."""
    a, b = Interval(1.0, 2.0), Interval(3.0, 4.0)
    assert str(INTERVALS["add"](a, b)) == "[4, 6]"
    assert str(INTERVALS["mul"](a, b)) == "[3, 8]"
    assert str(INTERVALS["pow"](Interval(-2.0, 3.0), point(2))) == "[0, 9]"
    assert str(INTERVALS["fma"](a, b, b)) == "[6, 12]"
    assert str(INTERVALS["abs"](Interval(-3.0, 1.0))) == "[0, 3]"


def test_division_asks_for_a_nonzero_divisor() -> None:
    """1/x is defined for x > 0, and then positive."""
    positive = Interval(0.0, low_open=True)
    assert INTERVALS["div"](point(1), positive).defined
    assert INTERVALS["div"](point(1), positive).is_positive
    assert not INTERVALS["div"](point(1), Interval(0.0)).defined


def test_powers_ask_for_what_they_need() -> None:
    """A negative base only to whole powers, 0 not to negative ones, and 0^0 is 1."""
    power, half = INTERVALS["pow"], point(Fraction(1, 2))
    assert not power(ANYTHING, half).defined
    assert power(Interval(0.0), half).defined
    assert power(ANYTHING, point(0)).defined
    assert power(ANYTHING, point(3)).defined
    assert not power(ANYTHING, point(-1)).defined
    assert power(Interval(0.0, low_open=True), ANYTHING).is_positive
    assert not power(Interval(0.0), ANYTHING).defined
    assert power(Interval(nonzero=True), Interval(integer=True)).is_nonzero
