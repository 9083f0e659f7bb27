"""Random rational functions, their exact values, and a translation to SymPy."""

from fractions import Fraction
from importlib import import_module

import pytest
import sympy
from hypothesis import strategies as st

from rssn import config
from rssn.expr import apply, constant, symbols, walk
from rssn.poly import _build_py, _read_py

# The native ones need the native store.
_build_c, _read_c = (
    None if config.PURE_PYTHON else import_module(f"rssn.poly.{name}") for name in ("_build_c", "_read_c")
)
BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
}
NUMBERS = st.one_of(st.integers(-6, 6), st.fractions(-3, 3, max_denominator=6))


@st.composite
def rational_functions(draw, names="x y", *, divide=True, steps=6):
    """Draw an expression of +, -, *, /, minus and small powers, with shared parts."""
    nodes = [*symbols(names + " t")[:-1], constant(draw(NUMBERS)), constant(draw(st.integers(1, 5)))]
    kinds = ["add", "sub", "mul", "mul", "neg", "pow"] + ["div"] * divide
    for _ in range(draw(st.integers(1, steps))):
        kind = draw(st.sampled_from(kinds))
        left = draw(st.sampled_from(nodes))
        if kind == "neg":
            nodes.append(-left)
        elif kind == "pow":
            nodes.append(apply("pow", left, draw(st.sampled_from([-2, -1, 2, 3] if divide else [0, 2, 3]))))
        else:
            nodes.append(apply(kind, left, draw(st.sampled_from(nodes))))
    return nodes[-1]


def exact_value(expression, point):
    """Return the value at a point of Fractions; None where something divides by zero."""
    values = {}
    for node in walk(expression):
        operands = [values[operand] for operand in node.operands]
        try:
            if node.operator == "symbol":
                values[node] = point[node.name]
            elif node.is_leaf:
                values[node] = Fraction(node.value)
            elif node.operator == "neg":
                values[node] = -operands[0]
            else:
                values[node] = BINARY[node.operator](*operands)
        except ZeroDivisionError:
            return None
    return values[expression]


def to_sympy(expression):
    """Return the SymPy expression of sums, products and powers over symbols, functions of one operand and 1j."""
    values = {}
    for node in walk(expression):
        operands = [values[operand] for operand in node.operands]
        if node.operator == "symbol":
            values[node] = sympy.Symbol(node.name)
        elif node.is_leaf:
            special = {1j: sympy.I, None: sympy.pi}
            values[node] = special[node.value] if node.operator == "constant" else sympy.Rational(str(node.value))
        elif node.operator == "neg":
            values[node] = -operands[0]
        elif node.operator in BINARY:
            values[node] = BINARY[node.operator](*operands)
        else:
            values[node] = getattr(sympy, node.operator)(*operands)
    return values[expression]


POINTS = st.fixed_dictionaries({name: st.fractions(-20, 20, max_denominator=7) for name in "wxyz"})


@pytest.fixture(scope="session")
def value_of():
    return exact_value


@pytest.fixture(scope="session")
def as_sympy():
    return to_sympy


@pytest.fixture(scope="session")
def points():
    return POINTS


@pytest.fixture(scope="session")
def drawn():
    """The strategy itself, for `data.draw`."""
    return rational_functions


def pytest_generate_tests(metafunc):
    """Run a test that asks for `builder` or `reader` over the native module and over its twin."""
    for name, native, twin in (("builder", _build_c, _build_py), ("reader", _read_c, _read_py)):
        if name in metafunc.fixturenames:
            engines = {"twin": twin} if config.PURE_PYTHON else {"native": native, "twin": twin}
            metafunc.parametrize(name, engines.values(), ids=engines)
