"""Names that load when they are first asked for, so that `import bincode_next` stays cheap.

`bincode_next/__init__.py` names the same imports for type checkers; a test holds the two together.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

ROOMS: Final = (
    "arrays",
    "codec",
    "config",
    "dump",
    "evolve",
    "relative",
    "rust",
    "schema",
    "staticsize",
    "stream",
    "types",
)
"""Public rooms reached as attributes of `bincode_next`."""

NAMES: Final = {
    "arrays": (
        "from_column",
        "from_records",
        "to_column",
        "to_records",
    ),
    "codec": (
        "Decoder",
        "Encoder",
        "decode",
        "decode_many",
        "decode_prefix",
        "encode",
        "encode_into",
        "encode_many",
        "encoded_size",
    ),
    "config": (
        "CborOptions",
        "Config",
        "Safety",
        "legacy",
        "standard",
        "v3",
        "v3_legacy",
    ),
    "dump": (
        "from_json",
        "inspect",
        "to_json",
    ),
    "evolve": (
        "Versions",
        "compare",
    ),
    "rust": (
        "from_rust",
        "to_rust",
    ),
    "schema": (
        "Schema",
        "schema_of",
    ),
    "stream": (
        "PushDecoder",
        "read_async",
        "read_from",
        "read_many",
        "read_many_async",
        "write_async",
        "write_many",
        "write_to",
    ),
    "types": (
        "UNBOUNDED",
        "Array",
        "As",
        "BTreeMap",
        "BTreeSet",
        "BinaryHeap",
        "Bits",
        "Bound",
        "CStr",
        "Codec",
        "Discriminant",
        "Duration",
        "Err",
        "Excluded",
        "Included",
        "IpAddr",
        "Length",
        "MaxLength",
        "Name",
        "NonZero",
        "Ok",
        "Range",
        "RangeInclusive",
        "Records",
        "Result",
        "Shape",
        "SocketAddr",
        "SocketAddrV4",
        "SocketAddrV6",
        "Some",
        "SystemTime",
        "bitpacked",
        "char",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "register",
        "rust_name",
        "tuple_struct",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "variant",
    ),
}
"""Room -> the public names of `bincode_next` that it holds."""

_HOME: Final = {name: room for room, names in NAMES.items() for name in names}


def load(name: str) -> Any:
    """Return a public name of `bincode_next` from the room that holds it; raise AttributeError if none does."""
    if name in ROOMS:
        return import_module(f"bincode_next.{name}")
    if name in _HOME:
        return getattr(import_module(f"bincode_next.{_HOME[name]}"), name)
    raise AttributeError(f"module 'bincode_next' has no attribute {name!r}")
