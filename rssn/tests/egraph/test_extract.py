"""Extraction: what is chosen, and how it is written."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import constant, cos, exp, parse, sin, sqrt, symbols, walk
from rssn.egraph import CostTable, SaturationLimits, saturate
from rssn.egraph._extract import product_of, sum_of
from rssn.errors import OptionError
from rssn.testing import expressions

x, y, z = symbols("x y z")


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([(x, 1), (y, -1)], "x - y"),
        ([(x, -1), (y, 1)], "y - x"),
        ([(x, -1), (y, -1)], "-x - y"),
        ([(x, -2), (y, -1)], "-2*x - y"),
        ([(x, 3), (constant(1), -4)], "3*x - 4"),
        ([(x, -1), (constant(1), -4)], "-4 - x"),
        ([(x, Fraction(1, 2))], "x/2"),
        ([(x, Fraction(3, 2))], "rational(3, 2)*x"),
        ([(x, 0)], "0*x"),
    ],
)
def test_sums_are_written_as_a_person_does(parts, text):
    """Minus signs, fractions, numbers last."""
    assert str(sum_of([(part, Fraction(factor)) for part, factor in parts])) == text


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([(x, 1), (y, -1)], "x/y"),
        ([(x, -1)], "1/x"),
        ([(x, -2), (y, -1)], "1/(y*x^2)"),
        ([(x, Fraction(1, 2))], "sqrt(x)"),
        ([(x, Fraction(-1, 2))], "1/sqrt(x)"),
        ([(x, 2), (y, 3)], "x^2*y^3"),
    ],
)
def test_products_have_one_division(parts, text):
    """Powers, roots, one fraction bar."""
    assert product_of([(part, Fraction(exponent)) for part, exponent in parts]) == parse(text)


def test_costs_decide():
    """What is dear is avoided if the graph has anything else."""
    report = saturate(sin(x) ** 2 + cos(x) ** 2 * exp(z - z))
    assert report.extract() == constant(1)
    two = saturate(x * y + x * z, ["factor"])
    assert two.extract() == parse("x*(y + z)")
    assert two.extract(CostTable({"mul": 0.5, "add": 10.0})) in (parse("x*y + x*z"), parse("x*(y + z)"))
    assert saturate(x**2, []).extract(CostTable({"pow": 100.0})) == x**2


@given(weights=st.dictionaries(st.sampled_from(["add", "mul", "sin", "leaf", "number"]), st.floats(0.1, 10)))
def test_a_function_finds_what_the_table_finds(weights):
    """The slow road, one Python call a node, ends at the same cost."""
    table = CostTable(weights)
    report = saturate(x * sin(y) + x * sin(z) + x, ["distribute", "factor"])
    _, by_table, _ = report.extract_with_cost(table)
    _, by_function, _ = report.extract_with_cost(lambda name, children: table.of(name) + sum(children))
    assert by_table == pytest.approx(by_function)


def tree_size(expression):
    """Return the number of nodes, shared ones counted each time."""
    sizes = {}
    for node in walk(expression):
        sizes[node] = 1 + sum(sizes[operand] for operand in node.operands)
    return sizes[expression]


@given(expression=expressions(operators=("add", "sub", "neg", "mul", "div", "pow", "sqrt", "sin"), max_steps=8))
def test_the_cost_is_that_of_the_expression(expression):
    """By size, a tree costs its nodes, however the row is written out."""
    report = saturate(expression, limits=SaturationLimits(nodes=500, iterations=4))
    found, cost, is_least = report.extract_with_cost()
    assert is_least
    assert cost == tree_size(found)


def test_several_roots_share_one_graph():
    """A tuple comes back, in order."""
    found = saturate((x + x, sqrt(y * y), x * 2)).extract()
    assert found == (2 * x, parse("abs(y)"), 2 * x)


def test_bad_costs_are_refused():
    """Weights of 0 would let a form be endless; a function has no shared cost."""
    with pytest.raises(OptionError, match="above 0"):
        CostTable({"add": 0.0})
    with pytest.raises(OptionError, match="table"):
        saturate(x).extract(lambda _name, children: 1 + sum(children), shared=True)
