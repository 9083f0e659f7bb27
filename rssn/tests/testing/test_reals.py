"""The oracle over the reals agrees with floats where these are exact enough, and knows where nothing is."""

import math

from hypothesis import given
from hypothesis import strategies as st

from rssn import parse, walk
from rssn.expr import Expr
from rssn.ops import operators
from rssn.testing import expressions, real_value, same_real
from rssn.testing._reals import FUNCTIONS

SMOOTH = [r.name for r in operators() if r.name in FUNCTIONS and r.result == "real" and r.name != "pow"]


@given(e=expressions(operators=SMOOTH, max_steps=5), values=st.lists(st.floats(0.25, 4), min_size=3, max_size=3))
def test_values_agree_with_floats(e: Expr, values: list[float]) -> None:
    """Where every step is of moderate size; where a step has no value, the float is NaN or infinite too."""
    environment = dict(zip("xyz", values, strict=True))
    exact = real_value(e, environment)
    steps = [float(node.evaluate(environment)) for node in walk(e)]
    if all(math.isfinite(step) and 1e-3 < abs(step) < 1e3 for step in steps):
        jumps = {node.operator for node in walk(e)} & {"mod", "floordiv", "floor", "ceil", "round", "trunc", "frac"}
        assert jumps or exact is None or abs(float(exact) - steps[-1]) < 1e-6 * (1 + abs(steps[-1]))


def test_undefined_parts_make_the_whole_undefined() -> None:
    """Except in the branch not taken."""
    for text in ("1/x", "log(x)", "0*log(x)", "sqrt(x - 1)", "x^-1", "x % x", "gamma(x)", "inf - inf", "1j"):
        assert real_value(parse(text), {"x": 0}) is None, text
    assert real_value(parse("where(x > 0, 1/x, 7)"), {"x": 0}) == 7
    assert real_value(parse("where(log(x) > 0, 1, 2)"), {"x": 0}) is None
    assert real_value(parse("x^0 + y"), {"x": 0, "y": None}) is None
    assert real_value(parse("piecewise(x > 1, 1, x > -1, 2, 3)"), {"x": 0}) == 2
    assert real_value(parse("x > 0 or true"), {"x": 0}) is True
    assert real_value(parse("isnan(log(x))"), {"x": 0}) is True


def test_agreement_is_relative_and_includes_absence() -> None:
    """Missing values agree with each other only."""
    assert same_real(None, None)
    assert not same_real(None, 0)
    assert same_real(10**40, 10**40 + 1)
    assert not same_real(1, 1 + 1e-9)
