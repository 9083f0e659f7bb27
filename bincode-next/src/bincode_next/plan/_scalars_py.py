"""Values without parts of their own: bool, floats, char, text, bytes. One reader and one writer for each."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import (
    CStringNul,
    InvalidBooleanValue,
    InvalidCharEncoding,
    LimitExceeded,
    OutOfRangeError,
    Utf8Error,
    WrongTypeError,
)
from ..schema import _nodes as n
from ._reader_py import Reader
from ._values import wrong
from ._varint_py import U64, int_writer, length_reader

Read = Callable[[Reader], Any]
Write = Callable[[Any, Any], None]

_NAN64 = 0x7FF0_0000_0000_0000
_NAN32 = 0x7F80_0000


def claims_scalars(config: Config) -> bool:
    """Whether the crate counts scalars against its limit: bincode 2 does, bincode-next no longer."""
    return config.limit is not None and config.crate == 2


# ---------------------------------------------------------------- bool


def bool_reader(config: Config) -> Read:
    """Return what reads a bool."""
    claim = 1 if claims_scalars(config) else 0

    def read(r: Reader) -> bool:
        r.claim(claim)
        start = r.take(1)
        value = r.data[start]
        if value > 1:
            raise InvalidBooleanValue("no bool", offset=start, wanted="0 or 1", found=value)
        return value == 1

    return read


def write_bool(out: Any, value: Any) -> None:
    """Write a bool, Python's or NumPy's."""
    if value is not True and value is not False and getattr(getattr(value, "dtype", None), "kind", "") != "b":
        raise wrong(value, "bool")
    out.append(1 if value else 0)


# ---------------------------------------------------------------- floats


def float_reader(node: n.Float, config: Config) -> Read:
    """Return what reads a float, every NaN with its bits."""
    width = node.bits // 8
    claim = width if claims_scalars(config) else 0
    order = "<" if config.endian == "little" else ">"
    form = struct.Struct(order + ("f" if width == 4 else "d"))

    def read(r: Reader) -> float:
        r.claim(claim)
        start = r.take(width)
        value: float = form.unpack_from(r.data, start)[0]
        if width == 4 and value != value:
            return widened(int.from_bytes(r.data[start : start + 4], config.endian))
        return value

    return read


def widened(bits: int) -> float:
    """Return the f64 with the sign and payload of an f32 NaN; the processor would make a signalling one quiet."""
    wide = (bits >> 31) << 63 | _NAN64 | (bits & 0x7F_FFFF) << 29
    value: float = struct.unpack("<d", wide.to_bytes(8, "little"))[0]
    return value


def narrowed(value: float) -> int:
    """Return the f32 bits of an f64 NaN: its sign and the upper part of its payload, quiet if that part is 0."""
    bits = int.from_bytes(struct.pack("<d", value), "little")
    payload = (bits >> 29) & 0x7F_FFFF
    return (bits >> 63) << 31 | _NAN32 | (payload or 0x40_0000)


def as_float(value: Any) -> float:
    """Return the value as a float; ints and NumPy's numbers are taken, bool, text and others are not."""
    if type(value) is float:
        return value
    if isinstance(value, bool | str | bytes | bytearray) or not _is_number(value):
        raise wrong(value, "float")
    try:
        return float(value)
    except OverflowError:
        raise OutOfRangeError("the integer is too large for a float", wanted="f64") from None
    except (TypeError, ValueError) as error:
        raise wrong(value, "float") from error


def _is_number(value: Any) -> bool:
    if getattr(getattr(value, "dtype", None), "kind", "f") not in "iuf":
        return False
    return hasattr(type(value), "__float__") or hasattr(type(value), "__index__")


def float_writer(node: n.Float, config: Config) -> Write:
    """Return what writes a float. An f64 is rounded to the nearest f32; one beyond the largest is refused."""
    form = struct.Struct(("<" if config.endian == "little" else ">") + ("f" if node.bits == 32 else "d"))
    narrow = node.bits == 32

    def write(out: Any, value: Any) -> None:
        number = as_float(value)
        if narrow and number != number:
            out.extend(narrowed(number).to_bytes(4, config.endian))
            return
        try:
            out.extend(form.pack(number))
        except OverflowError:
            raise OutOfRangeError("the number is too large", wanted="f32", found=number) from None

    return write


# ---------------------------------------------------------------- char


def char_width(first: int) -> int:
    """Return how many bytes a character with this first byte has in UTF-8, 0 if none starts so."""
    if first < 0x80:
        return 1
    if 0xC2 <= first <= 0xDF:
        return 2
    if 0xE0 <= first <= 0xEF:
        return 3
    return 4 if 0xF0 <= first <= 0xF4 else 0


def char_reader(config: Config) -> Read:
    """Return what reads one Unicode scalar value. Its claim comes after the first byte, which says its width."""
    claims = config.limit is not None and config.crate > 1
    old = config.crate == 1  # bincode 1 calls a char that is cut off a wrong one

    def read(r: Reader) -> str:
        start = r.take(1)
        width = char_width(r.data[start])
        if width == 0:
            raise _no_char(r, start, 1)
        if claims:
            r.claim(width)
        if old and r.end - r.pos < width - 1 and not r.is_cut:
            raise _no_char(r, start, r.end - start)
        r.take(width - 1)
        try:
            return str(r.data[start : start + width], "utf-8")
        except UnicodeDecodeError:
            raise _no_char(r, start, width) from None

    return read


