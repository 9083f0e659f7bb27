"""The cost model ranks forms as the clock does; here the orders that no machine disputes."""

import pytest

import rssn
from rssn.optimize import cost, default_table, estimate, host_table
from rssn.optimize._model import host_vectors


def price(text: str, args: list[str] | None = None) -> float:
    return cost([rssn.parse(text)], args, default_table())


@pytest.mark.parametrize(
    ("cheap", "dear"),
    [
        ("x*y", "x/y"),
        ("x/(y*z)", "x/y/z"),
        ("x*sqrt(x)", "x^1.5"),
        ("exp(x + y)", "exp(x)*exp(y)"),
        ("sin(x) + cos(x)", "sin(x) + cos(y)"),
        ("sin(x)*sin(x)", "sin(x)*sin(y)"),
        ("x/y + z*z*z*z", "x/y + z/x"),
        ("log(x*y)", "log(x) + log(y)"),
        ("(x - y)^4 + sin(x)", "x^4 - 4*x^3*y + 6*x^2*y^2 - 4*x*y^3 + y^4 + sin(x)"),
    ],
)
def test_the_cheaper_form_costs_less(cheap: str, dear: str) -> None:
    assert price(cheap) < price(dear)


def test_division_and_arithmetic_work_side_by_side() -> None:
    found = estimate(rssn.compile("x/y + x*y*y*x", ["x", "y"]).schedule, default_table())
    assert found.divider > found.arithmetic
    assert found.ns < found.loop + found.divider + found.arithmetic + found.memory


def test_memory_is_a_floor() -> None:
    """Two additions more are nothing beside four columns."""
    assert price("x + y + z") == pytest.approx(price("x + 2*y + z"), rel=0.05)
    assert price("x", ["x", "y", "z"]) == price("x", ["x"])


def test_what_is_the_same_in_every_row_costs_nothing() -> None:
    assert price("x + exp(2)") == price("x + 2")


def test_a_long_chain_waits_for_itself() -> None:
    chain = rssn.compile("x^2 + " + "(" * 30 + "x" + "*x + 1)" * 30, ["x"]).schedule
    assert estimate(chain, default_table()).chain > 3 * estimate(rssn.compile("x + 1").schedule, default_table()).chain


def test_the_host_has_a_table() -> None:
    target, width = host_vectors()
    assert (host_table().target, host_table().width) == (target, width)
