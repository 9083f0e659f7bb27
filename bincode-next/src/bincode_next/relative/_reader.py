"""Reading one thing at one place, with every check that the crate makes before it follows a pointer."""

from __future__ import annotations

import struct
from typing import Any, Final

from ..errors import (
    InvalidBooleanValue,
    InvalidCharEncoding,
    InvalidPointer,
    UnexpectedEnd,
    UnexpectedVariant,
    Utf8Error,
)
from ._layouts import Choice, Endian, FixedArray, FixedString, Layout, Number, Pointer, Record, Slice

_SURROGATES: Final = range(0xD800, 0xE000)
_LAST: Final = 0x10FFFF


class Reader:
    """The memory and its byte order. Offsets count from its start, alignments too (the crate takes the address)."""

    __slots__ = ("data", "endian", "order")

    def __init__(self, data: Any, endian: Endian) -> None:
        view = memoryview(data)
        flat = view.cast("B") if view.c_contiguous else memoryview(view.tobytes())
        self.data, self.endian = flat.toreadonly(), endian
        self.order = "<" if endian == "little" else ">"

    def demand(self, at: int, size: int) -> None:
        """Look whether the root lies within the bytes."""
        if at < 0 or at + size > len(self.data):
            error = UnexpectedEnd(
                "the bytes end within the root", offset=at, wanted=f"{size} bytes", found=len(self.data)
            )
            error.additional = max(at + size - len(self.data), 0)
            raise error

    def number(self, layout: Number, at: int) -> Any:
        """Return a number, bool or char."""
        if not layout.code:
            return int.from_bytes(self.data[at : at + 16], self.endian, signed=layout.name == "i128")
        if layout.name == "bool":
            byte = self.data[at]
            if byte > 1:
                raise InvalidBooleanValue("no bool", offset=at, wanted="0 or 1", found=byte)
            return byte == 1
        value = struct.unpack_from(self.order + layout.code, self.data, at)[0]
        if layout.name == "char":
            if value in _SURROGATES or value > _LAST:
                raise InvalidCharEncoding("no Unicode scalar value", offset=at, found=f"{value:#x}")
            return chr(value)
        return value

    def numbers(self, layout: Layout, at: int, count: int) -> list[Any]:
        """Return numbers one after another."""
        assert isinstance(layout, Number)
        if not layout.code:
            return [self.number(layout, at + 16 * place) for place in range(count)]
        return list(struct.unpack_from(f"{self.order}{count}{layout.code}", self.data, at))

    def fixed_string(self, layout: FixedString, at: int) -> str:
        """Return text in place; a length beyond the capacity counts as the capacity."""
        length = min(self.length(at), layout.capacity)
        return self._text(at + 4, length)

    def text(self, at: int) -> str:
        """Return text elsewhere."""
        length = self.length(at)
        return self._text(self.follow(at + 4, length, 1), length) if length else ""

    def _text(self, at: int, length: int) -> str:
        try:
            return str(self.data[at : at + length], "utf-8")
        except UnicodeDecodeError as error:
            raise Utf8Error("not UTF-8", offset=at + error.start, wanted="UTF-8") from None

    def length(self, at: int) -> int:
        """Return a number of items."""
        return int.from_bytes(self.data[at : at + 4], self.endian)

    def follow(self, at: int, size: int, align: int) -> int:
        """Return where a pointer leads; InvalidPointer if `size` bytes are not there, or not aligned."""
        target = at + int.from_bytes(self.data[at : at + 4], self.endian, signed=True)
        if target < 0 or target + size > len(self.data):
            raise InvalidPointer(
                "a pointer leads outside", offset=at, wanted=f"{size} bytes within {len(self.data)}", found=target
            )
        if target % align:
            raise InvalidPointer(
                "a pointer leads to a place that is not aligned",
                offset=at,
                wanted=f"a multiple of {align}",
                found=target,
            )
        return target

    def pointer(self, layout: Pointer, at: int) -> int:
        """Return where the value lies."""
        return self.follow(at, layout.target.size, layout.alignment)

    def items(self, layout: Slice | FixedArray, at: int) -> tuple[int, int]:
        """Return where the items lie, and how many they are."""
        if isinstance(layout, FixedArray):
            return self.follow(at, layout.length * layout.target.size, layout.alignment), layout.length
        count = self.length(at)
        if not count:
            return at, 0
        return self.follow(at + 4, count * layout.target.size, layout.alignment), count

    def variant(self, layout: Choice, at: int) -> Record:
        """Return the variant that a tag names."""
        number = self.number(layout.tag, at)
        if not 0 <= number < len(layout.variants):
            wanted = f"{layout.name}: 0 to {len(layout.variants) - 1}"
            raise UnexpectedVariant("no such variant", offset=at, wanted=wanted, found=number)
        variant: Record = layout.variants[number]
        return variant


def is_plain(layout: Layout) -> bool:
    """Whether every pattern of bits is a value, so that nothing needs to be looked at."""
    return isinstance(layout, Number) and layout.name not in ("bool", "char")
