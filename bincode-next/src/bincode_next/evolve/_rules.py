"""The rules of comparing: one function for each kind of node. A rule yields findings, and pairs to compare further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..config import Config
from ..schema import MISSING
from ..schema import _nodes as n
from ..schema._nodes import payload_fields
from ..shape._shape import number_of

SAME, WIDER, MISSING_FIELDS, SOME, BROKEN = range(5)
Old = n.Node
Finding = tuple[str, str, int]


class Pair(NamedTuple):
    """Two nodes at one place."""

    path: str
    old: n.Node
    new: n.Node
    is_root: bool = False


Found = Iterator[Finding | Pair]


def resolved(node: n.Node, definitions: dict[str, n.Node]) -> n.Node:
    """Return what a node is on the wire: of a reference its definition, of a custom type the one that carries it."""
    while isinstance(node, n.Ref | n.Custom):
        node = definitions[node.key] if isinstance(node, n.Ref) else node.inner
    if isinstance(node, n.NdArray):
        return _as_sequence(node)
    if isinstance(node, n.Seq) and node.item == n.Int(8, False) and node.rust != "slice":
        return n.Bytes(capacity=node.capacity)
    return node


def _as_sequence(node: n.NdArray) -> n.Node:
    item = node.record or number_of(node.dtype)
    if item is None:
        return node
    if node.shape is None:
        return n.Seq(item)
    for length in reversed(node.shape):
        item = n.Array(item, length)
    return item


def rules(pair: Pair, config: Config) -> Found:
    """Yield what is different between two nodes, and the pairs of nodes inside them."""
    old, new = pair.old, pair.new
    if old == new and not isinstance(old, n.Struct | n.Enum | n.Tuple):
        yield from _inside(pair)
    elif isinstance(old, n.Struct | n.Tuple) and isinstance(new, n.Struct | n.Tuple):
        yield from _products(pair, old, new, config)
    elif isinstance(old, n.Enum) and isinstance(new, n.Enum):
        yield from _enums(pair, old, new, config)
    elif isinstance(old, n.Int) and isinstance(new, n.Int):
        yield pair.path, f"{_int(old)} became {_int(new)}", _ints(old, new, config)
    elif type(old) is type(new):
        yield from _alike(pair, config)
    else:
        yield from _unlike(pair, config)


def _inside(pair: Pair) -> Found:
    for one, two in zip(n.children(pair.old), n.children(pair.new), strict=True):
        yield Pair(_within(pair.path, "[]"), one, two)


def _within(path: str, part: str) -> str:
    return f"{path}{part}" if part == "[]" or not path else f"{path}.{part}"


def _fields(node: n.Struct | n.Tuple) -> tuple[n.Field, ...]:
    return node.fields if isinstance(node, n.Struct) else payload_fields(node)


def _products(pair: Pair, old: n.Struct | n.Tuple, new: n.Struct | n.Tuple, config: Config) -> Found:
    before, after = _fields(old), _fields(new)
    names, others = [one.name for one in before], [one.name for one in after]
    if isinstance(old, n.Struct) and isinstance(new, n.Struct) and old.name != new.name:
        yield pair.path, f"struct {old.name} is now called {new.name}", SAME
    if config.format == "cbor" and (type(old) is not type(new) or len(before) != len(after)):
        yield pair.path, f"{len(before)} fields in another array: {len(after)}", BROKEN
        return
    if names != others and sorted(names) == sorted(others):
        yield pair.path, f"fields reordered: {', '.join(names)} became {', '.join(others)}", BROKEN
        return
    for one, two in zip(before, after, strict=False):
        yield from _field(pair.path, one, two, names, others, config)
    yield from _rest(pair, before, after, config)


def _field(path: str, one: n.Field, two: n.Field, names: list[str], others: list[str], config: Config) -> Found:
    place = _within(path, two.name)
    if one.name != two.name:
        if one.name in others or two.name in names:
            yield place, f"stands where {one.name} stood", BROKEN if one.node != two.node else SOME
        else:
            yield place, f"field {one.name} is now called {two.name}", SAME
    if config.bit_packing and one.bits != two.bits:
        yield place, f"{one.bits} bits became {two.bits}", BROKEN
    yield Pair(place, one.node, two.node)


def _rest(pair: Pair, before: tuple[n.Field, ...], after: tuple[n.Field, ...], config: Config) -> Found:
    added, gone = after[len(before) :], before[len(after) :]
    for one in added:
        has_default = one.default is not MISSING or one.factory is not None
        can_miss = pair.is_root and has_default and not (config.bit_packing and one.bits is not None)
        what = "field added" + (" with a default" if has_default else "")
        yield _within(pair.path, one.name), what, MISSING_FIELDS if can_miss else BROKEN
    for one in gone:
        # At the end of everything its bytes are left over, which is allowed; within, they are taken for what follows.
        is_left = pair.is_root and config.trailing == "allow" and not config.strict
        yield _within(pair.path, one.name), "field removed from the end", WIDER if is_left else BROKEN


def _enums(pair: Pair, old: n.Enum, new: n.Enum, config: Config) -> Found:
    if old.name != new.name:
        yield pair.path, f"enum {old.name} is now called {new.name}", SAME
    names, others = [one.name for one in old.variants], [one.name for one in new.variants]
    for number, (one, two) in enumerate(zip(old.variants, new.variants, strict=False)):
        place = _within(pair.path, two.name)
        if one.name != two.name:
            moved = one.name in others or two.name in names
            what = f"has the number {number} that {one.name} had" if moved else f"variant {one.name} is now called so"
            yield place, what, BROKEN if moved else SAME
        yield Pair(place, _payload(one.payload), _payload(two.payload))
    for added in new.variants[len(old.variants) :]:
        packed = config.bit_packing and (old.packed or new.packed)
        yield _within(pair.path, added.name), "variant added", BROKEN if packed else WIDER
    for gone in old.variants[len(new.variants) :]:
        yield _within(pair.path, gone.name), "variant removed", SOME


def _payload(node: n.Node) -> n.Node:
    """Return a payload as fields: a unit has none, so that a variant that gains fields is told as such."""
    return n.Tuple(()) if isinstance(node, n.Unit) else node


def _int(node: n.Int) -> str:
    name = ("i" if node.signed else "u") + ("size" if node.pointer else str(node.bits))
    return f"NonZero {name}" if node.nonzero else name


def _ints(old: n.Int, new: n.Int, config: Config) -> int:
    zero = SOME if new.nonzero and not old.nonzero else WIDER if old.nonzero and not new.nonzero else SAME
    if (old.bits, old.signed) == (new.bits, new.signed):
        return zero
    fits = WIDER if new.bits > old.bits and (new.signed or not old.signed) else SOME
    if config.format == "cbor":
        return max(fits, zero)
    if old.signed != new.signed or config.ints == "fixed":
        return BROKEN
    if 8 in (old.bits, new.bits):  # one byte as it is, not a variable integer
        return BROKEN if old.signed else SOME
    return max(fits, zero)


def _alike(pair: Pair, config: Config) -> Found:
    """Yield the differences of two nodes of one kind that are no structs, enums or integers."""
    old: Any = pair.old
    new: Any = pair.new
    if isinstance(old, n.Float):
        verdict = BROKEN if config.format != "cbor" else WIDER if new.bits > old.bits else SOME
        yield pair.path, f"f{old.bits} became f{new.bits}", verdict
        return
    for name in ("length", "shape", "version", "dtype"):
        if getattr(old, name, None) != getattr(new, name, None):
            yield pair.path, f"{name} {getattr(old, name)} became {getattr(new, name)}", BROKEN
            return
    if getattr(old, "inclusive", None) != getattr(new, "inclusive", None):
        yield pair.path, "a range with its end became one without, or the reverse", SAME
    yield from _bounds(pair.path, old, new, config)
    yield from _inside(pair)


def _bounds(path: str, old: Any, new: Any, config: Config) -> Found:
    before, after = getattr(old, "capacity", None), getattr(new, "capacity", None)
    if before != after:
        narrower = after is not None and (before is None or after < before)
        yield path, f"capacity {before} became {after}", SOME if narrower else WIDER
    if getattr(new, "cstring", False) and not old.cstring:
        yield path, "no NUL may be inside any more", SOME
    if config.format == "cbor" and getattr(old, "borrowed", False) != getattr(new, "borrowed", False):
        yield path, "a byte string in place of an array, or the reverse: decoders take both", WIDER


def _unlike(pair: Pair, config: Config) -> Found:
    """Yield what becomes of a node that is of another kind now."""
    old, new, is_cbor = pair.old, pair.new, config.format == "cbor"
    what = f"{_kind(old)} became {_kind(new)}"
    byte = n.Int(8, False)
    if isinstance(old, n.Seq) and isinstance(new, n.Set):
        yield pair.path, what + ": repeated items become one", SOME
        yield from _inside(pair)
    elif isinstance(old, n.Set) and isinstance(new, n.Seq):
        yield pair.path, what, WIDER
        yield from _inside(pair)
    elif is_cbor:
        yield pair.path, what, BROKEN
    elif isinstance(old, n.Bool) and new == byte:
        yield pair.path, what, WIDER
    elif old == byte and isinstance(new, n.Bool):
        yield pair.path, what, SOME
    elif isinstance(old, n.Str) and isinstance(new, n.Bytes) and new.length is None and not new.cstring:
        yield pair.path, what, WIDER
    elif isinstance(old, n.Bytes) and old.length is None and isinstance(new, n.Str):
        yield pair.path, what, SOME
    else:
        yield pair.path, what, BROKEN


def _kind(node: n.Node) -> str:
    name = getattr(node, "name", "")
    return f"{type(node).__name__} {name}".strip()
