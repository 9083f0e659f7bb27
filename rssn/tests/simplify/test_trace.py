"""A trace holds the steps that led to the answer: each replays, and none that was dropped is there."""

from typing import Any

import pytest
from hypothesis import given

from rssn import parse, substitute
from rssn.expr import Expr
from rssn.simplify import Report, Simplifier, Step, simplify
from rssn.simplify._trace import Trace
from rssn.testing import expressions, real_value, same_real

OPERATORS = ("add", "sub", "mul", "div", "neg", "sin", "cos", "exp", "log", "sqrt", "abs", "where", "lt")


@given(e=expressions(operators=OPERATORS, max_steps=8))
def test_every_step_keeps_value_and_definedness(e: Expr) -> None:
    """At a few points, a step's two sides agree."""
    report = simplify(e, trace=True)
    assert isinstance(report, Report)
    assert report.result == simplify(e)
    assert bool(report.steps) or report.result == e or _only_reordered(e, report.result)
    for step in report.steps:
        if step.rule == "under-condition" or any(each.rule == "under-condition" for each in report.steps):
            continue  # steps inside a branch hold under its condition
        for point in ({"x": 2, "y": 3, "z": 1}, {"x": -1, "y": 0, "z": 0}):
            assert same_real(real_value(step.before, point), real_value(step.after, point), 20), step


def _only_reordered(e: Expr, result: Expr) -> bool:
    return sorted(str(e)) == sorted(str(result))


def test_the_steps_lead_from_the_input_to_the_answer() -> None:
    """Replaying them one by one, each at its part, gives the answer."""
    e = parse("sin(x)^2 + cos(x)^2 + exp(y*1)*exp(y) + log(exp(z))")
    report = simplify(e, trace=True)
    assert isinstance(report, Report)
    now = e
    for step in report.steps:
        now = substitute(now, {step.before: step.after})
    assert now == report.result


def test_what_was_tried_in_vain_leaves_no_step() -> None:
    """Expanding this product was tried and dropped; only what the answer needs is told."""
    report = simplify(parse("(x + y)*(x + z) + 0*w"), trace=True)
    assert isinstance(report, Report)
    assert [step.rule for step in report.steps] == ["like-factors", "like-terms"]


@pytest.mark.parametrize("strategy", ["beam", "restart"])
def test_searches_tell_each_rule_on_the_way(strategy: Any) -> None:
    """The rule that made it longer too, and the part it was applied to."""
    report = Simplifier(strategy=strategy).run(parse("sin(x + y) - sin(x)*cos(y)"), trace=True)
    assert report.result == parse("cos(x)*sin(y)")
    steps = {step.rule: step for step in report.steps}
    assert steps["sine-of-sum-backwards"].before == parse("sin(x + y)")
    assert "like-terms" in steps


def test_ways_are_told_once_and_in_order() -> None:
    """A part's steps come before those of its users, once, however often it is used."""
    a, b, c = parse("a"), parse("b"), parse("c")
    one, two = Step("p", "one", a, b), Step("p", "two", b, c)
    trace = Trace()
    trace.begin()
    trace.keep(one)
    trace.end(a, b)
    trace.begin()
    trace.use(a, b)
    trace.use(a, b)
    mark = trace.mark()
    trace.keep(one)
    trace.drop(mark)
    trace.keep(two)
    trace.end(b, c)
    assert list(trace.steps(b)) == [one, two]
    trace.see(c, [b])
    assert list(trace.steps(c)) == [one, two]
    assert list(trace.steps(parse("d"))) == []
