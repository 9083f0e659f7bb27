"""Arrow tables and record batches: buffers read in place, null bitmaps carried along."""

from __future__ import annotations

import functools
import importlib
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ._bitmap import pack, read_bits, validity
from ._dtypes import refuse
from ._table import Array, Result, Table, unknown_kind


def open_table(data: Any) -> Table:
    """Return the view of a Table or RecordBatch."""
    if isinstance(data, pa.Table | pa.RecordBatch):
        return ArrowTable(data)
    raise unknown_kind(data)


class ArrowTable(Table):
    """A Table or a RecordBatch; slices and chunks are honoured without copying them together."""

    def __init__(self, table: pa.Table | pa.RecordBatch) -> None:
        self._table = table

    @property
    def names(self) -> Sequence[str]:
        """The column names."""
        return list(self._table.schema.names)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of rows."""
        return (self._table.num_rows,)

    def pieces(self, columns: Sequence[str]) -> list[list[Array]]:
        """Return values chunk by chunk, cut wherever any of the columns is cut."""
        if not columns:
            return []
        if isinstance(self._table, pa.RecordBatch):
            return [[values_of(name, self._table.column(name)) for name in columns]]
        table = self._table.select(columns)
        for field in table.schema:
            require_numbers(field)
        if not (batches := table.to_batches()):
            return [[np.empty(0) for _ in columns]]
        return [[values_of(name, batch.column(name)) for name in columns] for batch in batches]

    def valid(self, column: str) -> Any:
        """Return the bitmap of rows that are not null; None where all are."""
        array = self._table.column(column)
        chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
        return validity([_decoded(chunk) for chunk in chunks])

    def combine(self, valids: list[Any]) -> Any:
        """Return the AND of the bitmaps."""
        return functools.reduce(operator.and_, valids)

    def mask(self, valid: Any) -> Any:
        """Return validity as a boolean NumPy array."""
        return valid.mask()

    def build(self, results: list[Result], *, single: bool) -> Any:
        """Return a table or batch as the input was, or one array."""
        arrays = [array_of(result) for result in results]
        if isinstance(self._table, pa.RecordBatch):
            return arrays[0] if single else pa.RecordBatch.from_arrays(arrays, [result.name for result in results])
        if single:
            return pa.chunked_array(arrays)
        return pa.Table.from_arrays(arrays, [result.name for result in results])


def array_of(result: Result) -> pa.Array:
    """Return one result as an Arrow array over the kernel's own buffer; only booleans are packed anew."""
    # Not `pa.array`: it imports pandas, wherever that is installed, to see whether it was given a Series.
    values = np.ascontiguousarray(result.values)
    kind = arrow_type(values.dtype)
    data = pack(values).buffer() if kind == pa.bool_() else pa.py_buffer(values)
    bits = None if result.valid is None else result.valid.buffer()
    return pa.Array.from_buffers(kind, len(values), [bits, data])


def arrow_type(dtype: np.dtype[Any]) -> pa.DataType:
    """Return the Arrow type of a kernel's output."""
    return {"b": pa.bool_(), "f": pa.float64() if dtype.itemsize == 8 else pa.float32()}[dtype.kind]


def require_numbers(field: pa.Field) -> None:
    """Raise DtypeError unless a kernel can read columns of this Arrow type."""
    kind = _storage(field.type)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return
    if pa.types.is_temporal(kind) and not pa.types.is_interval(kind):
        return
    if pa.types.is_temporal(kind):
        raise refuse(field.name, str(field.type), "time")
    text = any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))
    raise refuse(field.name, str(field.type), "text" if text else "other")


def _storage(kind: pa.DataType) -> pa.DataType:
    """Look through dictionaries, run ends and extensions at what is stored."""
    while True:
        if pa.types.is_dictionary(kind) or pa.types.is_run_end_encoded(kind):
            kind = kind.value_type
        elif isinstance(kind, pa.BaseExtensionType):
            kind = kind.storage_type
        else:
            return kind


def _decoded(array: pa.Array) -> pa.Array:
    """Return the array behind extensions, dictionaries and run ends."""
    while True:
        if isinstance(array, pa.ExtensionArray):
            array = array.storage
        elif pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        elif pa.types.is_run_end_encoded(array.type):
            array = importlib.import_module("pyarrow.compute").run_end_decode(array)
        else:
            return array


def values_of(name: str, array: pa.Array) -> Array:
    """Return the values of one Arrow array, those under nulls included, in place wherever Arrow holds bytes."""
    require_numbers(pa.field(name, array.type))
    array = _decoded(array)
    kind = array.type
    if pa.types.is_null(kind):
        return np.zeros(len(array))
    data = array.buffers()[1]
    if data is not None and pa.types.is_boolean(kind):
        # One bit a row: a kernel reads bytes, so this is the one type that is unpacked.
        return read_bits(data, array.offset, len(array)).mask()
    stored, dtype = _dtypes_of(kind)
    if data is None or len(array) == 0:
        return np.empty(0, dtype)
    values = np.frombuffer(data, stored, count=len(array), offset=array.offset * stored.itemsize)
    # Days and times of a day may have 32 bits; NumPy's have 64.
    return values if stored == dtype else values.astype(np.int64).view(dtype)


def _dtypes_of(kind: pa.DataType) -> tuple[np.dtype[Any], np.dtype[Any]]:
    """Return the NumPy dtype of what lies in the buffer, and the one it is read as."""
    if not pa.types.is_temporal(kind):
        dtype = np.dtype(kind.to_pandas_dtype())
        return dtype, dtype
    unit = "D" if pa.types.is_date32(kind) else "ms" if pa.types.is_date64(kind) else kind.unit
    points = pa.types.is_timestamp(kind) or pa.types.is_date(kind)
    dtype = np.dtype(f"{'M' if points else 'm'}8[{unit}]")
    return (np.dtype(np.int32) if kind.bit_width == 32 else dtype), dtype
