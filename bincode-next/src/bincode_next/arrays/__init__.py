"""NumPy arrays, structured ones and columns of Arrow and Polars on the wire. Start reading at `_layout.py`.

NumPy is imported when a name of this room is first used, not before.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._columns import from_column as from_column
    from ._columns import to_column as to_column
    from ._decode import claims as claims
    from ._decode import decode_array as decode_array
    from ._encode import encode_array as encode_array
    from ._encode import encode_parts as encode_parts
    from ._layout import layout_of as layout_of
    from ._records import from_records as from_records
    from ._records import to_records as to_records

__all__ = (
    "claims",
    "decode_array",
    "encode_array",
    "encode_parts",
    "from_column",
    "from_records",
    "layout_of",
    "to_column",
    "to_records",
)

_HOMES = {
    "claims": "_decode",
    "decode_array": "_decode",
    "encode_array": "_encode",
    "encode_parts": "_encode",
    "from_column": "_columns",
    "from_records": "_records",
    "layout_of": "_layout",
    "to_column": "_columns",
    "to_records": "_records",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    return value
