"""Rows of the vectors as schemas, configurations and values: what the tests of several rooms share.

It builds nodes by hand, so that these rooms are tested without the reading of type hints.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import struct
from pathlib import Path
from typing import Any

from bincode_next.config import CborOptions, Config, Fingerprint, v3, v3_legacy
from bincode_next.schema import _nodes as n
from bincode_next.types import (
    UNBOUNDED,
    Duration,
    Err,
    Excluded,
    Included,
    Ok,
    Range,
    RangeInclusive,
    SocketAddrV4,
    SocketAddrV6,
    Some,
    SystemTime,
)

VECTORS = Path(__file__).parent / "vectors"
Row = dict[str, Any]
SIMPLE: dict[str, n.Node] = {
    "bool": n.Bool(),
    "string": n.Str(),
    "char": n.Char(),
    "unit": n.Unit(),
    "f32": n.Float(32),
    "f64": n.Float(64),
    "usize": n.Int(64, False, pointer=True),
    "isize": n.Int(64, True, pointer=True),
    "duration": n.Duration(),
    "systemtime": n.SystemTime(),
    "ipv4": n.Ip(4),
    "ipv6": n.Ip(6),
    "ipaddr": n.Ip(0),
    "socketaddrv4": n.Socket(4),
    "socketaddrv6": n.Socket(6),
    "socketaddr": n.Socket(0),
    "path": n.Str("path"),
    "cstring": n.Bytes(cstring=True),
    **{f"{kind}{bits}": n.Int(bits, kind == "i") for kind in "iu" for bits in (8, 16, 32, 64, 128)},
}


def rows(*names: str) -> list[Row]:
    """Return the rows of vector files, in order."""
    return [json.loads(line) for name in names for line in (VECTORS / f"{name}.jsonl").read_text().splitlines()]


def config_of(row: Row) -> Config:
    """Return the configuration of a row of bincode-next."""
    said = row["config"]
    config = v3_legacy() if said.get("preset") == "legacy" else v3()
    config = dataclasses.replace(
        config,
        endian=said.get("endian", "little"),
        ints=said.get("int", "varint"),
        limit=said.get("limit"),
        format=said.get("format", "bincode"),
        bit_packing="bits" in said,
        bit_order=said.get("bits", "lsb" if said.get("endian", "little") == "little" else "msb"),
        cbor=CborOptions(**said.get("cbor", {})),
    )
    if "fingerprint" in said:
        legacy = said["fingerprint"].get("legacy")
        mark = Fingerprint(legacy=int(legacy, 16)) if legacy else Fingerprint(seed=said["fingerprint"]["seed"])
        config = dataclasses.replace(config, fingerprint=mark)
    return config


class Described:
    """A type as the vectors describe it: its schema, and Python values of the described ones and back."""

    def __init__(self, said: Any, rust: str = "") -> None:
        self.rust = rust.replace(" ", "")
        self.open: dict[str, str] = {}
        self.definitions: dict[str, n.Node] = {}
        self.said: dict[str, Any] = {}
        root = self._node(said)
        self.schema = n.Schema(root, tuple(self.definitions.items()))
        self.type = said

    def _node(self, said: Any) -> n.Node:
        if isinstance(said, str):
            if said == "unit" and "PhantomData" in self.rust:
                return n.Unit("PhantomData")
            return SIMPLE[said]
        kind = next(iter(said))
        return getattr(self, f"_{kind}")(said)

    def _nonzero(self, said: Any) -> n.Node:
        return dataclasses.replace(self._node(said["nonzero"]), nonzero=True)

    def _option(self, said: Any) -> n.Node:
        return n.Option(self._node(said["option"]))

    def _result(self, said: Any) -> n.Node:
        return n.Result(*map(self._node, said["result"]))

    def _vec(self, said: Any) -> n.Node:
        outer = self.rust.partition("<")[0].rpartition("::")[2]
        borrowed = outer in ("Box", "Rc", "Arc") and "<[" in self.rust
        rust: Any = outer if outer in ("VecDeque", "BinaryHeap") else "Vec"
        if said["vec"] == "u8" and rust == "Vec":
            return n.Bytes(borrowed=borrowed)
        return n.Seq(self._node(said["vec"]), rust=rust)

    def _slice(self, said: Any) -> n.Node:
        return n.Bytes(borrowed=True) if said["slice"] == "u8" else n.Seq(self._node(said["slice"]), rust="slice")

    def _array(self, said: Any) -> n.Node:
        item, length = said["array"]
        return n.Bytes(length=length) if item == "u8" else n.Array(self._node(item), length)

    def _set(self, said: Any) -> n.Node:
        rust: Any = "HashSet" if self.rust.startswith("HashSet") else "BTreeSet"
        return n.Set(self._node(said["set"]), rust=rust)

    def _map(self, said: Any) -> n.Node:
        rust: Any = "HashMap" if self.rust.startswith("HashMap") else "BTreeMap"
        return n.Map(*map(self._node, said["map"]), rust=rust)

    def _tuple(self, said: Any) -> n.Node:
        return n.Tuple(tuple(map(self._node, said["tuple"])))

    def _range(self, said: Any) -> n.Node:
        return n.Range(self._node(said["range"]))

    def _range_inclusive(self, said: Any) -> n.Node:
        return n.Range(self._node(said["range_inclusive"]), inclusive=True)

    def _bound(self, said: Any) -> n.Node:
        return n.Bound(self._node(said["bound"]))

    def _ref(self, said: Any) -> n.Node:
        self.definitions.setdefault(said["ref"], n.Unit())
        return n.Ref(said["ref"])

    def _field(self, name: str, said: Any) -> n.Field:
        if isinstance(said, dict) and "bits" in said:
            bits, said = said["bits"]
            return n.Field(name, self._node(said), bits)
        return n.Field(name, self._node(said))

    def _fields(self, said: Any) -> tuple[n.Field, ...]:
        if said and isinstance(said[0], list):
            return tuple(self._field(*each) for each in said)
        return tuple(self._field(str(index), each) for index, each in enumerate(said))

    def _struct(self, said: Any) -> n.Node:
        name = said["struct"]
        if "unit" in said:
            return n.Unit(name)
        self.said[name] = said
        positional = "tuple" in said
        fields = self._fields(said["tuple" if positional else "fields"])
        packed = any(each.bits for each in fields) or name == "NoBits"
        node = n.Struct(name, fields, positional, packed)  # "bit_order" never reached the crate
        if name in self.definitions:
            self.definitions[name] = node
        return node

    def _enum(self, said: Any) -> n.Node:
        name = said["enum"]
        if "unit_variants" in said:
            names = [f"{said['prefix']}{number}" for number in range(said["unit_variants"])]
            return n.Enum(name, tuple(n.Variant(each, n.Unit(value=each), each) for each in names), style="literal")
        self.said[name] = said
        variants = []
        for variant, fields in said["variants"]:
            made = self._fields(fields or [])
            python = dataclasses.make_dataclass(
                variant, [(f"f{index}", Any) for index in range(len(made))] if fields else []
            )
            payload: n.Node = n.Unit(value=python() if fields is None else None)
            if fields is not None:
                positional = not (fields and isinstance(fields[0], list))
                made = (
                    tuple(dataclasses.replace(each, name=f"f{i}") for i, each in enumerate(made))
                    if positional
                    else made
                )
                if not positional:
                    python = dataclasses.make_dataclass(variant, [(each.name, Any) for each in made])
                payload = n.Struct(variant, made, positional, python=python, style="dataclass")
            variants.append(n.Variant(variant, payload, python))
        node = n.Enum(name, tuple(variants), packed=said.get("derive") == "BitPacked")
        if name in self.definitions:
            self.definitions[name] = node
        return node

    def value(self, said: Any) -> Any:
        """Return the Python value of a described one."""
        return self._value(self.type, self.schema.root, said)

    def _value(self, kind: Any, node: n.Node, said: Any) -> Any:
        if isinstance(kind, dict) and "bits" in kind:
            kind = kind["bits"][1]
        if isinstance(node, n.Ref):
            return self._value(self.said[node.key], dict(self.definitions)[node.key], said)
        said = _plain(said)
        match node:
            case n.Int():
                return int(said)
            case n.Float(bits=bits):
                return float_of(int(said[4:], 16), bits)
            case n.Bytes():
                return said
            case n.Str(kind="path"):
                return Path(said)
            case n.Ip():
                return ipaddress.ip_address(said)
            case n.Socket():
                ip = ipaddress.ip_address(said["ip"])
                if ip.version == 4:
                    return SocketAddrV4(ip, said["port"])
                return SocketAddrV6(ip, said["port"], said["flowinfo"], said["scope_id"])
            case n.Duration():
                return Duration(int(said["secs"]), said["nanos"])
            case n.SystemTime():
                return SystemTime(int(said["secs"]), said["nanos"])
            case n.Seq(item=item) | n.Array(item=item):
                return [
                    self._value(next(iter(kind.values())) if "array" not in kind else kind["array"][0], item, each)
                    for each in said
                ]
            case n.Set(item=item):
                return {self._value(kind["set"], item, each): None for each in said}.keys()
            case n.Map(key=key, value=value):
                k, v = kind["map"]
                return {self._value(k, key, a): self._value(v, value, b) for a, b in said}
            case n.Tuple(items=items):
                return tuple(map(self._value, kind["tuple"], items, said))
            case n.Option(inner=inner):
                if said is None:
                    return None
                some = self._value(kind["option"], inner, said["some"])
                return Some(some) if isinstance(inner, n.Option | n.Unit) else some
            case n.Result(ok=ok, err=err):
                return (
                    Ok(self._value(kind["result"][0], ok, said["ok"]))
                    if "ok" in said
                    else Err(self._value(kind["result"][1], err, said["err"]))
                )
            case n.Range(inner=inner, inclusive=inclusive):
                ends = [self._value(next(iter(kind.values())), inner, said[end]) for end in ("start", "end")]
                return (RangeInclusive if inclusive else Range)(*ends)
            case n.Bound(inner=inner):
                if "unbounded" in said:
                    return UNBOUNDED
                name, inside = next(iter(said.items()))
                return (Included if name == "included" else Excluded)(self._value(kind["bound"], inner, inside))
            case n.Struct(fields=fields):
                kinds = kind["tuple"] if "tuple" in kind else [each[1] for each in kind["fields"]]
                values = said if isinstance(said, list) else said.values()
                return tuple(self._value(k, f.node, v) for k, f, v in zip(kinds, fields, values, strict=True))
            case n.Enum(style="literal"):
                return next(iter(said))
            case n.Enum(variants=variants):
                name, payload = next(iter(said.items()))
                index = [each.name for each in variants].index(name)
                kinds = [each[1] if isinstance(each, list) else each for each in kind["variants"][index][1] or []]
                values = (payload if isinstance(payload, list) else payload.values()) if payload else []
                fields = n.payload_fields(variants[index].payload)
                return variants[index].key(
                    *(self._value(k, f.node, v) for k, f, v in zip(kinds, fields, values, strict=True))
                )
        return said


def _plain(said: Any) -> Any:
    if isinstance(said, str) and said.startswith("hex:"):
        return bytes.fromhex(said[4:])
    if isinstance(said, dict) and "repeat_hex" in said:
        byte, count = said["repeat_hex"]
        return bytes.fromhex(byte) * count
    if isinstance(said, dict) and "repeat" in said:
        item, count = said["repeat"]
        return [item] * count
    return said


def float_of(bits: int, width: int) -> float:
    """Return the float with these bits, the payload of a NaN kept."""
    if width == 32:
        if bits & 0x7F800000 == 0x7F800000:
            bits = (bits >> 31) << 63 | 0x7FF << 52 | (bits & 0x7FFFFF) << 29
        else:
            return float(struct.unpack("<f", bits.to_bytes(4, "little"))[0])
    return float(struct.unpack("<d", bits.to_bytes(8, "little"))[0])


def same(left: Any, right: Any) -> bool:
    """Return whether two values are equal, floats by their bits."""
    return _bits(left) == _bits(right)


def _bits(value: Any) -> Any:
    if isinstance(value, float):
        return struct.pack("<d", value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, [_bits(getattr(value, each.name)) for each in dataclasses.fields(value)]
    if isinstance(value, dict):
        return {repr(_bits(key)): _bits(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(_bits, value)]
    if isinstance(value, set | frozenset) or type(value).__name__ == "dict_keys":
        return {repr(_bits(item)) for item in value}
    return value
