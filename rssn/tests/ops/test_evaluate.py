"""Evaluating an expression: types, powers, missing values, exact results."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.errors import DtypeError, FoldError, ShapeError, UnknownNameError
from rssn.expr import symbol, symbols
from rssn.parser import parse
from rssn.testing import assert_same_bits

x, y = symbols("x y")


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_a_formula_means_what_numpy_computes(a: float, b: float) -> None:
    e = parse("sin(x)*y + (x - y)/(x*x + 1.5) - max(x, y)")
    with np.errstate(all="ignore"):
        a64, b64 = np.float64(a), np.float64(b)
        wanted = b64 * np.sin(a64) + (a64 - b64) / (1.5 + a64 * a64) - np.maximum(a64, b64)
    assert e.evaluate({"x": a, "y": b}) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_scalars_are_pythons_own() -> None:
    assert type((x + 1).evaluate({"x": 2})) is float
    assert type(parse("x < 1").evaluate({"x": 2})) is bool
    assert type(parse("3").evaluate()) is float
    assert type(parse("x").evaluate({"x": 3})) is float
    assert parse("true").evaluate() is True
    assert parse("pi").evaluate({}) == np.pi
    assert type((x + 1).evaluate({"x": np.float32(2)})) is np.float32


def test_arrays_keep_their_kind() -> None:
    narrow = np.array([1.5, 2.5], np.float32)
    assert (x * 2 + 0.1).evaluate({"x": narrow}).dtype == np.float32
    assert parse("sin(x)^2.5 + pi").evaluate({"x": narrow}).dtype == np.float32
    assert (x + 1).evaluate({"x": np.array([1, 2])}).dtype == np.float64
    assert x.evaluate({"x": np.array([1, 2])}).dtype == np.float64
    assert parse("x > 1").evaluate({"x": narrow}).dtype == np.bool_
    assert (x + y).evaluate({"x": np.zeros((3, 1)), "y": np.zeros(4)}).shape == (3, 4)
    assert (x + y).evaluate({x: 1, y: [1, 2]}).tolist() == [2.0, 3.0]


def test_literal_exponents_are_chains_of_products() -> None:
    values = np.linspace(-2, 2, 101)
    assert_same_bits((x**3).evaluate({"x": values}), (values * values) * values)
    with np.errstate(divide="ignore"):
        assert_same_bits(parse("x^-2").evaluate({"x": values}), 1 / (values * values))
    assert parse("x^0.5").evaluate({"x": -np.inf}) == np.inf
    assert parse("x^0").evaluate({"x": np.nan}) == 1.0


def test_a_tower_of_powers_is_infinite_in_floats() -> None:
    assert parse("9^9^9^9").evaluate() == np.inf
    assert parse("10^400").evaluate() == np.inf


def test_what_is_missing_is_named() -> None:
    with pytest.raises(UnknownNameError, match="did you mean speed"):
        parse("sped + 1").evaluate({"speed": 1})
    with pytest.raises(UnknownNameError, match="no values at all"):
        x.evaluate()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"x \(2,\), y \(3,\)"):
        (x + y).evaluate({"x": np.zeros(2), "y": np.zeros(3)})
    for wrong in ("text", np.array(["a"]), 1j, np.array([None])):
        with pytest.raises(DtypeError):
            (x + 1).evaluate({"x": wrong})
    with pytest.raises(DtypeError, match="complex"):
        parse("x + 1j").evaluate({"x": 1})


@given(st.fractions(), st.fractions())
def test_exact_evaluation_is_rational_arithmetic(a: Fraction, b: Fraction) -> None:
    e = parse("(x + y)^2 - 3*x/7")
    assert e.evaluate({"x": a, "y": b}, exact=True) == (a + b) ** 2 - 3 * a / 7


def test_exact_evaluation_refuses_what_is_not_rational() -> None:
    for text in ("sqrt(x)", "x/0", "x + 0.5", "x + pi", "9^9^9^x", "1/(x - 2)"):
        with pytest.raises(FoldError):
            parse(text).evaluate({"x": 2}, exact=True)
    with pytest.raises(DtypeError):
        x.evaluate({"x": 0.5}, exact=True)
    assert parse("x < 3").evaluate({"x": np.int64(2)}, exact=True) is True


def test_shared_and_deep_expressions_are_no_special_case() -> None:
    e = x
    for _ in range(60):
        e = e + e
    assert e.evaluate({"x": 1}) == 2.0**60
    chain = symbol("x")
    for _ in range(50_000):
        chain = chain + 1
    assert ops.evaluate(chain, {"x": 0.0}) == 50_000.0
