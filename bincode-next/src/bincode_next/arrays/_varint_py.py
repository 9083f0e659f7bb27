"""Rows to bytes and back, step by step: the readable twin of `_varint_c.pyx`.

A row is `row_bytes` bytes of memory. A program is a run of steps, four signed 64-bit words each: kind, offset in
the row, repeat, and whether zero is refused (for a COPY, whose repeat counts bytes: how wide what must not be zero
is). An OPTION step looks at the byte of presence at its offset and leaves out the `repeat` steps after it where
that is 0.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from struct import iter_unpack
from typing import Any, Final, Literal, NamedTuple

COPY, SWAP2, SWAP4, SWAP8, U8, U16, U32, U64, I16, I32, I64, BOOL, OPTION = range(13)
OK, END, TAG, NOT_BOOL, ZERO, LONG, NOT_OPTION, WIDE = range(8)  # how a decoding ended

BYTES: Final = {SWAP2: 2, SWAP4: 4, SWAP8: 8, U8: 1, U16: 2, U32: 4, U64: 8, I16: 2, I32: 4, I64: 8, BOOL: 1, OPTION: 1}
SIGNED: Final = frozenset((I16, I32, I64))
SWAPPED: Final = frozenset((SWAP2, SWAP4, SWAP8))
TAGS: Final = {251: 2, 252: 4, 253: 8}
SHORTEST: Final = {2: 251, 4: 1 << 16, 8: 1 << 32}

Order = Literal["little", "big"]
Result = tuple[int, int, int, int, int]


def encode_rows(prefix: bytes, source: Any, row_bytes: int, rows: int, program: bytes, big: bool) -> bytes:
    """Return the prefix and the rows of `source`, contiguous bytes. `big`: the payload of varints, high byte first."""
    memory, order, out = memoryview(source).cast("B"), _order(big), bytearray(prefix)
    steps = list(iter_unpack("=4q", program))
    for start in range(0, rows * row_bytes, row_bytes) if row_bytes else ():
        skip = 0
        for kind, offset, repeat, _ in steps:
            if skip:
                skip -= 1
            elif kind == COPY:
                out += memory[start + offset : start + offset + repeat]
            elif kind == OPTION:
                out.append(memory[start + offset] != 0)
                skip = 0 if memory[start + offset] else repeat
            else:
                for item in _items(kind, start + offset, repeat):
                    out += _encoded(kind, memory[item : item + BYTES[kind]], order)
    return bytes(out)


def decode_rows(
    source: Any,
    offset: int,
    end: int,
    target: Any,
    row_bytes: int,
    rows: int,
    program: bytes,
    big: bool,
    strict: bool,
    any_width: bool,
) -> Result:
    """Fill the rows of `target`, writable bytes, from `source[offset:end]`.

    Returns how it ended, the offset after the rows or of the item that is wrong, and that item: row, step,
    number within the step. `strict` refuses varints longer than need be; `any_width` takes wide ones whose value fits.
    """
    data, memory = memoryview(source).cast("B")[:end], memoryview(target).cast("B")
    reading = _Reading(_order(big), strict, any_width)
    steps = list(iter_unpack("=4q", program))
    for row in range(rows):
        start, skip = row * row_bytes, 0
        for number, (kind, inner, repeat, nonzero) in enumerate(steps):
            place = start + inner
            if skip:
                skip -= 1
            elif kind == COPY:
                bad = _zero_at(data[offset : offset + repeat], nonzero) if nonzero else None
                if bad is not None:
                    return ZERO, offset + bad * nonzero, row, number, bad
                if end - offset < repeat:
                    return END, offset, row, number, 0
                memory[place : place + repeat] = data[offset : offset + repeat]
                offset += repeat
            else:
                for count, item in enumerate(_items(kind, place, 1 if kind == OPTION else repeat)):
                    status, used, plain = reading.item(kind, data[offset : offset + 9], bool(nonzero))
                    if status:
                        return status, offset, row, number, count
                    memory[item : item + BYTES[kind]] = plain
                    offset += used
                if kind == OPTION and not memory[place]:
                    skip = repeat
    return OK, offset, rows, 0, 0


def _zero_at(data: memoryview, width: int) -> int | None:
    """Return which of the whole items of some width is zero, if one is."""
    items = (bytes(data[start : start + width]) for start in range(0, len(data) - width + 1, width))
    return next((number for number, item in enumerate(items) if not any(item)), None)


def _order(big: bool) -> Order:
    return "big" if big else "little"


def _items(kind: int, place: int, repeat: int) -> Iterator[int]:
    return iter(range(place, place + repeat * BYTES[kind], BYTES[kind]))


def _encoded(kind: int, plain: memoryview, order: Order) -> bytes:
    """Return one item as it travels."""
    if kind in SWAPPED:
        return bytes(plain[::-1])
    if kind == BOOL:
        return bytes([plain[0] != 0])
    if kind == U8:
        return bytes(plain)
    value = int.from_bytes(plain, sys.byteorder, signed=kind in SIGNED)
    if kind in SIGNED:
        value = 2 * value if value >= 0 else -2 * value - 1
    if value <= 250:
        return bytes([value])
    tag, width = next((tag, width) for tag, width in TAGS.items() if value < 1 << 8 * width)
    return bytes([tag]) + value.to_bytes(width, order)


class _Reading(NamedTuple):
    """How items are read: the order of their bytes, and what is refused."""

    order: Order
    strict: bool
    any_width: bool

    def item(self, kind: int, data: memoryview, nonzero: bool) -> tuple[int, int, bytes]:
        """Return how one item ended, the bytes it took, and what it is in memory."""
        if kind in SWAPPED:
            width = BYTES[kind]
            plain = bytes(data[:width][::-1])
            return (END if len(plain) < width else ZERO if nonzero and not any(plain) else OK), width, plain
        if not data:
            return END, 0, b""
        first = data[0]
        if kind in (BOOL, OPTION):
            wrong = NOT_BOOL if kind == BOOL else NOT_OPTION
            return (wrong if first > 1 else OK), 1, bytes([first])
        if kind == U8:
            return (ZERO if nonzero and not first else OK), 1, bytes([first])
        return self.varint(kind, data, nonzero)

    def varint(self, kind: int, data: memoryview, nonzero: bool) -> tuple[int, int, bytes]:
        """Return the same of an item that is a varint."""
        value, used = data[0], 1
        if value > 250:
            width = TAGS.get(value, 16)
            if width > (8 if self.any_width else BYTES[kind]):
                return TAG, 0, b""
            if len(data) < 1 + width:
                return END, 0, b""
            value, used = int.from_bytes(data[1 : 1 + width], self.order), 1 + width
            if self.strict and value < SHORTEST[width]:
                return LONG, 0, b""
        if value >= 1 << 8 * BYTES[kind]:
            return WIDE, 0, b""
        if nonzero and not value:
            return ZERO, 0, b""
        if kind in SIGNED:
            value = value >> 1 ^ -(value & 1)
        return OK, used, value.to_bytes(BYTES[kind], sys.byteorder, signed=kind in SIGNED)
