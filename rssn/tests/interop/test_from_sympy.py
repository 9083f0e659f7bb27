"""`from_sympy`: SymPy's objects come over with their meaning, or are refused by name and path."""

import math
import time
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy.codegen import cfunctions

import rssn
from rssn.errors import ConversionError, PrecisionLossError
from rssn.interop import from_sympy

x, y, t = sympy.symbols("x y t")
POINTS = ({"x": 0.7, "y": 1.9}, {"x": -1.3, "y": 0.4}, {"x": 3.25, "y": -2.5})


@pytest.mark.parametrize(
    ("obj", "text"),
    [
        (x - y, "x - y"),
        (y - x, "y - x"),
        (-x - y, "-x - y"),
        (1 - 2 * x / 3, "1 - 2*x/3"),
        (-2 * x, "-2*x"),
        (x / y, "x/y"),
        (x**-2, "x^-2"),
        (y / x**2, "y/x^2"),
        (1 / sympy.sqrt(x), "1/sqrt(x)"),
        (x ** sympy.Rational(1, 3), "x^rational(1, 3)"),
        (sympy.E**x + sympy.E, "exp(x) + exp(1)"),
        (sympy.exp(-x) * sympy.pi, "pi*exp(-x)"),
        (sympy.Integer(10) ** 40, "10^40"),
        (sympy.Float(0.1) + x, "x + 0.1"),
        (sympy.Piecewise((x, x > 0), (y, True)), "x if x > 0 else y"),
        (sympy.Piecewise((x, x > 0)), "where(x > 0, x, nan)"),
        (sympy.Piecewise((x, x > 0), (y, y > 0), (1, True)), "piecewise(x > 0, x, y > 0, y, 1)"),
        (sympy.Max(x, y, 3), "max(3, x, y)"),
        (sympy.Mod(x, y), "x % y"),
        ((x > 0) & ~(y < 1) | sympy.Eq(x, y), "x == y or x > 0 and y >= 1"),
        (sympy.Implies(x > 0, y > 0), "not x > 0 or y > 0"),
        (sympy.atan2(y, x), "atan2(y, x)"),
        (sympy.loggamma(x) + sympy.gamma(x), "lgamma(x) + gamma(x)"),
        (cfunctions.expm1(x) + cfunctions.hypot(x, y), "expm1(x) + hypot(x, y)"),
        (sympy.UnevaluatedExpr(x), "x"),
        (sympy.nan, "nan"),
        (-sympy.oo, "-inf"),
        (sympy.true, "true"),
        (sympy.Add(), "0"),
        (7, "7"),
    ],
)
def test_a_node_reads_as_a_person_would_write_it(obj: Any, text: str) -> None:
    expected = rssn.parse(text)
    assert from_sympy(obj) == (expected if "10^40" not in text else rssn.constant(10**40))


@pytest.mark.parametrize(
    "obj",
    [
        *(
            getattr(sympy, name)(x / 4)
            for name in ("sec", "csc", "cot", "sech", "csch", "coth", "sinc", "acot", "frac")
        ),
        *(getattr(sympy, name)(3 + x / 4) for name in ("asec", "acsc", "acsch", "acoth", "factorial", "Heaviside")),
        *(sympy.GoldenRatio * x, sympy.Xor(x > 0, y > 0, x > y), sympy.Equivalent(x > 0, y > 0, x > y)),
        *(sympy.ITE(x > 0, y > 0, y < 1), sympy.Abs(x) * sympy.sign(y), sympy.floor(x) - sympy.ceiling(y)),
    ],
)
def test_what_has_no_operator_of_its_own_keeps_its_value(obj: Any) -> None:
    ours = from_sympy(obj)
    for point in POINTS:
        theirs = obj.subs({sympy.Symbol(name): value for name, value in point.items()})
        wanted = bool(theirs) if theirs in (sympy.true, sympy.false) else float(theirs.evalf(20))
        assert ours.evaluate(point) == pytest.approx(wanted, rel=1e-12)


def test_an_applied_function_is_a_symbol() -> None:
    position = sympy.Function("x")(t)
    ours = from_sympy(position.diff(t) + position * t)
    assert {symbol.name for symbol in ours.free_symbols} == {"x(t)", "Derivative(x(t), t)", "t"}
    assert rssn.compile(ours, ["t", from_sympy(position), "Derivative(x(t), t)"])(2.0, 3.0, 4.0) == 10.0


