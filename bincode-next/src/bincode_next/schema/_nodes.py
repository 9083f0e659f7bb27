"""Schemas: trees of nodes that say what is on the wire and which Python values stand for it.

`schema_of` makes them of type hints, a description of vectors or Rust source can be turned into them, and the
plans, CBOR, the fingerprint, the inspector and `to_rust` read them. Nodes compare and hash by what is on the wire
and by its names, not by the Python classes. A type that contains itself is met again as a `Ref` into
`Schema.definitions`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any, Final, Literal

from .._record import record


class _Missing:
    """What a field without a default has in its place."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


@record(frozen=True, slots=True)
class Node:
    """The root of all kinds of nodes."""


@record(frozen=True, slots=True)
class Bool(Node):
    """One byte, 0 or 1."""

    def __str__(self) -> str:
        return "bool"


@record(frozen=True, slots=True)
class Int(Node):
    """An integer of 8, 16, 32, 64 or 128 bits. `pointer`: usize or isize, which travel as 64 bits."""

    bits: int
    signed: bool
    pointer: bool = False
    nonzero: bool = False

    def __str__(self) -> str:
        width = "size" if self.pointer else self.bits
        name = f"{'i' if self.signed else 'u'}{width}"
        return f"NonZero<{name}>" if self.nonzero else name


@record(frozen=True, slots=True)
class Float(Node):
    """An IEEE-754 number of 32 or 64 bits."""

    bits: int

    def __str__(self) -> str:
        return f"f{self.bits}"


@record(frozen=True, slots=True)
class Char(Node):
    """One Unicode scalar value, in UTF-8 without a length."""

    def __str__(self) -> str:
        return "char"


@record(frozen=True, slots=True)
class Unit(Node):
    """No bytes. `value` is what stands for it in Python. With a name it is a unit struct: an empty array in CBOR."""

    name: str = ""
    value: Any = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.name or "()"


@record(frozen=True, slots=True)
class Str(Node):
    """A string with its length in bytes. `kind` "path" is a pathlib.Path. `capacity`: the most bytes it may have."""

    kind: Literal["str", "path"] = "str"
    capacity: int | None = None

    def __str__(self) -> str:
        return _capped("PathBuf" if self.kind == "path" else "String", self.capacity)


@record(frozen=True, slots=True)
class Bytes(Node):
    """A sequence of u8. `length`: an array without a length on the wire. `cstring`: no NUL inside.

    `borrowed`: a slice (`&[u8]`, `Box<[u8]>`): a byte string in CBOR, where a `Vec<u8>` is an array.
    `capacity`: the most bytes it may have.
    """

    length: int | None = None
    cstring: bool = False
    borrowed: bool = False
    capacity: int | None = None
    python: Literal["bytes", "bytearray", "memoryview"] = field(default="bytes", compare=False)

    def __str__(self) -> str:
        if self.length is not None:
            return f"[u8; {self.length}]"
        return "CString" if self.cstring else "&[u8]" if self.borrowed else _capped("Vec<u8>", self.capacity)


@record(frozen=True, slots=True)
class Seq(Node):
    """A sequence with its length; `python` makes the container of a list. `capacity`: the most items it may have.

    `rust`: the fingerprint tells them apart, CBOR writes a slice of i8 as a byte string, and deterministic CBOR
    sorts a heap.
    """

    item: Node
    python: type = field(default=list, compare=False)
    rust: Literal["Vec", "VecDeque", "BinaryHeap", "slice"] = "Vec"
    capacity: int | None = None

    def __str__(self) -> str:
        name = f"&[{self.item}]" if self.rust == "slice" else f"{self.rust}<{self.item}>"
        return _capped(name, self.capacity)


@record(frozen=True, slots=True)
class Array(Node):
    """A fixed number of items without a length."""

    item: Node
    length: int
    python: type = field(default=list, compare=False)

    def __str__(self) -> str:
        return f"[{self.item}; {self.length}]"


@record(frozen=True, slots=True)
class Set(Node):
    """A set with its length."""

    item: Node
    python: type = field(default=set, compare=False)
    rust: Literal["HashSet", "BTreeSet"] = "HashSet"  # only the fingerprint tells them apart

    def __str__(self) -> str:
        return f"{self.rust}<{self.item}>"


@record(frozen=True, slots=True)
class Map(Node):
    """Entries with their number: key, value, key, value."""

    key: Node
    value: Node
    python: type = field(default=dict, compare=False)
    rust: Literal["HashMap", "BTreeMap"] = "HashMap"  # only the fingerprint tells them apart

    def __str__(self) -> str:
        return f"{self.rust}<{self.key}, {self.value}>"


