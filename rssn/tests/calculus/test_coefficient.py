"""Coefficients: exact where they can be, and honest about zero."""

from fractions import Fraction

import pytest

from rssn import parse
from rssn.calculus import _coefficient as number
from rssn.calculus._known import Known
from rssn.errors import SeriesError


def test_rationals_stay_python_numbers() -> None:
    assert number.div(number.add(1, Fraction(1, 2)), 3) == Fraction(1, 2)
    assert number.mul(Fraction(1, 2), 4) == 2
    assert type(number.mul(Fraction(1, 2), 4)) is int
    assert number.of_expr(parse("rational(1, 3)")) == Fraction(1, 3)


@pytest.mark.parametrize(
    ("name", "a", "b", "wanted"),
    [
        ("add", "sin(1)", "-sin(1)", 0), ("add", "2*exp(1)", "-2*exp(1)", 0), ("sub", "a", "a", 0),
        ("add", "a", "-3", "a - 3"), ("add", "exp(1)", "rational(1, 2)*exp(1)", "3*exp(1)/2"),
        ("div", "2*a", "a", 2), ("div", "1/a", "a", "1/a^2"), ("div", "-a", "b", "-(a/b)"), ("mul", "1/a", "a", 1),
        ("mul", "a", "0", 0),
    ],
)  # fmt: skip
def test_numbers_cancel(name: str, a: str, b: str, wanted: object) -> None:
    """Which a derivative may not assume."""
    found = getattr(number, name)(number.of_expr(parse(a)), number.of_expr(parse(b)))
    assert found == (parse(wanted) if isinstance(wanted, str) else wanted)


@pytest.mark.parametrize(
    ("name", "operand", "wanted"),
    [
        ("sin", "pi", 0),
        ("cos", "pi", -1),
        ("sin", "pi/6", Fraction(1, 2)),
        ("tan", "pi/4", "tan(pi/4)"),
        ("tan", "pi", 0),
        ("cos", "3*pi/2", 0),
        ("sin", "-pi/2", -1),
        ("cos", "0", 1),
        ("exp", "0", 1),
        ("exp", "1", "exp(1)"),
        ("log", "2", "log(2)"),
        ("sqrt", "4", 2),
        ("gamma", "5", 24),
        ("sin", "pi*a", "sin(pi*a)"),
    ],
)
def test_values_are_exact_where_they_can_be(name: str, operand: str, wanted: object) -> None:
    found = number.apply(name, number.of_expr(parse(operand)))
    assert found == (parse(wanted) if isinstance(wanted, str) else wanted)


@pytest.mark.parametrize(("name", "operand"), [("log", -1), ("log", 0), ("sqrt", -2), ("asin", 2), ("acosh", 0)])
def test_what_is_not_real_is_refused(name: str, operand: int) -> None:
    with pytest.raises(SeriesError, match="not a real number"):
        number.apply(name, operand)


def test_zero_is_decided_or_refused() -> None:
    known = Known()
    assert number.is_zero(0, known)
    assert not number.is_zero(parse("sin(1)"), known)
    assert not number.is_zero(parse("a - b"), known)
    assert number.is_zero(parse("0.0"), known)
    for text in ("sin(1)^2 + cos(1)^2 - 1", "(a + b)^2 - a^2 - 2*a*b - b^2"):
        with pytest.raises(SeriesError, match="can't tell"):
            number.is_zero(parse(text), known)


def test_signs() -> None:
    known = Known()
    assert number.sign(parse("cos(3)"), known) == -1
    assert number.sign(Fraction(1, 2), known) == 1
    assert number.sign(0, known) == 0
    assert number.sign(parse("a"), known) is None
