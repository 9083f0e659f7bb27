"""simplify keeps value and definedness, reduces what it should, and only with the assumption that it needs."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from rssn import assuming, ne, parse, symbols, walk
from rssn.errors import AssumptionError
from rssn.expr import Expr
from rssn.ops import operators
from rssn.rules import INTERVALS, RewriteRule, RuleSet, integer, variables
from rssn.simplify import Budget, Costs, Simplifier, StopReason, simplify
from rssn.testing import expressions, real_value, same_real
from rssn.testing._reals import FUNCTIONS

x, y, z = symbols("x y z")
#: text, assumption that it needs (or none), what it becomes
REDUCED = [
    ("3 + 4", None, "7"),
    ("x - x", None, "0"),
    ("0/x", "x != 0", "0"),
    ("(x + 0)*(1*y)", None, "x*y"),
    ("x + y - (y + x)", None, "0"),
    ("2*x + 3*x", None, "5*x"),
    ("a*b + a*c", None, "a*(b + c)"),
    ("x/x", "x != 0", "1"),
    ("x^2*x^3", None, "x^5"),
    ("(x + y)^2 - x^2 - 2*x*y - y^2", None, "0"),
    ("x^3 + 3*x^2*y + 3*x*y^2 + y^3", None, "(x + y)^3"),
    ("sin(x)^2 + cos(x)^2", None, "1"),
    ("(x^2 - 1)/(x - 1)", "x != 1", "x + 1"),
    ("log(x*y) - log(x) - log(y)", "x > 0 and y > 0", "0"),
    ("exp(a)*exp(b)", None, "exp(a + b)"),
    ("sqrt(x^2)", None, "abs(x)"),
    ("sqrt(x^2)", "x >= 0", "x"),
    ("0*log(x)", "x > 0", "0"),
    ("log(x) - log(x)", "x > 0", "0"),
    ("exp(log(x))", "x > 0", "x"),
    ("sqrt(x)^2", "x >= 0", "x"),
    ("(x^a)^2", "x > 0", "x^(2*a)"),
    ("(b - a)/(a - b)", "a != b", "-1"),
    ("x^5/x^3", "x != 0", "x^2"),
    ("0*x + 0*sin(x)*exp(x)", None, "0"),
    ("cosh(x)^2 - sinh(x)^2", None, "1"),
    ("floor(n + 3)", None, "floor(n) + 3"),
    ("where(x > 0, x, -x)", None, "abs(x)"),
]


@pytest.mark.parametrize(("text", "assumption", "expected"), REDUCED)
def test_reduced_with_the_assumption_and_only_then(text: str, assumption: str | None, expected: str) -> None:
    """What needs no assumption is reduced always; the others keep their value without it."""
    e, wanted = parse(text), parse(expected)
    assume = None if assumption is None else parse(assumption)
    assert simplify(e, assume=assume) == wanted
    if assume is not None:
        assert simplify(e) != wanted
        with assuming(assume):
            assert simplify(e) == wanted


POINTS: list[Any] = [0, 1, -1, 2, -2, 3, Fraction(1, 2), Fraction(-1, 2), Fraction(7, 3), Fraction(-5, 4), 10]
ASSUMED: list[tuple[Any, Callable[[dict[str, Any]], bool]]] = [
    (None, lambda _: True),
    (x > 0, lambda p: p["x"] > 0),
    ((x > 0) & (y > 0) & (z > 0), lambda p: min(p.values()) > 0),
    (ne(x, 0), lambda p: p["x"] != 0),
    ((x >= 0) & (y < 0), lambda p: p["x"] >= 0 > p["y"]),
    (integer(x), lambda p: is_whole(p["x"])),
    ((x > y) & ne(x, 1), lambda p: p["x"] > p["y"] and p["x"] != 1),
    ((x >= y) & (y >= z), lambda p: p["x"] >= p["y"] >= p["z"]),
    (
        [integer(x), integer(y), x >= 0, y > 1],
        lambda p: is_whole(p["x"]) and is_whole(p["y"]) and p["x"] >= 0 and p["y"] > 1,
    ),
    ((x <= 1) & (x >= -1), lambda p: -1 <= p["x"] <= 1),
    (ne(x, y), lambda p: p["x"] != p["y"]),
    ((x + y > 2) & (z <= 0), lambda p: p["x"] + p["y"] > 2 and p["z"] <= 0),
]


def is_whole(value: Any) -> bool:
    return Fraction(value).denominator == 1


JUMPS = {"mod", "floordiv", "floor", "ceil", "round", "trunc", "frac", "copysign", "degrees", "radians"}
SMOOTH = [r.name for r in operators() if r.name in FUNCTIONS and r.name not in JUMPS]
LOGICAL = ("and", "or", "not", "where", "piecewise", "lt", "le", "gt", "ge", "eq", "ne", "isnan", "isfinite")
ROUNDING = ("add", "sub", "mul", "neg", "abs", "min", "max", "clamp", "sign", *sorted(JUMPS - {"degrees", "radians"}))
GROUPS = {
    "logic": ("add", "sub", "abs", "min", "max", "div", "log", *LOGICAL),
    "powers": ("pow", "mul", "div", "sqrt", "cbrt", "exp", "log", "abs", "neg", "hypot"),
    "circular": ("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "add", "sub", "mul", "div", "neg"),
    "hyperbolic": ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "exp", "log", "add", "sub", "mul", "div", "neg"),
    "special": (
        "erf",
        "erfc",
        "gamma",
        "lgamma",
        "polygamma",
        "sigmoid",
        "softplus",
        "exp",
        "log",
        "add",
        "neg",
        "mul",
    ),
}
ALGEBRAIC = ("add", "sub", "mul", "div", "neg", "sqrt", "log", "exp", "sin", "cos", "abs", "where", "lt", "pow")


def test_every_operator_takes_part() -> None:
    """In one of the groups below; degrees and radians are products with a float."""
    drawn = {*SMOOTH, *LOGICAL, *ROUNDING, "isinf", "degrees", "radians"}
    assert drawn >= set(INTERVALS)


@pytest.mark.parametrize(
    "names",
    [(*SMOOTH, *LOGICAL), ALGEBRAIC, ALGEBRAIC[:5], *GROUPS.values()],
    ids=["all", "algebraic", "rational", *GROUPS],
)
@given(data=st.data())
def test_value_and_definedness_stay(names: tuple[str, ...], data: st.DataObject) -> None:
    """At random exact points where the assumption holds, to 20 digits, special points often."""
    e = data.draw(expressions(operators=names, max_steps=8))
    assume, holds = data.draw(st.sampled_from(ASSUMED))
    simple = simplify(e, assume=assume)
    assert isinstance(simple, Expr)
    for _ in range(8):
        environment = {name: data.draw(st.sampled_from(POINTS)) for name in "xyz"}
        if holds(environment):
            assert_same(e, simple, environment)


@given(data=st.data())
def test_rounding_keeps_value_and_definedness(data: st.DataObject) -> None:
    """At points, and with constants, that are sums of powers of two: a floor of what is a little off would jump."""
    e = data.draw(expressions(operators=ROUNDING, max_steps=8))
    for node in walk(e):
        if node.is_leaf and node.value is not None and not _is_short(node.value):
            return
        if node.operator == "pow":
            return
    assume, holds = data.draw(st.sampled_from(ASSUMED))
    simple = simplify(e, assume=assume)
    assert isinstance(simple, Expr)
    for _ in range(8):
        environment = {name: data.draw(st.sampled_from([p for p in POINTS if _is_short(p)])) for name in "xyz"}
        if holds(environment):
            assert_same(e, simple, environment)


def _is_short(value: Any) -> bool:
    """Whether a number is a whole number of quarters and not large."""
    return isinstance(value, int | float | Fraction) and abs(value) < 1000 and value * 4 == int(value * 4)


@pytest.mark.parametrize("strategy", ["beam", "restart"])
@given(data=st.data())
def test_searches_keep_value_and_definedness(strategy: Any, data: st.DataObject) -> None:
    """The same for what a search finds."""
    e = data.draw(expressions(operators=data.draw(st.sampled_from([ALGEBRAIC, *GROUPS.values()])), max_steps=5))
    assume, holds = data.draw(st.sampled_from(ASSUMED))
    simple = simplify(e, strategy=strategy, assume=assume, budget=Budget(steps=150))
    assert isinstance(simple, Expr)
    for _ in range(8):
        environment = {name: data.draw(st.sampled_from(POINTS)) for name in "xyz"}
        if holds(environment):
            assert_same(e, simple, environment)


def assert_same(before: Expr, after: Expr, environment: dict[str, Any]) -> None:
    try:
        values = [real_value(each, environment, 120) for each in (before, after)]
    except OverflowError:
        return
    assert same_real(*values, 20), (before, after, environment, values)


@given(e=expressions(operators=("add", "sub", "mul", "neg"), max_steps=8))
def test_polynomials_agree_with_sympy(e: Expr) -> None:
    """SymPy expands the difference to 0; and what SymPy finds to be 0, so do we."""
    if any(node.is_leaf and type(node.value) not in (int, type(None)) for node in walk(e)):
        return
    theirs = sympy.sympify(str(e).replace("^", "**"))
    if ";" in str(e) or theirs.has(sympy.zoo, sympy.nan):
        return
    simple = simplify(e)
    ours = sympy.sympify(str(simple).replace("^", "**"))
    assert sympy.expand(theirs - ours) == 0
    if sympy.expand(theirs) == 0:
        assert simple == parse("0")


@given(e=expressions(operators=INTERVALS, max_steps=10))
def test_the_answer_never_costs_more_and_is_a_fixed_point_in_cost(e: Expr) -> None:
    """Simplifying again may only help."""
    costs = Costs()
    once = simplify(e)
    twice = simplify(once)  # type: ignore[arg-type]
    assert costs.of(twice) <= costs.of(once) <= costs.of(e)  # type: ignore[arg-type]


def test_contradictions_are_refused() -> None:
    """Before any work."""
    with pytest.raises(AssumptionError):
        simplify(x, assume=(x > 0) & (x < 0))
    with pytest.raises(AssumptionError):
        simplify(x, assume=[x > 0, x**2 < 0])


def test_own_rules_take_part_under_their_guard() -> None:
    """A rule set given by the caller."""
    a = variables("a")
    mine = RuleSet("mine", [RewriteRule("sin-of-whole-turns", parse("sin(2*pi*`?a`)"), 0, label="real",
                                        guard=integer("?a"), why="whole turns")])  # fmt: skip
    e = parse("sin(2*pi*n)")
    assert simplify(e, rules=mine) == e
    assert mine["sin-of-whole-turns"].lhs.variables == {a.name}


def test_floats_stay_exact() -> None:
    """0.1*x + 0.2*x has no short exact factor and stays; 0.5*x + 0.25*x is 0.75*x."""
    assert simplify(parse("0.5*x + 0.25*x")) == parse("0.75*x")
    assert simplify(parse("0.1*x + 0.2*x")) == parse("0.1*x + 0.2*x")
    assert simplify(parse("2.0*x*0.5")) == parse("1.0*x") or simplify(parse("2.0*x*0.5")) == x


def test_a_report_says_why_it_stopped() -> None:
    """DONE with budget left."""
    report = Simplifier().run(parse("x + x"))
    assert (report.result, report.stop_reason, report.steps) == (2 * x, StopReason.DONE, ())
    assert mpmath.mpf(report.steps_tried) > 0
