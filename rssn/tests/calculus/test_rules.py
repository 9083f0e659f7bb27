"""The derivative of every operator, against numeric differentiation in high precision."""

import itertools

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.calculus import _rules, diff, gradient
from rssn.errors import DerivativeError
from rssn.expr import apply, constant, symbol, symbols

x, y, z = symbols("x y z")
UNIT, RIGHT, ABOVE_ONE, ANY = (-0.99, 0.99), (0.05, 20.0), (1.05, 20.0), (-4.0, 4.0)
# Operator -> the interval of each operand; the third is away from jumps and corners by construction of the test.
DOMAINS = {
    **dict.fromkeys(("add", "sub", "mul", "hypot", "atan2", "copysign", "max", "min"), (ANY, ANY)),
    **dict.fromkeys(("sqrt", "log", "log2", "log10", "gamma", "lgamma"), (RIGHT,)),
    **dict.fromkeys(("asin", "acos", "atanh"), (UNIT,)),
    "acosh": (ABOVE_ONE,),
    "log1p": ((-0.9, 5.0),),
    "cbrt": (RIGHT,),
    "div": (ANY, RIGHT),
    "pow": (RIGHT, ANY),
    "mod": (ANY, RIGHT),
    "floordiv": (ANY, RIGHT),
    "fma": (ANY, ANY, ANY),
    "clamp": (ANY, (-1.0, 0.0), (0.5, 1.0)),
    "where": ((-1.0, 1.0), ANY, ANY),
}
TESTED_ELSEWHERE = {
    *("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "isnan", "isfinite", "isinf"),
    *("piecewise", "polygamma", "sign", "floor", "ceil", "round", "trunc", "frac", "floordiv"),
}
SMOOTH = sorted(set(_rules.RULES) - TESTED_ELSEWHERE)


def test_every_operator_has_a_derivative() -> None:
    assert [record.name for record in BUILT_IN if record.derivative is None] == []


BUILT_IN = ops.operators()  # before any test registers one of its own


@pytest.mark.parametrize("name", SMOOTH)
@given(data=st.data())
def test_slopes_are_those_of_the_function(name: str, data: st.DataObject, value_of) -> None:
    """By each operand in turn, at random points of the domain; points next to a corner are passed over."""
    fewest, most = ops.lookup(name).arity
    count = fewest if most is None else most
    domains = DOMAINS.get(name, (ANY,) * count)
    symbols_ = [x, y, z][:count]
    e = apply(name, *symbols_)
    if name == "where":
        e = apply("where", x > 0, y, z)
    drawn = [data.draw(st.floats(*domain).filter(lambda value: abs(value) > 1e-3)) for domain in domains]
    point = {v.name: value for v, value in zip(symbols_, drawn, strict=True)}
    for v, slope in zip(symbols_, gradient(e, symbols_), strict=True):
        assert slope == diff(e, v)
        with mpmath.workdps(60):
            at = {key: mpmath.mpf(value) for key, value in point.items()}
            step = mpmath.mpf(10) ** -20
            values = [value_of(e, at | {v.name: at[v.name] + k * step}) for k in (-2, -1, 0, 1, 2)]
            left, right = (values[2] - values[0]) / (2 * step), (values[4] - values[2]) / (2 * step)
            if abs(left - right) > 1e-6 * (1 + abs(left)):
                continue  # a corner or a jump lies between
            numeric = (values[3] - values[1]) / (2 * step)
            assert abs(value_of(slope, at) - numeric) <= 1e-10 * (1 + abs(numeric))
        floating = slope.evaluate(point)
        assert floating == pytest.approx(float(numeric), rel=1e-7, abs=1e-7)


SPECIAL = (-3.0, -2.0, -1.0, -0.5, 0.0, 1e-9, 0.5, 1.0, 2.0, 3.0, 30.0)


def slope_around(e, at, name: str, value_of):
    """The slope if it is the same on both sides of the point, else None."""
    step = mpmath.mpf(10) ** -20
    values = [value_of(e, at | {name: at[name] + k * step}) for k in (-2, -1, 0, 1, 2)]
    if None in values:
        return None
    left, right = (values[2] - values[1]) / step, (values[3] - values[2]) / step
    is_smooth = abs(left - right) <= mpmath.mpf(10) ** -8 * (1 + abs(left))
    return (values[3] - values[1]) / (2 * step) if is_smooth else None


def is_odd(name: str, values: tuple[float, ...]) -> bool:
    """Where the convention is another: a clamp without room, 0^y; and the oracle's copysign knows no sign of 0."""
    if name == "pow":
        return values[0] == 0
    return (name == "clamp" and values[1] == values[2]) or (name == "copysign" and values[1] == 0)


@pytest.mark.parametrize("name", SMOOTH)
def test_slopes_at_special_points(name: str, value_of) -> None:
    """Zeros, ones, ties and far out: where there is a slope on both sides and they agree, the rule has that value."""
    fewest, most = ops.lookup(name).arity
    symbols_ = [x, y, z][: fewest if most is None else most]
    e = apply("where", x > 0, y, z) if name == "where" else apply(name, *symbols_)
    slopes = gradient(e, symbols_)
    for values in itertools.product(SPECIAL if len(symbols_) < 3 else SPECIAL[1:9:2], repeat=len(symbols_)):
        point = {v.name: value for v, value in zip(symbols_, values, strict=True)}
        with mpmath.workdps(60):
            at = {key: mpmath.mpf(value) for key, value in point.items()}
            wanted = [slope_around(e, at, v.name, value_of) for v in symbols_]
        for slope, numeric in zip(slopes, wanted, strict=True):
            if numeric is not None and abs(numeric) < 1e8 and not is_odd(name, values):
                assert slope.evaluate(point) == pytest.approx(float(numeric), rel=1e-9, abs=1e-9), (point, str(slope))


@pytest.mark.parametrize("name", ["lt", "le", "gt", "ge", "eq", "ne", "and", "or"])
def test_truth_values_are_flat(name: str) -> None:
    e = apply(name, x, y)
    assert diff(e, x) == constant(0)
    assert gradient(e, [x, y]) == [constant(0)] * 2
    assert diff(2 * e + x, x) == constant(1)


@pytest.mark.parametrize("name", ["sign", "floor", "ceil", "round", "trunc", "isnan", "isfinite", "isinf", "not"])
def test_steps_are_flat(name: str) -> None:
    assert diff(apply(name, x), x) == constant(0)
    assert diff(apply(name, x) * x, x) == apply(name, x)


def test_conventions_at_corners() -> None:
    """abs has slope 0 at 0, min and max follow their first operand at a tie, clamp is open at its limits."""
    assert diff(abs(x), x).evaluate({"x": 0.0}) == 0.0
    first, second = symbol("a"), symbol("b")
    for e in (ops.max(first, second), ops.min(first, second)):
        slopes = [slope.evaluate({"a": 2.0, "b": 2.0}) for slope in gradient(e, [first, second])]
        assert slopes == [1.0, 0.0]
    inside = diff(ops.clamp(x, 0, 1), x)
    assert [inside.evaluate({"x": value}) for value in (-0.5, 0.0, 0.5, 1.0, 1.5)] == [0, 1, 1, 1, 0]


def test_the_fractional_part_and_the_remainder() -> None:
    assert diff(ops.frac(x), x) == constant(1)
    assert [str(slope) for slope in gradient(x % y, [x, y])] == ["1", "-(x//y)"]


def test_extremes_of_many_operands() -> None:
    """Only the winning operand counts."""
    a, b, c, d = variables = symbols("a b c d")
    slopes = gradient(ops.max(a, b, c, d), variables)
    for winner in "abcd":
        point = {name: 2.0 if name == winner else 1.0 for name in "abcd"}
        assert [slope.evaluate(point) for slope in slopes] == [float(name == winner) for name in "abcd"]
    assert diff(ops.max(a, b, c, d), b).evaluate({"a": 1, "b": 5, "c": 2, "d": 3}) == 1


def test_piecewise_takes_the_first_that_holds() -> None:
    e = ops.piecewise(x > 2, x**3, x > 1, x**2, -x)
    for slope in (diff(e, x), gradient(e, [x])[0]):
        assert [slope.evaluate({"x": value}) for value in (3.0, 1.5, 0.5)] == [27.0, 3.0, -1.0]


def test_polygamma_has_no_derivative_by_its_order() -> None:
    assert str(diff(ops.lgamma(x), x, 3)) == "polygamma(2, x)"
    for work in (lambda: diff(apply("polygamma", x, y), x), lambda: gradient(apply("polygamma", x, y), [x])):
        with pytest.raises(DerivativeError, match="order of polygamma is a whole number"):
            work()
    assert diff(apply("polygamma", x, y), y) == apply("polygamma", x + 1, y)


def test_probabilities_stay_accurate_in_the_tail() -> None:
    """sigmoid's slope keeps its digits where the sigmoid is nearly 1."""
    slope = diff(ops.sigmoid(x), x)
    with mpmath.workdps(40):
        wanted = mpmath.exp(-40) / (1 + mpmath.exp(-40)) ** 2
    assert slope.evaluate({"x": 40.0}) == pytest.approx(float(wanted), rel=1e-14)
