"""Expressions are interned, immutable, hashed by structure, and agree between the native store and the twin."""

import copy
import math
import operator
import os
import pickle
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn.expr
from rssn.errors import FoldError, OperatorError, OptionError, SymbolicTruthError, UnknownNameError
from rssn.expr import _store


@given(data=st.data())
def test_both_stores_build_the_same(native, twin, programs, data):
    """One program gives the same hashes, columns, texts and attributes in both."""
    program = data.draw(programs)
    for one, other in zip(native.build(program), twin.build(program), strict=True):
        assert hash(one) == hash(other)
        assert str(one) == str(other)
        assert one.latex() == other.latex()
        assert (one.operator, one.name, one.is_leaf) == (other.operator, other.name, other.is_leaf)
        assert repr(one.value) == repr(other.value)
        assert [str(operand) for operand in one.operands] == [str(operand) for operand in other.operands]
        assert repr(native.columns(one)) == repr(twin.columns(other))


@given(data=st.data())
def test_equal_structure_is_equal_however_it_came_about(engine, programs, data):
    """A second run of a program finds the nodes of the first."""
    program = data.draw(programs)
    first, second = engine.build(program), engine.build(program)
    assert first == second
    assert [hash(e) for e in first] == [hash(e) for e in second]
    assert len(set(first) | set(second)) == len(set(first))


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (operator.add, "add"),
        (operator.sub, "sub"),
        (operator.mul, "mul"),
        (operator.truediv, "div"),
        (operator.floordiv, "floordiv"),
        (operator.mod, "mod"),
        (operator.pow, "pow"),
        (operator.lt, "lt"),
        (operator.le, "le"),
        (operator.gt, "gt"),
        (operator.ge, "ge"),
        (operator.and_, "and"),
        (operator.or_, "or"),
    ],
)
def test_an_operator_of_python_builds_its_node(engine, function, name):
    """Both ways round, with expressions and with numbers; a reflected comparison is the mirrored one."""
    x, y = engine.symbols("x y")
    assert function(x, y) == engine.apply(name, x, y)
    assert function(x, 2) == engine.apply(name, x, 2)
    mirrored = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}.get(name)
    assert function(2, x) == (engine.apply(mirrored, x, 2) if mirrored else engine.apply(name, 2, x))
    with pytest.raises(TypeError):
        function(x, "text")
    with pytest.raises(TypeError):
        function([], x)


def test_unary_operators_build_their_nodes(engine):
    """Minus, abs and not make nodes; plus makes none."""
    x = engine.symbol("x")
    assert [(-x).operator, abs(x).operator, (~x).operator] == ["neg", "abs", "not"]
    assert +x is x


def test_operands_of_commutative_operators_have_one_order(engine):
    """x + y is y + x, and the operands of the others stay where they were written."""
    x, y = engine.symbols("x y")
    for function in (operator.add, operator.mul, operator.and_, operator.or_):
        assert function(x, y) == function(y, x)
        assert function(y, x).operands == (x, y)
    for function in (operator.sub, operator.truediv, operator.pow, operator.lt):
        assert function(x, y) != function(y, x)
    assert engine.apply("piecewise", y, x, 1).operands[:2] == (y, x)


def test_leaves_keep_type_and_bits(engine):
    """1, 1.0, True, 0.0 and -0.0 are five leaves; every NaN is one."""
    values = [0, 1, 1.0, True, False, 0.0, -0.0, Fraction(1, 2), 0.5, 2**64, float(2**64), 1j]
    leaves = [engine.constant(value) for value in values]
    assert len(set(leaves)) == len(values)
    for leaf, value in zip(leaves, values, strict=True):
        assert (type(leaf.value), repr(leaf.value)) == (type(value), repr(value))
        assert leaf.is_leaf
        assert leaf.operands == ()
    payload = np.array([0x7FF8000000000123], dtype="u8").view("f8")[0]
    assert engine.constant(payload) == engine.constant(-math.nan) == engine.constant("nan")
    assert math.isnan(engine.constant("nan").value)


