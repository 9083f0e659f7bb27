"""Numbers into bits and back."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index
from typing import Any

from ..errors import OutOfRangeError, UnexpectedEnd, WrongTypeError
from ..schema import _nodes as n
from ._runs import Order


def pack(numbers: Sequence[int], widths: Sequence[int], order: Order) -> bytes:
    """Return numbers, each below 2**width, one after the other in as few bytes as they need, the rest zeros.

    "lsb": the first number's lowest bit is the first byte's lowest. "msb": its highest bit is that byte's highest.
    """
    packed = total = 0
    if order == "lsb":
        for number, width in zip(numbers, widths, strict=True):
            packed |= number << total
            total += width
        return packed.to_bytes((total + 7) // 8, "little")
    for number, width in zip(numbers, widths, strict=True):
        packed = packed << width | number
        total += width
    size = (total + 7) // 8
    return (packed << (8 * size - total)).to_bytes(size, "big")


def unpack(data: bytes | bytearray | memoryview, at: int, end: int, widths: Sequence[int], order: Order) -> list[int]:
    """Return the numbers packed at `at`. Bits that fill the last byte are not looked at, as the crate does not.

    Raises UnexpectedEnd if the bytes before `end` are too few.
    """
    total = sum(widths)
    size = (total + 7) // 8
    if at + size > end:
        error = UnexpectedEnd("the bytes end within packed fields", offset=at, wanted=f"{size} bytes", found=end - at)
        error.additional = at + size - end
        raise error
    packed = int.from_bytes(data[at : at + size], "little" if order == "lsb" else "big")
    if order == "lsb":
        numbers = []
        for width in widths:
            numbers.append(packed & ((1 << width) - 1))
            packed >>= width
        return numbers
    left = 8 * size
    numbers = []
    for width in widths:
        left -= width
        numbers.append(packed >> left & ((1 << width) - 1))
    return numbers


def read_first(data: bytes | bytearray | memoryview, at: int, end: int, width: int, order: Order) -> int:
    """Return the first number of a run, the tag of an enum, before it is known what else the run holds."""
    return unpack(data, at, end, (width,), order)[0]


def to_bits(value: Any, field: n.Field) -> int:
    """Return a field's value as the number to pack.

    Raises OutOfRangeError if it needs more bits than the field has; a negative number always does, as in the crate,
    though a field of all bits of its type may be decoded to one.
    """
    bits = field.bits or 0
    if isinstance(field.node, n.Bool):
        if type(value) is not bool:
            raise WrongTypeError("not a bool", wanted="True or False", found=value)
        return int(value)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise WrongTypeError("not an integer", wanted="an int", found=value)
    number = index(value)
    assert isinstance(field.node, n.Int)
    most = (1 << min(bits, field.node.bits - field.node.signed)) - 1
    if not 0 <= number <= most:
        advice = "bincode-next packs no negative numbers" if number < 0 else ""
        raise OutOfRangeError("does not fit the bits of its field", wanted=f"0 to {most}", found=number, advice=advice)
    return number


def from_bits(number: int, field: n.Field) -> int | bool:
    """Return the value of a field of its packed number; of all bits of a signed type the highest is the sign."""
    if isinstance(field.node, n.Bool):
        return number != 0
    assert isinstance(field.node, n.Int)
    if field.node.signed and field.bits == field.node.bits and number >> (field.node.bits - 1):
        return number - (1 << field.node.bits)
    return number
