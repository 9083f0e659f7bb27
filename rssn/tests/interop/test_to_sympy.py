"""`to_sympy`: every operator goes over; SymPy and mpmath then give the value that we do."""

import math
import time
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

import rssn
from rssn.errors import ConversionError, OptionError
from rssn.interop import from_sympy, to_sympy
from rssn.testing import expressions

X, Y, Z = rssn.symbols("x y z")
BUILT_IN = [record for record in rssn.ops.operators() if not record.name.endswith("_for_interop")]
# Operators of what a double is, not of real numbers.
OF_FLOATS = {"isnan", "isinf", "isfinite"}
# Random points make these undefined or huge; each is tested on its own.
WILD = {
    "polygamma",
    "atan2",
    "gamma",
    "lgamma",
    "exp10",
    "exp2",
    "acosh",
    "exp",
    "sinh",
    "cosh",
    "softplus",
    "sigmoid",
    "expm1",
}
SMOOTH = sorted({record.name for record in BUILT_IN} - OF_FLOATS - WILD - {"pow", "mod", "floordiv", "round", "fma"})


def value_in_sympy(obj: Any, point: dict[str, float]) -> float:
    """Return SymPy's value, NaN where it has none that is real."""
    exact = {sympy.Symbol(name): sympy.Rational(value) for name, value in point.items()}
    found = sympy.sympify(obj).doit().subs(exact)
    if found in (sympy.true, sympy.false):
        return float(bool(found))
    found = found.evalf(30)
    return float(found) if found.is_Float or found.is_Integer or found.is_extended_real else math.nan


@pytest.mark.parametrize("evaluate", [True, False], ids=["evaluated", "as written"])
@pytest.mark.parametrize("record", BUILT_IN, ids=[record.name for record in BUILT_IN])
def test_every_operator_goes_over_and_keeps_its_value(record: Any, evaluate: bool) -> None:
    symbols = rssn.symbols("a b c")[: record.arity[0]]
    ours = rssn.apply(record.name, *symbols)
    theirs = to_sympy(ours, evaluate=evaluate)
    back = from_sympy(theirs)
    for values in ((0.3, 0.8, 1.4), (2.5, 1.25, -3.0), (-2.5, 0.5, 2.0), (3.0, 2.0, 1.0)):
        point = {symbol.name: value for symbol, value in zip(symbols, values, strict=False)}
        if record.name == "polygamma":
            point["a"] = float(int(abs(point["a"])))
        wanted = float(ours.evaluate(point))
        assert float(back.evaluate(point)) == pytest.approx(wanted, rel=1e-9, nan_ok=True)
        if record.name == "fma" and not evaluate:
            continue  # SymPy gives its own no value
        if record.name not in OF_FLOATS and math.isfinite(wanted):
            assert value_in_sympy(theirs, point) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@given(
    expressions(("x", "y"), operators=SMOOTH, max_steps=6, whole_powers=False),  # of powers SymPy takes its time
    st.sampled_from((0.25, 0.75, 1.5, -0.5, 2.0)),
    st.sampled_from((0.5, 1.25, -1.75, 3.0)),
    st.booleans(),
)
def test_random_formulas_have_one_value_here_and_there(e: rssn.Expr, x: float, y: float, evaluate: bool) -> None:
    # Real numbers are compared: a formula that meets an infinity or a NaN on its way is none of those.
    point = {"x": x, "y": y}
    values = [node.evaluate(point) for node in rssn.walk(e) if node.name != "1j"]
    assume(all(math.isfinite(value) and abs(value) < 1e12 for value in values))
    theirs = value_in_sympy(to_sympy(e, evaluate=evaluate), point)
    near = float(e.evaluate({"x": x * (1 + 1e-9), "y": y * (1 + 1e-9)}))
    wanted = float(e.evaluate(point))
    assume(abs(near - wanted) < 1e-5 * (1 + abs(wanted)))  # a jump, or digits lost, is decided by the last bit
    assert theirs == pytest.approx(wanted, rel=1e-5, abs=1e-6)


