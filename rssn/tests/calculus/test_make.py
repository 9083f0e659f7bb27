"""The constructors of derivatives: what they drop and merge, the same natively and in the twin, the same in value."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import parse
from rssn.calculus import _make_py
from rssn.expr import Expr, apply, constant, symbols
from rssn.testing import expressions

x, y = symbols("x y")
BINARY = ("add", "sub", "mul", "div", "pow")
numbers = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([2**62, 2**63 - 1, -(2**63), 2**64, 10**40, 2**300, 0.0, -0.0, 1.0, -1.0, 0.5, 1e308, 5e-324]),
    st.sampled_from([Fraction(1, 3), Fraction(-1, 2), Fraction(2**70, 3), float("inf"), float("nan")]),
    st.floats(),
).map(constant)
parts = st.one_of(
    numbers,
    expressions(("x", "y"), operators=("add", "sub", "mul", "div", "neg", "sin"), max_steps=4),
    st.builds(lambda c, u: apply("mul", c, u), numbers, st.sampled_from([x, y, x * y, x**2, -x])),
    st.builds(lambda u, n: apply("pow", u, n), st.sampled_from([x, y, x * y, constant(1)]), numbers),
    st.builds(lambda u, v: apply("div", u, v), numbers, st.sampled_from([x, y, x**3, 2 * x, 6 * y])),
    st.builds(lambda u, n: apply("div", u, constant(n)), st.sampled_from([x, -y, 4 * x]), st.integers(-6, 6)),
    st.sampled_from([-x, apply("neg", -x), x - y, constant("pi"), constant("true"), apply("neg", constant(1))]),
)


@given(name=st.sampled_from(BINARY), a=parts, b=parts)
def test_all_make_the_same(name: str, a: Expr, b: Expr, engines) -> None:
    for operator, operands in ((name, [a, b]), ("neg", [a]), ("where", [a < b, a, b])):
        assert len({engine.make(operator, operands) for engine in engines}) == 1


@given(name=st.sampled_from(BINARY), a=parts, b=parts)
def test_values_do_not_change(name: str, a: Expr, b: Expr, value_of) -> None:
    """Where the plain form has a value, in high precision."""
    plain = apply(name, a, b)
    if name == "pow" and not abs(b.value or 0) < 1e4:
        return  # mpmath would compute all digits
    with mpmath.workdps(50):
        at = {"x": mpmath.mpf("1.37"), "y": mpmath.mpf("-0.61")}
        wanted = value_of(plain, at)
        found = value_of(_make_py.make(name, [a, b]), at)
        if wanted is not None and abs(wanted) < 1e300:
            assert abs(found - wanted) <= 1e-14 * (1 + abs(wanted)) * LOOSENESS


LOOSENESS = 10  # merged floats round once to 53 bits


@pytest.mark.parametrize(
    ("name", "operands", "wanted"),
    [
        ("add", ("0", "x"), "x"), ("add", ("x", "0.0"), "x"), ("add", ("x", "x"), "2*x"),
        ("add", ("2*x", "3*x"), "5*x"), ("add", ("x", "-y"), "x - y"), ("add", ("-x", "y"), "y - x"),
        ("add", ("2*x", "-2*x"), "2*x + -2*x"),
        ("sub", ("0", "x"), "-x"), ("sub", ("x", "x"), "x - x"), ("sub", ("3*x", "x"), "2*x"),
        ("mul", ("0", "x"), "0"), ("mul", ("1", "x"), "x"), ("mul", ("-1", "x"), "-x"), ("mul", ("-x", "-y"), "x*y"),
        ("mul", ("2*x", "3*y"), "6*(x*y)"), ("mul", ("x", "x"), "x^2"), ("mul", ("x^2", "x^3"), "x^5"),
        ("mul", ("0.5", "2*x"), "x"), ("mul", ("x", "1/y"), "x/y"), ("mul", ("2", "pi"), "2*pi"),
        ("div", ("x", "1"), "x"), ("div", ("2*x", "2*y"), "x/y"), ("div", ("2*x", "4*y"), "x/(2*y)"),
        ("div", ("2*x", "x^4"), "2/x^3"), ("div", ("x", "x"), "x/x"), ("div", ("x", "-y"), "-(x/y)"),
        ("div", ("1", "0"), "1/0"), ("mul", ("x/2", "4"), "2*x"), ("div", ("x/2", "3"), "x/6"),
        ("mul", ("x/2", "y"), "x/2*y"), ("div", ("-1", "x"), "-1/x"),
        ("add", ("x/2", "x"), "3*x/2"), ("div", ("-3*x", "6"), "-(x/2)"), ("div", ("3", "x/2"), "6/x"),
        ("pow", ("x", "0"), "1"), ("pow", ("x", "1"), "x"), ("pow", ("2", "10"), "1024"),
        ("pow", ("x^2", "3"), "x^6"), ("pow", ("2", "1000"), "2^1000"),
        ("neg", ("x - y",), "-(x - y)"), ("neg", ("3*x",), "-3*x"), ("neg", ("-x",), "x"),
        ("mul", ("2*x", "y/6"), "x*(y/3)"), ("mul", ("2*x", "1/(4*y)"), "x/(2*y)"),
        ("mul", ("2*x", "y/3"), "2*(x*(y/3))"), ("add", ("-x", "-y"), "-(x + y)"), ("sub", ("-x", "-y"), "y - x"),
        ("where", ("x < y", "3", "3"), "3"),
    ],
)  # fmt: skip
def test_what_is_dropped_and_merged(engine, name: str, operands: tuple[str, ...], wanted: str) -> None:
    assert engine.make(name, [parse(text) for text in operands]) == parse(wanted)


def test_merged_constants_stay_small(engine) -> None:
    """A product of constants that would outgrow its bound is left standing."""
    large = constant(2**200)
    assert engine.make("mul", [large, large * x]) == apply("mul", large, large * x)


def test_a_factor_that_cancels_to_one_is_dropped(engines) -> None:
    """2*(u/4) is u/2, not 1*u/2."""
    u = 4 * x + 4 * y
    for engine in engines:
        assert engine.make("mul", [constant(2), u / 4]) == u / 2
        assert engine.make("mul", [u / 4, constant(2)]) == u / 2


def test_a_choice_that_is_made_is_dropped(engines) -> None:
    for engine in engines:
        assert engine.make("where", [constant(True), x, y]) == x
        assert engine.make("where", [constant(False), x, y]) == y
        assert engine.make("where", [x < y, x, x]) == x
