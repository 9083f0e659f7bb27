"""Integers on the wire: fixed or of variable length, in either byte order. Signed ones in variable length are zigzag.

Variable length: 0 to 250 are the byte itself; 251, 252, 253 and 254 announce 2, 4, 8 and 16 bytes; 255 is reserved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from ..config import Config
from ..errors import InvalidIntegerType, NonZeroTypeIsZero, NotShortest, OutOfRangeError, WrongTypeError
from ..schema._nodes import Int
from ._reader_py import Reader

WIDTHS: Final = {251: 2, 252: 4, 253: 8, 254: 16}
BELOW: Final = {2: 250, 4: 0xFFFF, 8: 0xFFFF_FFFF, 16: (1 << 64) - 1}  # the largest that a shorter form holds

U32: Final = Int(32, signed=False)
U64: Final = Int(64, signed=False)

Order = Literal["little", "big"]
Read = Callable[[Reader], int]
Write = Callable[[Any, Any], None]  # of the bytes so far, and the value


def name_of(node: Int) -> str:
    """Return Rust's name of an integer."""
    name = ("i" if node.signed else "u") + ("size" if node.pointer else str(node.bits))
    return f"NonZero<{name}>" if node.nonzero else name


# ---------------------------------------------------------------- reading


def int_reader(node: Int, config: Config) -> Read:
    """Return what reads one integer, with its claim on the crate's limit."""
    if node.bits == 8:
        read = _byte_reader(node.signed)
    elif config.ints == "fixed":
        read = _fixed_reader(node.bits // 8, config.endian, node.signed)
    else:
        read = _varint_reader(node, config)
    if config.limit is not None and (config.crate == 2 or (config.crate == 3 and node.pointer)):
        read = _claiming(read, node.bits // 8)
    return _nonzero_reader(read, node) if node.nonzero else read


def _byte_reader(signed: bool) -> Read:
    def read(r: Reader) -> int:
        value = r.data[r.take(1)]
        return value - 256 if signed and value > 127 else value

    return read


def _fixed_reader(width: int, order: Order, signed: bool) -> Read:
    def read(r: Reader) -> int:
        start = r.take(width)
        return int.from_bytes(r.data[start : start + width], order, signed=signed)

    return read


def _varint_reader(node: Int, config: Config) -> Read:
    order, strict, signed = config.endian, config.strict, node.signed
    # bincode 1 reads all but 128-bit integers as 64-bit ones and then looks whether they fit.
    width = max(node.bits // 8, 8) if config.crate == 1 else node.bits // 8
    low, high = bounds(node)

    def read(r: Reader) -> int:
        start = r.take(1)
        value: int = r.data[start]
        if value > 250:
            value = _long(r, start, width)
        if signed:
            value = -(value >> 1) - 1 if value & 1 else value >> 1
        if not low <= value <= high:
            raise InvalidIntegerType("the integer is too wide", offset=start, wanted=name_of(node), found=value)
        return value

    def _long(r: Reader, start: int, widest: int) -> int:
        tag = r.data[start]
        wide = WIDTHS.get(tag)
        if wide is None or wide > widest:
            found = "the reserved byte ff" if wide is None else f"one of {wide} bytes"
            raise InvalidIntegerType("no integer of this type", offset=start, wanted=name_of(node), found=found)
        at = r.take(wide)
        value = int.from_bytes(r.data[at : at + wide], order)
        if strict and value <= BELOW[wide]:
            raise NotShortest("an integer longer than it needs to be", offset=start, found=value)
        return value

    return read


def _claiming(read: Read, width: int) -> Read:
    def claiming(r: Reader) -> int:
        r.claim(width)
        return read(r)

    return claiming


def _nonzero_reader(read: Read, node: Int) -> Read:
    def nonzero(r: Reader) -> int:
        start = r.pos
        value = read(r)
        if value == 0:
            raise NonZeroTypeIsZero("zero where the type excludes it", offset=start, wanted=name_of(node), found=0)
        return value

    return nonzero


def length_reader(config: Config) -> Read:
    """Return what reads the length of a sequence: a u64. In crates 2 and 3 it claims its 8 bytes."""
    read = int_reader(U64, config)
    return _claiming(read, 8) if config.crate == 3 and config.limit is not None else read


# ---------------------------------------------------------------- writing


def bounds(node: Int) -> tuple[int, int]:
    """Return the smallest and the largest value of the width."""
    half = 1 << (node.bits - 1)
    return (-half, half - 1) if node.signed else (0, 2 * half - 1)


def as_int(value: Any, node: Int) -> int:
    """Return the value as an int that fits; a bool is none, NumPy's integers and others with `__index__` are."""
    if type(value) is not int:
        if isinstance(value, bool) or not hasattr(type(value), "__index__"):
            raise WrongTypeError("not an integer", wanted=name_of(node), found=type(value).__name__)
        try:
            value = type(value).__index__(value)
        except TypeError as error:
            raise WrongTypeError("not an integer", wanted=name_of(node), found=type(value).__name__) from error
    low, high = bounds(node)
    if not low <= value <= high:
        raise OutOfRangeError(
            "the integer does not fit", wanted=f"{name_of(node)}, {low} to {high}", found=_shown(value)
        )
    if node.nonzero and value == 0:
        raise OutOfRangeError("zero where the type excludes it", wanted=name_of(node), found=0)
    return int(value)


def _shown(value: int) -> object:
    return value if value.bit_length() <= 256 else f"an integer of {value.bit_length()} bits"


def int_writer(node: Int, config: Config) -> Write:
    """Return what writes one integer after looking whether it fits."""
    put = _put_fixed if config.ints == "fixed" or node.bits == 8 else put_varint
    width, order, signed = node.bits // 8, config.endian, node.signed

    def write(out: Any, value: Any) -> None:
        put(out, as_int(value, node), width, order, signed)

    return write


def _put_fixed(out: Any, value: int, width: int, order: Order, signed: bool) -> None:
    out.extend(value.to_bytes(width, order, signed=signed))


def put_varint(out: Any, value: int, width: int, order: Order, signed: bool) -> None:
    """Append the shortest form."""
    del width
    if signed:
        value = 2 * value if value >= 0 else -2 * value - 1
    if value <= 250:
        out.append(value)
        return
    for tag, wide in WIDTHS.items():
        if value < 1 << (8 * wide):
            out.append(tag)
            out.extend(value.to_bytes(wide, order))
            return
