"""The crate's `StaticSize`: the worst case of every part, integers in their longest variable form.

It holds for every configuration of bincode and, because the crate counts so, sometimes is more than any value takes:
the tag of an enum counts 5 bytes whatever the number of variants, that of a `Result` too, though it takes one.
"""

from __future__ import annotations

from math import prod
from typing import Final, NamedTuple

from ..errors import SchemaError
from ..schema import Schema, children
from ..schema import _nodes as n

_TAG: Final = 5
_LENGTH: Final = 9
_IP: Final = {0: _TAG + 16, 4: 4, 6: 16}
_PORT: Final = 3
_FLOW_AND_SCOPE: Final = 2 * 5


class _Sizes(NamedTuple):
    """The most bytes of a node, and with bit packing."""

    plain: int
    packed: int


def max_size(schema: Schema, *, packed: bool = False) -> int:
    """Return the most bytes that a value can take: the crate's `MAX_SIZE`, or `PACKED_MAX_SIZE`.

    Bounded lists, strings and bytes (`MaxLength`) have such a size; others have none, nor do maps, sets and types that
    contain themselves: SchemaError, naming the field. Under `packed` only fields of structs and enums share bytes, not
    those of structs inside arrays, tuples and options, as the crate counts. Types that the crate has no size of but
    that are bounded (times, addresses, ranges, NonZero) are counted by the same rules.
    """
    stack = [_visit(schema.root, "")]
    while True:
        node, waiting, sizes = stack[-1]
        if waiting:
            stack.append(_visit(*waiting.pop()))
            continue
        stack.pop()
        value = _combine(node, sizes)
        if not stack:
            return value.packed if packed else value.plain
        stack[-1][2].append(value)


def _visit(node: n.Node, path: str) -> tuple[n.Node, list[tuple[n.Node, str]], list[_Sizes]]:
    """Return a node, its parts still to be measured (the next one last), and the place for their sizes."""
    unbounded = _unbounded(node)
    if unbounded:
        advice = "Annotated with MaxLength(n) it has one" if isinstance(node, n.Str | n.Bytes | n.Seq) else ""
        raise SchemaError(f"{unbounded} have no largest size", path=path, found=type(node).__name__, advice=advice)
    parts = [
        (part, f"{path}.{label}".strip(".") if label else path)
        for label, part in zip(_labels(node), children(node), strict=True)
    ]
    parts.reverse()
    return node, parts, []


def _unbounded(node: n.Node) -> str:
    match node:
        case n.Ref():
            return "types that contain themselves"
        case n.Map() | n.Set():
            return "maps and sets"
        case n.Str(capacity=None) | n.Seq(capacity=None):
            return "strings and lists without a bound"
        case n.Bytes(capacity=None, length=None):
            return "bytes without a bound"
        case n.NdArray(shape=None):
            return "arrays without a shape"
    return ""


def _labels(node: n.Node) -> list[str]:
    match node:
        case n.Struct(fields=fields):
            return [each.name for each in fields]
        case n.Enum(variants=variants):
            return [variant.name for variant in variants]
        case n.Tuple(items=items):
            return [str(index) for index in range(len(items))]
        case n.Result():
            return ["Ok", "Err"]
    return [""] * len(children(node))


def _combine(node: n.Node, parts: list[_Sizes]) -> _Sizes:
    match node:
        case n.Struct(fields=fields):
            return _Sizes(sum(part.plain for part in parts), _packed(fields, parts))
        case n.Enum():
            plain, packed = (max((part[which] for part in parts), default=0) for which in (0, 1))
            return _Sizes(_TAG + plain, _TAG + packed)
        case n.Custom():
            return parts[0]
    size = _size(node, [part.plain for part in parts])
    return _Sizes(size, size)


def _packed(fields: tuple[n.Field, ...], parts: list[_Sizes]) -> int:
    """Return the sum in which neighbours with a number of bits share bytes."""
    total = bits = 0
    for each, part in zip(fields, parts, strict=True):
        if each.bits is not None:
            bits += each.bits
            continue
        total += part.packed + (bits + 7) // 8
        bits = 0
    return total + (bits + 7) // 8


def _size(node: n.Node, parts: list[int]) -> int:
    """Return the most bytes of a node of those of its parts."""
    match node:
        case n.Tuple():
            return sum(parts)
        case n.Array(length=length):
            return length * parts[0]
        case n.Option():
            return 1 + parts[0]
        case n.Result() | n.Bound():
            return _TAG + max(parts)
        case n.Range():
            return 2 * parts[0]
        case n.Seq(capacity=capacity):
            return _LENGTH + (capacity or 0) * parts[0]
        case n.Str(capacity=capacity):
            return _LENGTH + (capacity or 0)
        case n.Bytes(length=None, capacity=capacity):
            return _LENGTH + (capacity or 0)
        case n.Bytes(length=int(length)):
            return length
        case n.NdArray(shape=shape, dtype=dtype):
            return prod(shape or ()) * (parts[0] if parts else _number(dtype))
    return _leaf(node)


def _leaf(node: n.Node) -> int:
    match node:
        case n.Int(bits=bits):
            return 1 if bits == 8 else 1 + bits // 8
        case n.Float(bits=bits):
            return bits // 8
        case n.Bool():
            return 1
        case n.Char():
            return 4
        case n.Duration() | n.SystemTime():
            return 9 + 5
        case n.Ip(version=version):
            return _IP[version]
        case n.Socket(version=version):
            return _IP[version] + _PORT + (_FLOW_AND_SCOPE if version != 4 else 0)
    return 0


def _number(dtype: str) -> int:
    """Return the most bytes of a number of a NumPy array."""
    if dtype in ("bool", "int8", "uint8"):
        return 1
    width = int(dtype.lstrip("uintfloa")) // 8
    return width if dtype.startswith("float") else 1 + width
