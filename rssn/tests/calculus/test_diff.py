"""diff, gradient, jacobian, hessian: what they return, against SymPy and numeric differentiation."""

import mpmath
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from rssn import count_nodes, ops, parse, walk
from rssn.calculus import diff, gradient, hessian, jacobian
from rssn.errors import DerivativeError, OptionError
from rssn.expr import Expr, apply, constant, symbols
from rssn.testing import expressions

x, y = symbols("x y")
SYMPY = ("add", "sub", "mul", "div", "neg", "sin", "cos", "tan", "exp", "log", "sqrt", "atan", "sinh", "tanh", "asinh")


def leaves(e: Expr) -> list[Expr]:
    return [part for part in walk(e) if part.is_leaf and part.operator != "symbol"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("3*x^2 + 2*x + 1", "6*x + 2"), ("x^3", "3*x^2"), ("1/x", "-((1/x)^2)"), ("sin(x)*x", "cos(x)*x + sin(x)"),
        ("exp(2*x)", "2*exp(2*x)"), ("sqrt(x^2 + y^2)", "x/sqrt(x^2 + y^2)"), ("2^x", "2^x*log(2)"), ("7", "0"),
        ("log(1 + x^2)", "2*x/(1 + x^2)"), ("x^y", "y*x^(y - 1)"), ("x^0", "0"), ("x*y*x", "2*(x*y)"),
        ("x^0.5", "0.5*x^-0.5"),        ("tanh(x)", "1 - tanh(x)^2"), ("sin(x)^2", "2*(cos(x)*sin(x))"),
    ],
)  # fmt: skip
def test_derivatives_look_as_expected(text: str, wanted: str) -> None:
    assert diff(parse(text), "x") == parse(wanted)


@given(e=expressions(("x", "y"), operators=SYMPY, max_steps=8), at=st.tuples(st.floats(0.2, 2.5), st.floats(0.2, 2.5)))
def test_random_derivatives_are_those_of_mpmath(e: Expr, at: tuple[float, float], value_of) -> None:
    """First and second order, by central differences in 80 digits."""
    first, second = diff(e, x), diff(e, x, 2)
    with mpmath.workdps(80):
        point = {"x": mpmath.mpf(at[0]), "y": mpmath.mpf(at[1])}
        h = mpmath.mpf(10) ** -25
        left, middle, right = (value_of(e, point | {"x": point["x"] + k * h}) for k in (-1, 0, 1))
        if None in (left, middle, right) or not max(abs(left), abs(middle), abs(right)) < 1e15:
            return
        numeric, curvature = (right - left) / (2 * h), (right - 2 * middle + left) / h**2
        found, bent = value_of(first, point), value_of(second, point)
        if found is None or bent is None or abs(numeric) > 1e15 or abs(curvature) > 1e15:
            return
        assert abs(found - numeric) <= 1e-10 * (1 + abs(numeric))
        assert abs(bent - curvature) <= 1e-8 * (1 + abs(curvature))


@given(e=expressions(("x", "y"), operators=SYMPY, max_steps=6))
def test_random_derivatives_are_those_of_sympy(e: Expr, sympy_of, value_of) -> None:
    """Compared in 30 digits at one point."""
    if any(part.operator in ("float", "constant") for part in leaves(e)):
        return
    with mpmath.workdps(40):
        point = {"x": mpmath.mpf("1.234"), "y": mpmath.mpf("0.567")}
        found = value_of(diff(e, x), point)
        if found is None or value_of(e, point) is None:
            return
        theirs = sympy.diff(sympy_of(e), sympy.Symbol("x", real=True))
        wanted = theirs.subs({"x": 0}) if theirs.is_number else theirs
        names = {sympy.Symbol(name, real=True): sympy.Float(str(value), 40) for name, value in point.items()}
        wanted = sympy.N(wanted.subs(names), 30)
        if wanted.is_real:
            assert abs(found - mpmath.mpf(str(wanted))) <= mpmath.mpf(10) ** -20 * (1 + abs(found))


def test_orders_and_mixed_derivatives() -> None:
    e = parse("x^3*y^2")
    assert diff(e, "x", 0) == e
    assert diff(e, "x", 3) == parse("6*y^2")
    assert diff(e, [x, "y"]).evaluate({"x": 2, "y": 3}) == 72
    assert diff(e, ["x", "y"]) == diff(diff(e, x), y)
    assert diff(parse("x^5"), x, 6) == constant(0)


