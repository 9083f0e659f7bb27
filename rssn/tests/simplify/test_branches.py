"""Branches are made simple under their own condition, and no further than a budget."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import parse, symbols
from rssn.expr import Expr, apply
from rssn.ops import where
from rssn.rules import Assumptions
from rssn.simplify import Report, Simplifier, simplify
from rssn.simplify._branches import holding
from rssn.testing import expressions, real_value, same_real

x, y = symbols("x y")

REFINED = [
    ("where(x > 0, abs(x), y)", "where(x > 0, x, y)"),
    ("where(x > 0, y, abs(x))", "where(x > 0, y, -x)"),
    ("where(x > 1, where(x > 0, 1, 2), 3)", "where(x > 1, 1, 3)"),
    ("where(x > 0, where(y > 0, abs(x*y), 1), 2)", "where(x > 0, where(y > 0, x*y, 1), 2)"),
    ("where(x > 0 and y > 0, log(x*y) - log(x), 0)", "where(x > 0 and y > 0, log(y), 0)"),
    ("where(x > 0 or y > 0, 0, abs(x) + y)", "where(x > 0 or y > 0, 0, y - x)"),
    ("where(x != 0, x/x, 1)", "1"),
    ("where(x == 2, x^2, y)", "where(x == 2, 4, y)"),
    ("where(x > y, abs(x - y), 0)", "where(x > y, x - y, 0)"),
    ("where(log(x) > 0, log(x) - log(x), 5)", "where(log(x) > 0, 0, 5)"),
    ("piecewise(x > 0, abs(x), x < 0, abs(x), 3)", "piecewise(x > 0, x, x < 0, -x, 3)"),
    ("piecewise(x > 0, abs(x), x <= 0, 1 - 1 + y, 3)", "where(x > 0, x, y)"),
    ("piecewise(x < 0, y, x < -1, 7, 3)", "where(x < 0, y, 3)"),
    ("x > 0 and x > 1", "x > 1"),
    ("x > 0 or x <= 0", "true"),
    ("x > 0 or x > 1", "x > 0"),
    ("x > 1 and x < 0", "false"),
]
STAYS = [
    "where(1/x > 0, x/x, 5)",  # 1/x may be known, x itself is only known not to vanish by what 1/x is
    "where(x < 0, sqrt(x)^2, 5)",
    "where(z, abs(x), 5)",
    "where(isnan(x), abs(x), 5)",
    "x > 0 and log(x) > 1/x",
    "log(x) > 0 or x > 0",
]


@pytest.mark.parametrize(("text", "expected"), REFINED)
def test_a_branch_knows_its_condition(text: str, expected: str) -> None:
    """And the conditions before it, which failed."""
    assert simplify(parse(text)) == parse(expected)


@pytest.mark.parametrize("text", STAYS)
def test_what_a_condition_does_not_prove_stays(text: str) -> None:
    """A number as a condition says nothing; what has no value may not vanish."""
    assert simplify(parse(text)) == simplify(parse(text), passes=["fold", "collect", "combine"])


@given(data=st.data())
def test_value_and_definedness_stay_in_nested_choices(data: st.DataObject) -> None:
    """Choices within choices, conditions of all kinds, at points on both sides and on the border."""
    names = ("where", "where", "abs", "sub", "div", "sqrt", "lt", "ge", "eq", "and", "or", "not", "min", "max", "log")
    parts = [data.draw(expressions(("x", "y"), operators=names, max_steps=5, whole_powers=False)) for _ in range(4)]
    condition = apply(data.draw(st.sampled_from(["lt", "le", "eq", "ne"])), x, data.draw(st.sampled_from([y, *parts])))
    two, three = where(condition, *parts[:2]), apply("piecewise", condition, parts[0], parts[2] > y, parts[1], parts[3])
    e = data.draw(st.sampled_from([two, three]))
    simple = simplify(e)
    assert isinstance(simple, Expr)
    for _ in range(8):
        point: dict[str, Any] = {name: data.draw(st.sampled_from([0, 1, -1, 2, -2, 3])) for name in "xy"}
        assert same_real(real_value(e, point), real_value(simple, point), 20), (e, simple, point)


def test_what_holds_where_a_condition_fails() -> None:
    """De Morgan; nothing follows from a conjunction that fails."""
    assert holding(parse("not (x > 0 or y <= 1)"), True) == [x <= 0, y > 1]
    assert holding(parse("x > 0 and y > 0"), False) == []
    assert holding(parse("x"), True) == []
    assert Assumptions(*holding(parse("x > 0 and (y > 0 and x < 3)"), True)) == Assumptions(x > 0, y > 0, x < 3)


def test_deep_nests_stay_cheap() -> None:
    """Every level could ask for all below it; the looks are numbered."""
    nest = abs(x)
    for n in range(3000):
        nest = where(x > n, nest, abs(x - n))
    report = Simplifier().run(nest)
    assert report.steps_tried < 60_000


def test_the_trace_shows_what_was_done_within_a_branch() -> None:
    """First the rule in the branch, then the branch put in its place."""
    report = simplify(parse("y + where(x > 0, abs(x), y)"), trace=True)
    assert isinstance(report, Report)
    assert [step.rule for step in report.steps][:2] == ["size-of-nonnegative", "under-condition"]
