"""Costs order forms as a person would."""

import pytest

import rssn
from rssn import parse, sin, symbol
from rssn.simplify import Costs

BETTER = [
    ("2*x", "x + x"),
    ("x^2", "x*x"),
    ("a*(b + c)", "a*b + a*c"),
    ("-sin(x)", "sin(-x)"),
    ("a - b", "a + -1*b"),
    ("x/3", "rational(1, 3)*x"),
    ("tan(x)", "sin(x)/cos(x)"),
    ("exp(a + b)", "exp(a)*exp(b)"),
    ("x^2 - 1", "(x - 1)*(x + 1)"),
    ("(x + 1)^2", "x^2 + 2*x + 1"),
    ("0.5", "0.30000000000000004"),
    ("3", "-3"),
    ("7", "1234567890123456789"),
]


@pytest.mark.parametrize(("better", "worse"), BETTER)
def test_what_a_person_prefers_costs_less(better: str, worse: str) -> None:
    """One line each."""
    costs = Costs()
    assert costs.of(parse(better)) < costs.of(parse(worse))


def test_trees_of_any_size_have_a_cost() -> None:
    """Deep chains and shared parts; the cost is bounded."""
    chain, twins = symbol("x"), symbol("x")
    for _ in range(100_000):
        chain = sin(chain)
    for _ in range(2000):
        twins = twins * twins
    assert Costs().of(chain) <= 1e300
    assert Costs().of(twins) == 1e300


def test_numbers_stand_first() -> None:
    """Also where a product of functions has one at its end, as derivatives do."""
    assert str(rssn.simplify(rssn.diff("x^2*sin(y)", "x"))) == "2*x*sin(y)"
    assert str(rssn.simplify("x*y*sin(z)*0.5")) == "0.5*x*y*sin(z)"
