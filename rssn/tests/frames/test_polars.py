"""Polars: eager frames stay eager, lazy ones lazy, and only what is read is collected."""

import polars as pl
import pytest

import rssn


def test_only_the_columns_read_are_collected() -> None:
    good = pl.LazyFrame({"x": [1.0, None]})
    bad = good.with_columns(pl.lit(1.0).map_batches(lambda _: 1 / 0, return_dtype=pl.Float64).alias("bad"))
    found = rssn.evaluate("z = x + 1", bad)
    assert isinstance(found, pl.LazyFrame)
    assert found.collect()["z"].to_list() == [2.0, None]


def test_constants_have_the_frames_height() -> None:
    frame = pl.DataFrame({"x": [1, 2, 3]})
    assert rssn.evaluate("z = 1", frame)["z"].to_list() == [1.0] * 3
    assert rssn.evaluate("z = 1", frame.lazy()).collect()["z"].to_list() == [1.0] * 3
    assert rssn.evaluate(["z = x", "w = 1"], frame.lazy()).collect()["w"].to_list() == [1.0] * 3


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt64, pl.Float32, pl.Float64, pl.Boolean])
def test_numeric_dtypes_are_read(dtype: type[pl.DataType]) -> None:
    frame = pl.DataFrame({"x": pl.Series([1, 0, None]).cast(dtype)})
    assert rssn.evaluate("x + 1", frame).to_list() == [2.0, 1.0, None]


def test_empty_frames() -> None:
    frame = pl.DataFrame({"x": pl.Series([], dtype=pl.Float64)})
    assert rssn.evaluate(["z = x", "x < 1"], frame).schema == {"z": pl.Float64, "x < 1": pl.Boolean}
