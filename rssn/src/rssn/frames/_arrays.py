"""A dict of arrays, or a NumPy structured array, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ._dtypes import numbers
from ._table import Array, Result, Table, unknown_kind


def open_table(data: Any) -> Table:
    """Return the view of a mapping of arrays or of a structured array."""
    if isinstance(data, Mapping):
        return DictTable(data)
    if isinstance(data, np.ndarray) and data.dtype.names:
        return StructuredTable(data)
    raise unknown_kind(data)


class DictTable(Table):
    """Arrays by name; scalars and arrays of different shapes broadcast. A masked array's mask means null."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data

    @property
    def names(self) -> Sequence[str]:
        """The keys."""
        return list(self._data)

    def pieces(self, columns: Sequence[str]) -> list[list[Array]]:
        """Return the arrays as they are, in one piece."""
        return [[np.asarray(numbers(name, self._data[name])) for name in columns]]

    def valid(self, column: str) -> Any:
        """Return the inverse of a masked array's mask."""
        mask = np.ma.getmask(self._data[column])
        return None if mask is np.ma.nomask else ~mask

    def build(self, results: list[Result], *, single: bool) -> Any:
        """Return a dict of arrays, or one array."""
        arrays = {result.name: _masked(result) for result in results}
        return next(iter(arrays.values())) if single else arrays


class StructuredTable(DictTable):
    """A structured array: one field a column, any shape. Its fields are strided, and read in place."""

    def __init__(self, data: np.ndarray[Any, Any]) -> None:
        self._shape: tuple[int, ...] = data.shape
        super().__init__({name: data[name] for name in data.dtype.names or ()})

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array."""
        return self._shape

    def build(self, results: list[Result], *, single: bool) -> Any:
        """Return a structured array of the same shape, or one plain array."""
        arrays = [_masked(result) for result in results]
        if single:
            return arrays[0]
        masked = any(result.valid is not None for result in results)
        dtype = [(result.name, np.asarray(result.values).dtype) for result in results]
        table: Any = np.ma.empty(self._shape, dtype) if masked else np.empty(self._shape, dtype)
        for result, array in zip(results, arrays, strict=True):
            table[result.name] = array
        return table


def _masked(result: Result) -> Any:
    if result.valid is None:
        return result.values
    valid = np.broadcast_to(result.valid, np.shape(result.values))
    return np.ma.masked_array(result.values, mask=~valid)
