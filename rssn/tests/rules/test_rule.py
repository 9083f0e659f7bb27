"""Rules and rule sets: what they refuse, where they fire."""

import pytest

from rssn import cos, parse, sin, symbols
from rssn.errors import RuleError
from rssn.expr import Expr
from rssn.rules import Assumptions, Facts, RewriteRule, RuleSet, nonzero, positive, variables

a, b = variables("a b")
x, y = symbols("x y")
HALVE = RewriteRule("x/x", a / a, 1, label="real", guard=nonzero("?a"), why="a number over itself")


def test_a_rule_fires_where_its_guard_is_proved() -> None:
    """x/x is 1 where x is not 0, and stays otherwise."""
    assert HALVE.apply(x / x, Facts().of) is None
    assert HALVE.apply(x / x, Facts(Assumptions(x > 0)).of) == parse("1")
    assert HALVE.apply(x / y, Facts(Assumptions(x > 0)).of) is None


@pytest.mark.parametrize(
    ("lhs", "rhs", "options", "message"),
    [
        (a + 0, a, {"label": None}, "no label"),
        (a + 0, a, {"label": "exact"}, "no label"),
        (a + 0, b, {"label": "real"}, "does not bind"),
        (a + 0, a, {"label": "real", "guard": positive("?c")}, "does not bind"),
        (a + 0, a, {"label": "approx"}, "without a bound"),
        (a, a + 0, {"label": "real"}, "match everything"),
    ],
)
def test_a_rule_that_says_too_little_is_refused(lhs: Expr, rhs: Expr, options: dict[str, object], message: str) -> None:
    """No label, no bound, a loose variable: RuleError, when it is made."""
    with pytest.raises(RuleError, match=message):
        RewriteRule("bad", lhs, rhs, **options)  # type: ignore[arg-type]


def test_sets_are_indexed_by_operator_and_by_name() -> None:
    """Adding sets keeps the order and drops repeats; two rules of one name are refused."""
    even = RewriteRule("cos(-x)", cos(-a), cos(a), label="real", why="even")
    odd = RewriteRule("sin(-x)", sin(-a), -sin(a), label="ieee", why="odd")
    first, second = RuleSet("first", [HALVE, even]), RuleSet("second", [even, odd])
    both = first + second
    assert list(both) == [HALVE, even, odd]
    assert both.at("cos") == (even,)
    assert both.at("tan") == ()
    assert both["sin(-x)"] is odd
    assert "sin(-x)" in both
    assert len(both) == 3
    assert list(both.labelled("ieee")) == [odd]
    assert list(both.without("x/x", "cos(-x)")) == [odd]
    with pytest.raises(RuleError, match="no rule"):
        both["missing"]
    with pytest.raises(RuleError, match="two rules"):
        RuleSet("twice", [HALVE, RewriteRule("x/x", b / b, 1, label="real")])
    assert "nonzero" in repr(HALVE)
    assert "3 rules" in repr(both)
