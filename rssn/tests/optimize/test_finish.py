"""Products as expressions: what is written, what is counted, and that nothing of a pass outlives it."""

import gc
import weakref
from fractions import Fraction

import pytest

import rssn
from rssn.optimize._finish import Expressions, chained
from rssn.optimize._product import Product
from rssn.optimize._rewrite import Pass, Recipe, Shared
from rssn.rules import Facts

x, y, z = rssn.symbols("x y z")


@pytest.mark.parametrize(
    ("number", "above", "below", "wanted"),
    [
        (1, {x: 1}, {}, "x"),
        (6, {x: 2}, {y: 1}, "x^2*6/y"),
        (-1, {x: 1, y: 1}, {}, "-(x*y)"),
        (-1, {}, {y: 1}, "-1/y"),
        (3, {}, {}, "3"),
        (Fraction(1, 3), {x: 1}, {}, "x*rational(1, 3)"),
        (1, {x: 20}, {}, "(x^10)^2"),
    ],
)
def test_what_is_written(number: Fraction, above: dict, below: dict, wanted: str) -> None:
    found = Expressions({}).finish(Product(Fraction(number), above, below))
    assert found == rssn.parse(wanted)


def test_each_product_is_built_once_and_remembered_by_its_expression() -> None:
    values: dict[rssn.Expr, Product] = {}
    expressions = Expressions(values)
    product = Product(Fraction(2), {x: 1}, {y: 2})
    found = expressions.finish(product)
    assert expressions.finish(product) is found
    assert values[found] == product
    assert expressions.divisors == {y: 1}
    assert expressions.used == {(x, 1): 1, (y, 2): 1}


def test_what_is_used_most_stands_first() -> None:
    expressions = Expressions({})
    expressions.popular[z, 1] = 3
    expressions.popular[y, 1] = 2
    assert expressions.finish(Product(Fraction(1), {x: 1, y: 1, z: 1}, {})) == z * y * x


def test_what_is_inverted_is_multiplied() -> None:
    expressions = Expressions({})
    expressions.inverted = frozenset([y])
    assert expressions.finish(Product(Fraction(1), {x: 1}, {y: 1, z: 1})) == x * (1 / y) / z


def test_a_chain_is_multiplied_from_the_left() -> None:
    assert chained([x, y, z]) == (x * y) * z


def test_a_pass_is_freed_with_its_last_use() -> None:
    gc.collect()
    gc.disable()
    try:
        run = Pass(rssn.parse("x/(y + 1) + sqrt(x^2/y) + exp(x)*exp(y)"), Recipe(), Shared(Facts()))
        run.run()
        seen = weakref.ref(run)
        del run
        assert seen() is None
    finally:
        gc.enable()
