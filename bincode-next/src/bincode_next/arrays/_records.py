"""Lists of structs on the wire, structured arrays in memory, nothing in between."""

from __future__ import annotations

from typing import Any

from ..config import Config, standard, within_limit
from ..errors import ConfigError, SchemaError, TrailingBytes
from ..schema import NdArray, Seq, Struct, Tuple, schema_of
from ._accept import Values
from ._decode import decode_array
from ._encode import encode_array


def to_records(data: Any, type: Any, config: Config | None = None) -> Values:
    """Return the structured array of an encoded `list[type]`: one field a field, packed, in the host's order.

    `type` is a struct of numbers, nested structs and fixed arrays. Raises SchemaError for other fields, and errors
    of the family DecodeError as `decode` does.
    """
    config = standard() if config is None else config
    node = record_node(type, config)
    size = memoryview(data).nbytes
    array, end = within_limit(lambda stop: decode_array(node, data, 0, stop, config, config.limit), 0, size, config)
    if end < size and (config.strict or config.trailing == "reject"):
        raise TrailingBytes("bytes after the value", offset=end, found=size - end)
    return array


def from_records(array: Values, type: Any, config: Config | None = None) -> bytes:
    """Return the bytes of a `list[type]` whose elements are those of a structured array.

    Fields are found by name, at whatever place and in whatever byte order they lie. Raises WrongTypeError where
    fields are missing, too many or of another kind, OutOfRangeError where a number does not fit.
    """
    config = standard() if config is None else config
    return encode_array(record_node(type, config), array, config)


def record_node(type: Any, config: Config) -> NdArray:
    """Return the array node of a struct, or of a list of it. Raises SchemaError and ConfigError."""
    if config.format == "cbor" or config.fingerprint is not None:
        raise ConfigError(
            "records are plain bincode: encode a field annotated with Records(...) for CBOR and fingerprints"
        )
    root = schema_of(type).root
    item = root.item if isinstance(root, Seq) else root
    if isinstance(item, NdArray) and item.record is not None and item.shape is None:
        return item
    if not isinstance(item, Struct | Tuple):
        raise SchemaError("no struct, and records are made of structs", wanted="a class of fields", found=repr(type))
    return NdArray("", record=item)