def test_orders_beyond_the_last_cost_nothing() -> None:
    assert diff(parse("x^5 + y"), x, 10**12) == constant(0)
    assert diff(constant(7), x, 10**12) == constant(0)
    assert diff(x, x, 10**12) == constant(0)


HIGHER = ("add", "sub", "mul", "div", "sin", "cos", "exp", "log", "sqrt", "atan", "tanh")


@given(e=expressions(("x",), operators=HIGHER, max_steps=4), order=st.integers(2, 4))
def test_higher_orders_are_those_of_sympy(e: Expr, order: int, sympy_of, value_of) -> None:
    """Compared in 30 digits at one point."""
    if any(part.operator in ("float", "constant") for part in leaves(e)):
        return
    with mpmath.workdps(60):
        at = mpmath.mpf("1.234")
        found = value_of(diff(e, x, order), {"x": at})
        if found is None or value_of(e, {"x": at}) is None:
            return
        name = sympy.Symbol("x", real=True)
        wanted = sympy.N(sympy.diff(sympy_of(e), name, order).subs(name, sympy.Float(str(at), 60)), 40)
        if wanted.is_real:
            assert abs(found - mpmath.mpf(str(wanted))) <= mpmath.mpf(10) ** -25 * (1 + abs(found))


def test_the_tenth_derivative_of_nested_sines_is_small(value_of) -> None:
    """And right, against the Taylor coefficients of mpmath."""
    e = x
    for _ in range(4):
        e = ops.sin(e)
    found = diff(e, x, 10)

    def nested(t: mpmath.mpf) -> mpmath.mpf:
        for _ in range(4):
            t = mpmath.sin(t)
        return t

    with mpmath.workdps(50):
        wanted = mpmath.taylor(nested, mpmath.mpf("0.7"), 10)[10] * mpmath.factorial(10)
        assert abs(value_of(found, {"x": mpmath.mpf("0.7")}) - wanted) < 1e-12 * abs(wanted)


def test_gradients_share_their_parts() -> None:
    """The gradient of a product of n factors costs a few nodes a factor."""
    factors = symbols(" ".join(f"v{number}" for number in range(200)))
    e = factors[0]
    for factor in factors[1:]:
        e = e * ops.sin(factor)
    slopes = gradient(e, factors)
    assert count_nodes(e, *slopes) < 8 * len(factors)


def test_jacobians_both_ways() -> None:
    """Few variables go forward, many in reverse; the values are the same."""
    es = [parse("x*y"), parse("sin(x)"), parse("y^2")]
    tall = jacobian(es, ["x", "y"])
    assert tall == [[y, x], [parse("cos(x)"), constant(0)], [constant(0), 2 * y]]
    wide = jacobian(es[:1], ["x", "y", "z"])
    assert wide == [[y, x, constant(0)]]
    assert jacobian([], ["x"]) == []


def test_hessians_are_symmetric() -> None:
    e = parse("x^3*y + sin(x*y)")
    h = hessian(e, [x, y])
    assert h[0][1] == h[1][0]
    point = {"x": 0.7, "y": -1.3}
    for i, a in enumerate("xy"):
        for j, b in enumerate("xy"):
            assert h[i][j].evaluate(point) == pytest.approx(diff(e, [a, b]).evaluate(point), rel=1e-12)


def test_numbers_are_expressions_too() -> None:
    assert diff(3, "x") == constant(0)
    assert gradient(2.5, ["x"]) == [constant(0)]


@pytest.mark.parametrize(
    "work",
    [
        lambda: diff(x, x, -1),
        lambda: diff(x, x, True),
        lambda: diff(x, [x, 2 * y]),
        lambda: diff(x, None),  # type: ignore[arg-type]
        lambda: gradient(x, [x, "1"]) and diff(x, constant(1)),
        lambda: jacobian([x], "x"),
        lambda: hessian(x, [x + y]),
        lambda: diff(x, x, 1.5),  # type: ignore[arg-type]
        lambda: diff(x, x + 1),
        lambda: diff(x, 3),  # type: ignore[arg-type]
        lambda: gradient(x, x),  # type: ignore[arg-type]
        lambda: gradient("x", [x]),  # type: ignore[arg-type]
        lambda: jacobian(x, [x]),  # type: ignore[arg-type]
        lambda: hessian(x, "xy"),
        lambda: diff(x, "pi"),
    ],
)
def test_what_makes_no_sense_is_refused(work) -> None:
    with pytest.raises(OptionError):
        work()


def test_a_derivative_that_does_not_exist_is_named() -> None:
    with pytest.raises(DerivativeError, match="polygamma"):
        diff(apply("polygamma", x, 2), x)
