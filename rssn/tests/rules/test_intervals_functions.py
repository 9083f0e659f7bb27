"""Ranges of functions: signs and domains that rules ask for."""

import pytest

from rssn.rules import ANYTHING, INTERVALS, Interval, point

POSITIVE = Interval(0.0, low_open=True)


@pytest.mark.parametrize("name", ["exp", "exp2", "exp10", "sigmoid", "softplus", "erfc", "cosh"])
def test_these_are_positive_everywhere(name: str) -> None:
    """Over the reals; floats underflow, which is rounding."""
    assert INTERVALS[name](ANYTHING).is_positive
    assert INTERVALS[name](ANYTHING).defined


@pytest.mark.parametrize("name", ["sinh", "tanh", "asinh", "atan", "erf", "cbrt", "expm1", "log1p"])
def test_these_keep_the_sign(name: str) -> None:
    """A positive number stays positive, and zero stays zero."""
    assert INTERVALS[name](POSITIVE).is_positive
    assert INTERVALS[name](point(0)).sign == 0


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("log", POSITIVE, Interval(0.0)),
        ("log2", POSITIVE, ANYTHING),
        ("log10", POSITIVE, Interval(-1.0)),
        ("log1p", Interval(-1.0, low_open=True), Interval(-1.0)),
        ("sqrt", Interval(0.0), Interval(-1.0)),
        ("asin", Interval(-1.0, 1.0), Interval(-1.0, 1.5)),
        ("acos", Interval(-1.0, 1.0), ANYTHING),
        ("acosh", Interval(1.0), Interval(0.5)),
        ("atanh", Interval(-1.0, 1.0, True, True), Interval(-1.0, 1.0)),
        ("tan", Interval(-1.5, 1.5), ANYTHING),
        ("gamma", POSITIVE, ANYTHING),
        ("lgamma", POSITIVE, Interval(-1.0)),
    ],
)
def test_domains(name: str, inside: Interval, outside: Interval) -> None:
    """Defined on the one, not everywhere on the other."""
    assert INTERVALS[name](inside).defined
    assert not INTERVALS[name](outside).defined


def test_polygamma_needs_a_literal_order() -> None:
    """Odd orders are positive everywhere, even ones from 2 on negative for x > 0; it is defined there."""
    assert INTERVALS["polygamma"](point(1), ANYTHING).is_positive
    assert not INTERVALS["polygamma"](point(1), ANYTHING).defined
    assert INTERVALS["polygamma"](point(2), POSITIVE).is_negative
    assert INTERVALS["polygamma"](point(0), POSITIVE).defined
    assert not INTERVALS["polygamma"](ANYTHING, POSITIVE).defined


def test_waves_find_their_extremes() -> None:
    """Peaks inside the box count, also in other periods."""
    assert INTERVALS["sin"](Interval(1.0, 2.0)).high == 1
    assert INTERVALS["cos"](Interval(3.0, 3.2)).low == -1
    assert INTERVALS["sin"](Interval(0.1, 0.2)).high < 0.21
    assert INTERVALS["sin"](Interval(0.1, 3.0)).is_positive
    assert INTERVALS["sinpi"](Interval(0.0, 0.4)).high < 1
    assert str(INTERVALS["cospi"](ANYTHING)) == "[-1, 1]"


def test_angles_and_lengths() -> None:
    """atan2 needs a point that is not the origin; hypot of the sides."""
    assert not INTERVALS["atan2"](ANYTHING, ANYTHING).defined
    assert INTERVALS["atan2"](ANYTHING, POSITIVE).defined
    assert INTERVALS["hypot"](point(3), point(4)).low <= 5 <= INTERVALS["hypot"](point(3), point(4)).high
    assert INTERVALS["hypot"](POSITIVE, ANYTHING).is_positive
    assert INTERVALS["degrees"](POSITIVE).is_positive
