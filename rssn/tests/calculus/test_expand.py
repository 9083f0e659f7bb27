"""The walk over an expression: branches nobody uses, deep chains, rules of a user's."""

import pytest

from rssn import count_nodes, ops, parse
from rssn.calculus import Choice, Choices, Flat, Partials, series
from rssn.calculus._rule import A, B, G, R
from rssn.errors import SeriesError
from rssn.expr import apply, constant, declare_operator, symbols

x, y = symbols("x y")


def made(name: str, rule: object, arity: tuple[int, int] = (1, 1), value=lambda *v: v[0]) -> str:
    ops.register(
        ops.Operator(name=name, doc="A test's.", domain="all", arity=arity, cost=1, value=value, derivative=rule)
    )
    return name


def test_a_singularity_in_a_branch_not_taken_does_not_matter() -> None:
    assert str(series(parse("where(x < 1, x^2, log(x))"), "x")) == "x^2"
    assert str(series(parse("piecewise(x > 1, 1/0, x < 1/2, x, sqrt(x))"), "x")) == "x"
    with pytest.raises(SeriesError, match="essential singularity"):
        series(parse("where(x > -1, exp(1/x), 0)"), "x")


def test_unused_conditions_are_not_looked_at() -> None:
    assert str(series(parse("piecewise(x < 1, x, log(x) > 0, 2, 3)"), "x")) == "x"


def test_a_chain_of_thousands() -> None:
    """Nothing recurses, and what is not needed any more is let go."""
    e = x
    for step in range(20_000):
        e = ops.sin(e) if step % 2 else e + y
    found = series(e, x, 0, 2)
    assert found.order == 2
    assert count_nodes(found.coefficient(1)) > 20_000


def test_a_tree_of_2_to_the_60() -> None:
    e = x
    for _ in range(60):
        e = e + e
    assert series(e, x).coefficient(1).value == 2**60


def test_a_users_operator_is_expanded_by_its_rule() -> None:
    name = made("expand_square", Partials((2 * A * G,)), value=lambda v: v * v)
    assert [series(apply(name, x + 3), x, 0, 4).coefficient(k).evaluate() for k in range(4)] == [9, 6, 1, 0]


def test_a_rule_may_name_the_result() -> None:
    """f' = f, as exp."""
    name = made("expand_itself", Partials((G * R,)))
    found = series(apply(name, x), x, 0, 5)
    first = found.coefficient(0)
    assert first == apply(name, 0)
    assert found.coefficient(1) == first
    assert found.coefficient(4) == first / 24


def test_rules_of_two_operands_and_choices() -> None:
    name = made("expand_product", Partials((G * B, G * A)), (2, 2), lambda a, b: a * b)
    found = series(apply(name, x + 1, x + 2), x, 0, 3)
    assert [found.coefficient(k) for k in range(3)] == [apply(name, 1, 2), constant(3), constant(1)]
    first = made("expand_first", Choices(lambda _: Choice((A > B,), (0, 1))), (2, 2), max)
    assert str(series(apply(first, x + 1, x), x)) == "1 + x"


def test_what_is_flat_may_jump_anywhere() -> None:
    name = made("expand_flat", Flat())
    with pytest.raises(SeriesError, match="where expand_flat jumps is not known"):
        series(apply(name, x), x)


def test_rules_that_need_each_other_for_ever_are_refused() -> None:
    """f' = g(x) and g' = f(x), neither with an expansion of its own."""
    declare_operator("expand_pong", commutative=False)
    ping = made("expand_ping", Partials((G * apply("expand_pong", A),)))
    made("expand_pong", Partials((G * apply(ping, A),)))
    with pytest.raises(SeriesError, match=r"no expansion of expand_p[io]ng is known"):
        series(apply(ping, x), x, 0, 60)
    assert series(apply(ping, x), x, 0, 3).coefficient(2) == apply(ping, 0) / 2
