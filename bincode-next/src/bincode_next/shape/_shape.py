"""Shapes: the five ways in which bytes follow one another, built of schema nodes for one configuration."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from ..config import Config
from ..schema import _nodes as n

Kind = Literal["leaf", "product", "repeat", "array", "choice", "item"]
Tag = Literal["byte", "int"]
_NUMBER = re.compile(r"(u?int|float)(8|16|32|64)")
_OTHER_DTYPES: dict[str, n.Node] = {
    "bool": n.Bool(),
    "float16": n.Int(16, False),
    "complex64": n.Tuple((n.Float(32), n.Float(32))),
    "complex128": n.Tuple((n.Float(64), n.Float(64))),
}


@dataclass(slots=True, eq=False)
class Shape:
    """One place of a type on the wire.

    `parts`: what a product holds in order, the one item of a repeat or array, or the alternatives of a choice, by
    name. `headed`: in CBOR, an array head with the number of parts stands before them. `alone`: its bytes are those
    of its node by itself, so that the node's own plan can pass over it. An "item" is one item of well-formed CBOR,
    which says itself where it ends.
    """

    kind: Kind
    node: n.Node
    parts: tuple[tuple[str, Shape], ...] = ()
    count: int = 0
    tag: Tag = "int"
    headed: bool = False
    entries: bool = False
    alone: bool = True
    least: int = 0
    size: int | None = None
    plan: Any = field(default=None, repr=False)


_U16, _U32, _U64 = n.Int(16, False), n.Int(32, False), n.Int(64, False)


class Builder:
    """Turns the nodes of one schema into shapes; each definition becomes one shape, met again where it is named."""

    def __init__(self, schema: n.Schema, config: Config) -> None:
        self.config = config
        self.is_cbor = config.format == "cbor"
        self.definitions = dict(schema.definitions)
        self.named: dict[str, Shape] = {}
        self.made: list[Shape] = []

    def shape(self, node: n.Node) -> Shape:
        """Return the shape of a node."""
        if self.config.cbor.well_formed and self.is_cbor:
            return self.make(Shape("item", node, alone=False, least=1))
        if isinstance(node, n.Ref):
            return self._named(node.key)
        if isinstance(node, n.Custom):
            return self.shape(node.inner)
        build = _BUILD.get(type(node))
        return self._leaf(node) if build is None else build(self, node)

    def _named(self, key: str) -> Shape:
        if key not in self.named:
            # The shape is registered before it is filled: its own parts name it.
            holder = self.named[key] = self.make(Shape("product", n.Ref(key)))
            holder.parts = (("", self.shape(self.definitions[key])),)
        return self.named[key]

    def make(self, shape: Shape) -> Shape:
        self.made.append(shape)
        return shape

    def _leaf(self, node: n.Node, size: int | None = None, least: int = 1) -> Shape:
        return self.make(Shape("leaf", node, least=least if size is None else size, size=size))

    def integer(self, node: n.Int) -> Shape:
        is_fixed = node.bits == 8 or self.config.ints == "fixed"
        return self._leaf(node, node.bits // 8 if is_fixed and not self.is_cbor else None)

    def fixed(self, node: n.Node, size: int) -> Shape:
        return self._leaf(node, None if self.is_cbor else size)

    def raw(self, node: n.Node, size: int) -> Shape:
        return self._leaf(node, size)

    def text(self, node: n.Node) -> Shape:
        return self._leaf(node, None, 8 if self.config.ints == "fixed" and not self.is_cbor else 1)

    def product(
        self, node: n.Node, parts: list[tuple[str, n.Node]], *, headed: bool = False, alone: bool = True
    ) -> Shape:
        made = tuple((name, self.shape(part)) for name, part in parts)
        return self.make(Shape("product", node, made, headed=headed and self.is_cbor, alone=alone))

    def struct(self, node: n.Struct) -> Shape:
        if self.config.bit_packing and any(one.bits is not None for one in node.fields):
            return self._leaf(node, None, 0)
        parts = [(one.name, one.node) for one in node.fields]
        return self.product(node, parts, headed=not node.packed)

    def sequence(self, node: n.Seq) -> Shape:
        if self.is_cbor and node.rust == "slice" and node.item == n.Int(8, True):
            return self._leaf(node)
        return self.repeat(node, node.item)

    def repeat(self, node: n.Node, item: n.Node) -> Shape:
        return self.make(Shape("repeat", node, (("", self.shape(item)),)))

    def entries(self, node: n.Map) -> Shape:
        pair = self.product(n.Tuple((node.key, node.value)), [("key", node.key), ("value", node.value)])
        return self.make(Shape("repeat", node, (("", pair),), entries=True))

    def array(self, node: n.Node, item: n.Node, count: int) -> Shape:
        if self.is_cbor and isinstance(item, n.Int) and item.bits == 8:
            return self._leaf(node)  # a byte string, or an array all the same: only the plan tells
        return self.make(Shape("array", node, (("", self.shape(item)),), count, headed=self.is_cbor))

    def choice(self, node: n.Node, parts: list[tuple[str, Shape]], tag: Tag = "int") -> Shape:
        return self.make(Shape("choice", node, tuple(parts), tag="int" if self.is_cbor else tag))

    def nothing(self, node: n.Node) -> Shape:
        is_struct = getattr(node, "name", "") not in ("", "PhantomData")
        return self.make(Shape("product", node, headed=self.is_cbor and is_struct))

    def payload(self, node: n.Node, headed: bool) -> Shape:
        """Return what follows the tag of a variant: in CBOR an array even of a tuple, and nothing for a unit."""
        if isinstance(node, n.Unit):
            return self.make(Shape("product", node))
        if isinstance(node, n.Struct) and headed:
            return self.struct(node)
        parts = [(one.name, one.node) for one in n.payload_fields(node)]
        return self.product(node, parts, headed=headed, alone=not self.is_cbor)

    def enum(self, node: n.Enum) -> Shape:
        if self.config.bit_packing and node.packed:
            return self._leaf(node, None, 0)
        return self.choice(node, [(one.name, self.payload(one.payload, not node.packed)) for one in node.variants])

    def ip(self, node: n.Ip) -> Shape:
        if node.version:
            return self.raw(node, 4 if node.version == 4 else 16)
        return self.choice(node, [("V4", self.raw(n.Ip(4), 4)), ("V6", self.raw(n.Ip(6), 16))])

    def socket(self, node: n.Socket) -> Shape:
        if not node.version:
            return self.choice(node, [("V4", self.socket(n.Socket(4))), ("V6", self.socket(n.Socket(6)))])
        parts: list[tuple[str, n.Node]] = [("ip", n.Ip(node.version)), ("port", _U16)]
        if node.version == 6 and self.config.crate == 3 and not self.config.is_legacy:
            parts += [("flowinfo", _U32), ("scope_id", _U32)]
        return self.product(node, parts)

    def ndarray(self, node: n.NdArray) -> Shape:
        item = node.record or number_of(node.dtype)
        if item is None or self.is_cbor:
            return self._leaf(node, None, 0)
        if node.shape is None:
            return self.repeat(node, item)
        count = 1
        for length in node.shape:
            count *= length
        return self.array(node, item, count)


def number_of(dtype: str) -> n.Node | None:
    """Return the node of one element of a NumPy dtype; None for those that are no number of the wire."""
    if dtype in _OTHER_DTYPES:
        return _OTHER_DTYPES[dtype]
    match = _NUMBER.fullmatch(dtype)
    if match is None:
        return None
    return n.Float(int(match[2])) if match[1] == "float" else n.Int(int(match[2]), match[1] == "int")


def _option(build: Builder, node: n.Option) -> Shape:
    return build.choice(node, [("None", build.nothing(n.Unit())), ("Some", build.shape(node.inner))], "byte")


def _result(build: Builder, node: n.Result) -> Shape:
    parts = [("Ok", build.shape(node.ok)), ("Err", build.shape(node.err))]
    return build.choice(node, parts, "byte" if build.config.crate == 3 else "int")


def _bound(build: Builder, node: n.Bound) -> Shape:
    inner = build.shape(node.inner)
    return build.choice(node, [("Unbounded", build.nothing(n.Unit())), ("Included", inner), ("Excluded", inner)])


def _bytes(build: Builder, node: n.Bytes) -> Shape:
    if node.length is not None and not build.is_cbor:
        return build.raw(node, node.length)
    return build.text(node)


_BUILD: dict[type, Callable[[Builder, Any], Shape]] = {
    n.Bool: lambda b, x: b.fixed(x, 1),
    n.Int: Builder.integer,
    n.Float: lambda b, x: b.fixed(x, x.bits // 8),
    n.Unit: Builder.nothing,
    n.Str: Builder.text,
    n.Bytes: _bytes,
    n.Seq: Builder.sequence,
    n.Array: lambda b, x: b.array(x, x.item, x.length),
    n.Set: lambda b, x: b.repeat(x, x.item),
    n.Map: Builder.entries,
    n.NdArray: Builder.ndarray,
    n.Tuple: lambda b, x: b.product(x, [(str(i), item) for i, item in enumerate(x.items)]),
    n.Struct: Builder.struct,
    n.Enum: Builder.enum,
    n.Option: _option,
    n.Result: _result,
    n.Bound: _bound,
    n.Range: lambda b, x: b.product(x, [("start", x.inner), ("end", x.inner)]),
    n.Duration: lambda b, x: b.product(x, [("secs", _U64), ("nanos", _U32)]),
    n.SystemTime: lambda b, x: b.product(x, [("secs", _U64), ("nanos", _U32)]),
    n.Ip: Builder.ip,
    n.Socket: Builder.socket,
}


def measure(shapes: list[Shape], config: Config, named: list[Shape]) -> None:
    """Fill `size` and `least`, inner shapes first; what is recursive has no size, and a least of what is certain."""
    counted = 1 if config.format == "cbor" or config.ints == "varint" else 8
    tagged = 1 if config.format == "cbor" or config.ints == "varint" else 4
    for one in shapes:
        if one.kind not in ("leaf", "item") and one not in named:
            one.size = _size(one, config, tagged)
    for _ in range(4):  # each round finds bounds of one more turn of a recursive type; any round's bounds hold
        for one in shapes:
            if one.kind not in ("leaf", "item"):
                one.least = one.size if one.size is not None else _least(one, counted, tagged)


def _size(one: Shape, config: Config, tagged: int) -> int | None:
    sizes = [part.size for _, part in one.parts]
    if one.headed or one.kind == "repeat" or None in sizes:
        return None
    whole = [size for size in sizes if size is not None]
    if one.kind == "product":
        return sum(whole)
    if one.kind == "array":
        return one.count * whole[0]
    is_fixed = one.tag == "byte" or (config.ints == "fixed" and config.format != "cbor")
    return (1 if one.tag == "byte" else tagged) + whole[0] if is_fixed and len(set(whole)) == 1 else None


def _least(one: Shape, counted: int, tagged: int) -> int:
    head = int(one.headed)
    if one.kind == "product":
        return head + sum(part.least for _, part in one.parts)
    if one.kind == "array":
        return head + one.count * one.parts[0][1].least
    if one.kind == "repeat":
        return counted
    return (1 if one.tag == "byte" else tagged) + min((part.least for _, part in one.parts), default=0)
