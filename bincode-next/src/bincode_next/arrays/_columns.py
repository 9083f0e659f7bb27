"""Columns of Arrow and Polars to bytes and back; a null is the None of an Option.

Neither library is imported before a column of its kind comes, or is asked for.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any, Final, Literal, NamedTuple

import numpy as np

from ..config import Config, standard, within_limit
from ..errors import ConfigError, SchemaError, TrailingBytes, WrongTypeError
from ..schema import Bool, Float, Int, NdArray, Node, Option, Seq, schema_of
from ._accept import Values, converted
from ._decode import decode_array, error_of, hold_to_safety, read_length
from ._encode import encode_array, length_prefix
from ._layout import SCALARS, Scalar, dtype_of, program_of
from ._varint import decode_rows, encode_rows
from ._varint_py import OK

Library = Literal["arrow", "polars"]
MODULES: Final[dict[Library, str]] = {"arrow": "pyarrow", "polars": "polars"}


class Parts(NamedTuple):
    """A column as NumPy has it: numbers, and where they are present (None: everywhere)."""

    values: Values
    present: Values | None


def from_column(column: Any, type: Any = None, config: Config | None = None) -> bytes:
    """Return the bytes of a `list[type]` whose elements are those of an Arrow array or a Polars series.

    `type` is a number, bool, or an Optional of one (then nulls are None); without it the column's own dtype, not
    optional. Raises WrongTypeError for nulls where the type has no None, and for other kinds of numbers.
    """
    config = _plain(config)
    parts = _parts(column)
    scalar, optional = _own(parts.values) if type is None else item_of(type)
    return encode_column(parts, scalar, optional, config)


def to_column(data: Any, type: Any, config: Config | None = None, *, library: Library = "arrow") -> Any:
    """Return an encoded `list[type]` as a `pyarrow.Array` or a `polars.Series`; None becomes null.

    Raises errors of the family DecodeError as `decode` does, ModuleNotFoundError without the library.
    """
    config = _plain(config)
    scalar, optional = item_of(type)
    size = memoryview(data).nbytes
    parts, end = within_limit(lambda stop: decode_column(data, 0, stop, scalar, optional, config), 0, size, config)
    if end < size and (config.strict or config.trailing == "reject"):
        raise TrailingBytes("bytes after the value", offset=end, found=size - end)
    return _column(parts, library)


def item_of(type: Any) -> tuple[Scalar, bool]:
    """Return what a column's type holds, and whether it may be null."""
    node: Node = schema_of(type).root
    node = node.item if isinstance(node, Seq) else node
    optional = isinstance(node, Option)
    node = node.inner if isinstance(node, Option) else node
    if not isinstance(node, Bool | Int | Float) or (isinstance(node, Int) and node.bits > 64):
        raise SchemaError(
            "no number, and columns hold numbers",
            wanted="a number, a bool, or an Optional of one",
            found=repr(type),
            advice="for other columns encode their to_list()",
        )
    return node, optional


def encode_column(parts: Parts, scalar: Scalar, optional: bool, config: Config) -> bytes:
    """Return the bytes of a sequence of numbers or of options of numbers."""
    values, present = parts
    dtype = dtype_of(scalar, "")
    values = values if values.dtype == dtype else converted(values, scalar, dtype, "")
    if not optional:
        if present is not None:
            number = int(np.argmin(present))
            raise WrongTypeError(
                "a null in a column whose type has no None", path=f"[{number}]", advice="make the type Optional"
            )
        return encode_array(NdArray(dtype.name), values, config)
    rows = np.zeros(len(values), _optional(dtype))
    rows["value"], rows["present"] = values, True if present is None else present
    program = program_of(scalar, rows.dtype, config.ints == "varint", config.endian, optional=True)
    prefix, memory = length_prefix(len(rows), config), rows.view(np.uint8) if len(rows) else b""
    return encode_rows(prefix, memory, rows.itemsize, len(rows), program.code, config.endian == "big")


def decode_column(
    data: Any, offset: int, end: int, scalar: Scalar, optional: bool, config: Config
) -> tuple[Parts, int]:
    """Return the numbers of a sequence, where they are present, and where its bytes end."""
    dtype = dtype_of(scalar, "")
    if not optional:
        values, end = decode_array(NdArray(dtype.name), data, offset, end, config, config.limit)
        return Parts(values, None), end
    count, start = read_length(data, offset, end, config)
    hold_to_safety(1, dtype.itemsize + 1, count, start, end, config)
    rows = np.zeros(min(count, end - start + 1), _optional(dtype))
    if not len(rows):
        return Parts(rows["value"], None), start
    program = program_of(scalar, rows.dtype, config.ints == "varint", config.endian, optional=True)
    raw = memoryview(data).cast("B")
    ended = decode_rows(
        *(raw, start, end, rows.view(np.uint8), rows.itemsize, len(rows), program.code),
        *(config.endian == "big", config.strict, config.crate == 1),
    )
    if ended[0] != OK:
        raise error_of(program, ended, raw, end, config)
    present = rows["present"]
    return Parts(np.ascontiguousarray(rows["value"]), None if present.all() else present), ended[1]


def _optional(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype([("value", dtype), ("present", np.bool_)])


def _plain(config: Config | None) -> Config:
    config = standard() if config is None else config
    if config.format == "cbor" or config.fingerprint is not None:
        raise ConfigError("columns are plain bincode: no CBOR, no fingerprint")
    return config


def _own(values: Values) -> tuple[Scalar, bool]:
    if (scalar := SCALARS.get(values.dtype.name)) is None:
        raise WrongTypeError("a column of no numbers", found=str(values.dtype), advice="encode its to_list()")
    return scalar, False


def _parts(column: Any) -> Parts:
    """Return a column as NumPy arrays. The library is loaded already, for the column is of one of its classes."""
    arrow, polars = sys.modules.get("pyarrow"), sys.modules.get("polars")
    if arrow is not None and isinstance(column, arrow.Array | arrow.ChunkedArray):
        return _of_arrow(column, arrow)
    if polars is not None and isinstance(column, polars.Series):
        present = column.is_not_null().to_numpy() if column.null_count() else None
        if not (column.dtype.is_numeric() or column.dtype == polars.Boolean):
            raise WrongTypeError("a column of no numbers", found=str(column.dtype), advice="encode its to_list()")
        filled = column if present is None else column.fill_null(value=False if column.dtype == polars.Boolean else 0)
        return Parts(filled.to_numpy(), present)
    raise WrongTypeError("no column", wanted="a pyarrow.Array or a polars.Series", found=type(column).__name__)


def _of_arrow(column: Any, arrow: Any) -> Parts:
    kinds = arrow.types
    if not (kinds.is_integer(column.type) or kinds.is_floating(column.type) or kinds.is_boolean(column.type)):
        raise WrongTypeError("a column of no numbers", found=str(column.type), advice="encode its to_pylist()")
    column = column.combine_chunks() if isinstance(column, arrow.ChunkedArray) else column
    present = column.is_valid().to_numpy(zero_copy_only=False) if column.null_count else None
    filled = column if present is None else column.fill_null(False if kinds.is_boolean(column.type) else 0)
    return Parts(filled.to_numpy(zero_copy_only=False), present)


def _column(parts: Parts, library: Library) -> Any:
    module = importlib.import_module(MODULES[library])
    values, present = parts
    if library == "arrow":
        return module.array(values, mask=None if present is None else ~present)
    series = module.Series("", values)
    return (
        series
        if present is None
        else series.zip_with(module.Series("", present), module.Series("", [None], series.dtype))
    )
