"""The index finds the rules that a plain search finds."""

from hypothesis import given

from rssn import parse, walk
from rssn.expr import Expr
from rssn.rules import ALL, INTERVALS, Facts
from rssn.simplify._index import Index, fits, inner_leaves
from rssn.testing import expressions

INDEX = Index(ALL)


@given(e=expressions(operators=INTERVALS, max_steps=8))
def test_every_rule_that_fires_is_found(e: Expr) -> None:
    """At every node, in the order of the table."""
    facts = Facts()
    for node in walk(e):
        found = [match.rule.name for match in INDEX.matches(node, facts.of)]
        plain = [rule.name for rule in ALL if (made := rule.apply(node, facts.of)) is not None and made != node]
        assert list(dict.fromkeys(found)) == plain or set(plain) <= set(found)


def test_pairs_are_sorted_out_by_operator() -> None:
    """A rule for log + log exists, none for log + x^2."""
    assert INDEX.may_pair("add", parse("log(x)"), parse("log(y)"))
    assert not INDEX.may_pair("nothing", parse("x"), parse("y"))
    assert fits(("", "log"), ("exp", "log"))
    assert not fits(("log",), ("exp", "log"))


def test_leaves_two_levels_down_must_be_there() -> None:
    """The rule for sin(a + pi) is looked at only where there is a pi; what it finds is the same."""
    assert inner_leaves(ALL["sine-half-turn-on"].lhs.expression) == {parse("pi")}
    index = Index(ALL)
    for text in ("sin(x + pi)", "sin(pi + x)", "sin(x + y)", "sqrt(x^2)", "sqrt(x^3)", "cos(y + 2*pi)"):
        node = parse(text)
        every = {rule.name for rule in ALL.at(node.operator) if rule.apply(node, Facts().of) not in (None, node)}
        assert {match.rule.name for match in index.matches(node, Facts().of)} == every
