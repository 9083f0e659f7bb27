"""Forms of sums."""

from fractions import Fraction

import rssn
from rssn.expr import Expr
from rssn.optimize._product import Product, number
from rssn.optimize._rewrite import Pass, Recipe, Shared
from rssn.optimize._sums import cheapest, collected, flat, nested, polynomial_forms
from rssn.rules import Facts

x, y, z = rssn.symbols("x y z")


def terms(*pairs: tuple[int, dict[Expr, int]]) -> list[Product]:
    return [Product(Fraction(value), above, {}) for value, above in pairs]


def built(term: Product) -> Expr:
    run = Pass(x, Recipe(), Shared(Facts()))
    run.run()
    return run.finish(term)


def test_what_is_no_product_stands_first() -> None:
    """So that every product fuses."""
    found = flat(terms((-2, {x: 1, y: 1}), (1, {z: 1}), (3, {x: 2})), built)
    assert rssn.compile(found).schedule.counts["mul"] == 2
    assert rssn.compile(found).schedule.counts["add"] == 0


def test_nesting_is_horners_form() -> None:
    found = nested(terms((1, {x: 3}), (2, {x: 2}), (3, {x: 1}), (4, {})), built)
    tape = rssn.compile(found, ["x"]).schedule
    assert tape.counts["fma"] == 3 - tape.counts["add"]
    assert tape.counts["mul"] == 0
    assert found.evaluate({"x": 2.0}) == 8 + 8 + 6 + 4


def test_nesting_goes_through_several_variables() -> None:
    found = nested(terms((1, {x: 2, y: 1}), (1, {x: 2, z: 1}), (5, {y: 1}), (5, {z: 1})), built)
    assert found.evaluate({"x": 2.0, "y": 3.0, "z": 5.0}) == 12 + 20 + 15 + 25


def test_terms_that_stay_for_being_undefined_are_nested_too() -> None:
    """A group of terms times 0 has no number to take out."""
    log = rssn.log(z)
    found = nested(terms((0, {log: 1, x: 1}), (0, {log: 1, y: 1})), built)
    assert found.evaluate({"x": 2.0, "y": 3.0, "z": 5.0}) == 0
    text = "0*x*log(z) + 0*y*log(z) + x"
    assert rssn.compile(text, "x y z", math="fast")(2.0, 3.0, 5.0) == 2


def test_like_terms_are_collected_and_what_may_be_undefined_stays() -> None:
    log = rssn.log(z)
    found = collected(
        terms((2, {x: 1}), (3, {x: 1}), (1, {y: 1}), (-1, {y: 1}), (1, {log: 1}), (-1, {log: 1})), Facts().is_defined
    )
    assert found == [*terms((5, {x: 1})), Product(Fraction(0), {log: 1}, {})]
    assert collected(terms((1, {y: 1}), (-1, {y: 1})), Facts().is_defined) == [number(0)]


def test_exact_algebra_factors_and_leaves_large_degrees_alone() -> None:
    square = rssn.parse("x^2 + 2*x*y + y^2")
    assert rssn.parse("(x + y)^2") in polynomial_forms(
        terms((1, {x: 2}), (2, {x: 1, y: 1}), (1, {y: 2})), square, False
    )
    assert polynomial_forms(terms((1, {x: 1}), (1, {})), rssn.parse("x^9000 + 1"), False) == []
    assert polynomial_forms(terms((1, {x: 1})), x, False) == []


def test_the_cheapest_is_the_first_of_equals() -> None:
    assert cheapest([x + y, y - x]) == x + y
    assert cheapest([rssn.sin(x), x]) == x
