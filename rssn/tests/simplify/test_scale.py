"""Depth and sharing without limit, through every pass; and budgets of time that are kept on the largest inputs."""

import time
from collections.abc import Callable

import pytest

from rssn import count_nodes, exp, parse, sin, symbols, where
from rssn.config import PURE_PYTHON
from rssn.expr import Expr
from rssn.rules import Assumptions, Facts
from rssn.simplify import PASSES, STRUCTURAL, Budget, Simplifier, StopReason, simplify

x, y = symbols("x y")
FREE = Budget(None, None, None, None)

TWINS: dict[str, Callable[[Expr], Expr]] = {
    "sum": lambda e: e + e,
    "sin-product": lambda e: sin(e) * e,
    "differences": lambda e: (e + y) * (e - y),
    "choice": lambda e: where(e > y, e + 1, e * 2),
    "quotient": lambda e: e / (e + 1),
    "logic": lambda e: (e > 0) & (e < y),
    "power": lambda e: (e * e) ** 3,
}
CHAINS: dict[str, Callable[[Expr], Expr]] = {
    "sin": sin,
    "sin-plus": lambda e: sin(e) + y,
    "exp-times-one": lambda e: exp(e * 1),
    "negative": lambda e: -e,
    "size": abs,
    "square": lambda e: e**2 + 1,
    "quotient": lambda e: y / (e + 1),
    "choice": lambda e: where(x > 0, e, y),
    "condition": lambda e: where(e > 0, x, y),
}


def grown(start: Expr, step: Callable[[Expr], Expr], times: int) -> Expr:
    for _ in range(times):
        start = step(start)
    return start


@pytest.mark.parametrize("step", TWINS.values(), ids=TWINS)
def test_trees_of_two_to_the_sixty(step: Callable[[Expr], Expr]) -> None:
    """Nothing unfolds them: simplifying with and without assumptions, bit-exactly, by search, facts and printing."""
    e = grown(x, step, 60)
    started = time.monotonic()
    for assume in (None, x > 0):
        simple = simplify(e, assume=assume)
        assert isinstance(simple, Expr)
        assert count_nodes(simple) <= 3 * count_nodes(e)
    simplify(e, ieee=True)
    simplify(e, strategy="beam", budget=Budget(steps=500))
    Facts(Assumptions(x > 0)).of(e)
    Facts(Assumptions(e < 5)).of(e) if step is not TWINS["logic"] else None
    assert len(str(e)) + len(e.latex()) < 100_000
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("step", CHAINS.values(), ids=CHAINS)
@pytest.mark.parametrize("each", [*PASSES, None], ids=lambda each: getattr(each, "name", "none"))
def test_deep_chains_pass_through_every_pass(step: Callable[[Expr], Expr], each: object) -> None:
    """A thousand deep, deeper than Python recurses, with the structural passes and one of the others."""
    e = grown(x, step, 1000)
    passes = [*STRUCTURAL, *([each.name] if each is not None else [])]  # type: ignore[attr-defined]
    simple = simplify(e, passes=passes, assume=x > 1, budget=Budget(steps=20_000))
    assert isinstance(simple, Expr)
    assert count_nodes(simple) <= count_nodes(e) + 3


@pytest.mark.parametrize("ieee", [False, True])
@pytest.mark.parametrize("step", [sin, lambda e: sin(e) + y, lambda e: e + y], ids=["sin", "sin-plus", "plus"])
def test_a_budget_of_seconds_is_kept_on_a_long_chain(step: Callable[[Expr], Expr], ieee: bool) -> None:
    """What is simple by then is put into the input, in one more walk."""
    e = grown(sin(x * 1) * 1, step, 40_000 if PURE_PYTHON else 200_000)
    started = time.monotonic()
    report = Simplifier(budget=Budget(None, 0.3, None, None), ieee=ieee).run(e)
    assert time.monotonic() - started < 1.5
    assert report.stop_reason in (StopReason.TIME_LIMIT, StopReason.DONE)


@pytest.mark.parametrize("strategy", ["beam", "restart"])
def test_searches_keep_a_budget_of_seconds(strategy: str) -> None:
    """However many neighbours there are, and however large."""
    hard = parse(" + ".join(f"(x + {n}*y)^12/(z - {n})*sin(x + {n})" for n in range(1, 12)))
    started = time.monotonic()
    budget = Budget(None, 0.3, None, None)
    report = Simplifier(strategy=strategy, budget=budget, restarts=10**9).run(hard)  # type: ignore[arg-type]
    assert time.monotonic() - started < 1.5
    assert report.stop_reason is StopReason.TIME_LIMIT


def test_what_was_done_in_time_is_kept() -> None:
    """Out of steps in the middle: the parts done are simple, the rest is as it was."""
    parts = [sin((x + n) * 1) ** 2 + exp(y + 0) * n for n in range(50)]
    e = grown(parts[0], abs, 1)
    for part in parts[1:]:
        e = sin(e) + part
    report = Simplifier(budget=Budget(steps=60)).run(e)
    assert report.stop_reason is StopReason.STEP_LIMIT
    text = str(report.result)
    assert "1*(" in text
    assert text.count("1*(") < str(e).count("1*(")
    point = {"x": 0.4, "y": -1.1}
    assert report.result.evaluate(point) == pytest.approx(e.evaluate(point))


@pytest.mark.parametrize("limit", [Budget(steps=0), Budget(nodes=0), Budget(bytes=0), Budget(seconds=0.0)])
def test_an_empty_budget_gives_the_input_back(limit: Budget) -> None:
    """With the reason, whichever limit it was."""
    e = parse("sin(x)*1 + cos(x)*0 + x + x")
    report = Simplifier(budget=limit).run(e)
    assert report.result.evaluate({"x": 0.3}) == pytest.approx(e.evaluate({"x": 0.3}))
    assert report.stop_reason is not StopReason.DONE or limit.bytes == 0 or limit.nodes == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sin", "negative", "choice"])
def test_a_million_levels(name: str) -> None:
    """Everything that walks."""
    e = grown(x, CHAINS[name], 1_000_000)
    for ieee in (False, True):
        simplify(e, ieee=ieee, budget=Budget(None, 8.0, None, None))
    Facts(Assumptions(x > 0)).of(e)
    assert len(str(e)) > 0
    assert len(e.latex()) > 0
