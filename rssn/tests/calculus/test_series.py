"""series and what it returns, against SymPy and by the size of the remainder."""

from collections.abc import Sequence
from fractions import Fraction
from time import process_time

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops, parse
from rssn.calculus import Series, series
from rssn.errors import OptionError, SeriesError
from rssn.expr import Expr, apply, constant, symbol, walk
from rssn.ops import lookup
from rssn.testing import expressions

x = symbol("x")
KNOWN = [
    "sin(x)", "exp(x)*cos(x)", "log(1 + x)", "sqrt(1 + x)", "1/(1 - x)", "tan(x)", "atan(x)", "asin(x)", "exp(sin(x))",
    "1/sin(x)", "cos(x)/x^2", "x/(exp(x) - 1)", "(sin(x) - x)/x^3", "log(cos(x))", "tanh(x)", "1/(x^2 + x)",
    "exp(x)/(1 - x)", "sqrt(1 + x + x^2)", "sinh(x)*asinh(x)", "(1 + x)^3.5",
]  # fmt: skip


@pytest.mark.parametrize("text", KNOWN)
def test_sympy_agrees(text: str, sympy_of) -> None:
    e = parse(text)
    found = series(e, "x", 0, 7)
    theirs = sympy.series(sympy_of(e), sympy.Symbol("x", real=True), 0, 7).removeO()
    ours = sympy_of(found.polynomial)
    assert sympy.simplify(sympy.nsimplify(theirs - ours, rational=True)) == 0


OPERATORS = ("add", "sub", "mul", "div", "neg", "sin", "cos", "exp", "log", "sqrt", "atan", "tanh", "erf", "pow", "tan")


@given(
    e=expressions(("x",), operators=OPERATORS, max_steps=7),
    at=st.fractions(-2, 2, max_denominator=5),
    order=st.integers(1, 6),
)
def test_the_remainder_has_the_order_it_says(e: Expr, at, order: int, value_of) -> None:
    """Ten times nearer, the error is smaller by the power of ten that was promised."""
    if any(part.operator in ("float", "constant") for part in walk(e)):
        return
    try:
        found = series(e, x, at, order)
    except SeriesError:
        return
    with mpmath.workdps(150):
        errors = []
        for step in (mpmath.mpf(10) ** -14, mpmath.mpf(10) ** -15):
            there = {"x": mpmath.mpf(at.numerator) / at.denominator + step}
            value, polynomial = value_of(e, there), value_of(found.polynomial, there)
            if value is None or polynomial is None:
                return
            errors.append(abs(value - polynomial) / (1 + abs(value)))
        allowed = mpmath.mpf(10) ** (0.3 - order) if found.order is not None else 0
        assert errors[1] <= errors[0] * allowed or errors[0] < mpmath.mpf(10) ** -95


@pytest.mark.parametrize(
    ("text", "at", "order", "wanted"),
    [
        ("sin(x)", 0, 6, "x - x^3/6 + x^5/120 + O(x^6)"),
        ("x^2 + 1", 0, 6, "1 + x^2"),
        ("exp(x)", 0, 0, "O(1)"),
        ("sin(x)", 1, 3, "sin(1) + cos(1)*(x - 1) - (x - 1)^2*sin(1)/2 + O((x - 1)^3)"),
        ("0*x", 0, 3, "0"),
        ("1/sin(x)", 0, 2, "1/x + x/6 + O(x^2)"),
        ("log(x)", 1, 3, "(x - 1) - (x - 1)^2/2 + O((x - 1)^3)"),
        ("cos(x)", -1, 2, "cos(-1) - sin(-1)*(x + 1) + O((x + 1)^2)"),
        ("7", 0, 3, "7"),
        ("x", 0, 1, "O(x)"),
        ("sin(a*x)", 0, 4, "a*x - a^3*x^3/6 + O(x^4)"),
        ("tan(x)", "pi/2", 2, "-1/(x - pi/2) + (x - pi/2)/3 + O((x - pi/2)^2)"),
    ],
)
def test_how_a_series_prints(text: str, at: object, order: int, wanted: str) -> None:
    assert str(series(parse(text), "x", parse(at) if isinstance(at, str) else at, order)) == wanted


