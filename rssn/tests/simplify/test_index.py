"""The index finds the rules that a plain search finds."""

from hypothesis import given

from rssn import parse, walk
from rssn.expr import Expr
from rssn.rules import ALL, INTERVALS, Facts
from rssn.simplify._index import Index, fits
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
