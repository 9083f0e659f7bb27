"""series and what it returns, against SymPy and by the size of the remainder."""

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from rssn import parse
from rssn.calculus import Series, series
from rssn.errors import OptionError, SeriesError
from rssn.expr import Expr, constant, symbol, walk
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


def test_infinity_is_not_a_point() -> None:
    with pytest.raises(SeriesError, match="finite points"):
        series(x, x, float("inf"))
