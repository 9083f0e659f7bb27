"""Arrays to bytes: one copy where the wire is memory, one pass over rows where integers vary in length."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..config import Config
from ..errors import SchemaError
from ..schema import NdArray
from ._accept import Values, accept
from ._layout import DType, Layout, layout_of, program_of
from ._varint import encode_rows

Buffer = bytes | Values


def encode_array(node: NdArray, array: Any, config: Config) -> bytes:
    """Return an array's bytes, its length first where the node has no shape.

    Raises WrongTypeError and OutOfRangeError with the index of the element; nothing of the array is changed.
    """
    prefix, body = encode_parts(node, array, config)
    return body if isinstance(body, bytes) else b"".join((prefix, body.data))


def encode_parts(node: NdArray, array: Any, config: Config) -> tuple[bytes, Buffer]:
    """Return an array's bytes in two parts, so that who collects them copies once: the second may be its memory."""
    layout = checked_layout(node, config)
    wire, varying = layout.wires[config.endian], varies(layout, config)
    if varying or not _lies_as_wire(node, layout, wire, array):
        array = accept(node, layout, array)
    prefix = length_prefix(array.size, config) if node.shape is None else b""
    if varying or (layout.is_record and (layout.has_refusals or array.dtype != wire)):
        program = program_of(layout.item, array.dtype, varying, config.endian)
        rows, row_bytes, big = array.size, array.dtype.itemsize, config.endian == "big"
        return b"", encode_rows(prefix, memory_of(array), row_bytes, rows, program.code, big)
    return prefix, memory_of(_clean(array) if array.dtype == np.bool_ else array.astype(wire, copy=False))


def checked_layout(node: NdArray, config: Config) -> Layout:
    """Return a node's layout; SchemaError if its structs would share bytes between fields."""
    layout = layout_of(node)
    if config.bit_packing and layout.is_packed:
        raise SchemaError("fields packed into bits are no columns", advice="use a list, or with_no_bit_packing")
    return layout


def varies(layout: Layout, config: Config) -> bool:
    """Whether elements take more or fewer bytes by their values."""
    return layout.has_varints and config.ints == "varint"


def length_prefix(count: int, config: Config) -> bytes:
    """Return the length of a sequence: a u64."""
    if config.ints == "fixed":
        return count.to_bytes(8, config.endian)
    if count <= 250:
        return bytes((count,))
    width = 2 if count < 1 << 16 else 4 if count < 1 << 32 else 8
    return bytes((250 + width.bit_length() - 1,)) + count.to_bytes(width, config.endian)


def _lies_as_wire(node: NdArray, layout: Layout, wire: DType, array: Any) -> bool:
    """Whether an array's memory is its bytes: then nothing needs to be looked at."""
    if type(array) is not np.ndarray or array.dtype != wire or layout.has_refusals or not array.flags.c_contiguous:
        return False
    return array.ndim == 1 if node.shape is None else array.shape == node.shape


def _clean(array: Values) -> Values:
    """Return booleans as 0 and 1: memory that was something else may hold more."""
    raw = array.view(np.uint8)
    return array if not raw.size or raw.max() <= 1 else raw != 0


def memory_of(array: Values) -> Values:
    """Return a contiguous array's memory as bytes."""
    return array.reshape(-1).view(np.uint8) if array.size and array.itemsize else np.empty(0, np.uint8)
