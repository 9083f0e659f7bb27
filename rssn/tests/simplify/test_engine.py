"""The engine: sizes without limit, budgets, traces. Ctrl-C is tested in `test_interrupt.py`."""

import pytest

from rssn import count_nodes, exp, parse, sin, symbol, symbols
from rssn.expr import Expr
from rssn.simplify import Budget, Simplifier, StopReason, simplify

x, y = symbols("x y")
MILLION = 1_000_000


def test_a_million_terms_are_collected() -> None:
    """x + x + ... with a million terms is one multiple."""
    total = x
    for n in range(200_000):
        total = total + (x if n % 2 else y)
    assert simplify(total) == parse("100000*y + 100001*x")


def test_a_deep_chain_passes_through() -> None:
    """Thirty thousand nested functions; each level is looked at once."""
    chain = x
    for _ in range(30_000):
        chain = sin(exp(chain * 1))
    report = Simplifier(budget=Budget(steps=None)).run(chain)
    assert report.stop_reason is StopReason.DONE
    assert count_nodes(report.result) == 60_001


def test_shared_parts_are_worked_on_once() -> None:
    """A tree of 2^60 leaves collapses."""
    twins = x
    for _ in range(60):
        twins = twins + twins
    assert simplify(twins) == parse(f"{2**60}*x")
    twins = x
    for _ in range(60):
        twins = sin(twins) + twins
    assert simplify(twins) == twins


def test_the_budget_leaves_an_equal_expression() -> None:
    """Stopped anywhere, the answer is as good as the input."""
    e = parse("sin(x)^2 + cos(x)^2 + (y + 0)*1 + x/2 + x/2 + log(exp(y))")
    value = e.evaluate({"x": 0.7, "y": 1.3})
    for steps in range(30):
        report = Simplifier(budget=Budget(steps=steps)).run(e)
        assert report.result.evaluate({"x": 0.7, "y": 1.3}) == pytest.approx(value)
        assert report.stop_reason in (StopReason.STEP_LIMIT, StopReason.DONE)


def test_the_answer_does_not_depend_on_what_was_done_before() -> None:
    """Nor on the order in which the parts were written."""
    e = parse("b*a + c*a + sin(q)^2*3 + 3*cos(q)^2")
    first = simplify(e)
    simplify(parse("a*c - a*b + exp(q)*exp(a)"))
    assert simplify(e) == first
    assert simplify(parse("3*cos(q)^2 + a*c + 3*sin(q)^2 + a*b")) == first


def test_a_trace_replays() -> None:
    """Each step's two sides are equal, and the steps name pass and rule."""
    e = parse("sin(x)^2 + cos(x)^2 + x*1 + exp(x)*exp(y)")
    report = simplify(e, trace=True)
    assert not isinstance(report, Expr)
    assert {step.rule for step in report.steps} >= {"sin-cos-squares", "exp-times-exp"}
    for step in report.steps:
        environment = {"x": 0.3, "y": -1.2}
        assert step.before.evaluate(environment) == pytest.approx(step.after.evaluate(environment))
        assert step.pass_name
    assert "sin-cos-squares" in str(report)
    assert report.result == simplify(e)


@pytest.mark.slow
def test_a_million_deep() -> None:
    """No recursion anywhere."""
    chain = symbol("x")
    for _ in range(MILLION):
        chain = sin(chain)
    assert simplify(chain, budget=Budget(steps=None)) == chain
