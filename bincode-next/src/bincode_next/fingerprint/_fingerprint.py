"""The hash of a configuration, and of a schema under it.

Both follow bincode-next 3.1: names and structure are hashed from the inside out, seeded with the hash of what came
before. The crate's seed (`with_fingerprint_and_seed`) takes no part in it, so neither does ours.
"""

from __future__ import annotations

from functools import lru_cache

from ..config import CborOptions, Config
from ..errors import SchemaError
from ..schema import _nodes as n
from ._rapidhash import rapidhash

_DETERMINISTIC = {"none": 0, "core": 1, "length-first": 2}
_LONGEST_TUPLE = 8
_NAMES: dict[type[n.Node], str] = {
    n.Bool: "bool",
    n.Char: "char",
    n.Bytes: "CString",
    n.Duration: "Duration",
    n.SystemTime: "SystemTime",
}
_DTYPES = {
    "bool": "bool",
    "float32": "f32",
    "float64": "f64",
    **{f"{kind}int{bits}": f"{kind or 'i'}{bits}" for kind in ("", "u") for bits in (8, 16, 32, 64)},
}


def prefix(schema: n.Schema, config: Config) -> bytes:
    """Return the eight bytes before the value, low byte first in every configuration.

    A legacy fingerprint is what the decoder demands; the crate's encoder writes nothing then, so its own decoder
    can't read what it wrote. Raises SchemaError as `of` does.
    """
    return of(schema, config).to_bytes(8, "little")


@lru_cache(maxsize=1024)
def of(schema: n.Schema, config: Config) -> int:
    """Return the fingerprint of a type under a configuration: a number of 64 bits.

    A fingerprint given in the configuration (`legacy`) is returned as it is. Raises SchemaError, naming the field,
    for types that bincode-next has no fingerprint of: ones that contain themselves, ranges, bounds, NonZero,
    slices and tuples of more than eight items.
    """
    if config.fingerprint is not None and config.fingerprint.legacy is not None:
        return config.fingerprint.legacy
    start = config_hash(config)
    stack = [_visit(schema.root, "")]
    while True:
        node, waiting, hashes = stack[-1]
        if waiting:
            stack.append(_visit(*waiting.pop()))
            continue
        stack.pop()
        value = _combine(node, hashes, start)
        if not stack:
            return value
        stack[-1][2].append(value)


@lru_cache(maxsize=256)
def config_hash(config: Config) -> int:
    """Return the hash of what the crate counts as the configuration: not the limit's value, not the seed.

    Well-formed CBOR, which the crate does not have, adds a byte of ours.
    """
    cbor = config.cbor if config.format == "cbor" else CborOptions()
    if config.format == "cbor":
        shape = 2 if cbor.deterministic == "none" else 3
    else:
        shape = int(config.format == "bincode-deterministic")
    flags = (
        3,
        config.endian == "big",
        config.ints == "varint",
        config.limit is not None,
        not config.bit_packing,
        config.bit_order == "msb",
        shape,
        _DETERMINISTIC[cbor.deterministic],
        cbor.preferred_float,
        cbor.canonical_nan,
        cbor.normalize_neg_zero,
        cbor.allow_indefinite,
        cbor.strict_tags,
    )
    return rapidhash(bytes(flags) + bytes(cbor.well_formed))


def _visit(node: n.Node, path: str) -> tuple[n.Node, list[tuple[n.Node, str]], list[int]]:
    """Return a node, its parts still to be hashed (the next one last), and the place for their hashes."""
    refused = _refusal(node)
    if refused:
        raise SchemaError(f"bincode-next has no fingerprint of {refused}", path=path, found=type(node).__name__)
    parts = [(part, f"{path}.{label}".strip(".") if label else path) for label, part in _parts(node)]
    parts.reverse()
    return node, parts, []


def _refusal(node: n.Node) -> str:
    match node:
        case n.Ref():
            return "types that contain themselves"
        case n.Range() | n.Bound():
            return "ranges and bounds"
        case n.Int(nonzero=True):
            return "NonZero numbers"
        case n.Bytes(borrowed=True) | n.Seq(rust="slice"):
            return "slices"
        case n.Tuple(items=items) if len(items) > _LONGEST_TUPLE:
            return f"tuples of more than {_LONGEST_TUPLE} items"
    return ""


