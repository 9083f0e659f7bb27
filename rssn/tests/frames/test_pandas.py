"""pandas: the index, the dtypes and the names of the input decide those of the output."""

import numpy as np
import pandas as pd
import pytest

import rssn


def test_nan_is_a_number_in_a_numpy_column_and_a_null_in_a_nullable_one() -> None:
    frame = pd.DataFrame({"x": [1.0, np.nan], "n": pd.array([1, None], dtype="Int8")})
    found = rssn.evaluate(["a = isnan(x)", "b = isnan(n)"], frame)
    assert found["a"].tolist() == [False, True]
    assert found["a"].dtype == np.bool
    assert found["b"].tolist() == [False, pd.NA]
    assert found["b"].dtype == pd.BooleanDtype()


def test_a_nullable_column_without_nulls_gives_a_nullable_result() -> None:
    frame = pd.DataFrame({"n": pd.array([1, 2], dtype="Int64"), "x": [0.5, 1.5]})
    found = rssn.evaluate(["a = n + x", "b = x"], frame)
    assert found.dtypes.tolist() == [pd.Float64Dtype(), np.dtype("f8")]
    assert rssn.evaluate("n", frame, dtype="f32").dtype == pd.Float32Dtype()


def test_any_index_and_any_column_labels() -> None:
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2)])
    frame = pd.DataFrame({"x": [1.0, 2.0, 3.0], 7: 0}, index=index)
    found = rssn.evaluate("x*2", frame)
    assert found.index.equals(index)
    assert found.name == "x*2"
    assert found.tolist() == [2.0, 4.0, 6.0]


def test_columns_of_one_block_are_read_with_their_strides() -> None:
    frame = pd.DataFrame(np.arange(12.0).reshape(4, 3), columns=list("xyz"))
    assert rssn.evaluate("x + 10*y + 100*z", frame).tolist() == [210.0, 543.0, 876.0, 1209.0]


def test_a_named_series_is_a_table_of_one_column() -> None:
    assert rssn.evaluate("x + 1", pd.Series([1.0], name="x")).tolist() == [2.0]


@pytest.mark.parametrize("dtype", ["int64[pyarrow]", "bool[pyarrow]", "float[pyarrow]"])
def test_arrow_columns_give_arrow_columns(dtype: str) -> None:
    frame = pd.DataFrame({"x": pd.array([1, None, 0], dtype=dtype)})
    found = rssn.evaluate(["a = x + 1", "b = x < 1"], frame)
    assert [str(each) for each in found.dtypes] == ["double[pyarrow]", "bool[pyarrow]"]
    assert found["a"].tolist() == [2.0, pd.NA, 1.0]


def test_an_empty_frame_gives_an_empty_frame() -> None:
    frame = pd.DataFrame({"x": np.empty(0)})
    assert rssn.evaluate(["z = x", "w = 1"], frame).shape == (0, 2)