def test_an_operator_of_the_users_is_applied() -> None:
    name = "twice_for_interop"
    record = rssn.ops.Operator(name=name, doc="2x", domain="all x", arity=(1, 1), cost=1, value=lambda v: 2 * v)
    rssn.ops.register(record)
    assert from_sympy(sympy.Function(name)(x + 1)) == rssn.apply(name, rssn.symbol("x") + 1)


def test_matrices_and_lists_become_nested_lists() -> None:
    ours = from_sympy(sympy.Matrix([[x, 1], [y, x * y]]))
    assert ours == [[rssn.symbol("x"), rssn.constant(1)], [rssn.symbol("y"), rssn.parse("x*y")]]
    assert from_sympy((x, [y])) == [rssn.symbol("x"), [rssn.symbol("y")]]
    assert from_sympy(sympy.Array([[x], [y]])) == [[rssn.symbol("x")], [rssn.symbol("y")]]


@given(st.floats(allow_nan=False) | st.fractions() | st.integers())
def test_numbers_come_over_exactly(value: Any) -> None:
    theirs = sympy.Rational(value) if isinstance(value, Fraction) else sympy.sympify(value)
    found = from_sympy(theirs).value
    assert found == value
    assert isinstance(found, float) == (isinstance(value, float) and bool(theirs.is_Float or math.isinf(value)))


def test_more_digits_than_a_double_are_refused_unless_lossy() -> None:
    tenth = sympy.Float("0.1", 50)
    with pytest.raises(PrecisionLossError, match=r"args\[0\]: Float: 0\.1"):
        from_sympy(tenth + x)
    assert from_sympy(tenth, lossy=True) == rssn.constant(0.1)
    assert from_sympy(sympy.Float("0.5", 50)) == rssn.constant(0.5)
    with pytest.raises(PrecisionLossError):
        from_sympy(sympy.Float("1e400"))


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (sympy.zoo, r"^ComplexInfinity: .*finite"),
        (y * sympy.sin(sympy.LambertW(x) + 1), r"^args\[1\]\.args\[0\]\.args\[1\]: LambertW: no counterpart"),
        (sympy.Integral(x, x) + 1, r"args\[1\]: Integral"),
        (sympy.Derivative(sympy.sin(x), x), r"^Derivative: .*doit"),
        (sympy.EulerGamma, "EulerGamma"),
        (sympy.Dummy("x") + x, "two different symbols are both called 'x'"),
        (sympy.Symbol("x", positive=True) + x, "both called"),
        (sympy.Function("f")(x**2), "unknown function"),
        (sympy.Function("f")(x**2).diff(x), "no counterpart|unknown function"),
        (sympy.MatrixSymbol("A", 2, 2), "MatrixSymbol"),
        ([x, [sympy.zoo]], r"^\[1\]\[0\]ComplexInfinity"),
        ("x", "found str"),
        (object(), "found object"),
        (None, "found NoneType"),
        (sympy.Piecewise((x, x > 0), (y, True)).args[0], "a part of an object"),
        (sympy.Symbol("pi"), "pi"),
    ],
)
def test_what_has_no_counterpart_is_named_with_its_path(obj: Any, message: str) -> None:
    live = rssn.statistics().live
    with pytest.raises(rssn.RssnError, match=message):
        from_sympy(obj)
    assert rssn.statistics().live <= live + 50


def test_the_path_to_a_deep_node_is_cut() -> None:
    deep = sympy.LambertW(x)
    for _ in range(3000):
        deep = sympy.sin(deep, evaluate=False)
    with pytest.raises(ConversionError) as caught:
        from_sympy(deep)
    assert len(str(caught.value)) < 300
    assert "..." in caught.value.where


def test_deep_and_shared_objects_cost_what_their_unique_nodes_do() -> None:
    deep = x
    for _ in range(30_000):
        deep = sympy.Add(sympy.Mul(deep, deep, evaluate=False), 1, evaluate=False)
    started = time.perf_counter()
    ours = from_sympy(deep)
    assert time.perf_counter() - started < 10
    assert rssn.count_nodes(ours) == 60_002