def test_what_a_series_knows() -> None:
    found = series(parse("exp(x)/x"), "x", 0, 3)
    assert isinstance(found, Series)
    assert (found.variable, found.at, found.order, found.is_exact) == (x, constant(0), 3, False)
    assert list(found.coefficients) == [-1, 0, 1, 2]
    assert found.coefficient(-1) == constant(1)
    assert found.coefficient(-5) == constant(0)
    assert found.remainder == "O(x^3)"
    assert found.polynomial == parse("1/x + 1 + x/2 + x^2/6")
    assert found.latex().endswith(r"O\left(x^{3}\right)")
    with pytest.raises(OptionError, match="not known"):
        found.coefficient(3)


def test_polynomials_are_exact() -> None:
    found = series(parse("(x + 1)^4"), "x", 2, 6)
    assert found.is_exact
    assert found.remainder == "0"
    assert [found.coefficient(k).value for k in range(7)] == [81, 108, 54, 12, 1, 0, 0]
    assert series(parse("(x + 1)^4"), "x", 2, 3).remainder == "O((x - 2)^3)"


def test_large_powers_cost_what_the_order_costs() -> None:
    found = series(parse("(1 + x)^1000000"), "x", 0, 3)
    assert [found.coefficient(k).value for k in range(3)] == [1, 10**6, 10**6 * (10**6 - 1) // 2]


def test_cancellation_is_paid_for_with_more_terms() -> None:
    """The divisor starts at x^9, so many more terms are needed inside than are shown."""
    found = series(parse("x^9/(sin(x^3) - x^3)"), "x", 0, 3)
    assert found.coefficient(0).value == -6


@pytest.mark.parametrize(
    "work",
    [
        lambda: series(x, x, 0, 1.5),  # type: ignore[arg-type]
        lambda: series(x, x, x + 1),
        lambda: series(x, x + 1),
        lambda: series("x", "x"),  # type: ignore[arg-type]
    ],
)
def test_what_makes_no_sense_is_refused(work) -> None:
    with pytest.raises(OptionError):
        work()


INF = float("inf")


@pytest.mark.parametrize(
    ("text", "at", "order", "direction", "wanted"),
    [
        ("1/(1 + x)", INF, 4, None, "1/x - 1/x^2 + 1/x^3 + O(1/x^4)"),
        ("x^3 + x + 1", INF, 3, None, "x^3 + x + 1"),
        ("sqrt(x^2 + x)", -INF, 2, None, "-x - 1/2 + 1/(8*x) + O(1/x^2)"),
        ("(1 + 1/x)^x", INF, 2, None, "exp(1) - exp(1)/(2*x) + O(1/x^2)"),
        ("log(1 + x)", INF, 3, None, "log(x) + 1/x - 1/(2*x^2) + O(1/x^3)"),
        ("x^(1/x)", INF, 2, None, "1 + log(x)/x + O(log(x)^2/x^2)"),
        ("sqrt(x + sqrt(x))", INF, 1, None, "sqrt(x) + 1/2 - 1/(8*sqrt(x)) + O(1/x)"),
        ("sqrt(-x)", -INF, 1, None, "sqrt(-x)"),
        ("log(-x)/x", -INF, 3, None, "log(-x)/x"),
        ("exp(x)", 0, -1, None, "O(1/x)"),
        ("sqrt(sin(x))", 0, 4, None, "sqrt(x) - x^(5/2)/12 + O(x^4)"),
        ("x^x", 0, 2, None, "1 + x*log(x) + O(x^2*log(x)^2)"),
        ("abs(x)", 0, 4, "-", "-x"),
        ("cbrt(x)", 0, 4, "-", "-(-x)^(1/3)"),
        ("floor(x) + x", 3, 4, "-", "5 + (x - 3)"),
        ("sqrt(3 - x)", 3, 4, None, "sqrt(3 - x)"),
        ("round(x)", "1/2", 2, "+", "1"),
        ("where(x > 0, sin(x), cos(x))", 0, 3, "-", "1 - x^2/2 + O(x^3)"),
        ("atan2(x, -1)", 0, 2, "-", "-pi - x + O(x^2)"),
        ("lgamma(x)", 0, 1, "-", "-log(-x) + O(x)"),
        ("exp2(log2(x) + x)*0 + 1", 0, 1, None, "1"),
        ("log(x)^2 - 2*log(x)", 0, 1, None, "-2*log(x) + log(x)^2"),
    ],
)
def test_how_it_prints_on_one_side_and_at_infinity(text, at, order, direction, wanted) -> None:
    point = parse(at) if isinstance(at, str) else at
    assert str(series(parse(text), x, point, order, direction=direction)) == wanted


def test_what_a_series_at_infinity_knows() -> None:
    found = series(parse("x^2/(x - 1)"), x, INF, 3)
    assert (found.order, found.direction, found.base) == (-3, None, x)
    assert list(found.coefficients) == [1, 0, -1, -2]
    assert found.coefficient(1) == found.coefficient(-2) == constant(1)
    with pytest.raises(OptionError, match="above -3; found power -3"):
        found.coefficient(-3)
    assert found.latex().endswith(r"O\left(\frac{1}{x^{3}}\right)")


def test_the_side_that_is_taken_is_told() -> None:
    found = series(parse("sqrt(2 - x)"), x, 2, 4)
    assert (found.direction, found.base) == ("-", 2 - x)
    assert found.coefficient(Fraction(1, 2)) == constant(1)
    assert found.polynomial.evaluate({"x": 1.0}) == 1.0
    assert series(parse("exp(x)"), x).direction is None


def test_sides_that_differ_are_offered() -> None:
    with pytest.raises(SeriesError, match=r'corner.*for one side give direction="\+" or direction="-"'):
        series(abs(x), x)
    with pytest.raises(SeriesError, match=r'give direction="\+"$'):
        series(parse("where(x > 0, 1, exp(1/x))"), x)


@pytest.mark.parametrize(
    "work",
    [
        lambda: series(x, x, INF, direction="+"),
        lambda: series(x, x, 0, direction="up"),
        lambda: series(x, x, 0, direction=1),  # type: ignore[arg-type]
        lambda: series(x, x, float("nan")),
    ],
)
def test_places_that_are_none_are_refused(work) -> None:
    with pytest.raises(OptionError):
        work()


ONE_SIDED = (
    *(*OPERATORS, "abs", "sign", "floor", "round", "max", "cbrt", "asinh", "asin", "acos", "atan2", "hypot", "log2"),
    *("where", "lt", "copysign", "mod", "gamma", "lgamma", "log1p", "atanh", "acosh"),
)  # fmt: skip


@st.composite
def exact_expressions(draw: st.DrawFn, operators: Sequence[str], max_steps: int) -> Expr:
    """Over x and small exact constants, each step using the one before, so that few examples are trivial."""
    nodes = [x, constant(draw(st.integers(-2, 3))), constant(draw(st.fractions(-2, 2, max_denominator=3)))]
    for _ in range(draw(st.integers(1, max_steps))):
        record = lookup(draw(st.sampled_from(operators)))
        others = [draw(st.sampled_from(nodes)) for _ in range(record.arity[0] - 1)]
        others.insert(draw(st.integers(0, len(others))), nodes[-1] if len(nodes) > 3 else x)
        nodes.append(apply(record.name, *others))
    return nodes[-1]


def near(at: float, side: str, step) -> object:
    """The point so near to a place: 1/step at infinity."""
    if abs(at) == INF:
        return (1 if at > 0 else -1) / step
    return at + (step if side == "+" else -step)


def series_at(e: Expr, at: float, side: str, order: int) -> Series | None:
    try:
        return series(e, x, at, order, direction=None if abs(at) == INF else side)
    except SeriesError:
        return None


PLACES, DIRECTIONS = st.sampled_from([INF, -INF, 0, 1, -1]), st.sampled_from(["+", "-"])


@given(e=exact_expressions(ONE_SIDED, 5), at=PLACES, side=DIRECTIONS, order=st.integers(1, 4))
def test_the_remainder_on_one_side_has_the_order_it_says(e: Expr, at, side: str, order: int, value_of) -> None:
    """Infinity included. Logarithms in the remainder are divided out."""
    found = series_at(e, at, side, order)
    if found is None:
        return
    with mpmath.workdps(300):
        errors = []
        for step in (mpmath.mpf(10) ** -24, mpmath.mpf(10) ** -26):
            there = {"x": near(at, side, step)}
            value, polynomial = value_of(e, there), value_of(found.polynomial, there)
            if value is None or polynomial is None:
                return
            errors.append(abs(value - polynomial) / (1 + abs(value)) / abs(mpmath.log(step)) ** found.logs)
        allowed = mpmath.mpf(10) ** (0.3 - 2 * order) if found.order is not None else 0
        assert errors[1] <= errors[0] * allowed or errors[0] < mpmath.mpf(10) ** -180


ALGEBRAIC = ("add", "sub", "mul", "div", "sqrt", "log", "sin", "atan", "exp", "tan", "asin")


@given(e=exact_expressions(ALGEBRAIC, 3), at=PLACES, side=DIRECTIONS)
def test_sympy_agrees_on_random_expressions(e: Expr, at, side: str, sympy_of, value_of) -> None:
    """Where SymPy has a real expansion: both are asked for their value close to the point."""
    found = series_at(e, at, side, 3)
    theirs = None if found is None else sympy_series(sympy_of(e), at, side)
    if found is None or theirs is None:
        return
    with mpmath.workdps(80):
        there = near(at, side, mpmath.mpf(10) ** -12)
        ours = value_of(found.polynomial, {"x": there})
        other = sympy.N(theirs.subs(sympy.Symbol("x", real=True), sympy.Float(str(there), 80)), 60)
        if ours is not None and other.is_real:
            # Both leave out what is of third order, and SymPy sometimes more.
            assert abs(mpmath.mpf(str(other)) - ours) <= mpmath.mpf(10) ** -21 * (1 + abs(ours))


def sympy_series(e, at: float, side: str):
    """SymPy's answer without its remainder, None where it has none."""
    try:
        found = e.series(sympy.Symbol("x", real=True), {INF: sympy.oo, -INF: -sympy.oo}.get(at, at), 4, dir=side)
    except (NotImplementedError, ValueError, TypeError, AttributeError, sympy.PoleError, RecursionError):
        return None
    found = found.removeO() if found.has(sympy.Order) else found
    return None if found.has(sympy.zoo, sympy.nan, sympy.AccumBounds, sympy.I) else found


# ---- size


def grown(kind: str, count: int) -> Expr:
    e: Expr = x
    for step in range(count):
        e = {
            "sum": lambda e=e: e + x,
            "choices": lambda e=e, step=step: ops.where(e < 5, e - x, x) if step % 2 else e + x,
            "roots": lambda e=e: ops.sqrt(1 + e),
            "waves": lambda e=e, step=step: ops.sin(e) if step % 2 else e + 1,
            "symbols": lambda e=e: ops.sqrt(e + symbol("y")),
            "poles": lambda e=e: ops.sin(e) if e is not x else ops.exp(1 / x),
        }[kind]()
    return e


@pytest.mark.parametrize("kind", ["sum", "choices", "roots", "waves", "symbols", "poles"])
@pytest.mark.parametrize("at", [0, INF])
def test_time_grows_with_the_nodes(kind: str, at: float) -> None:
    """Coefficients that are expressions, signs and errors included: 4 times the links, about 4 times the time."""

    def seconds(count: int) -> float:
        e = grown(kind, count)
        started = process_time()
        series_at(e, at, "+", 3)
        return process_time() - started

    seconds(50)
    small = min(seconds(500), seconds(501))
    assert seconds(2000) < 12 * small + 0.2


def test_a_tree_of_2_to_the_60_at_infinity_and_on_one_side() -> None:
    e = x
    for _ in range(60):
        e = e + e
    assert series(e, x, INF).coefficient(1).value == 2**60
    assert series(abs(e), x, 0, direction="-").coefficient(1).value == -(2**60)


@pytest.mark.slow
def test_a_chain_a_million_deep() -> None:
    e = x
    for _ in range(1_000_000):
        e = e + x
    assert series(e, x, 1, 2).coefficient(0).value == 1_000_001
    assert series(e, x, INF, 2).coefficient(1).value == 1_000_001
