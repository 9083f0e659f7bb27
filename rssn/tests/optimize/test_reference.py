"""True values in balls, against mpmath and exact arithmetic."""

import math
from fractions import Fraction

import flint
import mpmath
import pytest

import rssn
from rssn.optimize._reference import ball, error_of, precision, true_value, true_values

POINT = {"x": 0.7, "y": 1.3}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x + y*x - y/x", lambda x, y: x + y * x - y / x),
        ("x^3 + x^-2 + x^y", lambda x, y: x**3 + x**-2 + x**y),
        ("(-x)^3", lambda x, _y: -(x**3)),
        ("sqrt(x) + cbrt(-y)", lambda x, y: mpmath.sqrt(x) - mpmath.cbrt(y)),
        ("sin(x)*exp(y)", lambda x, y: mpmath.sin(x) * mpmath.exp(y)),
        ("log2(y) + log10(x)", lambda x, y: mpmath.log(y, 2) + mpmath.log10(x)),
        ("exp2(x) + exp10(x)", lambda x, _y: mpmath.mpf(2) ** x + mpmath.mpf(10) ** x),
        ("atan2(x, y) + hypot(x, y)", lambda x, y: mpmath.atan2(x, y) + mpmath.hypot(x, y)),
        ("sigmoid(x) + softplus(y)", lambda x, y: 1 / (1 + mpmath.exp(-x)) + mpmath.log(1 + mpmath.exp(y))),
        ("sinpi(x) + cospi(y) + pi", lambda x, y: mpmath.sinpi(x) + mpmath.cospi(y) + mpmath.pi),
        ("degrees(x) + radians(y)", lambda x, y: x * 180 / mpmath.pi + y * mpmath.pi / 180),
        ("where(x < y, x, y) + min(x, y) + max(x, y)", lambda x, y: 2 * x + y),
        ("piecewise(x > y, 1, y > x, 2, 3) + (x < y)", lambda _x, _y: mpmath.mpf(3)),
        ("piecewise(x > y, 1, 3) + true + false", lambda _x, _y: mpmath.mpf(4)),
        ("fma(x, y, x)", lambda x, y: x * y + x),
        ("floor(3*y) + 3 % 2", lambda _x, _y: mpmath.mpf(4)),
    ],
)  # fmt: skip
def test_values_are_mpmaths(text: str, wanted: object) -> None:
    with precision(), mpmath.workprec(160):
        found = true_value(rssn.parse(text), POINT)
        expected = wanted(mpmath.mpf(0.7), mpmath.mpf(1.3))  # type: ignore[operator]
        assert abs(mpmath.mpf(found.mid().str(45, radius=False)) - expected) < mpmath.mpf(10) ** -38


def test_shared_parts_are_computed_once() -> None:
    x = rssn.symbol("x")
    for _ in range(200):
        x = x * x + 1 / (1 + x * x)
    with precision(64):
        assert len(true_values([x, x], {"x": 0.5})) == 2


def test_where_there_is_no_value_there_is_no_ball() -> None:
    with precision():
        assert not true_value(rssn.parse("log(-x)"), POINT).is_finite()
        assert not true_value(rssn.parse("1/(x - x)"), POINT).is_finite()


def test_errors_are_relative() -> None:
    with precision():
        third = ball(Fraction(1, 3))
        assert error_of(1 / 3, third) == pytest.approx(5.55e-17, rel=0.01)
        assert error_of(2.0, ball(1)) == 1.0
        assert error_of(1e-20, ball(0)) == 1e-20
        assert error_of(math.inf, third) is None
        assert error_of(math.nan, third) is None
        assert error_of(1.0, ball(math.nan)) is None


def test_precision_is_given_back() -> None:
    before = flint.ctx.prec
    with precision(500):
        assert flint.ctx.prec == 500
    assert flint.ctx.prec == before
