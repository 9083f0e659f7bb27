"""The plan orders what is shown and names what is shared or deep, and nothing else."""

from rssn.expr import linearize, symbols
from rssn.expr._plan import NESTING, SHARED_SIZE, Plan

x, y, z = symbols("x y z")


def test_terms_are_ordered_by_degree_then_name():
    """A quotient's degree is a difference; a function has degree 0; numbers go last."""
    assert str(y + x**2) == "x^2 + y"
    assert str(y**2 + x**2) == "x^2 + y^2"
    assert str(x / y**3 + x) == "x + x/y^3"
    assert str(5 + abs(x)) == "abs(x) + 5"
    assert str(2.5 + x**-1) == "2.5 + x^-1"
    assert str(x ** (10**400) + y).endswith(" + y") is False


def test_only_large_shared_parts_are_named():
    """By the size of their written form; the root never is."""
    small = x + y
    assert Plan(linearize(abs(small) * small)).named == {}
    large = x
    for _ in range(SHARED_SIZE):
        large = large + y
    ast = linearize(abs(large) * -large)
    plan = Plan(ast)
    assert [ast.operators[ast.code[node]] for node in plan.named] == ["add"]
    assert list(plan.named.values()) == [1]


def test_only_deep_parts_are_named():
    """Each NESTING levels; a chain without brackets is not deep."""
    deep = x
    for _ in range(3 * NESTING):
        deep = abs(deep)
    assert len(Plan(linearize(deep)).named) == 2
    flat = x
    for number in range(1000):
        flat = flat + number * y
    assert Plan(linearize(flat)).named == {}


def test_chains_are_shown_on_the_left():
    """Of a commutative operator, where it saves the brackets."""
    plan = Plan(linearize(z + (x + y)))
    assert len(plan.shown[0]) == 2
    assert plan.operator(plan.shown[0][0]) == "add"
    assert plan.is_leaf(plan.shown[0][1])
