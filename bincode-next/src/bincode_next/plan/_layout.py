"""What Rust values take in memory, for the crates' limit: it counts `count × size_of::<T>()` for a sequence.

The table is that of rustc on 64-bit targets. Sizes of structs and tuples are exact: rustc orders fields so that
padding stands only at the end. Enums use an invalid value of a payload (a niche) where the other variants carry
nothing, else a tag in front; where rustc fits several payloads around one niche, this counts a few bytes more.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from ..schema import _nodes as n

_WORD = 8


class Layout(NamedTuple):
    """Size, alignment and how many bit patterns of the best niche are no value."""

    size: int
    align: int
    niches: int = 0


_VEC = Layout(24, _WORD, 1 << 62)  # capacities above isize::MAX are no capacities
_BOX = Layout(8, _WORD, 1)
_FAT = Layout(16, _WORD, 1)
_INSTANT = Layout(16, _WORD, (1 << 32) - 1_000_000_000)
_IP = {0: Layout(17, 1, 254), 4: Layout(4, 1), 6: Layout(16, 1)}
_SOCKET = {0: Layout(32, 4, 254), 4: Layout(6, 2), 6: Layout(28, 4)}


class Layouts:
    """Layouts of the nodes of one schema."""

    def __init__(self, schema: n.Schema) -> None:
        self.definitions = dict(schema.definitions)

    def size(self, *nodes: n.Node) -> int:
        """Return the size of one element of a sequence: of the node, or of a tuple of several."""
        return _together([self.of(self.definitions[x.key] if isinstance(x, n.Ref) else x) for x in nodes]).size

    def of(self, node: n.Node) -> Layout:
        """Return the layout of one value. A type within itself is boxed."""
        match node:
            case n.Bool():
                return Layout(1, 1, 254)
            case n.Int(bits=bits):
                return Layout(bits // 8, bits // 8, 1 if node.nonzero else 0)
            case n.Float(bits=bits):
                return Layout(bits // 8, bits // 8)
            case n.Char():
                return Layout(4, 4, (1 << 32) - 0x110000)
            case n.Unit():
                return Layout(0, 1)
            case n.Bytes():
                return self._bytes(node)
            case n.Array(item=item, length=length):
                one = self.of(item)
                return Layout(one.size * length, one.align, one.niches if length else 0)
            case n.Struct(fields=fields):
                return _together([self.of(field.node) for field in fields])
            case n.Tuple(items=items):
                return _together([self.of(item) for item in items])
            case n.Enum(variants=variants):
                return _choice([self._payload(variant.payload) for variant in variants])
            case _:
                return self._library(node)

    def _bytes(self, node: n.Bytes) -> Layout:
        if node.length is not None:
            return Layout(node.length, 1)
        return _FAT if node.borrowed or node.cstring else _VEC

    def _array(self, node: n.NdArray, count: int) -> Layout:
        if node.record is not None:
            one = self.of(node.record)
        else:
            width = int(node.dtype.lstrip("abcdefghijklmnopqrstuvwxyz") or 8) // 8
            one = Layout(width, width // 2 if node.dtype.startswith("complex") else width)
        return Layout(one.size * count, one.align)

    def _payload(self, node: n.Node) -> list[Layout]:
        if isinstance(node, n.Struct):
            return [self.of(field.node) for field in node.fields]
        return [self.of(item) for item in node.items] if isinstance(node, n.Tuple) else [self.of(node)]

    def _library(self, node: n.Node) -> Layout:
        match node:
            case n.Option(inner=inner):
                return _choice([[], [self.of(inner)]])
            case n.Result(ok=ok, err=err):
                return _choice([[self.of(ok)], [self.of(err)]])
            case n.Bound(inner=inner):
                return _choice([[self.of(inner)], [self.of(inner)], []])
            case n.Range(inner=inner, inclusive=inclusive):
                one = self.of(inner)
                return _together([one, one, Layout(1, 1, 254)] if inclusive else [one, one])
            case n.Map(rust=rust):
                return Layout(48, _WORD, 1) if rust == "HashMap" else Layout(24, _WORD, 1)
            case n.Seq(rust="VecDeque"):
                return Layout(32, _WORD, _VEC.niches)
            case n.Seq(rust="slice"):
                return _FAT
            case n.Set(rust=rust):
                return Layout(24, _WORD, 1) if rust == "BTreeSet" else Layout(48, _WORD, 1)
            case n.Duration() | n.SystemTime():
                return _INSTANT
            case n.Ip(version=version):
                return _IP[version]
            case n.Socket(version=version):
                return _SOCKET[version]
            case n.NdArray(shape=shape) if shape is not None:
                return self._array(node, prod(shape))
            case n.Custom(inner=inner):
                return self.of(inner)
            case n.Ref():
                return _BOX
            case _:
                return _VEC  # strings, paths, sequences, columns


def _together(parts: list[Layout]) -> Layout:
    align = max((part.align for part in parts), default=1)
    return Layout(_up(sum(part.size for part in parts), align), align, max((part.niches for part in parts), default=0))


def _choice(variants: list[list[Layout]]) -> Layout:
    """Return the layout of an enum: a niche of its only payload that has a size, or a tag in front."""
    if not variants:
        return Layout(0, 1)
    wholes = [_together(parts) for parts in variants]
    align = max(whole.align for whole in wholes)
    if len(variants) == 1:
        return wholes[0]
    largest = max(wholes, key=lambda whole: whole.size)
    others = len(variants) - 1
    if sum(whole.size > 0 for whole in wholes) == 1 and largest.niches >= others:
        return Layout(_up(largest.size, align), align, largest.niches - others)
    tag = 1 if len(variants) <= 256 else 2
    ends = []
    for parts in variants:
        end = tag
        for part in sorted(parts, key=lambda part: part.align):
            end = _up(end, part.align) + part.size
        ends.append(end)
    return Layout(_up(max(ends), max(align, tag)), max(align, tag), (1 << (8 * tag)) - len(variants))


def _up(size: int, align: int) -> int:
    return -(-size // align) * align
