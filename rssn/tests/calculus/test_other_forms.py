"""Operators at their branch points and at infinity: other forms have the same value near there."""

import mpmath
import pytest

from rssn import parse, series
from rssn.errors import SeriesError

INF = float("inf")


@pytest.mark.parametrize(
    ("text", "at", "direction"),
    [
        *[(f"{name}(x)", end, None) for name in ("asin", "acos", "atanh") for end in (1, -1)],
        *[(f"{name}(x)", end, None) for name in ("atan", "asinh") for end in (INF, -INF)],
        *[("acosh(x)", end, None) for end in (1, INF)],
        *[(f"atan2({operands})", 0, side) for side in "+-" for operands in
          ("x, -1", "x, x", "x, x^2", "x^2, -x", "-x^2, x - x^3", "1/x, x", "0, x", "x, 0")],
        *[("lgamma(x)", end, side) for end in (0, -1, -2) for side in "+-"],
        ("acos(1 - x^4)", 0, None), ("asin(1 - x^2)", 0, "-"), ("acosh(1 + x)", 0, None),
    ],
)  # fmt: skip
def test_close_to_the_point_the_series_has_the_value(text: str, at, direction, value_of) -> None:
    e = parse(text)
    found = series(e, "x", at, 4, direction=direction)
    side = -1 if at == -INF or (found.direction == "-") else 1
    with mpmath.workdps(80):
        step = mpmath.mpf(10) ** -10
        there = {"x": side / step if abs(at) == INF else at + side * step}
        value, sum_of_terms = value_of(e, there), value_of(found.polynomial, there)
        assert abs(value - sum_of_terms) < 100 * step**3.9


@pytest.mark.parametrize(
    ("text", "message"),
    [("atan(1/x)", "jump"), ("asinh(1/x)", "jump"), ("atan2(x, -1)", "negative axis"), ("atan2(x, x)", "0, 0")],
)
def test_on_both_sides_they_jump(text: str, message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        series(parse(text), "x", 0)
