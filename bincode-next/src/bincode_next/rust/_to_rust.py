"""`to_rust`: Python types in, Rust source out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from ..errors import RustError
from ..schema import (
    Array,
    Bool,
    Bound,
    Bytes,
    Char,
    Custom,
    Duration,
    Enum,
    Field,
    Float,
    Int,
    Ip,
    Map,
    NdArray,
    Node,
    Option,
    Range,
    Ref,
    Result,
    Schema,
    Seq,
    Set,
    Socket,
    Str,
    Struct,
    SystemTime,
    Tuple,
    Unit,
    Variant,
    payload_fields,
    schema_of,
)
from ._definitions import Definitions, is_named, rust_identifier

Crate = Literal[1, 2, 3]
DERIVES: Final = ("Clone", "Debug", "PartialEq")
DEPTH: Final = 64
MAX_TUPLE: Final = 16
SERDE_ARRAY: Final = 32
_TRAITS: Final[dict[int, tuple[str, ...]]] = {
    1: ("serde::Serialize", "serde::Deserialize"),
    2: ("bincode::Encode", "bincode::Decode"),
    3: ("bincode_next::Encode", "bincode_next::Decode"),
}
_PRELUDE: Final = {"Option": "option", "Result": "result", "Vec": "vec", "Box": "boxed", "String": "string"}
_DTYPES: Final = {"bool": "bool", "float32": "f32", "float64": "f64"} | {
    f"{word}int{bits}": f"{'u' if word else 'i'}{bits}" for word in ("", "u") for bits in (8, 16, 32, 64)
}


def to_rust(*types: Any, crate: Crate = 2, derive: Sequence[str] = DERIVES) -> str:
    """Return the Rust definitions of types (hints or schemas), as `crate` derives them: bincode 1 by serde, 2, or
    bincode-next 3.

    `derive` are the other traits to derive; what keys of maps need is added. A type without a name of its own becomes
    `pub type Root`. The same types give the same text. Raises RustError for what Rust has not (more than 16 items in
    a tuple, floats as keys, bits with another crate than bincode-next), SchemaError for what has no bytes.
    """
    schemas: list[Schema] = [one for one in types if isinstance(one, Schema)]
    hints = [one for one in types if not isinstance(one, Schema)]
    roots = [schema.root for schema in schemas]
    if hints:
        joined = schema_of(tuple[tuple(hints)])  # type: ignore[misc]  # a hint made at run time
        schemas.append(joined)
        roots += joined.root.items if isinstance(joined.root, Tuple) else [joined.root]
    definitions = Definitions()
    for schema in schemas:
        for root in (
            schema.root.items if schema is schemas[-1] and hints and isinstance(schema.root, Tuple) else [schema.root]
        ):
            definitions.add(Schema(root, schema.definitions))
    definitions.find_traits(roots)
    return _Text(definitions, crate, tuple(derive)).module(roots)


class _Text:
    def __init__(self, definitions: Definitions, crate: Crate, derive: tuple[str, ...]) -> None:
        self.definitions, self.crate, self.derive = definitions, crate, derive
        self.uses: set[str] = set()

    def module(self, roots: list[Node]) -> str:
        blocks = [self.definition(node, name) for node, name in self.definitions.names.items()]
        for root in roots:
            if not is_named(self.definitions.target(root)):
                kind = self.kind(root)
                blocks.append(f"pub type {self.definitions.free('Root')} = {kind};\n")
        uses = "".join(f"use {path};\n" for path in sorted(self.uses))
        return "\n".join([uses, *blocks] if uses else blocks)

    def std(self, path: str) -> str:
        """Return the name of a type of Rust's library, imported unless a type here is called so."""
        name = path.rpartition("::")[2]
        if name in self.definitions.taken:
            return f"std::{path}"
        if name not in _PRELUDE:
            self.uses.add(f"std::{path}")
        return name

    # ------------------------------------------------------------ definitions

    def definition(self, node: Node, name: str) -> str:
        head = self.head(node)
        if isinstance(node, Struct):
            if node.positional and node.fields:
                parts = ", ".join(f"{self.attribute(one)}pub {self.kind(one.node)}" for one in node.fields)
                return f"{head}pub struct {name}({parts});\n"
            lines = "".join(self.field(one, "    ", "pub ") for one in node.fields)
            return f"{head}pub struct {name} {{\n{lines}}}\n" if lines else f"{head}pub struct {name} {{}}\n"
        if isinstance(node, Enum):
            return f"{head}{self.representation(node)}pub enum {name} {{\n{self.variants(node)}}}\n"
        return f"{head}pub struct {name};\n"

    def head(self, node: Node) -> str:
        """Return the attributes before a definition."""
        packed = isinstance(node, Struct | Enum) and node.packed
        if packed and self.crate != 3:
            raise RustError(f"{getattr(node, 'name', '')}: bit packing belongs to bincode-next; ask for crate=3")
        extra = self.definitions.traits.get(node, set())
        names = [one for one in self.derive if one != "PartialEq" or node not in self.definitions.heaps]
        if extra and "PartialEq" not in names:
            names.append("PartialEq")
        names += [one for one in ("Eq", "PartialOrd", "Ord", "Hash") if one in extra and one not in names]
        names += ["bincode_next::BitPacked"] if packed else _TRAITS[self.crate]
        order = getattr(node, "bit_order", None)
        attribute = f'#[bincode(bit_packing = "{order}")]\n' if packed and order else ""
        return f"#[derive({', '.join(names)})]\n{attribute}"

    def field(self, field: Field, indent: str, visibility: str) -> str:
        attribute = self.attribute(field).rstrip()
        line = f"{indent}{visibility}{rust_identifier(field.name)}: {self.kind(field.node)},\n"
        return f"{indent}{attribute}\n{line}" if attribute else line

    def attribute(self, field: Field) -> str:
        if field.bits is not None and self.crate == 3:
            return f"#[bincode(bits = {field.bits})] "
        length = getattr(field.node, "length", None) or 0
        if self.crate == 1 and isinstance(field.node, Array | Bytes) and length > SERDE_ARRAY:
            return '#[serde(with = "serde_big_array::BigArray")] '
        return ""

    # ------------------------------------------------------------ enums

    def variants(self, node: Enum) -> str:
        names: dict[str, None] = {}
        lines = []
        shown = self.shows_discriminants(node)
        for variant in node.variants:
            name = rust_identifier(variant.name, type=True)
            while name in names:
                name += "_"
            names[name] = None
            number = f" = {variant.discriminant}" if shown and variant.discriminant is not None else ""
            lines.append(f"    {name}{self.payload(variant)}{number},\n")
        return "".join(lines)

    def payload(self, variant: Variant) -> str:
        fields = payload_fields(variant.payload)
        if not fields:
            return ""
        if isinstance(variant.payload, Struct) and not variant.payload.positional:
            return " {\n" + "".join(self.field(one, "        ", "") for one in fields) + "    }"
        return f"({', '.join(self.attribute(one) + self.kind(one.node) for one in fields)})"

    def shows_discriminants(self, node: Enum) -> bool:
        """Whether they say anything: Rust numbers variants from 0 by itself."""
        expected, differs = 0, False
        for variant in node.variants:
            differs |= variant.discriminant not in (None, expected)
            expected = (expected if variant.discriminant is None else variant.discriminant) + 1
        return differs

    def representation(self, node: Enum) -> str:
        """Return the `repr` that discriminants need beside payloads, or when they are large. It changes no bytes."""
        if not self.shows_discriminants(node):
            return ""
        numbers = [one.discriminant for one in node.variants if one.discriminant is not None]
        if max(numbers) >= 1 << 64 or min(numbers) < -(1 << 63) or (max(numbers) >= 1 << 63 and min(numbers) < 0):
            raise RustError(f"{node.name}: discriminants from {min(numbers)} to {max(numbers)} fit no type of 64 bits")
        if max(numbers) >= 1 << 63:
            return "#[repr(u64)]\n"
        return "#[repr(i64)]\n" if any(payload_fields(one.payload) for one in node.variants) else ""

    # ------------------------------------------------------------ types

    def kind(self, node: Node, depth: int = 0) -> str:
        """Return the type of a node. Types inside one another are at most DEPTH deep."""
        if depth > DEPTH:
            raise RustError(f"types nested deeper than {DEPTH} levels; give the inner ones names, as dataclasses")
        return self.leaf(node) or self.compound(node, depth + 1)

    def leaf(self, node: Node) -> str:
        match node:
            case Bool():
                return "bool"
            case Int():
                width = "size" if node.pointer else str(node.bits)
                name = f"{'i' if node.signed else 'u'}{width}"
                return self.std(f"num::NonZero{name.capitalize()}") if node.nonzero else name
            case Float():
                return f"f{node.bits}"
            case Char():
                return "char"
            case Str():
                return self.std("path::PathBuf") if node.kind == "path" else self.std("string::String")
            case Duration():
                return self.std("time::Duration")
            case SystemTime():
                return self.std("time::SystemTime")
            case Ip():
                return self.std(f"net::Ip{f'v{node.version}' if node.version else ''}Addr")
            case Socket():
                return self.std(f"net::SocketAddr{f'V{node.version}' if node.version else ''}")
            case Unit(name=""):
                return "()"
            case _:
                return ""

    def compound(self, node: Node, depth: int) -> str:
        match node:
            case Bytes(cstring=True):
                return self.std("ffi::CString")
            case Bytes():
                if node.length is not None:
                    return self.array("u8", node.length, depth)
                return self.sequence("u8", node.borrowed)
            case Seq():
                item = self.kind(node.item, depth)
                if node.rust in ("Vec", "slice"):
                    return self.sequence(item, node.rust == "slice")
                return f"{self.std(f'collections::{node.rust}')}<{item}>"
            case Array():
                return self.array(self.kind(node.item, depth), node.length, depth)
            case Set():
                return f"{self.std(f'collections::{node.rust}')}<{self.kind(node.item, depth)}>"
            case Map():
                key, value = self.kind(node.key, depth), self.kind(node.value, depth)
                return f"{self.std(f'collections::{node.rust}')}<{key}, {value}>"
            case Tuple():
                return self.tuple_of([self.kind(item, depth) for item in node.items])
            case Option():
                return f"{self.std('option::Option')}<{self.kind(node.inner, depth)}>"
            case Result():
                ok, err = self.kind(node.ok, depth), self.kind(node.err, depth)
                return f"{self.std('result::Result')}<{ok}, {err}>"
            case Bound():
                return f"{self.std('ops::Bound')}<{self.kind(node.inner, depth)}>"
            case Range():
                name = "RangeInclusive" if node.inclusive else "Range"
                return f"{self.std(f'ops::{name}')}<{self.kind(node.inner, depth)}>"
            case NdArray():
                return self.ndarray(node, depth)
            case Custom():
                return self.kind(node.inner, depth)
            case Ref():
                # References close cycles, and a type that contains itself directly would have no size.
                return f"{self.std('boxed::Box')}<{self.definitions.name(node)}>"
            case _:
                return self.definitions.name(node)

    def sequence(self, item: str, is_slice: bool) -> str:
        return f"{self.std('boxed::Box')}<[{item}]>" if is_slice else f"{self.std('vec::Vec')}<{item}>"

    def array(self, item: str, length: int, depth: int) -> str:
        if self.crate == 1 and length > SERDE_ARRAY and depth > 1:
            raise RustError(f"serde has no arrays of {length} items inside other types; make it a field of a dataclass")
        return f"[{item}; {length}]"

    def tuple_of(self, items: list[str]) -> str:
        if len(items) > MAX_TUPLE:
            raise RustError(f"a tuple of {len(items)} items; the crates take {MAX_TUPLE}. Make it a dataclass")
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"

    def ndarray(self, node: NdArray, depth: int) -> str:
        if node.record is not None:
            item = self.kind(node.record, depth)
        elif node.dtype in _DTYPES:
            item = _DTYPES[node.dtype]
        else:
            raise RustError(f"an array of {node.dtype} has no type in Rust")
        if node.shape is None:
            return self.sequence(item, False)
        for size in reversed(node.shape):
            item = self.array(item, size, depth + 1)
        return item
