"""Sums are taken apart and put together without changing what they are."""

from fractions import Fraction

import pytest
from hypothesis import given

from rssn import constant, parse
from rssn.expr import Expr
from rssn.simplify._numbers import Number
from rssn.simplify._passes import taken_apart
from rssn.simplify._sums import build_sum, flatten_sum, product_of, scaled, spine, split_factor
from rssn.testing import expressions

LINEAR = ("add", "sub", "neg")
POINT = {"x": Fraction(3, 7), "y": Fraction(-5, 2), "z": Fraction(11, 3)}


@given(e=expressions(operators=LINEAR, whole_powers=False))
def test_a_sum_taken_apart_and_rebuilt_has_the_same_value(e: Expr) -> None:
    """Exactly; and building again from the rebuilt one changes nothing."""
    terms, number = taken_apart(e)
    rebuilt = build_sum({term: amount for term, amount in terms.items() if amount.value}, number)
    if any(term.is_leaf and isinstance(term.value, bool | float) for term in terms):
        return
    try:
        value = e.evaluate(POINT, exact=True)
    except ValueError:
        return
    assert rebuilt.evaluate(POINT, exact=True) == value
    assert build_sum(*taken_apart(rebuilt)) == rebuilt


@pytest.mark.parametrize(
    ("text", "factor", "rest"),
    [("3*x*y", 3, "x*y"), ("x/3", Fraction(1, 3), "x"), ("-(2*x)/5", Fraction(-2, 5), "x"), ("x*y", 1, "x*y"),
     ("2*(x/y)", 2, "x/y"), ("7", 7, None), ("x/0", 1, "x/0")],
)  # fmt: skip
def test_numbers_are_split_off_terms(text: str, factor: Fraction, rest: str | None) -> None:
    """Wherever they stand in a product."""
    number, found = split_factor(parse(text))
    assert number.value == factor
    assert found == (None if rest is None else parse(rest))


@pytest.mark.parametrize(
    ("factor", "text", "expected"),
    [(3, "x*y", "3*x*y"), (-1, "x", "-x"), (Fraction(2, 3), "x", "2*x/3"), (Fraction(1, 2), "1/x", "1/(2*x)"),
     (2, "1/x", "2/x"), (Fraction(3, 4), "x/y", "3*x/(4*y)"), (-2, "x^2*y", "-2*x^2*y")],
)  # fmt: skip
def test_multiples_are_written_as_on_paper(factor: Fraction, text: str, expected: str) -> None:
    """Number first, one fraction."""
    assert scaled(parse(text), Number(Fraction(factor))) == parse(expected)


def test_signs_follow_terms() -> None:
    """Inner sums that do not open stay whole."""
    e = parse("a - (b - c) - -d")
    assert [(sign, str(term)) for sign, term in flatten_sum(e, lambda _: True)] == [
        (1, "a"), (-1, "b"), (1, "c"), (1, "d")]  # fmt: skip
    assert len(list(flatten_sum(e, lambda _: False))) == 2


def test_spines_are_the_factors_in_order() -> None:
    """And multiplying them again gives the product."""
    e = parse("2*x*y*z")
    assert product_of(spine(e)) == e
    assert constant(2) in spine(e)
