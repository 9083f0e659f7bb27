"""One pass: what is brought together, what stays apart, and that nothing recurses."""

import pytest

import rssn
from rssn.optimize._rewrite import Pass, Recipe, Shared, factors_of
from rssn.rules import Assumptions, Facts

parse = rssn.parse


def rebuilt(text: str, recipe: Recipe | None = None, *assume: rssn.Expr) -> rssn.Expr:
    return Pass(parse(text), recipe or Recipe(), Shared(Facts(Assumptions(*assume)))).run()


def divisions(expr: rssn.Expr) -> int:
    return sum(node.operator == "div" for node in rssn.walk(expr))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x + y", "x + y"),
        ("2*x*3", "6*x"),
        ("x/3", "rational(1, 3)*x"),
        ("x/y/z", "x/(y*z)"),
        ("x*y/y", "x*y/y"),
        ("2*x + 3*x", "5*x"),
        ("x - x", "0"),
        ("x - y - (x - y)", "0"),
        ("-(x - y)", "y - x"),
        ("x*y + x*z", "x*y + x*z"),
        ("4*pi*x", "12.566370614359172*x"),
        ("a/b + c/b", "(a + c)/b"),
        ("a/b + c/b^2", "(a*b + c)/b^2"),
        ("0.0*x", "0.0*x"),
        ("inf*x", "inf*x"),
        ("x*(y < z)", "x*(y < z)"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    assert rebuilt(text) == parse(wanted)


def test_fractions_are_joined_as_far_as_the_recipe_says() -> None:
    text = "x + a/b + c/b + d/f"
    assert [divisions(rebuilt(text, Recipe(fractions=which))) for which in ("none", "same", "fractions", "all")] == [
        3,
        2,
        1,
        1,
    ]
    assert divisions(rebuilt("sin(a/b + c/d) + a/f + c/g", Recipe(apart=frozenset([1])))) == 3


def test_a_fraction_below_the_line_needs_a_proof() -> None:
    a, b = rssn.symbols("a b")
    assert divisions(rebuilt("1/(1/a + 1/b)")) == 2
    assert rebuilt("1/(1/a + 1/b)", None, a > 0, b > 0) == parse("a*b/(a + b)")
    assert rebuilt("m*c^2/sqrt(1 - v^2/c^2)") == parse("m*c^2*abs(c)/sqrt(c^2 - v^2)")


def test_what_divides_twice_is_inverted_once() -> None:
    found = rebuilt("sin(x/d) + cos(y/d^2)*z")
    run = Pass(parse("sin(x/d) + cos(y/d^2)*z"), Recipe(reciprocals=True), Shared(Facts()))
    inverted = run.run(None, [rssn.symbol("d")])
    assert (divisions(found), divisions(inverted)) == (2, 1)


def test_common_factors_stand_first_so_that_they_are_shared() -> None:
    text = "sin(a*b*x) + sin(y*a*b)"
    first = Pass(parse(text), Recipe(), Shared(Facts()))
    first.run()
    found = Pass(parse(text), Recipe(), Shared(Facts())).run(first.expressions.used)
    assert rssn.compile(found).schedule.counts["mul"] == 3


def test_factors_of_an_expression() -> None:
    product = factors_of(parse("-(2*x^2*(y*x))"), Shared(Facts()).algebra)
    assert (product.number, dict(product.above)) == (-2, {rssn.symbol("x"): 3, rssn.symbol("y"): 1})


@pytest.mark.parametrize("text", ["x + {0}*y", "x - {0}*y", "x*({0} + y)", "sin({0} + 1)"])
def test_deep_expressions_do_not_recurse(text: str) -> None:
    expr = rssn.symbol("x")
    x, y = rssn.symbols("x y")
    shape = {"x + {0}*y": lambda e: x + e * y, "x - {0}*y": lambda e: x - e * y}.get(text)
    for _ in range(3000):
        expr = shape(expr) if shape else x * (expr + y) if text.startswith("x*") else rssn.sin(expr + 1)
    recipe = Recipe(nested=False, exact=False, unshared=True)
    found = Pass(expr, recipe, Shared(Facts())).run()
    assert rssn.count_nodes(found) < 5 * rssn.count_nodes(expr)


def test_a_long_sum_takes_linear_time() -> None:
    x = rssn.symbol("x")
    total = x
    for power in range(20_000):
        total = total + rssn.sin(x + power)
    found = Pass(total, Recipe(nested=False, exact=False), Shared(Facts())).run()
    assert abs(rssn.count_nodes(found) - rssn.count_nodes(total)) < 10
