"""Many formulas over one table: what `evaluate` says of each, as the rows of one array."""

from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given

import rssn
from rssn.errors import OptionError, ParseError, ShapeError, UnknownNameError
from rssn.testing import assert_same_bits, expressions

FORMULAS = ["x*y + 1", "sin(x)/y", "x < y", "x^2 - y^2", "3"]


def table(rows: int = 100) -> dict[str, Any]:
    random = np.random.default_rng(7)
    return {"x": random.standard_normal(rows), "y": random.standard_normal(rows), "unused": ["text"] * rows}


@pytest.mark.parametrize("rows", [0, 1, 100, 20_000])
@pytest.mark.parametrize("dtype", [None, "f32"])
def test_each_row_is_what_evaluate_says(rows, dtype):
    data = table(rows)
    found = rssn.evaluate_many(FORMULAS, data, dtype=dtype)
    assert found.shape == (5, rows)
    for row, formula in zip(found[:4], FORMULAS, strict=False):
        expected = rssn.evaluate(formula, data, dtype=dtype)
        assert_same_bits(row, expected.astype(found.dtype))
    assert (found[4] == 3).all()


def test_a_thousand_formulas_again_and_again_have_the_same_bits():
    random = np.random.default_rng(3)
    formulas = [f"sin({a:.4f}*x + {b:.4f}*y)*exp(-x*x) + {a:.4f}" for a, b in random.uniform(-2, 2, (1000, 2))]
    data = table(50)
    first = rssn.evaluate_many(formulas, data)
    for _ in range(5):
        assert_same_bits(rssn.evaluate_many(formulas, data), first)
    large = {name: np.resize(data[name], 100_000) for name in "xy"}
    out = np.empty((1000, 100_000))
    assert rssn.evaluate_many(formulas, large, out=out) is out
    assert_same_bits(out[:, :50], first)


@given(expressions())
def test_any_formula(expr):
    columns = {symbol.name: np.array([0.5, -1.5, 3.0]) for symbol in expr.free_symbols}
    if columns:
        found = rssn.evaluate_many([expr, expr], columns)
        kernel = rssn.compile(expr, sorted(columns))
        expected = kernel(*[columns[name] for name in sorted(columns)])
        assert_same_bits(found[0], np.asarray(expected, "f8"))
        assert_same_bits(found[0], found[1])


def test_nulls_are_nan_in_the_formulas_that_read_them():
    columns = {"x": [1.0, None, 3.0], "y": [1.0, 2.0, None]}
    chunked = pa.table({k: pa.chunked_array([v[:1], v[1:]], pa.float64()) for k, v in columns.items()})
    for data in (pl.DataFrame(columns), pa.table(columns), chunked):
        found = rssn.evaluate_many(["x + 1", "x*y", "y", "1"], data)
        np.testing.assert_array_equal(found[0], [2, np.nan, 4])
        np.testing.assert_array_equal(found[1], [1, np.nan, np.nan])
        np.testing.assert_array_equal(found[2], [1, 2, np.nan])
        np.testing.assert_array_equal(found[3], [1, 1, 1])


def test_arrays_of_more_dimensions_and_constants_alone():
    found = rssn.evaluate_many(["x + y", "x"], {"x": np.ones((3, 1)), "y": np.arange(4.0)})
    assert found.shape == (2, 3, 4)
    np.testing.assert_array_equal(found[0], np.broadcast_to(np.arange(4.0) + 1, (3, 4)))
    np.testing.assert_array_equal(found[1], np.ones((3, 4)))
    np.testing.assert_array_equal(rssn.evaluate_many(["1", "2 + 3"], {}), [1, 5])


@pytest.mark.parametrize(
    ("formulas", "error", "words"),
    [
        ("x + 1", OptionError, "a sequence of formulas"),
        ([], OptionError, "no formula"),
        (["x", 3], OptionError, "formula 1"),
        (["x", "xx + 1"], UnknownNameError, "formula 1"),
        (["x +"], ParseError, "x +"),
    ],
)
def test_mistakes_are_named(formulas, error, words):
    with pytest.raises(error, match=words):
        rssn.evaluate_many(formulas, table())


def test_an_out_of_another_shape_is_refused():
    with pytest.raises(ShapeError, match="another shape"):
        rssn.evaluate_many(["x", "y"], table(), out=np.empty((2, 99)))


def test_a_formula_that_is_no_formula_is_named() -> None:
    """Also what can't be hashed, as a list within the list."""
    for odd in (["x"], {"x": 1}, 5, None):
        with pytest.raises(OptionError, match=r"formula 1: .*wanted text, or an Expr; found .*one flat sequence"):
            rssn.evaluate_many(["x", odd], {"x": np.ones(2)})
