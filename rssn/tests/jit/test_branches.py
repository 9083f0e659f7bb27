"""Sides of choices behind jumps: which, and that no bit changes."""

import ctypes
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.jit import compile
from rssn.jit._branches import NO, YES, Branches
from rssn.testing import assert_same_bits

x, y, z = rssn.symbols("x y z")


def sides(expr, args=(x, y)):
    """Return the operators behind jumps, by place."""
    tape = compile(expr, list(args)).schedule
    found = Branches(tape, ())
    return {place: [tape.steps[n].operator for n in steps] for (_, place), steps in found.sides.items()}


def test_dear_sides_that_nothing_else_needs():
    """A function, with what leads to it; not what is cheap, or used elsewhere."""
    assert sides(rssn.where(x < 0, rssn.gamma(y * 2), x + y))[YES][-2:] == ["mul", "gamma"]
    assert sides(rssn.where(x < 0, x + y, rssn.gamma(y)))[NO][-1] == "gamma"
    assert sides(rssn.where(x < 0, x * y, x + y)) == {}
    assert sides(rssn.where(x < 0, rssn.gamma(y), x + y) + rssn.gamma(y)) == {}
    assert "gamma" not in str(sides(rssn.where(x < 0, rssn.gamma(y) / x, rssn.gamma(y) * x)))
    assert sides([rssn.where(x < 0, rssn.gamma(y), x + y), rssn.gamma(y)]) == {}


def test_equalities_are_rare():
    """What is taken where nothing special happens is not worth a jump; what is for one value alone is."""
    assert sides(rssn.where(rssn.eq(x, y), x, rssn.gamma(y))) == {}
    assert set(sides(rssn.where(rssn.eq(x, y), rssn.gamma(y), x))) == {YES}
    assert set(sides(rssn.where(rssn.ne(x, y), x, rssn.gamma(y)))) == {NO}
    assert sides(x ** Fraction(1, 2), (x,)) == {}


def test_inner_choices_have_sides_of_their_own():
    """Each step belongs to the innermost."""
    inner = rssn.where(y < 0, rssn.sin(x), rssn.tan(y))
    tape = compile(rssn.where(x < 0, rssn.gamma(x) + inner, x), [x, y]).schedule
    found = Branches(tape, ())
    places = {tape.steps[steps[-1]].operator: [tape.steps[n].operator for n in steps] for steps in found.sides.values()}
    assert {"sin", "tan", "add"} == set(places)
    assert "select" in places["add"]
    assert "sin" not in places["add"]


def test_hundreds_of_pieces():
    """Deep, and still compiled and right."""
    pieces = []
    for n in range(300):
        pieces += [x < n, rssn.sin(x + n)]
    kernel = compile(rssn.piecewise(*pieces, x), [x])
    column = np.random.default_rng(0).uniform(-1, 310, 1000)
    assert_same_bits(kernel(column), kernel.interpret((column,)))


FUNCTIONS = (rssn.sin, rssn.exp, rssn.log, rssn.gamma, rssn.tanh, rssn.sqrt)
LEAVES = st.sampled_from([x, y, z, rssn.constant(0.5), rssn.constant(-3)])


def formulas(inner):
    conditions = st.builds(lambda a, b, less: (a < b) if less else (a >= b), inner, inner, st.booleans())
    return st.one_of(
        st.builds(lambda f, a: f(a), st.sampled_from(FUNCTIONS), inner),
        st.builds(lambda a, b: a * b + a, inner, inner),
        st.builds(lambda a, b: a / b, inner, inner),
        st.builds(rssn.where, conditions, inner, inner),
        st.builds(lambda c, d, a, b, e: rssn.piecewise(c, a, d, b, e), conditions, conditions, inner, inner, inner),
    )


@given(st.recursive(LEAVES, formulas, max_leaves=12), st.sampled_from([{}, {"dtype": "f32"}, {"width": 1}]), st.data())
def test_no_bit_changes(expr, options, data):
    """Beside the interpreter, which computes all sides: rows that agree, rows that do not, special values."""
    kernel = compile([expr, expr * 2], [x, y, z], **options)
    random = np.random.default_rng(data.draw(st.integers(0, 9)))
    columns = random.normal(size=(3, 41))
    columns[:, 16:24] = 1.0
    columns[0, 24:32] = random.choice([0.0, -0.0, np.inf, -np.inf, np.nan], 8)
    columns = tuple(columns.astype(kernel.dtypes[0]))
    for found, wanted in zip(kernel(*columns), kernel.interpret(columns), strict=True):
        assert_same_bits(found, wanted)
    wanted = kernel.interpret(columns)
    inputs = tuple(column.copy() for column in columns)
    found = kernel(*inputs, out=(inputs[0], inputs[1]))
    assert_same_bits(found[0], wanted[0])
    assert_same_bits(found[1], wanted[1])


def test_a_function_of_the_users_is_not_called_where_no_row_asks():
    """Nor can it fault there."""
    calls = []

    @ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
    def noted(value):
        calls.append(value)
        return value

    noting = rssn.operator(name="noting_side", lowering=noted)(lambda v: v)
    kernel = compile(rssn.where(x < 0, noting(y), y), [x, y], threads=1)
    assert (kernel(np.ones(100), np.ones(100)) == 1).all()
    assert calls == []
    assert (kernel(-np.ones(8), np.arange(8.0)) == np.arange(8)).all()
    assert sorted(calls) == list(range(8))


@pytest.mark.parametrize("reduce", ["sum", "max", "norm"])
def test_reductions_of_choices(reduce):
    """The same jumps."""
    kernel = compile(rssn.where(x < 0, rssn.gamma(x), x * y), [x, y], reduce=reduce)
    for columns in (np.ones((2, 100)), np.random.default_rng(1).normal(size=(2, 1003))):
        assert_same_bits(np.array(kernel(*columns)), np.array(kernel.interpret(tuple(columns))))
