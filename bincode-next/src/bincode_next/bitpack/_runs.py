"""Which fields share bytes: runs of neighbours, each starting at a byte, an enum's tag in front of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..config import Config
from ..errors import SchemaError
from ..schema import _nodes as n

Order = Literal["lsb", "msb"]
_WIDEST = 64


@dataclass(frozen=True, slots=True)
class Run:
    """Numbers that are packed together: a tag or none, then the fields from `first` up to but not including `last`.

    `widths` are their bits in order, the tag's first; `size` is the bytes they take, the last one filled with zeros.
    """

    first: int
    last: int
    widths: tuple[int, ...]
    has_tag: bool = False

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return (sum(self.widths) + 7) // 8


def runs(fields: tuple[n.Field, ...], tag_bits: int = 0, *, path: str = "") -> tuple[Run, ...]:
    """Return the runs of a struct's fields, or of a variant's, whose tag takes `tag_bits`.

    The fields between runs are written by their own types. If the first field is not packed, a tag is a run alone;
    a tag of no bits is none. Raises SchemaError for a field wider than its type.
    """
    found: list[Run] = []
    start, widths = 0, [tag_bits] if tag_bits else []
    for index, each in enumerate(fields):
        if each.bits is not None:
            _check(each, path)
            widths.append(each.bits)
            continue
        if widths:
            found.append(Run(start, index, tuple(widths), has_tag=bool(tag_bits) and not found))
        start, widths = index + 1, []
    if widths:
        found.append(Run(start, len(fields), tuple(widths), has_tag=bool(tag_bits) and start == 0))
    return tuple(found)


def tag_width(variants: int) -> int:
    """Return how many bits the tag of a packed enum takes; none if it has one variant or less."""
    return (variants - 1).bit_length() if variants > 1 else 0


def order_of(node: n.Struct | n.Enum, config: Config) -> Order:
    """Return whether bits are filled from the lowest or the highest: the type's own order, else the configuration's."""
    return node.bit_order or config.bit_order


def _check(each: n.Field, path: str) -> None:
    bits, node = each.bits or 0, each.node
    place = f"{path}.{each.name}" if path else each.name
    if not isinstance(node, n.Bool | n.Int) or (isinstance(node, n.Int) and node.nonzero):
        raise SchemaError(
            "only integers that may be zero and bools can be packed", path=place, found=type(node).__name__
        )
    widest = min(8 if isinstance(node, n.Bool) else node.bits, _WIDEST)
    if not 1 <= bits <= widest:
        raise SchemaError("a field can't be packed so", path=place, wanted=f"1 to {widest} bits", found=bits)
