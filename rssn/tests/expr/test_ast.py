"""The Ast of an expression depends on structure alone, says everything, and never trusts its columns."""

import pickle
import time
from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn.expr
from rssn import config
from rssn.errors import FormatError
from rssn.expr import Ast, constant, linearize, symbols
from rssn.expr._ast import fields, restore


def example():
    x, y = symbols("x y")
    e = (x + y) ** 2 / (x + y) - 2**70 + constant("pi") * 1.5
    return linearize([e, x])


@given(data=st.data())
def test_columns_and_expressions_undo_each_other(engine, programs, data):
    """For several roots, in order, repetitions included."""
    made = engine.build(data.draw(programs))
    roots = [*made[-3:], made[0], made[-1]]
    assert engine.rebuild(*engine.columns(roots)) == roots


@given(data=st.data())
def test_users_come_before_operands_and_a_tree_is_in_prefix_order(engine, programs, data):
    """Links are positive; and the first visit of each node, going down from left to right, is in index order."""
    e = engine.build(data.draw(programs))[-1]
    ast = Ast(*engine.columns(e))
    assert ast.roots[0] == 0
    assert len(ast) == engine.count_nodes(e)
    assert all(link > 0 for link in ast.links)
    unshared = len(set(ast.links)) == len(ast.links) == len(ast) - 1
    if unshared:
        order, stack = [], [0]
        while stack:
            node = stack.pop()
            order.append(node)
            stack += ast.operands(node)[::-1]
        assert order == list(range(len(ast)))


def test_the_columns_say_what_the_docstrings_say():
    """One small expression, column by column."""
    x, y = symbols("x y")
    ast = linearize(x * y + 2.5)
    assert ast.operators == ("integer", "rational", "float", "constant", "symbol", "add", "mul")
    assert ast.commutative == (False, False, False, False, False, True, True)
    assert [ast.operators[code] for code in ast.code] == ["add", "float", "mul", "symbol", "symbol"]
    assert list(ast.first) == [0, 0, 2, 0, 1]
    assert list(ast.count) == [2, 0, 2, 0, 0]
    assert list(ast.links) == [1, 2, 1, 2]
    assert (ast.constants, ast.symbols, list(ast.roots)) == ((2.5,), ("x", "y"), [0])
    assert ast.operands(2) == [3, 4]
    assert ast.expressions() == [x * y + 2.5]


def test_history_does_not_show():
    """The same structure built in another order, after other things, has an equal Ast and equal bytes."""
    x, y = symbols("x y")
    first = linearize((x + y) * (x - 1)).to_bytes()
    noise = [y * number - x for number in range(100)]
    second = linearize((x - 1) * (y + x))
    assert first == second.to_bytes()
    assert second == Ast.from_bytes(first)
    assert hash(second) == hash(Ast.from_bytes(first))
    assert linearize(noise) != second
    assert second != "x"


def test_equality_of_asts_sees_types():
    """1, 1.0 and true are different, a NaN is itself."""
    asts = [linearize(constant(value)) for value in (1, 1.0, True, 0.0, -0.0)]
    assert len(set(asts)) == 5
    assert linearize(constant("nan")) == linearize(constant("nan"))


@pytest.mark.skipif(config.PURE_PYTHON, reason="the twin is for reading")
def test_a_million_nodes_are_linearized_well_under_a_second():
    """And written and read back in about as long."""
    x, y = symbols("x y")
    e = x
    for _ in range(500_000):
        e = e * y + x
    start = time.perf_counter()
    ast = linearize(e)
    assert time.perf_counter() - start < 1
    assert Ast.from_bytes(ast.to_bytes()).expressions() == [e]


def test_an_ast_can_be_pickled():
    """It is plain data."""
    ast = example()
    assert pickle.loads(pickle.dumps(ast)) == ast


def test_no_roots_are_an_ast_too():
    """Of no nodes."""
    ast = linearize([])
    assert (len(ast), ast.expressions(), Ast.from_bytes(ast.to_bytes())) == (0, [], ast)


def damaged():
    """Ways to damage the example, with columns of the right types."""
    ast = example()
    leaf = list(ast.count).index(0)
    symbol, number = ast.operators.index("symbol"), ast.operators.index("integer")

    def changed(name, index, value):
        column = getattr(ast, name)[:]
        column[index] = value
        return replace(ast, **{name: column})

    yield changed("code", 0, 60_000)
    yield changed("code", 0, number)
    yield changed("code", leaf, 60_000)
    yield changed("first", 0, 4_000_000_000)
    yield changed("count", 0, 4_000_000_000)
    yield changed("count", leaf, 1)
    yield changed("links", 0, 0)
    yield changed("links", 0, -1)
    yield changed("links", 0, 2**31 - 1)
    yield changed("links", 0, -(2**31))
    yield changed("roots", 0, 4_000_000_000)
    yield changed("first", list(ast.code).index(symbol), 2)
    yield changed("first", list(ast.code).index(number), 99)
    yield changed("code", list(ast.code).index(number), ast.operators.index("float"))
    yield changed("code", list(ast.code).index(number), ast.operators.index("constant"))
    yield replace(ast, constants=())
    yield replace(ast, symbols=("x",))
    yield replace(ast, symbols=("x", "pi"))
    yield replace(ast, symbols=("x", "\ud800"))
    yield replace(ast, symbols=("x", 3))
    yield replace(ast, constants=(None,) * len(ast.constants))
    yield replace(ast, code=ast.code[:-1])
    yield replace(ast, code=ast.first)
    yield replace(ast, links=array("d", [1.0]))
    yield replace(ast, links=None)
    yield replace(ast, operators=ast.operators[1:], commutative=ast.commutative[1:])
    yield replace(ast, operators=ast.operators[:-1])
    yield replace(ast, operators=None)


@pytest.mark.parametrize("ast", list(damaged()))
def test_columns_that_contradict_each_other_are_refused(engine, ast):
    """With a typed error, whatever they hold."""
    with pytest.raises(FormatError):
        engine.rebuild(*fields(ast))


@given(data=st.data())
def test_random_damage_is_an_error_or_another_expression(engine, programs, data):
    """Never a crash: any column may hold anything."""
    ast = Ast(*engine.columns(engine.build(data.draw(programs))))
    for _ in range(data.draw(st.integers(1, 4))):
        name = data.draw(st.sampled_from(["code", "first", "count", "links", "roots"]))
        column = getattr(ast, name)
        if len(column):
            limits = {"H": (0, 2**16 - 1), "I": (0, 2**32 - 1), "i": (-(2**31), 2**31 - 1)}[column.typecode]
            value = data.draw(st.one_of(st.integers(0, 12), st.integers(*limits)))
            column[data.draw(st.integers(0, len(column) - 1))] = value
    try:
        made = engine.rebuild(*fields(ast))
    except FormatError:
        return
    assert engine.rebuild(*engine.columns(made)) == made


def test_a_pickle_has_exactly_one_root():
    """Bytes of an Ast with two are not a pickled expression."""
    with pytest.raises(FormatError, match="one root"):
        restore(example().to_bytes())


def test_unknown_operators_are_declared_when_read(engine):
    """A process that has not met an operator can still hold expressions of it."""
    x = engine.symbol("x")
    columns = list(engine.columns(-x))
    columns[0] = (*columns[0][:5], f"tests_unheard_of_{engine.name}")
    (e,) = engine.rebuild(*columns)
    assert (e.operator, e.operands) == (columns[0][5], (x,))
    assert rssn.expr.linearize(symbols("x")).operators[5:] == ()
