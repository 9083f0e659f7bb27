"""Both directions over the graph: one answer, linear work, branches that do not poison each other."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import config, count_nodes, ops, parse
from rssn.calculus import _derive
from rssn.expr import Expr, apply, constant, symbols
from rssn.testing import expressions

x, y, z = variables = symbols("x y z")


@given(e=expressions(max_steps=14))
def test_the_twin_makes_the_very_same_expressions(e: Expr, engines) -> None:
    """Over all operators; where there is no derivative, both say so."""
    for work in (lambda d: d.forward([e, e * x], x), lambda d: d.reverse(e, variables)):
        outcomes = []
        for each in engines:
            try:
                outcomes.append(work(each))
            except ValueError as error:
                outcomes.append(str(error))
        assert outcomes[0] == outcomes[-1]


SMOOTH = ("add", "sub", "mul", "div", "neg", "sin", "cos", "exp", "tanh", "sqrt", "where", "lt", "max", "atan2", "log")


@given(e=expressions(operators=SMOOTH, max_steps=12), values=st.lists(st.floats(0.1, 3.0), min_size=3, max_size=3))
def test_forward_and_reverse_agree(e: Expr, values: list[float]) -> None:
    """In value, where forward and the expression have one."""
    point = dict(zip("xyz", values, strict=True))
    if not math.isfinite(e.evaluate(point)):
        return
    backwards = _derive.reverse(e, variables)
    for v, other in zip(variables, backwards, strict=True):
        wanted = float(_derive.forward([e], v)[0].evaluate(point))
        if math.isfinite(wanted) and abs(wanted) < 1e100:
            assert float(other.evaluate(point)) == pytest.approx(wanted, rel=1e-6, abs=1e-6)


BRANCHES = [
    ("where(x > 0, sqrt(x), 0)", 0.0),
    ("where(x > 0, sqrt(x), 2*x)", 2.0),
    ("where(x > 0, log(x), 0) + where(x > 1, log(x), 0)", 0.0),
    ("where(x > 0, sin(sqrt(x)), 0)*x", 0.0),
    ("where(x != 0, sin(x)/x, 1)", 0.0),
    ("piecewise(x > 1, sqrt(x), x > 0, 2*sqrt(x), 3)", 0.0),
    ("where(x > 0, where(x > 1, sqrt(x), 1/x), 0)", 0.0),
    ("where(x > 0, where(y > 0, sqrt(x), x), 3*x)", 3.0),
    ("max(x, where(x > 0, sqrt(x), -1))", 1.0),
]


@pytest.mark.parametrize(("text", "wanted"), BRANCHES)
def test_a_branch_not_taken_never_poisons(engine, text: str, wanted: float) -> None:
    """At x = 0 the other branch has an infinite slope or no value."""
    e = parse(text)
    assert engine.forward([e], x)[0].evaluate({"x": 0.0, "y": 1.0}) == wanted
    assert engine.reverse(e, [x])[0].evaluate({"x": 0.0, "y": 1.0}) == wanted


def test_the_derivative_of_a_choice_is_the_choice_of_derivatives(engine) -> None:
    e = parse("where(x < y, sin(x), x*y)")
    assert engine.forward([e], x) == [parse("where(x < y, cos(x), y)")] == engine.reverse(e, [x])
    assert engine.reverse(e, [y]) == [parse("where(x < y, 0, x)")]


def test_a_variable_that_does_not_occur_gives_zero(engine) -> None:
    assert engine.forward([parse("y^2"), x], x) == [constant(0), constant(1)]
    assert engine.reverse(parse("y^2"), [x, y]) == [constant(0), parse("2*y")]
    assert engine.reverse(x, [x]) == [constant(1)]
    assert engine.reverse(constant(3), [x]) == [constant(0)]


def test_nothing_recurses(engine) -> None:
    depth, e = 3000, x
    for _ in range(depth):
        e = ops.sin(-e) * y
    assert count_nodes(engine.forward([e], x)[0]) < 8 * depth
    assert count_nodes(*engine.reverse(e, [x, y])) < 12 * depth


@pytest.mark.skipif(config.PURE_PYTHON, reason="takes the twins a minute")
def test_a_chain_a_million_deep() -> None:
    """Work and result linear in nodes; minus signs and choices included."""
    e = x
    for step in range(250_000):
        e = -ops.sin(e) if step % 2 else ops.where(e > step, e * y, e)
    nodes = count_nodes(e)
    assert nodes > 750_000
    assert count_nodes(_derive.forward([e], x)[0]) < 5 * nodes
    assert count_nodes(*_derive.reverse(e, [x, y])) < 5 * nodes


def test_a_tree_of_2_to_the_60(engine) -> None:
    """Each node used twice, sixty times over."""
    e = x
    for _ in range(60):
        e = ops.sin(e) * e
    assert count_nodes(engine.forward([e], x)[0]) < 600
    assert count_nodes(*engine.reverse(e, [x])) < 600


def test_doubling_merges_no_enormous_constant(engine) -> None:
    """2^5000 x has the slope 2^5000, as a product of moderate numbers."""
    e = x
    for _ in range(5000):
        e = e + e
    slope = engine.forward([e], x)[0]
    assert count_nodes(slope) < 100
    assert slope == engine.reverse(e, [x])[0]
    assert slope.evaluate(exact=True) == 2**5000


def test_an_error_leaves_the_store_usable(engine) -> None:
    e = apply("polygamma", x, y) * y
    for _ in range(3):
        with pytest.raises(ValueError, match="order of polygamma"):
            engine.reverse(e, [x])
    assert engine.reverse(x * y, [x]) == [y]
