"""Walks visit unique nodes, operands first; substitution replaces all at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.errors import OptionError


def naive_nodes(e):
    """All nodes by recursion, as the oracle."""
    found = {}

    def visit(node):
        if node not in found:
            for operand in node.operands:
                visit(operand)
            found[node] = len(found)

    visit(e)
    return found


def naive_substitute(engine, e, table):
    if e in table:
        return table[e]
    if e.is_leaf:
        return e
    return engine.apply(e.operator, *(naive_substitute(engine, operand, table) for operand in e.operands))


@given(data=st.data())
def test_a_walk_visits_each_node_once_after_its_operands(engine, programs, data):
    """In the order of a recursive walk from left to right."""
    e = engine.build(data.draw(programs))[-1]
    assert engine.walk(e) == list(naive_nodes(e))
    assert engine.count_nodes(e) == len(naive_nodes(e))
    assert engine.free_symbols(e) == {node for node in naive_nodes(e) if node.operator == "symbol"}


@given(data=st.data())
def test_several_roots_share_one_walk(engine, programs, data):
    """A node below two roots is visited once."""
    made = engine.build(data.draw(programs))
    every = engine.walk(*made)
    assert len(every) == len(set(every)) == engine.count_nodes(*made)
    assert set(every) == set().union(*(naive_nodes(e) for e in made))


@given(data=st.data())
def test_substitution_is_that_of_the_recursive_definition(engine, programs, data):
    """Keys may be any parts; replacements are not searched again."""
    made = engine.build(data.draw(programs))
    pick = st.sampled_from(made)
    table = data.draw(st.dictionaries(pick, pick, max_size=4))
    assert made[-1].substitute(table) == naive_substitute(engine, made[-1], table)


def test_substitution_happens_all_at_once(engine):
    """Exchanging two symbols needs no third."""
    x, y, z = engine.symbols("x y z")
    assert (x - y).substitute({x: y, y: x}) == y - x
    assert (x + y).substitute({"x": y}) == y + y
    assert ((x + y) * z).substitute({x + y: 2, "z": 0.5}) == engine.constant(2) * 0.5
    assert (x + y).substitute({"absent": 1, z: 2}) == x + y
    assert x.substitute({}) == x
    assert x.substitute({x: True}) == engine.constant(True)


def test_substitution_refuses_what_is_not_an_expression(engine):
    """Keys are expressions or names, values expressions or numbers."""
    x = engine.symbol("x")
    for table in ({"x": "y"}, {1: x}, {"": 1}, {"pi": 1}, {x: None}):
        with pytest.raises(OptionError):
            x.substitute(table)
    with pytest.raises(OptionError, match="not an expression"):
        engine.substitute("x", {})


@pytest.mark.parametrize("function", ["walk", "count_nodes", "free_symbols", "columns"])
def test_a_root_must_be_an_expression(engine, function):
    """Text and numbers are not parsed or converted here."""
    with pytest.raises(OptionError, match="not an expression"):
        getattr(engine, function)(*[["x"]] if function == "columns" else "x")


def test_no_roots_give_nothing(engine):
    """An empty walk is a walk."""
    assert engine.walk() == []
    assert engine.count_nodes() == 0
    assert engine.free_symbols() == frozenset()
