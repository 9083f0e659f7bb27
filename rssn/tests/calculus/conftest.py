"""The native passes and their twin as two engines, an evaluator in high precision, and a translation to SymPy."""

from importlib import import_module
from types import SimpleNamespace

import mpmath
import pytest
import sympy

from rssn import config
from rssn.calculus import _derive_py, _make_py, _tangents_py
from rssn.expr import walk
from rssn.ops import _registry

TWIN = SimpleNamespace(
    name="twin",
    forward=_derive_py.forward,
    reverse=_derive_py.reverse,
    forward_all=_tangents_py.forward_all,
    make=_make_py.make,
)
ENGINES = [TWIN]
if not config.PURE_PYTHON:
    _derive_c, _make_c, _tangents_c = (
        import_module(f"rssn.calculus.{name}") for name in ("_derive_c", "_make_c", "_tangents_c")
    )
    ENGINES.append(
        SimpleNamespace(
            name="native",
            forward=_derive_c.forward,
            reverse=_derive_c.reverse,
            forward_all=_tangents_c.forward_all,
            make=_make_c.make,
        )
    )

# Operators that SymPy and mpmath know under these names, one operand each.
SAME = (
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
    *("exp", "log", "sqrt", "cbrt", "erf", "erfc", "gamma", "floor"),
)
BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
}


def moderate_power(a, b):
    if abs(b) > 1e6:
        raise OverflowError("mpmath would compute all digits")
    return a**b


def mpmath_table():
    table = {name: getattr(mpmath, name) for name in SAME}
    return table | BINARY | {
        "pow": moderate_power,
        "neg": lambda a: -a,
        "cbrt": lambda a: mpmath.sign(a) * mpmath.cbrt(abs(a)),
        "exp2": lambda a: mpmath.mpf(2) ** a,
        "exp10": lambda a: mpmath.mpf(10) ** a,
        "expm1": mpmath.expm1,
        "log2": lambda a: mpmath.log(a, 2),
        "log10": mpmath.log10,
        "log1p": mpmath.log1p,
        "atan2": mpmath.atan2,
        "hypot": mpmath.hypot,
        "sinpi": mpmath.sinpi,
        "cospi": mpmath.cospi,
        "lgamma": lambda a: mpmath.log(abs(mpmath.gamma(a))),
        "polygamma": lambda n, a: mpmath.psi(int(n), a),
        "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
        "softplus": lambda a: mpmath.log1p(mpmath.exp(a)),
        "degrees": lambda a: a * 180 / mpmath.pi,
        "radians": lambda a: a * mpmath.pi / 180,
        "fma": lambda a, b, c: a * b + c,
        "abs": abs,
        "sign": mpmath.sign,
        "frac": mpmath.frac,
        "mod": lambda a, b: a - b * mpmath.floor(a / b),
        "floordiv": lambda a, b: mpmath.floor(a / b),
        "copysign": lambda a, b: abs(a) * mpmath.sign(b),
        "round": mpmath.nint,
        "min": min,
        "max": max,
        "clamp": lambda x, low, high: min(max(x, low), high),
        "where": lambda c, a, b: a if c else b,
        "eq": lambda a, b: a == b,
        "lt": lambda a, b: a < b,
        "gt": lambda a, b: a > b,
        "le": lambda a, b: a <= b,
        "ge": lambda a, b: a >= b,
    }  # fmt: skip


MPMATH = mpmath_table()


def high_precision(e, environment):
    """The value of an expression with mpmath, in the precision that is set; None where it has none."""
    values = {}
    for node in walk(e):
        if node.is_leaf:
            value = environment[node.name] if node.operator == "symbol" else node.value
            if value is None:
                value = mpmath.pi
            values[node] = mpmath.mpf(value.numerator) / value.denominator if hasattr(value, "numerator") else value
            continue
        try:
            values[node] = MPMATH[node.operator](*[values[part] for part in node.operands])
        except (ValueError, ZeroDivisionError, OverflowError, mpmath.libmp.NoConvergence):
            return None
        if isinstance(values[node], mpmath.mpc) or not mpmath.isfinite(values[node]):
            return None
    return values[e]


def to_sympy(e):
    """The same expression in SymPy; literals exact."""
    made = {}
    for node in walk(e):
        if node.operator == "symbol":
            made[node] = sympy.Symbol(node.name, real=True)
        elif node.is_leaf:
            made[node] = sympy.pi if node.value is None else sympy.Rational(str(node.value))
        elif node.operator in BINARY:
            made[node] = BINARY[node.operator](*[made[part] for part in node.operands])
        elif node.operator == "neg":
            made[node] = -made[node.operands[0]]
        else:
            made[node] = getattr(sympy, node.operator)(*[made[part] for part in node.operands])
    return made[e]


@pytest.fixture(autouse=True)
def operators_of_a_test_go_with_it(monkeypatch):
    """What a test registers is not drawn by the tests after it."""
    monkeypatch.setattr(_registry, "_records", dict(_registry._records))
    monkeypatch.setattr(_registry, "_names", dict(_registry._names))


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request):
    return request.param


@pytest.fixture(scope="session")
def engines():
    """All that can run here, the twin first."""
    return ENGINES


@pytest.fixture(scope="session")
def value_of():
    return high_precision


@pytest.fixture(scope="session")
def sympy_of():
    return to_sympy
