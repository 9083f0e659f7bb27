"""Floats of 16, 32 and 64 bits. Every NaN keeps its bits where the options don't make it the one of CBOR."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Final

from ..config import CborOptions, Config
from ..errors import NotShortest, OutOfRangeError
from ..plan._reader_py import Reader
from ..plan._scalars_py import as_float, narrowed, widened
from ..schema import _nodes as n
from ._heads import OTHER, misplaced, read_head

_CANONICAL_NAN: Final = b"\xf9\x7e\x00"
_HALF, _SINGLE, _DOUBLE = 25, 26, 27
_QUIET: Final = 0x40_0000


def float_writer(node: n.Float, options: CborOptions) -> Callable[[Any, Any], None]:
    """Return what writes a float, in the shortest form that is exact if the options prefer it.

    An f64 for an f32 is rounded; one beyond the largest is refused with OutOfRangeError.
    """
    single = node.bits == 32

    def write(out: Any, value: Any) -> None:
        number = as_float(value)
        if number != number:
            out.extend(_CANONICAL_NAN if options.canonical_nan else _nan(number, single, options.preferred_float))
            return
        if number == 0 and options.normalize_neg_zero:
            number = 0.0
        if single:
            number = _rounded(number)
        out.extend(_shortest(number) if options.preferred_float else _plain(number, single))

    return write


def _rounded(number: float) -> float:
    try:
        value: float = struct.unpack("<f", struct.pack("<f", number))[0]
    except OverflowError:
        raise OutOfRangeError("the number is too large", wanted="f32", found=number) from None
    return value


def _plain(number: float, single: bool) -> bytes:
    return struct.pack(">Bf", 0xFA, number) if single else struct.pack(">Bd", 0xFB, number)


def _shortest(number: float) -> bytes:
    for form, head in ((">Be", 0xF9), (">Bf", 0xFA)):
        try:
            data = struct.pack(form, head, number)
        except OverflowError:
            continue
        if struct.unpack(form, data)[1] == number:
            return data
    return struct.pack(">Bd", 0xFB, number)


def _nan(number: float, single: bool, preferred: bool) -> bytes:
    """Return a NaN with its payload, shortened where bincode-next does: not all that could be."""
    bits = int.from_bytes(struct.pack("<d", number), "little")
    if not single and not (preferred and bits & ((1 << 37) - 1) == 0):
        return b"\xfb" + bits.to_bytes(8, "big")
    bits = narrowed(number)
    if preferred and bits & 0x1FFF == 0:
        return b"\xf9" + (bits >> 31 << 15 | 0x7C00 | bits >> 13 & 0x3FF).to_bytes(2, "big")
    return b"\xfa" + bits.to_bytes(4, "big")


def float_reader(node: n.Float, config: Config) -> Callable[[Reader], float]:
    """Return what reads a float of any width; one of 64 bits for an f32 is rounded, as the crate does."""
    single, strict = node.bits == 32, config.strict
    shortest = strict and config.cbor.preferred_float

    def read(r: Reader) -> float:
        head = read_head(r, strict)
        if head.major != OTHER or head.is_indefinite or head.number not in (_HALF, _SINGLE, _DOUBLE):
            raise misplaced(head, f"a float for an f{node.bits}")
        width = 1 << (head.number - 24)
        at = r.take(width)
        value = _value(bytes(r.data[at : at + width]))
        if single and width == 8:
            value = _as_single(value)
        if shortest and width > 2 and value == value and len(_shortest(value)) < 1 + width:
            raise NotShortest("a float longer than it needs to be", offset=head.start, found=value)
        return value

    return read


def _value(data: bytes) -> float:
    form = {2: ">e", 4: ">f", 8: ">d"}[len(data)]
    value: float = struct.unpack(form, data)[0]
    if value == value or len(data) == 8:
        return value
    bits = int.from_bytes(data, "big")
    if len(data) == 2:
        bits = bits >> 15 << 31 | 0x7F80_0000 | (bits & 0x3FF) << 13
    return widened(bits)


def _as_single(value: float) -> float:
    """Return the nearest f32; a NaN becomes quiet, and what is too large infinite."""
    if value != value:
        return widened(narrowed(value) | _QUIET)
    try:
        return _rounded(value)
    except OutOfRangeError:
        return float("inf") if value > 0 else float("-inf")
