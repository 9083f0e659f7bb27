"""Products keep where they are defined."""

import pytest

from rssn import parse
from rssn.simplify._numbers import ONE
from rssn.simplify._products import build_product, flatten_product, is_product, joined, literal_exponent

OPEN = is_product


def test_quotients_of_quotients_remember_what_may_not_be_zero() -> None:
    """In a/(b/c), c ends above the line but was below one."""
    found = {str(base): (exponent, below) for base, exponent, below in flatten_product(parse("a/(b/c)^2"), OPEN)}
    assert found == {"a": (1, False), "b": (-2, True), "c": (2, True)}


@pytest.mark.parametrize(
    ("above", "under", "may_be_zero", "expected"),
    [
        (5, 3, False, (2, 0)),
        (5, 3, True, (3, 1)),
        (3, 3, True, (1, 1)),
        (3, 3, False, (0, 0)),
        (2, 5, True, (0, 3)),
        (4, 0, True, (4, 0)),
    ],
)
def test_exponents_join_where_no_division_by_zero_is_lost(
    above: int, under: int, may_be_zero: bool, expected: tuple[int, int]
) -> None:
    """x^5/x^3 is x^3/x unless x is not 0; x^2/x^5 is 1/x^3 in any case."""
    assert joined(above, under, may_be_zero) == expected


def test_products_are_one_fraction() -> None:
    """Bases in order, the number above the line."""
    x, y = parse("x"), parse("y")
    assert build_product(ONE, {y: (0, 2), x: (1, 0)}) == parse("x/y^2")
    assert build_product(ONE, {}) == parse("1")
    assert build_product(ONE, {y: (0, 1)}) == parse("1/y")


def test_literal_exponents() -> None:
    """Whole, not 0, not enormous."""
    assert literal_exponent(parse("x^3")) == 3
    assert literal_exponent(parse("x^0")) is None
    assert literal_exponent(parse("x^y")) is None
    assert literal_exponent(parse("x^99999999")) is None
    assert is_product(parse("x^3"))
    assert not is_product(parse("x^0.5"))
