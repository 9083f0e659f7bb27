"""A pandas DataFrame as a table: same index out, nullable and Arrow dtypes kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ._dtypes import numbers, refuse
from ._table import Array, Result, Table, unknown_kind


def open_table(data: Any) -> Table:
    """Return the view of a DataFrame, or of a Series as a table of one column."""
    if isinstance(data, pd.Series) and data.name is not None:
        return PandasTable(data.to_frame())
    if isinstance(data, pd.DataFrame):
        return PandasTable(data)
    raise unknown_kind(data)


class PandasTable(Table):
    """Columns with NumPy dtypes are read in place and have no nulls (NaN is a number there, as in pandas)."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    @property
    def names(self) -> Sequence[str]:
        """The column labels that are text."""
        return [name for name in self._frame.columns if isinstance(name, str)]

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of the index."""
        return (len(self._frame),)

    def pieces(self, columns: Sequence[str]) -> list[list[Array]]:
        """Return the columns in one piece."""
        return [[self._values(name) for name in columns]]

    def _values(self, name: str) -> Array:
        series = self._frame[name]
        numeric = getattr(series.dtype, "numpy_dtype", series.dtype)
        if isinstance(series.dtype, pd.DatetimeTZDtype):
            return numbers(name, series.dt.tz_convert(None).to_numpy())
        if not isinstance(series.dtype, np.dtype):
            if isinstance(numeric, np.dtype) and numeric.kind in "mM":
                return numbers(name, series.array.to_numpy(dtype=numeric, na_value=numeric.type("NaT")))
            if not (pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype)):
                raise refuse(name, str(series.dtype), "text")
            if isinstance(numeric, np.dtype) and numeric.kind in "biuf":
                return numbers(name, series.array.to_numpy(dtype=numeric, na_value=numeric.type(0)))
        return numbers(name, series.to_numpy())

    def valid(self, column: str) -> Any:
        """Return which rows are not pd.NA; None for NumPy dtypes."""
        series = self._frame[column]
        return None if isinstance(series.dtype, np.dtype | pd.DatetimeTZDtype) else series.notna().to_numpy()

    def build(self, results: list[Result], *, single: bool) -> Any:
        """Return a DataFrame, or one Series, over the same index."""
        columns = {result.name: self._column(result) for result in results}
        if single:
            name, column = next(iter(columns.items()))
            return pd.Series(column, index=self._frame.index, name=name, copy=False)
        return pd.DataFrame(columns, index=self._frame.index, copy=False)

    def _column(self, result: Result) -> Any:
        if result.valid is None:
            return result.values
        kind = pd.arrays.BooleanArray if result.values.dtype == np.bool else pd.arrays.FloatingArray
        column = kind(result.values, ~result.valid)
        dtypes = [self._frame[name].dtype for name in result.columns]
        if any(isinstance(dtype, pd.ArrowDtype) for dtype in dtypes):
            name = {"bool": "bool", "float32": "float"}.get(str(result.values.dtype), "double")
            return column.astype(f"{name}[pyarrow]")
        return column