@given(data=st.data())
def test_any_number_comes_back_as_it_was(engine, number_values, data):
    """`value` undoes `constant`, an integral fraction aside."""
    value = data.draw(number_values)
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    assert repr(engine.constant(value).value) == repr(value)


def test_numpy_scalars_are_numbers_on_either_side(engine):
    """A NumPy scalar on the left leaves the operator to the expression."""
    x = engine.symbol("x")
    assert np.float64(2) + x == x + 2.0
    assert np.int64(3) * x == x * 3
    assert np.uint8(3) - x == 3 - x
    assert np.float32(0.5) / x == 0.5 / x
    assert np.float16(0.5) ** x == 0.5**x
    assert (np.float64(1) < x) == (x > 1.0)
    assert x & np.bool_(True) == x & True
    assert x * np.complex64(1j) == x * 1j
    with pytest.raises(TypeError):
        np.array([1.0, 2.0]) + x
    with pytest.raises(TypeError):
        x * np.array([1.0, 2.0])
    with pytest.raises(TypeError):
        x + np.longdouble(1)


def test_complex_numbers_are_built_from_the_imaginary_unit(engine):
    """re + im*1j, where a real part of +0.0 is left out and 1.0*1j is 1j."""
    x, i = engine.symbol("x"), engine.constant("1j")
    assert engine.constant(1j) == i
    assert engine.constant(2j) == 2.0 * i
    assert engine.constant(3 + 2j) == 3.0 + 2.0 * i
    assert engine.constant(complex(-0.0, 1.0)) == -0.0 + i
    assert x + 1j == x + i
    assert i.name == "1j"


def test_named_constants(engine):
    """By name; true and false are also Python's booleans."""
    assert engine.constant("pi").name == "pi"
    assert engine.constant("pi").value is None
    assert engine.constant("true") == engine.constant(True)
    assert engine.constant("inf") == engine.constant(math.inf)
    with pytest.raises(UnknownNameError, match="pi, true"):
        engine.constant("tau")


def test_symbols_come_from_one_string_or_many(engine):
    """As in SymPy: one name alone gives the symbol itself, anything else a tuple."""
    x, y = engine.symbol("x"), engine.symbol("y")
    assert engine.symbols("x y") == engine.symbols("x, y") == engine.symbols(["x", "y"]) == (x, y)
    assert engine.symbols("x") == x
    assert engine.symbols("x,") == engine.symbols(["x"]) == (x,)
    assert (x.name, x.operator, x.value) == ("x", "symbol", None)


@pytest.mark.parametrize("name", ["", "pi", "true", "nan", "\ud800", 3, None])
def test_an_impossible_symbol_name_is_refused(engine, name):
    """Reserved names, the empty one, lone surrogates and what is not text."""
    with pytest.raises(OptionError):
        engine.symbol(name)


@pytest.mark.parametrize("name", ["e", "i", "gamma", "air time", "été", "a\0b", "x" * 10_000, "名前"])
def test_any_other_text_names_a_symbol(engine, name):
    """Column names are not ours to judge."""
    assert engine.symbol(name).name == name
    assert engine.symbol(name) == engine.symbol("".join(list(name)))


def test_apply_takes_declared_operators_and_any_number(engine):
    """An unknown operator names the nearest known one; an operand must be an expression or a number."""
    x = engine.symbol("x")
    assert engine.apply("add", 1, x) == x + 1
    assert engine.apply("piecewise").operands == ()
    assert engine.apply("piecewise", *range(20)).operands[19].value == 19
    with pytest.raises(UnknownNameError, match="mul"):
        engine.apply("mull", x, x)
    with pytest.raises(OptionError, match="neither"):
        engine.apply("add", x, "y")


