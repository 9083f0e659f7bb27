"""The exact shared cost: never above the greedy one, and equal to trying everything."""

import itertools

from hypothesis import given

from rssn import cos, sin, symbols
from rssn.egraph import SIZE, CostTable, SaturationLimits, saturate
from rssn.egraph._extract import extractor
from rssn.expr import count_nodes
from rssn.testing import expressions

x, y = symbols("x y")
SMALL = SaturationLimits(nodes=60, iterations=3)


def least_by_trying(report):
    """Try every choice of one row for every class; return the least shared cost."""
    engine = extractor(report, SIZE)
    engine.tree()
    roots = report.classes_of_roots
    classes = engine.order(roots)
    best = float("inf")
    for choice in itertools.product(*(engine.members(c) for c in classes)):
        rows, used, stack, depth = dict(zip(classes, choice, strict=True)), set(), list(roots), 0
        total = 0.0
        while stack:
            c = stack.pop()
            if c not in used:
                used.add(c)
                total += engine.own_cost(rows[c])
                stack.extend(engine.children(rows[c]))
        if total < best and not circular(rows, engine, roots):
            best = total
        depth += 1
    return best


def circular(rows, engine, roots):
    """Whether some class of a choice needs itself."""
    state = {}

    def visit(c):
        if state.get(c) == 1:
            return True
        if state.get(c) == 2:
            return False
        state[c] = 1
        found = any(visit(child) for child in engine.children(rows[c]))
        state[c] = 2
        return found

    return any(visit(root) for root in roots)


@given(expression=expressions(operators=("add", "mul", "sin", "neg", "sub"), max_steps=6))
def test_nothing_beats_the_exact_choice(expression):
    """On graphs small enough to try every combination of rows."""
    report = saturate(expression, ["distribute", "factor"], limits=SMALL)
    engine = extractor(report, SIZE)
    engine.tree()
    size = 1
    for c in engine.order(report.classes_of_roots):
        size *= len(engine.members(c))
    if size > 3000:
        return
    _found, cost, is_least = report.extract_with_cost(exact=True)
    assert is_least
    assert cost == least_by_trying(report)


@given(expression=expressions(operators=("add", "mul", "sin", "cos", "div"), max_steps=10))
def test_exact_is_at_most_greedy_is_at_most_tree(expression):
    """Each promise is kept in the cost of what is returned."""
    report = saturate(expression, limits=SaturationLimits(nodes=300, iterations=4))
    tree = report.extract()
    _, greedy, _ = report.extract_with_cost(shared=True)
    _, exact, _ = report.extract_with_cost(exact=True, seconds=0.1)
    assert exact <= greedy <= shared_cost(tree) + 1e-9


def shared_cost(expression):
    """The number of unique nodes."""
    return count_nodes(expression)


def test_sharing_is_found_where_the_tree_sees_none():
    """(x+y)^2 + sin(x+y): opened or closed costs the same as a tree, but x + y is there already."""
    expression = (x + y) * sin(x + y) + (x * cos(x + y) + y * cos(x + y))
    report = saturate(expression, ["distribute", "factor"], limits=SaturationLimits(nodes=2000))
    _, cost, _ = report.extract_with_cost(CostTable({"leaf": 1.0}), shared=True)
    assert cost <= 8


def test_time_ends_the_search():
    """With no time the greedy answer stands, and is not called the least."""
    a, b, c, d, e, f = symbols("a b c d e f")
    expression = (a + b) * (c + d) * (e + f) * (a + c) * (b + e)
    report = saturate(expression, ["distribute", "factor"], limits=SaturationLimits(nodes=4000))
    found, cost, is_least = report.extract_with_cost(exact=True, seconds=0.0)
    assert not is_least or cost > 0
    assert found is not None
