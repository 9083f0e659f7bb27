"""An Ast turned bottom-up."""

import rssn
from rssn.expr import linearize
from rssn.jit._graph import LEAF_KINDS, graph_of


def test_operands_are_smaller_than_their_users():
    """And leaves carry their value or name."""
    x, y = rssn.symbols("x y")
    graph = graph_of(linearize([x * y + 2, rssn.sin(x)]))
    for node, operands in enumerate(graph.operands):
        assert all(operand < node for operand in operands)
        assert (graph.operators[node] in LEAF_KINDS) == (not operands)
    assert {"x", "y", 2} == {leaf for leaf in graph.leaves if leaf is not None}
    assert [graph.operators[root] for root in graph.roots] == ["add", "sin"]