def test_operators_are_declared_once(engine):
    """Again with the same property gives the same id; with another it is an error."""
    first = engine.declare_operator("tests_declared", commutative=True)
    assert engine.declare_operator("tests_declared", commutative=True) == first
    assert engine.declare_operator("tests_other", commutative=False) != first
    assert engine.is_commutative("tests_declared")
    with pytest.raises(OperatorError, match="already"):
        engine.declare_operator("tests_declared", commutative=False)
    with pytest.raises(OperatorError):
        engine.declare_operator("", commutative=False)
    assert engine.operator_for("tests_declared", False) == first


def test_an_expression_has_no_truth_value(engine):
    """`if x < y` says what to write instead."""
    x, y = engine.symbols("x y")
    for e in (x < y, x, engine.constant(1)):
        with pytest.raises(SymbolicTruthError, match="evaluate"):
            bool(e)
    assert (x == y) is False
    assert (x != y) is True
    assert x != "x"
    assert engine.constant(1) != 1


def test_expressions_are_not_made_by_hand(engine):
    """There is no constructor, and a handle can't be changed."""
    with pytest.raises(TypeError, match=r"rssn\.symbols"):
        engine.Expr()
    x = engine.symbol("x")
    with pytest.raises(AttributeError):
        x.colour = "red"
    if engine.is_native:
        with pytest.raises(AttributeError):
            x.operator = "add"
        with pytest.raises(TypeError):
            type("Mine", (engine.Expr,), {})


def test_copies_and_pickles_are_equal(engine):
    """A copy is the same object; a pickle finds the node again."""
    x, y = engine.symbols("x y")
    e = (x + y) ** 2 / 3 + Fraction(1, 3) * engine.constant("pi") - 2.5
    assert copy.copy(e) is e
    assert copy.deepcopy([e])[0] is e
    restored = pickle.loads(pickle.dumps(e))
    assert isinstance(restored, rssn.expr.Expr)
    assert (str(restored), hash(restored)) == (str(e), hash(e))


def test_hashes_are_the_same_in_every_process(engine):
    """Whatever Python's own hash seed."""
    code = (
        "from rssn.expr import symbols; from fractions import Fraction; x, y = symbols('x long_name_of_y');"
        "print(hash((x + y)**2 - 2**100 * x + Fraction(1, 3) - 0.5))"
    )
    x, y = engine.symbols("x long_name_of_y")
    expected = hash((x + y) ** 2 - 2**100 * x + Fraction(1, 3) - 0.5)
    for pure in ("", "1"):
        environment = os.environ | {"PYTHONHASHSEED": "77", "RSSN_PURE": pure, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        assert int(done.stdout) == expected


def test_evaluate_is_installed_by_another_room(engine, monkeypatch):
    """Without it, there is an error that says so; with it, the arguments pass through."""
    x = engine.symbol("x")
    monkeypatch.setattr(rssn.expr._common.Hooks, "evaluate", staticmethod(lambda *args, **named: (args, named)))
    assert x.evaluate({"x": 1}, exact=True) == ((x, {"x": 1}), {"exact": True})
    monkeypatch.undo()
    assert callable(x.evaluate)


def test_names_of_methods_lead_to_the_functions(engine):
    """`free_symbols` and `substitute` of a handle are those of the room."""
    x, y = engine.symbols("x y")
    assert (x + y).free_symbols == {x, y}
    assert (x + y).substitute({"x": 2, y: x}) == 2 + x


def test_a_rational_needs_a_denominator(native):
    """A zero below the line has no exact value."""
    with pytest.raises((FoldError, ZeroDivisionError)):
        native.constant(Fraction(1, 0))


def test_the_environment_chooses_the_store():
    """RSSN_PURE=1 takes the twin; otherwise the native one is there."""
    assert _store.Expr is (rssn.expr._store_py if rssn.config.PURE_PYTHON else rssn.expr._store_c).Expr
