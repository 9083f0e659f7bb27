"""Every operator's expansion against the Taylor coefficients of mpmath, and where there is none."""

import mpmath
import pytest

from rssn import ops, parse
from rssn.calculus import _rules, series
from rssn.errors import SeriesError
from rssn.expr import apply, constant, symbol

x = symbol("x")
POINTS = {
    **dict.fromkeys(("acosh", "log", "log2", "log10", "gamma", "lgamma"), "7/4"),
    **dict.fromkeys(("asin", "acos", "atanh"), "1/3"),
}
UNARY = sorted(
    record.name
    for record in ops.operators()
    if record.arity == (1, 1) and record.name in _rules.RULES and record.result == "real"
    and record.name not in ("floor", "ceil", "round", "trunc", "sign", "frac")
)  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("inner", ["x", "x + x^2/3", "2*x - x^3"])
def test_coefficients_are_those_of_mpmath(name: str, inner: str, value_of) -> None:
    """Of the function of a polynomial, to the eighth power."""
    point = parse(POINTS.get(name, "2/5"))
    e = apply(name, parse(inner.replace("x", "(x - p)")).substitute({"p": point}) + point)
    found = series(e, x, point, 8)
    with mpmath.workdps(60):
        at = value_of(point, {})
        wanted = mpmath.taylor(lambda t: value_of(e, {"x": t}), at, 7)
        for power, c in enumerate(wanted):
            assert abs(value_of(found.coefficient(power), {}) - c) < mpmath.mpf(10) ** -14 * (1 + abs(c))


@pytest.mark.parametrize(
    "text",
    ["x/(1 + x)", "x^3.5", "x^rational(2, 3)", "2^x", "x^x", "hypot(x, 2)", "atan2(x, 3 - x)", "atan2(1 + x, -1)",
     "fma(x, x, 1)", "x % 0.7", "max(x, 1 - x, 0)", "min(x, 1 - x)", "clamp(x, 0, 1/2)", "copysign(x, -x)",
     "where(x < 1, exp(x), log(-1))", "piecewise(x > 3, 1, x > 1/2, 2, sin(x))", "polygamma(2, x)", "abs(sin(x - 1))",
     "floor(10*x)*x", "frac(3*x)", "where(x < 1 and not x < 0 or isnan(x), x^2, 0)", "sign(x)*x", "x^-3"],
)  # fmt: skip
def test_combinations(text: str) -> None:
    """At 0.45, by the values themselves: the remainder shrinks with the power it should have."""
    e = parse(text)
    found = series(e, "x", parse("9/20"), 5)
    for step in (1e-2, -1e-2):
        value, polynomial = (float(each.evaluate({"x": 0.45 + step})) for each in (e, found.polynomial))
        assert polynomial == pytest.approx(value, rel=1e-6, abs=1e-7)


POLES = [
    ("1/sin(x)", "0", -1),
    ("cos(x)/x^3", "0", -3),
    ("tan(x)", "pi/2", -1),
    ("gamma(x)", "0", -1),
    ("gamma(x)", "-2", -1),
    ("polygamma(1, x)", "-1", -2),
    ("1/(exp(x) - 1)", "0", -1),
    ("(x^2 - 1)/(x - 1)^3", "1", -2),
    ("x^-2", "0", -2),
    ("1/(1 - cos(x))", "0", -2),
    ("1/(x - sin(x))", "0", -3),
    ("cbrt(1/x^3)", "0", -1),
    ("sqrt(1/x^4)", "0", -2),
]


@pytest.mark.parametrize(("text", "at", "first"), POLES)
def test_poles(text: str, at: str, first: int, value_of) -> None:
    """The first power, and the remainder by two steps in high precision."""
    e, point = parse(text), parse(at)
    found = series(e, "x", point, 4)
    assert min(found.coefficients) == first
    with mpmath.workdps(200):
        middle = value_of(point, {})
        errors = []
        for step in (mpmath.mpf(10) ** -8, mpmath.mpf(10) ** -9):
            there = {"x": middle + step}
            errors.append(abs(value_of(e, there) - value_of(found.polynomial, there)))
        assert errors[1] <= errors[0] * mpmath.mpf(10) ** -3.5 or errors[0] < mpmath.mpf(10) ** -60


NONE = [
    ("log(x)", "-1", "not real"),
    ("sqrt(x)", "-1", "not real"),
    ("sqrt(x^2)", "0", "corner"),
    ("exp(1/x)", "0", "essential singularity"),
    ("sin(1/x)", "0", "essential singularity"),
    ("atan(1/x)", "0", "jump"),
    ("abs(x)", "0", "corner"),
    ("sign(x)", "0", "jump"),
    ("floor(x)", "3", "jump"),
    ("round(x)", "1/2", "jump"),
    ("asin(x)", "2", "not a real"),
    ("cbrt(x)", "0", "branch point"),
    ("x^y", "0", "must be a literal number"),
    ("x^(y + x)", "0", "a literal exponent"),
    ("x^0.1", "0", "finer than the 60th root"),
    ("lgamma(x)", "0", "corner"),
    ("1/log(x)", "0", "begins with a logarithm"),
    ("sqrt(log(x))", "0", "begins with a logarithm"),
    ("log(log(x))", "0", "begins with a logarithm"),
    ("sin(log(x))", "0", "grows like a logarithm"),
    ("x^log(x)", "0", "no power of t"),
    ("exp(x)", "inf", "essential singularity"),
    ("exp(-x)", "inf", "essential singularity"),
    ("gamma(x)", "inf", "essential singularity"),
    ("tanh(x)", "-inf", "essential singularity"),
    ("floor(x)", "inf", "jump"),
    ("lgamma(x)", "-inf", "essential singularity"),
    ("log(x)", "-inf", "not real"),
    ("abs(y + 1/x)", "inf", "depends on the sign"),
    ("max(x, -x)", "0", "corner"),
    ("where(x > 0, 1, 2)", "0", "jump"),
    ("atan2(x, -1)", "0", "jumps"),
    ("where(y > x, 1, x)", "0", "depends on the sign"),
    ("1/(x - x)", "0", "division by zero"),
    ("1/0*x", "0", "division by zero"),
    ("x + log(-1)^2", "0", "not a real number"),
    ("1/(sin(x)^2 + cos(x)^2 - 1)", "0", "can't tell"),
    ("abs(y + x)", "0", "depends on the sign"),
    ("erf(1/x)", "0", "essential singularity"),
    ("gamma(1/x)", "0", "essential singularity"),
    ("polygamma(x, 2)", "0", "whole number"),
    ("floor(y + x)", "0", "can't tell"),
]


@pytest.mark.parametrize(("text", "at", "message"), NONE)
def test_where_there_is_no_series(text: str, at: str, message: str) -> None:
    """The error names the kind of singularity, the point and the part."""
    with pytest.raises(SeriesError, match=message) as caught:
        series(parse(text), "x", parse(at), 4)
    assert type(caught.value) is SeriesError
    assert caught.value.where.startswith("x = ")
    assert caught.value.found


def test_a_comparison_that_fails_in_the_point_alone_is_a_jump() -> None:
    with pytest.raises(SeriesError, match="jump"):
        series(parse("where(x^2 > 0, 1, 2)"), "x", 0, 3)
    assert series(parse("where(x^2 + 1 > 0, 1, 2)"), "x", 0, 3).coefficient(0) == constant(1)
