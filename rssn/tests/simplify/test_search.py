"""Beam search and random restarts find what greed misses, within their budgets, the same every time."""

from typing import Any

import pytest

from rssn import parse
from rssn.rules import ALL, Facts
from rssn.simplify import STRUCTURAL, Budget, Costs, Simplifier, StopReason, simplify
from rssn.simplify._budget import Meter
from rssn.simplify._engine import Engine
from rssn.simplify._index import Index
from rssn.simplify._search import Search

HARD = "(x + y)^2 - x^2 - 2*x*y - y^2"  # without the polynomial pass greed is stuck: it must get longer first
PASSES = [*STRUCTURAL, "decide", "rules"]


@pytest.mark.parametrize("strategy", ["beam", "restart"])
def test_searches_go_through_longer_forms(strategy: Any) -> None:
    """One square multiplied out, and everything cancels."""
    assert simplify(parse(HARD), passes=PASSES) != parse("0")
    found = Simplifier(passes=PASSES, strategy=strategy, restarts=60, budget=Budget(steps=20_000)).run(
        parse(HARD), trace=True
    )
    assert found.result == parse("0")
    assert found.steps
    assert "square-of-sum" in str(found)


@pytest.mark.parametrize("strategy", ["beam", "restart"])
def test_searches_stop_at_their_budget_with_the_best_so_far(strategy: Any) -> None:
    """Never worse than the input."""
    e = parse("(a + b)*(c + d)*(a - b) + sin(x)*cos(y) + cos(x)*sin(y) + (a + b)^3")
    report = Simplifier(strategy=strategy, budget=Budget(steps=200), restarts=10_000).run(e)
    assert report.stop_reason is StopReason.STEP_LIMIT
    costs = Costs()
    assert costs.of(report.result) <= costs.of(e)


def test_a_seed_fixes_the_walk() -> None:
    """Same seed, same answer and same number of steps."""
    e = parse("(a + b)^2*(a - b) + a*b*(a - c)")
    runs = [Simplifier(strategy="restart", seed=7, restarts=5, budget=Budget(steps=3000)).run(e) for _ in range(2)]
    assert runs[0] == runs[1]


def test_neighbours_are_one_rule_away() -> None:
    """Every one comes from a rule at a part."""
    engine = Engine(Facts(), Index(ALL), (), frozenset(), Meter(Budget()))
    e = parse("x + (y + 0)*1")
    around = {str(other): hop.match.rule.name for hop, other in Search(engine, ALL).neighbours(e)}
    assert around == {"(y + 0)*1 + x": "commute"} or "plus-zero" in around.values()
    assert "times-one" in around.values()
