"""Facts hold: whatever is claimed of an expression is true of its values."""

import math

import mpmath
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rssn import acosh, apply, cos, exp, log, ne, ops, parse, sin, sqrt, symbol, symbols, walk
from rssn.expr import Expr
from rssn.rules import INTERVALS, Assumptions, Facts, Interval, combined, integer, point
from rssn.testing import expressions

x, y, n = symbols("x y n")
SMOOTH = sorted({*INTERVALS} - {"gamma", "lgamma", "degrees", "radians", "polygamma"})


@given(e=expressions(operators=SMOOTH, max_steps=6), values=st.lists(st.floats(-20, 20), min_size=3, max_size=3))
def test_what_is_known_is_true_of_values(e: Expr, values: list[float]) -> None:
    """At finite points, where every part is finite, the float value lies in the interval, rounding allowed."""
    environment = dict(zip("xyz", values, strict=True))
    for part in walk(e):
        value = float(part.evaluate(environment))
        if not math.isfinite(value) or abs(value) > 1e200:
            return
    known = Facts().of(e)
    slack = 1e-6 * (1 + abs(value))
    steps = any(part.operator in STEPS for part in walk(e))
    if not steps and not any(abs(float(part.evaluate(environment))) < 1e-12 for part in walk(e)):
        assert known.low - slack <= value <= known.high + slack
        if known.integer:
            assert abs(value - round(value)) <= slack


# Where a rounding error makes a jump, the float value is no witness.
STEPS = (
    *("floor", "ceil", "round", "trunc", "frac", "mod", "floordiv", "sign", "copysign", "eq", "ne", "lt", "le", "gt"),
    *("ge", "and", "or", "not", "where", "piecewise", "isnan", "isinf", "isfinite", "atan2", "tan", "pow"),
)


@given(
    e=expressions(
        operators=("add", "sub", "mul", "div", "neg", "sqrt", "log", "exp", "abs", "where", "lt"), max_steps=6
    )
)
def test_what_is_defined_everywhere_has_a_value_everywhere(e: Expr) -> None:
    """No division by zero and no logarithm of a negative number hides in it."""
    if not Facts().is_defined(e):
        return
    for point_ in ((0.0, 0.0, 0.0), (1.0, -1.0, 2.0), (-0.5, 0.5, -3.0)):
        value = float(e.evaluate(dict(zip("xyz", point_, strict=True))))
        # An overflow is no hole: over the reals there is a value.
        assert not math.isnan(value) or any(
            math.isinf(float(part.evaluate(dict(zip("xyz", point_, strict=True))))) for part in walk(e)
        )


def test_domains_are_asked_of_assumptions() -> None:
    """log(x) is defined for x > 0, sqrt(x) for x >= 0, 1/(x - 1) for x != 1."""
    assert not Facts().is_defined(log(x))
    assert Facts(Assumptions(x > 0)).is_defined(log(x))
    assert not Facts(Assumptions(x >= 0)).is_defined(log(x))
    assert Facts(Assumptions(x >= 0)).is_defined(sqrt(x))
    assert Facts(Assumptions(ne(x, 1))).is_defined(1 / (x - 1))
    assert not Facts(Assumptions(ne(x, 1))).is_defined(1 / (x + 1))
    assert Facts(Assumptions(x > 1)).of(acosh(x)).is_positive
    assert Facts().is_defined(sin(x) + exp(x) * cos(x))


def test_constants_are_exact_where_they_can_be() -> None:
    """Rationals and floats as rationals; not roots, and nothing enormous."""
    facts = Facts()
    assert facts.constant(parse("1/3 + 1/6")) == parse("rational(1, 2)").value
    assert facts.constant(parse("0.5*4")) == 2
    assert facts.constant(parse("sqrt(2)")) is None
    assert facts.constant(parse("9^9^9^9")) is None
    assert facts.of(parse("9^9^9^9")).is_positive
    assert facts.proves("positive", parse("pi - 3"))


def test_whole_numbers_are_followed() -> None:
    """Sums, products, powers and roundings of whole numbers."""
    facts = Facts(Assumptions(integer(n)))
    for text in ("2*n + 1", "n^3 - n", "floor(x) + n", "sign(x)*n", "n % 3", "n // 2", "where(x > 0, n, 1)", "abs(n)"):
        assert facts.proves("integer", parse(text)), text
    assert not facts.proves("integer", parse("n/2"))


def test_long_chains_need_no_recursion() -> None:
    """Two hundred thousand nested sines, a tree of 2^60 nodes."""
    chain = x
    for _ in range(200_000):
        chain = sin(chain)
    assert Facts(Assumptions(x > 0)).of(chain).high < 1
    twins = x
    for _ in range(60):
        twins = twins * twins
    assert Facts().of(twins).is_nonnegative


def test_an_operator_without_a_range_is_unknown() -> None:
    """Of a user's operator that fills no slot nothing is claimed."""
    ops.register(ops.Operator(name="opaque_", doc="?", domain="?", arity=(1, 1), cost=1, value=lambda v: v))
    assert not Facts().is_defined(apply("opaque_", x))
    assert not combined("opaque_", [point(1)]).defined
    assert not combined("never_declared", [point(1)]).defined


UNARY = [r.name for r in ops.operators() if r.arity == (1, 1) and r.result == "real" and hasattr(mpmath, r.name)]
UNARY = sorted({*UNARY} - {"cbrt", "frac"})  # mpmath means others by these names


@pytest.mark.parametrize("name", UNARY)
@given(low=st.floats(-30, 30), width=st.floats(0, 5), at=st.floats(0, 1))
def test_ranges_enclose_what_mpmath_computes(name: str, low: float, width: float, at: float) -> None:
    """At points of the box, in 60 digits."""
    high = low + width
    known = combined(name, [Interval(low, high)])
    place = min(max(low + at * width, low), high)
    assume(abs(place) > 1e-300 or place == 0)
    with mpmath.workdps(60):
        try:
            value = getattr(mpmath, name)(mpmath.mpf(place))
        except (ValueError, ZeroDivisionError):
            assert not known.defined
            return
        if isinstance(value, mpmath.mpc) or not mpmath.isfinite(value):
            assert not known.defined or abs(value.imag) == 0
            return
        assert known.low <= value <= known.high
        assert not (known.nonzero and value == 0)


def test_symbols_are_real_unasked() -> None:
    """A symbol is any finite real number."""
    assert Facts().is_defined(symbol("q"))
    assert not Facts().is_defined(parse("1j*x"))
    assert not Facts().is_defined(parse("inf"))
