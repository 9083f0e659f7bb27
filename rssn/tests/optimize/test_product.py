"""Products of powers: what cancels, turns over and is refused."""

from fractions import Fraction

import pytest

import rssn
from rssn.optimize._product import ONE, Algebra, Product, TooLarge, as_constant, checked, merged, number, part, raised
from rssn.rules import Assumptions, Facts

x, y = rssn.symbols("x y")
plain = Algebra(Facts())
known = Algebra(Facts(Assumptions(x > 0, rssn.ne(y, 0))))


def test_numbers_and_parts_multiply() -> None:
    found = plain.times(Product(Fraction(2), {x: 1}, {y: 2}), Product(Fraction(1, 4), {x: 2}, {}))
    assert found == Product(Fraction(1, 2), {x: 3}, {y: 2})
    assert number(3).is_number
    assert not part(x).is_number


def test_a_part_cancels_only_as_far_as_it_still_divides() -> None:
    assert plain.times(part(x), Product(ONE, {}, {x: 1})) == Product(ONE, {x: 1}, {x: 1})
    assert plain.times(part(x), Product(ONE, {}, {x: 3})) == Product(ONE, {}, {x: 2})
    assert known.times(part(x), Product(ONE, {}, {x: 1})) == number(1)


def test_a_fraction_turns_over_where_its_divisor_is_not_0() -> None:
    assert plain.inverse(Product(ONE, {x: 1}, {y: 1})) is None
    assert known.inverse(Product(Fraction(2), {x: 1}, {y: 1})) == Product(Fraction(1, 2), {y: 1}, {x: 1})
    assert plain.inverse(number(0)) is None


def test_a_fraction_turns_over_where_it_stays_undefined_anyway() -> None:
    """At c = 0 the root of c^2 - v^2 is 0 or no number."""
    c, v = rssn.symbols("c v")
    lorentz = Product(ONE, {rssn.sqrt(c**2 - v**2): 1}, {rssn.abs(c): 1})
    assert plain.inverse(lorentz) is not None
    assert plain.inverse(Product(ONE, {c**2 + v**2: 1}, {c: 1})) is None


def test_powers_of_products() -> None:
    assert plain.power(Product(Fraction(2), {x: 1}, {y: 1}), 3) == Product(Fraction(8), {x: 3}, {y: 3})
    assert plain.power(part(x), -2) == Product(ONE, {}, {x: 2})
    assert plain.power(Product(ONE, {x: 1}, {y: 1}), -1) is None
    assert plain.power(part(x), 1000) is None


def test_what_gets_out_of_hand_is_given_up() -> None:
    with pytest.raises(TooLarge):
        checked(Fraction(2) ** 5000)
    with pytest.raises(TooLarge):
        merged({x: 60}, {x: 60})
    for value in (Fraction(10) ** 400, Fraction(10) ** -400, Fraction(10) ** 300):
        with pytest.raises(TooLarge):
            as_constant(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (-2, "-2"), (Fraction(1, 3), "rational(1, 3)"), (0.25, "0.25"), (Fraction(1, 10**7 + 1), "9.9999990")],
)
def test_constants_are_exact_where_they_are_short(value: Fraction, text: str) -> None:
    assert str(as_constant(Fraction(value))).startswith(text)


@pytest.mark.parametrize("exponent", [1, 2, 15, 16, 17, 33, 64])
def test_large_powers_are_chains_of_small_ones(exponent: int) -> None:
    assert rssn.fold(raised(x, exponent).substitute({x: 3})).value == 3**exponent
