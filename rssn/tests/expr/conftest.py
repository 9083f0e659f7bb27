"""The native store and its twin as two engines, and random programs that build expressions in either."""

from fractions import Fraction
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import strategies as st

from rssn import config
from rssn.expr import _ast_c, _ast_py, _store_c, _store_py, _walk_c, _walk_py

BINARY = ("add", "sub", "mul", "div", "floordiv", "mod", "pow", "lt", "le", "gt", "ge", "and", "or", "eq", "max")
UNARY = ("neg", "abs", "not", "sin")
MANY = ("piecewise",)


class Engine(SimpleNamespace):
    """One implementation of the store with all that is built on it."""

    def __init__(self, name: str, *modules: ModuleType) -> None:
        super().__init__(name=name, is_native=name == "native")
        for module in modules:
            public = {key: value for key, value in vars(module).items() if key[0] != "_"}
            vars(self).update(public)
        self.declare_operator("eq", commutative=True)
        self.declare_operator("max", commutative=True)
        self.declare_operator("sin", commutative=False)
        self.declare_operator("piecewise", commutative=False)

    def __repr__(self):
        return self.name

    def build(self, program):
        """Run a program and return every expression it made."""
        made = []
        for operator, *operands in program:
            if operator in ("symbol", "constant"):
                made.append(getattr(self, operator)(*operands))
            else:
                made.append(self.apply(operator, *(made[place % len(made)] for place in operands)))
        return made


NATIVE = Engine("native", _store_c, _walk_c, _ast_c)
TWIN = Engine("twin", _store_py, _walk_py, _ast_py)

numbers = st.one_of(
    st.integers(-20, 20),
    st.integers(),
    st.sampled_from([2**63, 2**63 - 1, -(2**63), -(2**63) - 1, 2**200, 10**400]),
    st.fractions(),
    st.sampled_from([Fraction(1, 3), Fraction(-1, 2), Fraction(2**70, 3)]),
    st.floats(),
    st.sampled_from([0.0, -0.0, 1.0, 2.0**53, 1e300]),
    st.booleans(),
)
leaves = st.one_of(
    st.tuples(st.just("symbol"), st.sampled_from(["x", "y", "z", "alpha_1", "é", "air time", "u1", "if", "a`b"])),
    st.tuples(st.just("constant"), numbers),
    st.tuples(st.just("constant"), st.sampled_from(["pi", "1j", "true", "false", "nan", "inf"])),
)
places = st.integers(0, 200)
steps = st.one_of(
    st.tuples(st.sampled_from(BINARY), places, places),
    st.tuples(st.sampled_from(UNARY), places),
    st.builds(
        lambda name, operands: (name, *operands), st.sampled_from(MANY), st.lists(places, min_size=3, max_size=9)
    ),
)
PROGRAMS = st.builds(
    lambda first, rest: [first, *rest], leaves, st.lists(st.one_of(leaves, steps, steps), min_size=1, max_size=40)
)


def pytest_generate_tests(metafunc):
    """Run a test that asks for `engine` over both."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", [NATIVE, TWIN], ids=["native", "twin"])


@pytest.fixture(scope="session")
def native():
    return NATIVE


@pytest.fixture(scope="session")
def twin():
    return TWIN


@pytest.fixture(scope="session")
def chosen():
    """The one that `import rssn` uses."""
    return TWIN if config.PURE_PYTHON else NATIVE


@pytest.fixture(scope="session")
def programs():
    return PROGRAMS


@pytest.fixture(scope="session")
def number_values():
    return numbers
