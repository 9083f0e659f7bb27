"""What both readers ask about single nodes: exponents, numbers and the order of columns."""

from fractions import Fraction

import pytest

from rssn.errors import PolynomialError, TermLimitError, ZeroPolynomialError
from rssn.expr import constant, symbols
from rssn.ops import sin
from rssn.parser import parse
from rssn.poly._reading import in_order, integer_exponent, number_of, number_power

x, y = symbols("x y")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("2", 2), ("-3", -3), ("2.0", 2), ("4/2", 2), ("-(2)", -2), ("2^3", 8)],
)
def test_whole_exponents_are_seen_however_written(text, wanted):
    """As a number, as a float, or as an exact calculation."""
    assert integer_exponent(parse(text)) == wanted


@pytest.mark.parametrize("text", ["x", "1/2", "2.5", "inf", "nan", "2^31", "9^9^9^9", "pi", "x - x"])
def test_other_exponents_are_not(text):
    """Those too large to write out included."""
    assert integer_exponent(parse(text)) is None


def test_numbers_are_exact():
    """A float is the rational number it stores, a bool is 0 or 1."""
    assert number_of(constant(0.1)) == Fraction(0.1)
    assert number_of(constant(2.0)) == 2
    assert isinstance(number_of(constant(2.0)), int)
    assert number_of(constant(True)) == 1
    with pytest.raises(PolynomialError):
        number_of(constant(float("inf")))


def test_powers_of_numbers_have_a_bound():
    """In bits; 0 and 1 have none, and 0 to a negative power does not exist."""
    assert number_power(Fraction(2, 3), -2) == Fraction(9, 4)
    assert number_power(-1, 10**12 + 1) == -1
    assert number_power(0, 0) == 1
    with pytest.raises(ZeroPolynomialError):
        number_power(0, -1)
    with pytest.raises(TermLimitError):
        number_power(3, 10**9)


def test_columns_have_an_order_of_their_own():
    """Constants, symbols by name, applications; reciprocals last."""
    pi = constant("pi")
    columns = [(x, True), (sin(x), False), (y, False), (x, False), (pi, False)]
    assert in_order(columns) == [(pi, False), (x, False), (y, False), (sin(x), False), (x, True)]