def _parts(node: n.Node) -> list[tuple[str, n.Node]]:
    """Return the nodes whose hashes this node's is made of, each with its step in a path."""
    match node:
        case n.Struct(fields=fields):
            return [(each.name, each.node) for each in fields]
        case n.Enum(variants=variants):
            return [
                (f"{variant.name}.{each.name}", each.node)
                for variant in variants
                for each in n.payload_fields(variant.payload)
            ]
        case n.Tuple(items=items):
            return [(str(index), item) for index, item in enumerate(items)]
        case (
            n.Seq(item=inner) | n.Array(item=inner) | n.Set(item=inner) | n.Option(inner=inner) | n.Custom(inner=inner)
        ):
            return [("", inner)]
        case n.Map(key=key, value=value):
            return [("", key), ("", value)]
        case n.Result(ok=ok, err=err):
            return [("Ok", ok), ("Err", err)]
        case n.NdArray(record=record) if record is not None:
            return [("", record)]
    return []


def _combine(node: n.Node, hashes: list[int], start: int) -> int:
    """Return the hash of a node of those of its parts."""
    match node:
        case n.Struct():
            return _struct(node, hashes, start)
        case n.Enum():
            return _enum(node, hashes, start)
        case n.Tuple():
            return _tuple(hashes, start)
        case n.Seq(rust=name) | n.Set(rust=name):
            return rapidhash(name.encode(), hashes[0])
        case n.Option():
            return rapidhash(b"Option", hashes[0])
        case n.Array(length=length):
            return rapidhash(_eight(length), hashes[0])
        case n.Map(rust=name):
            return rapidhash(name.encode(), rapidhash(_eight(hashes[1]), hashes[0]))
        case n.Result():
            return rapidhash(_eight(hashes[1]), rapidhash(b"Result", hashes[0]))
        case n.Custom():
            return hashes[0]
        case n.Bytes(cstring=False, length=length):
            item = rapidhash(b"u8", start)
            return rapidhash(b"Vec", item) if length is None else rapidhash(_eight(length), item)
        case n.NdArray(dtype=dtype, shape=shape):
            item = hashes[0] if hashes else rapidhash(_DTYPES[dtype].encode(), start)
            if shape is None:
                return rapidhash(b"Vec", item)
            for length in reversed(shape):
                item = rapidhash(_eight(length), item)
            return item
    return rapidhash(_plain_name(node).encode(), start)


def _plain_name(node: n.Node) -> str:
    """Return the name by which a type without parts is hashed."""
    match node:
        case n.Int(bits=bits, signed=signed, pointer=pointer):
            return ("i" if signed else "u") + ("size" if pointer else str(bits))
        case n.Float(bits=bits):
            return f"f{bits}"
        case n.Unit(name=name):
            return name or "()"
        case n.Str(kind=kind):
            return "PathBuf" if kind == "path" else "str"
        case n.Ip(version=version):
            return {0: "IpAddr", 4: "Ipv4Addr", 6: "Ipv6Addr"}[version]
        case n.Socket(version=version):
            return {0: "SocketAddr", 4: "SocketAddrV4", 6: "SocketAddrV6"}[version]
    return _NAMES[type(node)]


def _struct(node: n.Struct, hashes: list[int], start: int) -> int:
    value = rapidhash(b"struct", rapidhash(node.name.encode(), start))
    for index, (each, part) in enumerate(zip(node.fields, hashes, strict=True)):
        value = rapidhash((str(index) if node.positional else each.name).encode(), value)
        if each.bits is not None and not node.positional:
            value = rapidhash(bytes((each.bits,)), value)
        value = rapidhash(_eight(part), value)
    return value


def _enum(node: n.Enum, hashes: list[int], start: int) -> int:
    value = rapidhash(b"enum", rapidhash(node.name.encode(), start))
    remaining = iter(hashes)
    for variant in node.variants:
        value = rapidhash(variant.name.encode(), value)
        positional = not isinstance(variant.payload, n.Struct) or variant.payload.positional
        for index, each in enumerate(n.payload_fields(variant.payload)):
            value = rapidhash((str(index) if positional else each.name).encode(), value)
            value = rapidhash(_eight(next(remaining)), value)
    return value


def _tuple(hashes: list[int], start: int) -> int:
    if not hashes:
        return rapidhash(b"()", start)
    if len(hashes) == 1:
        return hashes[0]
    if len(hashes) == 2:
        return rapidhash(_eight(hashes[1]), hashes[0])
    for part in hashes:
        start = rapidhash(_eight(part), start)
    return start


def _eight(number: int) -> bytes:
    return number.to_bytes(8, "little")