def _no_char(r: Reader, start: int, width: int) -> InvalidCharEncoding:
    found = bytes(r.data[start : start + width]).hex(" ")
    return InvalidCharEncoding("no Unicode scalar value", offset=start, wanted="UTF-8", found=found)


def write_char(out: Any, value: Any) -> None:
    """Write a str of length 1."""
    if not isinstance(value, str):
        raise wrong(value, "a str of one character")
    if len(value) != 1:
        raise WrongTypeError("not one character", wanted="a str of length 1", found=len(value))
    out.extend(utf8(value))


def utf8(text: str) -> bytes:
    """Return text as UTF-8; lone surrogates have none."""
    try:
        return str.encode(text, "utf-8")
    except UnicodeEncodeError as error:
        found = f"U+{ord(text[error.start]):04X}"
        raise WrongTypeError("a lone surrogate has no UTF-8", wanted="Unicode text", found=found) from None


# ---------------------------------------------------------------- text and bytes


def _refuse_long(length: int, capacity: int | None, start: int) -> None:
    if capacity is not None and length > capacity:
        raise LimitExceeded("longer than its type allows", offset=start, wanted=f"at most {capacity}", found=length)


def refuse_long(length: int, capacity: int | None) -> None:
    """Refuse to write more items or bytes than a bounded type has."""
    if capacity is not None and length > capacity:
        raise OutOfRangeError("longer than its type allows", wanted=f"at most {capacity}", found=length)


def block_reader(config: Config, capacity: int | None = None) -> Callable[[Reader], tuple[int, int]]:
    """Return what reads a length and steps over as many bytes: gives where they start and end."""
    length = length_reader(config)
    claims = config.limit is not None and config.crate > 1

    def read(r: Reader) -> tuple[int, int]:
        at = r.pos
        count = length(r)
        _refuse_long(count, capacity, at)
        if claims:
            r.claim(count)
        start = r.take(count)
        r.remember(count)
        return start, start + count

    return read


def str_reader(node: n.Str, config: Config, block: Callable[[Reader], tuple[int, int]] | None = None) -> Read:
    """Return what reads text, which must be UTF-8 without surrogates, as Rust's is. `block` says where it lies."""
    find = block or block_reader(config, node.capacity)
    is_path = node.kind == "path"

    def read(r: Reader) -> Any:
        start, stop = find(r)
        try:
            text = str(r.data[start:stop], "utf-8")
        except UnicodeDecodeError as error:
            found = bytes(error.object[error.start : error.end]).hex(" ")
            raise Utf8Error("not UTF-8", offset=start + error.start, wanted="UTF-8", found=found) from None
        return Path(text) if is_path else text

    return read


def str_writer(node: n.Str, config: Config, length: Write | None = None) -> Write:
    """Return what writes text, or a path that is text. `length` writes how many bytes it has."""
    put_length = length or int_writer(U64, config)
    is_path = node.kind == "path"

    def write(out: Any, value: Any) -> None:
        if is_path and isinstance(value, os.PathLike):
            value = os.fspath(value)
        if not isinstance(value, str):
            raise wrong(value, "a path" if is_path else "str")
        data = utf8(value)
        refuse_long(len(data), node.capacity)
        put_length(out, len(data))
        out.extend(data)

    return write


def bytes_reader(node: n.Bytes, config: Config) -> Read:
    """Return what reads bytes: of a length on the wire, or of the type's own. A memoryview is of the input itself."""
    block = block_reader(config, node.capacity)
    claims = config.limit is not None and config.crate > 1
    fixed = node.length

    def read(r: Reader) -> Any:
        if fixed is None:
            start, stop = block(r)
        else:
            if claims:
                r.claim(fixed)
            start = r.take(fixed)
            stop = start + fixed
        data = memoryview(r.data) if node.python == "memoryview" else r.data
        return made_bytes(node, data[start:stop], start)

    return read


def made_bytes(node: n.Bytes, data: bytes | bytearray | memoryview, start: int) -> bytes | bytearray | memoryview:
    """Return bytes that were read at `start` as the type that the node names."""
    if node.cstring and 0 in data:
        raise CStringNul("a NUL inside a C string", offset=start + bytes(data).index(0))
    if node.python == "memoryview":
        return memoryview(data).toreadonly()
    return bytearray(data) if node.python == "bytearray" else bytes(data)


def bytes_writer(node: n.Bytes, config: Config) -> Write:
    """Return what writes bytes of any kind whose items are single bytes."""
    length = int_writer(U64, config)

    def write(out: Any, value: Any) -> None:
        data = checked_bytes(node, value)
        if node.length is None:
            length(out, len(data))
        out.extend(data)

    return write


def checked_bytes(node: n.Bytes, value: Any) -> bytes | bytearray | memoryview:
    """Return a flat view of a value that fits the node."""
    data = as_bytes(value)
    if node.length is not None and len(data) != node.length:
        raise WrongTypeError("bytes of another length", wanted=f"{node.length} bytes", found=len(data))
    if node.cstring and 0 in data:
        raise WrongTypeError("a NUL inside a C string", wanted="bytes without 0")
    refuse_long(len(data), node.capacity)
    return data


def as_bytes(value: Any) -> bytes | bytearray | memoryview:
    """Return a flat view of bytes, or the bytes themselves; text and lists are none."""
    if isinstance(value, bytes | bytearray):
        return value
    try:
        view = memoryview(value)
    except TypeError:
        raise wrong(value, "bytes") from None
    if view.itemsize != 1:
        raise WrongTypeError("items wider than a byte", wanted="bytes", found=view.format)
    return view.cast("B") if view.c_contiguous else view.tobytes()
