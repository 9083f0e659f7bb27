"""Heads of CBOR items: a kind (major type) and a number, which is a value, a length or a tag. And the integers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ..config import Config
from ..errors import InvalidCbor, InvalidIntegerType, NonZeroTypeIsZero, NotShortest
from ..plan._reader_py import Reader
from ..plan._varint_py import as_int, bounds, name_of
from ..schema import _nodes as n

UNSIGNED: Final = 0
NEGATIVE: Final = 1
BYTES: Final = 2
TEXT: Final = 3
ARRAY: Final = 4
MAP: Final = 5
TAG: Final = 6
OTHER: Final = 7
KINDS: Final = ("an unsigned integer", "a negative integer", "bytes", "text", "an array", "a map", "a tag", "no number")
BREAK: Final = 0xFF
_BIGNUM: Final = (2, 3)  # tags: positive, negative
_BIGNUM_BYTES: Final = 16
_WORD: Final = 1 << 64

Write = Callable[[Any, Any], None]
Read = Callable[[Reader], int]


class Head(NamedTuple):
    """What a head says. `number` of a float or simple value is its additional information, whose bytes follow."""

    major: int
    number: int
    is_indefinite: bool
    start: int


# ---------------------------------------------------------------- writing


def put_head(out: Any, major: int, number: int) -> None:
    """Append the shortest head."""
    if number < 24:
        out.append(major << 5 | number)
        return
    width = 1 if number < 1 << 8 else 2 if number < 1 << 16 else 4 if number < 1 << 32 else 8
    out.append(major << 5 | 23 + width.bit_length())
    out.extend(number.to_bytes(width, "big"))


def int_writer(node: n.Int, config: Config) -> Write:
    """Return what writes an integer: beyond 64 bits as a bignum, a tag before its bytes."""
    del config

    def write(out: Any, value: Any) -> None:
        number = as_int(value, node)
        major, size = (UNSIGNED, number) if number >= 0 else (NEGATIVE, -1 - number)
        if size < _WORD:
            put_head(out, major, size)
            return
        put_head(out, TAG, _BIGNUM[major])
        width = (size.bit_length() + 7) // 8
        put_head(out, BYTES, width)
        out.extend(size.to_bytes(width, "big"))

    return write


# ---------------------------------------------------------------- reading


def read_head(r: Reader, strict: bool) -> Head:
    """Read one head, of any kind. `strict` refuses one that is longer than it needs to be."""
    start = r.take(1)
    first = r.data[start]
    major, info = first >> 5, first & 0x1F
    if info < 24:
        return Head(major, info, False, start)
    if info == 31 and major not in (UNSIGNED, NEGATIVE, TAG):
        return Head(major, 0, True, start)
    if info > 27:
        raise InvalidCbor("no head of CBOR", offset=start, found=f"{first:#04x}")
    if major == OTHER:
        return Head(major, info, False, start)
    width = 1 << (info - 24)
    at = r.take(width)
    number = int.from_bytes(r.data[at : at + width], "big")
    if strict and number < (24 if width == 1 else 1 << (4 * width)):
        raise NotShortest("a head longer than it needs to be", offset=start, found=number)
    return Head(major, number, False, start)


def misplaced(head: Head, wanted: str) -> InvalidCbor:
    """Return the error of an item of another kind."""
    found = f"{KINDS[head.major]} of indefinite length" if head.is_indefinite else KINDS[head.major]
    return InvalidCbor("an item of another kind", offset=head.start, wanted=wanted, found=found)


def demand(r: Reader, major: int, wanted: str, strict: bool) -> Head:
    """Read the head of an item of one kind and of a length."""
    head = read_head(r, strict)
    if head.major != major or head.is_indefinite:
        raise misplaced(head, wanted)
    return head


def int_reader(node: n.Int, config: Config) -> Read:
    """Return what reads an integer from a head of any length; only those of 128 bits may be bignums."""
    low, high = bounds(node)
    strict, claim = config.strict, 8 if node.pointer and config.limit is not None else 0

    def read(r: Reader) -> int:
        r.claim(claim)
        head = read_head(r, strict)
        if head.major == UNSIGNED:
            value = head.number
        elif head.major == NEGATIVE and node.signed:
            value = -1 - head.number
        elif head.major == TAG and node.bits == 128 and head.number in _BIGNUM and (node.signed or head.number == 2):
            value = _bignum(r, head, strict)
        else:
            raise misplaced(head, name_of(node))
        if not low <= value <= high:
            raise InvalidIntegerType("the integer is too wide", offset=head.start, wanted=name_of(node), found=value)
        if node.nonzero and value == 0:
            raise NonZeroTypeIsZero("zero where the type excludes it", offset=head.start, wanted=name_of(node), found=0)
        return value

    return read


def _bignum(r: Reader, tag: Head, strict: bool) -> int:
    head = demand(r, BYTES, "the bytes of a bignum", strict)
    if head.number > _BIGNUM_BYTES:
        raise InvalidIntegerType(
            "the integer is too wide", offset=head.start, wanted=f"at most {_BIGNUM_BYTES} bytes", found=head.number
        )
    at = r.take(head.number)
    size = int.from_bytes(r.data[at : r.pos], "big")
    if strict and (size < _WORD or r.data[at] == 0):
        raise NotShortest("a bignum longer than it needs to be", offset=tag.start, found=size)
    return size if tag.number == 2 else -1 - size