@given(
    expressions(
        operators=("add", "mul", "div", "sin", "exp", "log1p", "hypot", "min", "lt", "floor", "atan2"),
        max_steps=10,
        whole_powers=False,
    )
)
def test_formulas_as_written_come_back_with_their_values(e: rssn.Expr) -> None:
    point = {"x": 0.6, "y": -1.7, "z": 2.2}
    back = from_sympy(to_sympy(e, evaluate=False))
    assert float(back.evaluate(point)) == pytest.approx(float(e.evaluate(point)), rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("text", ["x + y*z", "x/y - z", "(x + y) + (z + 1)", "sin(x)^2 + cos(x)^2", "x - x", "log2(x)"])
def test_as_written_means_the_same_expression_comes_back(text: str) -> None:
    e = rssn.parse(text)
    assert from_sympy(to_sympy(e, evaluate=False)) == e


def test_evaluation_is_sympys() -> None:
    assert to_sympy(rssn.parse("x + x")) == 2 * sympy.Symbol("x")
    assert to_sympy(rssn.parse("x + x"), evaluate=False) != 2 * sympy.Symbol("x")
    assert sympy.simplify(to_sympy(rssn.parse("sin(x)^2 + cos(x)^2"))) == 1
    assert to_sympy(rssn.parse("log10(1000)")) == 3
    assert to_sympy(rssn.parse("cbrt(-8)")) == -2


def test_symbols_may_be_given() -> None:
    t = sympy.Symbol("t")
    position, length = sympy.Function("x")(t), sympy.Symbol("l", positive=True)
    back = to_sympy(rssn.parse("`x(t)`/sqrt(l^2)"), symbols={"x(t)": position, "l": length})
    assert back == position / length


def test_lists_and_matrices() -> None:
    assert to_sympy([[X, 1 * X], [Y, Z]]).shape == (2, 2)
    assert to_sympy([X, Y]) == [sympy.Symbol("x"), sympy.Symbol("y")]
    assert from_sympy(to_sympy([[X, Y]])) == [[X, Y]]
    assert to_sympy([[X], [Y, Z]]) == [[sympy.Symbol("x")], [sympy.Symbol("y"), sympy.Symbol("z")]]


def test_constants() -> None:
    assert to_sympy(rssn.parse("pi")) is sympy.pi
    assert to_sympy(rssn.constant(1j)) is sympy.I
    assert to_sympy(rssn.parse("inf")) is sympy.oo
    assert to_sympy(rssn.parse("-inf")) is -sympy.oo
    assert to_sympy(rssn.parse("nan")) is sympy.nan
    assert to_sympy(rssn.constant(10**5000)) == 10**5000


def test_truth_values_and_numbers_are_kept_apart() -> None:
    x, y = sympy.symbols("x y")
    assert to_sympy(rssn.parse("(x < y) + 1")).subs({x: 1, y: 2}) == 2
    assert to_sympy(rssn.parse("x and y")).subs({x: 2, y: 0}) == sympy.false
    assert to_sympy(rssn.parse("(x < 1) == (y < 1)")).subs({x: 0, y: 0}) == sympy.true


@pytest.mark.parametrize("text", ["9^9^9^9", "gamma(1000000000)", "exp2(10000000)", "rational(1, 3)^100000000"])
def test_numbers_that_would_be_endless_stay_as_written(text: str) -> None:
    started = time.perf_counter()
    to_sympy(rssn.parse(text))
    assert time.perf_counter() - started < 5


def test_long_sums_are_handed_over_at_once() -> None:
    names = rssn.symbols([f"x{i}" for i in range(5000)])
    total = names[0]
    for index, name in enumerate(names[1:], 2):
        total = total + name if index % 2 else total - name
    started = time.perf_counter()
    theirs = to_sympy(total)
    assert time.perf_counter() - started < 10
    assert len(theirs.args) == 5000


def test_deep_formulas_go_over_as_written_and_are_refused_evaluated() -> None:
    deep = X
    for _ in range(20_000):
        deep = rssn.sin(deep)
    assert from_sympy(to_sympy(deep, evaluate=False)) == deep
    with pytest.raises(ConversionError, match="evaluate=False"):
        to_sympy(deep)


def test_what_sympy_refuses_is_a_typed_error() -> None:
    for text in ("5 % 0", "min(1j, 2)", "1j < 2"):
        with pytest.raises(ConversionError, match=r"(mod|min|lt): SymPy refuses.*evaluate=False"):
            to_sympy(rssn.parse(text))
    assert to_sympy(rssn.parse("nan < x")) is sympy.false
    assert to_sympy(rssn.parse("nan != x"), evaluate=False) is sympy.true


@given(expressions(max_steps=8))
def test_any_expression_goes_over_or_is_refused_with_a_typed_error(e: rssn.Expr) -> None:
    for evaluate in (False, True):
        try:
            from_sympy(to_sympy(e, evaluate=evaluate), lossy=True)
        except ConversionError as error:
            assert error.where  # noqa: PT017


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(OptionError, match="not an expression"):
        to_sympy("x")


def test_mpmath_agrees_with_a_formula_that_went_through_sympy() -> None:
    e = rssn.parse("erf(x)*lgamma(y) + atan2(x, y)^3/(1 + sinpi(x)^2)")
    function = sympy.lambdify(sympy.symbols("x y"), to_sympy(e), "mpmath")
    assert e.evaluate({"x": 0.4, "y": 3.7}) == pytest.approx(float(function(mpmath.mpf("0.4"), mpmath.mpf("3.7"))))
