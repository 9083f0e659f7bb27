"""Reading heads, tags and lengths, and passing over leaves, straight from the bytes."""

from __future__ import annotations

from ..config import Config
from ..schema import _nodes as n

Buffer = bytes | bytearray | memoryview
_WIDTH = {0xFB: 2, 0xFC: 4, 0xFD: 8, 0xFE: 16}


class Short(Exception):
    """The bytes so far end here; `more` of them are missing at least."""

    def __init__(self, more: int) -> None:
        self.more = more
        super().__init__(more)


class Malformed(Exception):
    """No value continues like this. The plan, given the same bytes, says where and why."""


def read_number(data: Buffer, at: int, config: Config, width: int) -> tuple[int, int]:
    """Return an unsigned number through the configuration's integer encoding, and where it ends."""
    if config.ints == "fixed":
        return _take(data, at, width, config)
    _demand(data, at, 1)
    first = data[at]
    if first <= 250:
        return first, at + 1
    size = _WIDTH.get(first, 99)
    if size > (max(width, 8) if config.crate == 1 else width):
        raise Malformed
    return _take(data, at + 1, size, config)


def read_tag(data: Buffer, at: int, config: Config, tag: str) -> tuple[int, int]:
    """Return the number of a variant, and where it ends."""
    if config.format == "cbor":
        major, number, at = read_head(data, at)
        if major != 0 or number is None:
            raise Malformed
        return number, at
    if tag == "byte":
        _demand(data, at, 1)
        return data[at], at + 1
    return read_number(data, at, config, 4)


def read_count(data: Buffer, at: int, config: Config, major: int) -> tuple[int | None, int]:
    """Return the length of a sequence (None: until a break), and where it ends. `major` is CBOR's 4 or 5."""
    if config.format != "cbor":
        return read_number(data, at, config, 8)
    found, count, at = read_head(data, at)
    if found != major:
        raise Malformed
    return count, at


def read_head(data: Buffer, at: int) -> tuple[int, int | None, int]:
    """Return a CBOR head: major type, argument (None: indefinite), where it ends."""
    _demand(data, at, 1)
    major, info = data[at] >> 5, data[at] & 31
    if info < 24:
        return major, info, at + 1
    if info == 31:
        return major, None, at + 1
    if info > 27:
        raise Malformed
    size = 1 << (info - 24)
    _demand(data, at + 1, size)
    return major, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def pass_leaf(data: Buffer, at: int, node: n.Node, config: Config) -> int | None:
    """Return where a leaf of varying size ends; None if only its plan knows."""
    if isinstance(node, n.Char):
        _demand(data, at, 1)
        return at + _char_width(data[at])
    if config.format == "cbor":
        return None
    if isinstance(node, n.Int):
        _demand(data, at, 1)
        return at + 1 + (0 if data[at] <= 250 else _WIDTH.get(data[at]) or _reserved())
    if isinstance(node, n.Str | n.Bytes):
        length, at = read_number(data, at, config, 8)
        return at + length
    return None


def _char_width(first: int) -> int:
    return 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def _reserved() -> int:
    raise Malformed


def _demand(data: Buffer, at: int, size: int) -> None:
    if at + size > len(data):
        raise Short(at + size - len(data))


def _take(data: Buffer, at: int, size: int, config: Config) -> tuple[int, int]:
    _demand(data, at, size)
    return int.from_bytes(data[at : at + size], config.endian), at + size
