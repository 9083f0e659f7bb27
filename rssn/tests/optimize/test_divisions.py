"""One division for several, where their infinities would meet anyway."""

import numpy as np
import pytest

import rssn
from rssn.optimize._divisions import joined

parse = rssn.parse


@pytest.mark.parametrize(
    "text", ["sin(a/b)*cos(c/d)", "sin(a/b) + x/c + sqrt(1 + y/d)", "tan(1/a) - 1/b", "(x/a)^3 + sin(y/b)"]
)
def test_divisions_become_one(text: str) -> None:
    expr = parse(text)
    form = joined(expr)
    assert form is not None
    assert sum(node.operator == "div" for node in rssn.walk(form)) == 1
    values = {
        str(s.name): v for s, v in zip(sorted(expr.free_symbols, key=str), (0.7, 1.3, 2.1, 0.4, 0.9, 1.1), strict=False)
    }
    assert form.evaluate(values) == pytest.approx(expr.evaluate(values), rel=1e-14)


@pytest.mark.parametrize(
    "text", ["exp(a/b) + c/d", "atan(a/b)*(c/d)", "where(b > 0, a/b, c/d)", "1/(1 + a/b) + 1", "a/b", "x/2 + y/3"]
)
def test_a_division_whose_infinity_goes_nowhere_stays_alone(text: str) -> None:
    assert joined(parse(text)) is None


def test_a_divisor_made_by_another_division_is_left_out() -> None:
    form = joined(parse("sin(x/(1 + y/z)) + 1/w + sin(1/v)"))
    assert form is not None
    values = {"x": 0.3, "y": 0.7, "z": 1.9, "w": 0.4, "v": 2.0}
    assert form.evaluate(values) == pytest.approx(
        parse("sin(x/(1 + y/z)) + 1/w + sin(1/v)").evaluate(values), rel=1e-14
    )


def test_where_one_divisor_is_0_there_is_no_value_as_before() -> None:
    expr = parse("sin(a/b)*cos(c/d)")
    form = joined(expr)
    assert form is not None
    columns = {"a": np.ones(4), "b": np.array([0.0, 1, 0, 1]), "c": np.ones(4), "d": np.array([1.0, 0, 0, 1])}
    assert np.array_equal(np.isnan(form.evaluate(columns)), np.isnan(expr.evaluate(columns)))