@record(frozen=True, slots=True)
class NdArray(Node):
    """A NumPy array of numbers. On the wire a `Vec` (one dimension) or nested fixed arrays (`shape` given).

    `dtype` is NumPy's name without byte order ("float64"). With `record`, a Struct, `dtype` is "" and the
    array's dtype has its fields.
    `view`: decoded without a copy where the bytes allow it, read-only, and keeping the whole input alive.
    """

    dtype: str
    shape: tuple[int, ...] | None = None
    record: Node | None = None
    view: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        text = self.dtype if self.record is None else str(self.record)
        if self.shape is None:
            return f"Vec<{text}>"
        for size in reversed(self.shape):
            text = f"[{text}; {size}]"
        return text


@record(frozen=True, slots=True)
class Tuple(Node):
    """Items one after another."""

    items: tuple[Node, ...]

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))}{',' if len(self.items) == 1 else ''})"


@record(frozen=True, slots=True)
class Field:
    """A field of a struct. `bits`: its width where fields are packed. `default` serves only options that ask for it.

    `name` is Rust's; `attribute` is Python's, which is the same unless a marker `Name` says otherwise.
    """

    name: str
    node: Node
    bits: int | None = None
    default: Any = field(default=MISSING, compare=False)
    factory: Callable[[], Any] | None = field(default=None, compare=False)
    alias: str | None = field(default=None, compare=False)

    @property
    def attribute(self) -> str:
        """What the field is called in Python."""
        return self.name if self.alias is None else self.alias


Style = Literal["dataclass", "struct", "attrs", "namedtuple", "typeddict", "tuple"]


@record(frozen=True, slots=True)
class Struct(Node):
    """Fields in their order. `positional`: fields without names (a tuple struct); `style` says how to make `python`.

    Style "dataclass" is any dataclass, "struct" a msgspec.Struct, "tuple" a plain tuple of the values.
    `packed`: derives bit packing; `bit_order` overrides the configuration's.
    `after`: called with each decoded instance when its fields are set (`__post_init__`, the validators of attrs); a
    ValueError or TypeError that it raises is a DecodeError. `__init__` is never called.
    """

    name: str
    fields: tuple[Field, ...]
    positional: bool = False
    packed: bool = False
    bit_order: Literal["lsb", "msb"] | None = None
    python: Any = field(default=tuple, compare=False)
    style: Style = field(default="tuple", compare=False)
    after: Callable[[Any], object] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.name


@record(frozen=True, slots=True)
class Variant:
    """One variant: its name, and its payload, which is a Unit, a Struct, or a Tuple (fields without names).

    `key`: the class of its values, or for an `Enum` or `Literal` the value itself.
    A value of the union is the value of `payload`: an instance of the Struct's class, the Unit's value, a tuple.
    `single`: the payload is a Tuple of one item, and a value of the union is that item itself (`int | str`).
    """

    name: str
    payload: Node
    key: Any = field(default=None, compare=False)
    discriminant: int | None = None  # what Rust writes after `=`; never on the wire
    single: bool = field(default=False, compare=False)


def payload_fields(payload: Node) -> tuple[Field, ...]:
    """Return the fields of a variant as the wire has them, those without names by their index."""
    if isinstance(payload, Struct):
        return payload.fields
    if isinstance(payload, Unit):
        return ()
    items = payload.items if isinstance(payload, Tuple) else (payload,)
    return tuple(Field(str(index), item) for index, item in enumerate(items))


@record(frozen=True, slots=True)
class Enum(Node):
    """A number of 32 bits, then the payload of that variant. `style` says how Python tells variants apart.

    "enum": members of an enum.Enum; "literal": plain values; "union": by class, the most derived first.
    """

    name: str
    variants: tuple[Variant, ...]
    packed: bool = False
    bit_order: Literal["lsb", "msb"] | None = None
    python: Any = field(default=None, compare=False)
    style: Literal["enum", "literal", "union"] = field(default="union", compare=False)

    def __str__(self) -> str:
        return self.name


@record(frozen=True, slots=True)
class Option(Node):
    """One byte, 0 (None) or 1, then the value. An option of an option is `Some` in Python."""

    inner: Node

    def __str__(self) -> str:
        return f"Option<{self.inner}>"


@record(frozen=True, slots=True)
class Result(Node):
    """`Ok` or `Err`: a number of 32 bits, or one byte in bincode-next, then the value."""

    ok: Node
    err: Node

    def __str__(self) -> str:
        return f"Result<{self.ok}, {self.err}>"


@record(frozen=True, slots=True)
class Bound(Node):
    """Unbounded, included or excluded: a number of 32 bits, then the value if there is one."""

    inner: Node

    def __str__(self) -> str:
        return f"Bound<{self.inner}>"


@record(frozen=True, slots=True)
class Range(Node):
    """Start and end."""

    inner: Node
    inclusive: bool = False

    def __str__(self) -> str:
        return f"RangeInclusive<{self.inner}>" if self.inclusive else f"Range<{self.inner}>"


