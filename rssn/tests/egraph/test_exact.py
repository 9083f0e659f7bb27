"""The exact shared cost: never above the greedy one, and equal to trying everything."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import cos, sin, symbols, walk
from rssn.egraph import SIZE, CostTable, SaturationLimits, saturate
from rssn.egraph._extract import extractor
from rssn.testing import expressions

x, y = symbols("x y")
SMALL = SaturationLimits(nodes=60, iterations=3)


def least_by_trying(report, costs=SIZE):
    """Try every choice of one row for every class; return the least shared cost."""
    engine = extractor(report, costs)
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


PRICES = st.dictionaries(st.sampled_from(["add", "mul", "pow", "sin", "sub", "leaf", "number"]), st.integers(1, 9))


@given(expression=expressions(operators=("add", "mul", "sin", "neg", "sub"), max_steps=7), prices=PRICES)
def test_nothing_beats_the_exact_choice(expression, prices):
    """On graphs small enough to try every combination of rows, at any prices."""
    costs = CostTable({name: float(price) for name, price in prices.items()})
    report = saturate(expression, ["distribute", "factor"], limits=SMALL)
    engine = extractor(report, SIZE)
    engine.tree()
    size = 1
    for c in engine.order(report.classes_of_roots):
        size *= len(engine.members(c))
    if size > 3000:
        return
    _found, cost, is_least = report.extract_with_cost(costs, exact=True)
    assert is_least
    assert cost == least_by_trying(report, costs)


@given(expression=expressions(operators=("add", "mul", "sin", "cos", "div"), max_steps=10))
def test_exact_is_at_most_greedy_is_at_most_tree(expression):
    """Each promise is kept in the cost of what is returned."""
    report = saturate(expression, limits=SaturationLimits(nodes=300, iterations=4))
    tree = report.extract()
    _, greedy, _ = report.extract_with_cost(shared=True)
    _, exact, _ = report.extract_with_cost(exact=True, seconds=0.1)
    assert exact <= greedy <= shared_cost(tree) + 1e-9


def shared_cost(expression):
    """The number of unique nodes, where a number is a part of what uses it: the rows write their factors themselves."""
    nodes = list(walk(expression))
    numbers = [operand for node in nodes for operand in node.operands if operand.operator in ("integer", "rational")]
    return max(1, len(numbers) + sum(node.operator not in ("integer", "rational") for node in nodes))


def test_sharing_is_found_where_the_tree_sees_none():
    """(x+y)^2 + sin(x+y): opened or closed costs the same as a tree, but x + y is there already."""
    expression = (x + y) * sin(x + y) + (x * cos(x + y) + y * cos(x + y))
    report = saturate(expression, ["distribute", "factor"], limits=SaturationLimits(nodes=2000))
    _, cost, _ = report.extract_with_cost(CostTable({"leaf": 1.0}), shared=True)
    assert cost <= 8


a, b, c, d, e, f, g, h = symbols("a b c d e f g h")


@pytest.mark.parametrize(
    ("expression", "nodes"), [((a + b) * (c + d) * (e + f) * (g + h), 5000), (sin(x + y) * cos(x + y) + 2 * x, 2000)]
)
def test_graphs_of_a_thousand_nodes_are_proved(expression, nodes):
    """Bounds and a smaller problem before the search do it; trying every choice would not end."""
    rules = ["distribute", "factor", "content", "flatten"] if nodes > 2000 else None
    report = saturate(expression + 0 * y, rules, limits=SaturationLimits(nodes=nodes))
    _found, cost, is_least = report.extract_with_cost(exact=True, seconds=20)
    assert is_least
    assert cost <= report.extract_with_cost(shared=True)[1]


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
def test_time_ends_the_search(seconds):
    """What is found by then stands, and is not called the least unless that is proved."""
    expression = (a + b) * (c + d) * (e + f) * (a + c) * (b + e) * (g + h) * (a + h)
    report = saturate(expression, ["distribute", "factor"], limits=SaturationLimits(nodes=20_000, seconds=20))
    start = time.perf_counter()
    _, greedy, _ = report.extract_with_cost(shared=True, seconds=seconds)
    apart = time.perf_counter() - start
    start = time.perf_counter()
    found, cost, is_least = report.extract_with_cost(exact=True, seconds=seconds)
    assert time.perf_counter() - start <= 4 * apart + seconds + 2  # a busy machine may halt it for a while
    assert cost <= greedy
    assert not is_least or seconds
    assert found is not None
