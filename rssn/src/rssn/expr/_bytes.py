"""The fields of an Ast as bytes: a header with version and checksum, then the columns, little-endian.

=========  ==============================================================
header     ``rssn``, version, three zero bytes, CRC-32 of all that follows
sizes      nodes, links, operators, constants, symbols, roots: u32 each
operators  commutative: u8, name: text; without the kinds of leaves
columns    code u16, first u32, count u32 per node; links i32; roots u32
constants  one byte of kind, then the value
symbols    text each
=========  ==============================================================

Text is a u32 length and UTF-8; an integer a u32 length and two's complement.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from fractions import Fraction

from rssn.errors import FormatError

from ._common import LEAF_KINDS

Constant = int | Fraction | float | str
Fields = tuple[
    tuple[str, ...],
    tuple[bool, ...],
    "array[int]",
    "array[int]",
    "array[int]",
    "array[int]",
    tuple[Constant, ...],
    tuple[str, ...],
    "array[int]",
]

_MAGIC = b"rssn\x01\0\0\0"
_HEADER_BYTES = len(_MAGIC) + 4
_U32 = struct.Struct("<I")
_FLOAT = struct.Struct("<cd")
_SIZES = struct.Struct("<6I")
# What a u32 or u16 is to the array module: fixed by the C ABI of every platform we build for.
_WIDTH = {"H": 2, "I": 4, "i": 4}


def encode(
    operators: Sequence[str],
    commutative: Sequence[bool],
    code: array[int],
    first: array[int],
    count: array[int],
    links: array[int],
    constants: Sequence[Constant],
    symbols: Sequence[str],
    roots: array[int],
) -> bytes:
    """Return the bytes of an Ast."""
    named = list(zip(operators, commutative, strict=True))[len(LEAF_KINDS) :]
    parts = [_SIZES.pack(len(code), len(links), len(named), len(constants), len(symbols), len(roots))]
    for name, flag in named:
        parts += (b"\1" if flag else b"\0", _text(name))
    parts += (_column(column) for column in (code, first, count, links, roots))
    parts += map(_constant, constants)
    parts += map(_text, symbols)
    body = b"".join(parts)
    return _MAGIC + _U32.pack(zlib.crc32(body)) + body


def _column(column: array[int]) -> bytes:
    if sys.byteorder == "big":
        column = column[:]
        column.byteswap()
    return column.tobytes()


def _text(text: str) -> bytes:
    utf8 = text.encode()
    return _U32.pack(len(utf8)) + utf8


def _integer(value: int) -> bytes:
    size = value.bit_length() // 8 + 1
    return _U32.pack(size) + value.to_bytes(size, "little", signed=True)


def _constant(value: Constant) -> bytes:
    if type(value) is float:
        return _FLOAT.pack(b"f", value)
    if type(value) is int:
        return b"i" + _integer(value)
    if isinstance(value, Fraction):
        return b"q" + _integer(value.numerator) + _integer(value.denominator)
    return b"c" + _text(str(value))


def decode(data: bytes) -> Fields:
    """Return the fields of an Ast. Raises FormatError for bytes that `encode` can't have written."""
    if bytes(data[:4]) != _MAGIC[:4]:
        raise FormatError("these bytes are not a saved expression", found=repr(bytes(data[:4])))
    if bytes(data[: len(_MAGIC)]) != _MAGIC:
        raise FormatError("the expression was saved by another version", found=repr(bytes(data[4:8])))
    if len(data) < _HEADER_BYTES or _U32.pack(zlib.crc32(data[_HEADER_BYTES:])) != bytes(data[8:_HEADER_BYTES]):
        raise FormatError("the saved expression is damaged: its checksum does not fit")
    reader = _Reader(bytes(data))
    try:
        fields = _fields(reader)
    except (struct.error, UnicodeDecodeError, ZeroDivisionError) as error:
        raise FormatError("the saved expression is damaged", found=str(error)) from error
    if reader.at != len(data):
        raise FormatError("bytes follow the saved expression", found=f"{len(data) - reader.at} bytes")
    return fields


def _fields(reader: _Reader) -> Fields:
    nodes, links, operators, constants, symbols, roots = _SIZES.unpack(reader.take(_SIZES.size))
    # The smallest encodings are 5 bytes, so hostile counts end here, before anything is made.
    reader.demand(5 * (operators + constants) + 4 * symbols)
    named = [(reader.take(1) != b"\0", reader.text()) for _ in range(operators)]
    return (
        (*LEAF_KINDS, *(name for _, name in named)),
        (*(False for _ in LEAF_KINDS), *(flag for flag, _ in named)),
        reader.column("H", nodes),
        reader.column("I", nodes),
        reader.column("I", nodes),
        reader.column("i", links),
        *_values(reader, roots, constants, symbols),
    )


def _values(
    reader: _Reader, roots: int, constants: int, symbols: int
) -> tuple[tuple[Constant, ...], tuple[str, ...], array[int]]:
    column = reader.column("I", roots)
    values = tuple([reader.constant() for _ in range(constants)])
    return values, tuple([reader.text() for _ in range(symbols)]), column


class _Reader:
    """Bytes and a place in them; taking more than there is raises FormatError."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, _HEADER_BYTES

    def demand(self, size: int) -> None:
        if size > len(self.data) - self.at:
            raise FormatError("the saved expression is cut short", wanted=f"{size} bytes at {self.at}")

    def take(self, size: int) -> bytes:
        self.demand(size)
        self.at += size
        return self.data[self.at - size : self.at]

    def column(self, typecode: str, count: int) -> array[int]:
        column = array(typecode, self.take(count * _WIDTH[typecode]))
        if sys.byteorder == "big":
            column.byteswap()
        return column

    def text(self) -> str:
        return self.take(_U32.unpack(self.take(4))[0]).decode()

    def integer(self) -> int:
        return int.from_bytes(self.take(_U32.unpack(self.take(4))[0]), "little", signed=True)

    def constant(self) -> Constant:
        kind = self.take(1)
        if kind == b"f":
            return float(struct.unpack("<d", self.take(8))[0])
        if kind == b"i":
            return self.integer()
        if kind == b"q":
            return Fraction(self.integer(), self.integer())
        if kind == b"c":
            return self.text()
        raise FormatError("the saved expression holds a constant of unknown kind", found=repr(kind))