@record(frozen=True, slots=True)
class Duration(Node):
    """Seconds (u64) and nanoseconds (u32). `python` "timedelta" refuses what it would round."""

    python: Literal["own", "timedelta"] = field(default="own", compare=False)

    def __str__(self) -> str:
        return "Duration"


@record(frozen=True, slots=True)
class SystemTime(Node):
    """Seconds and nanoseconds since 1970. `python` "datetime" refuses what it would round; it is UTC."""

    python: Literal["own", "datetime"] = field(default="own", compare=False)

    def __str__(self) -> str:
        return "SystemTime"


@record(frozen=True, slots=True)
class Ip(Node):
    """An address: 4 or 16 bytes; of version 0 (either) a number of 32 bits first."""

    version: Literal[0, 4, 6] = 0

    def __str__(self) -> str:
        return f"Ipv{self.version}Addr" if self.version else "IpAddr"


@record(frozen=True, slots=True)
class Socket(Node):
    """An address and a port; of version 6 flow info and scope too, where the crate writes them."""

    version: Literal[0, 4, 6] = 0

    def __str__(self) -> str:
        return f"SocketAddrV{self.version}" if self.version else "SocketAddr"


@record(frozen=True, slots=True)
class Custom(Node):
    """Another Python type by way of one that has bytes. `encode` and `decode` may raise ValueError or TypeError."""

    inner: Node
    name: str
    encode: Callable[[Any], Any] = field(compare=False)
    decode: Callable[[Any], Any] = field(compare=False)

    def __str__(self) -> str:
        return f"{self.name} as {self.inner}"


@record(frozen=True, slots=True)
class Ref(Node):
    """A type that is being described already, by its key in `Schema.definitions`: mostly a struct or an enum."""

    key: str

    def __str__(self) -> str:
        return self.key


@record(frozen=True, slots=True)
class Schema:
    """A whole type: its root, and the definitions that `Ref`s name (only types that contain themselves)."""

    root: Node
    definitions: tuple[tuple[str, Node], ...] = ()

    def __str__(self) -> str:
        root = "" if isinstance(self.root, Struct | Enum) else str(self.root)
        return "\n\n".join(filter(None, [root, *map(_declaration, _named(self))]))


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside a node, in the order of the wire."""
    match node:
        case Seq() | Set() | Array():
            return (node.item,)
        case Option() | Bound() | Range() | Custom():
            return (node.inner,)
        case Map():
            return (node.key, node.value)
        case Tuple():
            return node.items
        case Struct():
            return tuple(item.node for item in node.fields)
        case Enum():
            return tuple(variant.payload for variant in node.variants)
        case Result():
            return (node.ok, node.err)
        case NdArray(record=Node() as record):
            return (record,)
        case _:
            return ()


def _named(schema: Schema) -> list[tuple[str, Node]]:
    """Return what has a name: structs and enums in the order they are met, and aliases that contain themselves."""
    found = {id(node): (key, node) for key, node in schema.definitions if not isinstance(node, Struct | Enum)}
    nodes, seen, payloads = [schema.root], set[int](), set[int]()
    for node in nodes:
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Enum):
            payloads.update(id(variant.payload) for variant in node.variants)
        if isinstance(node, Struct | Enum | Unit) and node.name and id(node) not in payloads:
            found[id(node)] = (node.name, node)
        nodes.extend(children(node))
    unique: dict[tuple[str, Node], None] = dict.fromkeys(found.values())
    return list(unique)


def _declaration(item: tuple[str, Node]) -> str:
    name, node = item
    if isinstance(node, Enum):
        lines = [f"    {variant.name}{_payload(variant.payload)}{_number(variant)},\n" for variant in node.variants]
        return f"enum {name} {{\n{''.join(lines)}}}" if lines else f"enum {name} {{}}"
    if isinstance(node, Unit):
        return f"struct {name};"
    if not isinstance(node, Struct):
        return f"type {name} = {node};"
    if node.positional:
        return f"struct {name}({', '.join(map(_field, node.fields))});"
    return f"struct {name} {{\n{''.join(f'    {item.name}: {_field(item)},{chr(10)}' for item in node.fields)}}}"


def _field(item: Field) -> str:
    return str(item.node) if item.bits is None else f"{item.node} /* {item.bits} bits */"


def _payload(node: Node) -> str:
    if isinstance(node, Unit):
        return ""
    if isinstance(node, Struct) and not node.positional:
        return f" {{ {', '.join(f'{item.name}: {_field(item)}' for item in node.fields)} }}"
    return f"({', '.join(map(_field, payload_fields(node)))})"


def _number(variant: Variant) -> str:
    return "" if variant.discriminant is None else f" = {variant.discriminant}"


def _capped(name: str, capacity: int | None) -> str:
    return name if capacity is None else f"{name} /* at most {capacity} */"
