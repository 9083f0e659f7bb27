"""Derivatives by several symbols at once: the values of one pass a symbol, with less work, and as safe at branches."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import config, count_nodes, hessian, jacobian, ops, parse
from rssn.calculus import _derive, _tangents
from rssn.expr import Expr, apply, constant, symbols
from rssn.testing import expressions

x, y, z = variables = symbols("x y z")
ZERO = constant(0)


@given(e=expressions(max_steps=14), other=expressions(max_steps=5), triangle=st.booleans())
def test_the_twin_makes_the_very_same_expressions(e: Expr, other: Expr, triangle: bool, engines) -> None:
    """Over all operators; where there is no derivative, both say so."""
    outcomes = []
    for each in engines:
        try:
            outcomes.append(each.forward_all([e, other, e * other], variables, triangle=triangle))
        except ValueError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[-1]


SMOOTH = ("add", "sub", "mul", "div", "neg", "sin", "cos", "exp", "tanh", "sqrt", "where", "lt", "max", "atan2", "log")


@given(e=expressions(operators=SMOOTH, max_steps=12), values=st.lists(st.floats(0.1, 3.0), min_size=3, max_size=3))
def test_it_agrees_with_one_pass_a_symbol(e: Expr, values: list[float]) -> None:
    """In value, wherever that has one; and a triangle is a part of the square."""
    point = dict(zip("xyz", values, strict=True))
    roots = [e, e * x, y - e]
    square = _tangents.forward_all(roots, variables)
    for row, (v, found) in enumerate(zip(variables, square, strict=True)):
        for wanted, other in zip(_derive.forward(roots, v), found, strict=True):
            value = float(wanted.evaluate(point))
            if math.isfinite(value) and abs(value) < 1e100:
                assert float(other.evaluate(point)) == pytest.approx(value, rel=1e-6, abs=1e-6)
        assert _tangents.forward_all(roots, variables, triangle=True)[row] == found[row:]


def test_what_follows_a_base_is_differentiated_once(engine) -> None:
    """exp(sin(r^2)) by three symbols: one derivative by r^2, times that of r^2."""
    r = x**2 + y**2 + z**2
    columns = engine.forward_all([ops.exp(ops.sin(r))], variables)
    slope = ops.cos(r) * ops.exp(ops.sin(r))
    assert [column[0] for column in columns] == [slope * (2 * v) for v in variables]


def test_functions_of_one_symbol_are_as_forward_makes_them(engine) -> None:
    for text in ("sin(x)*exp(x)/x", "where(x > 0, sqrt(x), 2*x)", "max(x, x^2)", "3", "y"):
        e = parse(text)
        assert engine.forward_all([e], [x]) == [engine.forward([e], x)]


BRANCHES = [
    ("where(x > 0, sqrt(x) + y, 0)", 0.0),
    ("where(x > 0, exp(sqrt(x) + y), x + y)", 1.0),
    ("sin(where(x > 0, sqrt(x)*y, 0)) + x", 1.0),
    ("piecewise(x > 1, sqrt(x)*y, x > 0, log(x)*y, 3*x)", 3.0),
    ("where(x > 0, where(y > 0, sqrt(x + 0*y), x), 3*x)", 3.0),
]


@pytest.mark.parametrize(("text", "wanted"), BRANCHES)
def test_a_branch_not_taken_never_poisons(engine, text: str, wanted: float) -> None:
    """At x = 0 the other branch has an infinite slope or no value."""
    assert engine.forward_all([parse(text)], [x, y])[0][0].evaluate({"x": 0.0, "y": 1.0}) == wanted


@given(e=expressions(("x", "y"), max_steps=8), other=st.sampled_from(["0", "y", "x*y", "sin(x)"]))
def test_no_branch_whatever_poisons_another(e: Expr, other: str, engines) -> None:
    """Where x > 1 fails at x = 0, only the other branch counts: all operators, both twins, all directions."""
    taken = parse(other)
    formula = ops.where(x > 1, e, taken)
    point = {"x": 0.0, "y": 2.0}
    wanted = [float(_derive.forward([taken], v)[0].evaluate(point)) for v in (x, y)]
    for engine in engines:
        for slopes in (
            lambda d: d.reverse(formula, [x, y]),
            lambda d: [d.forward([formula], v)[0] for v in (x, y)],
            lambda d: [column[0] for column in d.forward_all([formula], [x, y])],
        ):
            try:
                found = slopes(engine)
            except ValueError:  # the branch has no derivative at all
                continue
            assert [float(slope.evaluate(point)) for slope in found] == wanted


def test_symbols_that_do_not_occur_and_roots_that_are_leaves(engine) -> None:
    found = engine.forward_all([y, constant(2), x * y], [x, z, y, x])
    assert found == [[ZERO, ZERO, y], [ZERO] * 3, [constant(1), ZERO, x], [ZERO, ZERO, y]]
    assert engine.forward_all([], [x, y]) == [[], []]
    assert engine.forward_all([x, y], []) == []


def test_a_tree_of_2_to_the_60(engine) -> None:
    e = x + y
    for _ in range(60):
        e = ops.sin(e) * e
    for column in engine.forward_all([e], [x, y]):
        assert count_nodes(*column) < 700


def test_nothing_recurses(engine) -> None:
    depth, e = 3000, x
    for _ in range(depth):
        e = ops.sin(-e) * y
    assert count_nodes(*(column[0] for column in engine.forward_all([e], [x, y]))) < 20 * depth


@pytest.mark.skipif(config.PURE_PYTHON, reason="takes the twins a minute")
def test_a_chain_a_million_deep() -> None:
    """Work and result linear in nodes; choices, and ways that meet, included."""
    e = x
    for step in range(250_000):
        e = -ops.sin(e) if step % 2 else ops.where(e > step, e * y, e)
    nodes = count_nodes(e)
    assert nodes > 750_000
    assert count_nodes(*jacobian([e, e + x], [x, y])[1]) < 8 * nodes


def test_a_hessian_of_a_radial_function_is_small() -> None:
    """Second derivatives of f(r): each entry a product and a sum, whatever f is."""
    many = symbols(" ".join(f"x{k}" for k in range(20)))
    r = ops.sqrt(sum((v**2 for v in many), constant(0)))
    rows = hessian(ops.exp(-r) * ops.log(1 + r) / r, many)
    assert count_nodes(*(entry for row in rows for entry in row)) < 3 * 20 * 21 / 2 + 300


def test_an_error_leaves_the_store_usable(engine) -> None:
    e = apply("polygamma", x, y) * y
    for _ in range(3):
        with pytest.raises(ValueError, match="order of polygamma"):
            engine.forward_all([e], [y, x])
    assert engine.forward_all([x * y], [x, y]) == [[y], [x]]
