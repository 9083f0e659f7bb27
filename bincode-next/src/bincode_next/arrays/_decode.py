"""Bytes to arrays: a copy or a view where memory is the wire, one pass over rows where integers vary in length.

The quick way asks only whether all is well. When something is not, the rows are gone through one by one, natively,
to say which element, which field and which byte.
"""

from __future__ import annotations

from math import prod
from typing import Any, Final

import numpy as np

from ..config import Config
from ..errors import (
    DecodeError,
    InvalidBooleanValue,
    InvalidIntegerType,
    LimitExceeded,
    NonZeroTypeIsZero,
    NotShortest,
    UnexpectedEnd,
    UnexpectedVariant,
)
from ..schema import Int, NdArray
from ._accept import Values, column
from ._encode import checked_layout, varies
from ._layout import COPY, VARINTS, Layout, Part, Program, Step, program_of
from ._varint import decode_rows
from ._varint_py import END, LONG, NOT_BOOL, NOT_OPTION, OK, SIGNED, TAG, TAGS, WIDE, ZERO

LARGEST: Final = int(np.iinfo(np.intp).max)
_INTEGERS: Final = {kind: f"{'i' if signed else 'u'}{bits}" for (bits, signed), kind in VARINTS.items()}


def decode_array(
    node: NdArray, data: Any, offset: int, end: int, config: Config, limit: int | None = None
) -> tuple[Values, int]:
    """Return the array whose bytes start at `offset`, and where they end. `data`: any bytes-like.

    The array is the caller's own, unless the node asks for a view and the bytes are as memory has them. `limit`: how
    many bytes the crate's limit has left. Raises errors of the family DecodeError; nothing is allocated that the
    bytes up to `end` do not justify.
    """
    layout = checked_layout(node, config)
    count, start = _count(node, data, offset, end, config, limit)
    if limit is not None and claims(node, count, config)[0] > limit:
        raise _over_limit(start, limit)
    hold_to_safety(layout.least, layout.dtype.itemsize, count, start, end, config)
    if varies(layout, config):
        array, stop = _vary(node, layout, data, start, end, count, config)
    else:
        array, stop = _copy(node, layout, data, start, end, count, config)
    return array if node.shape is None else array.reshape(node.shape), stop


def claims(node: NdArray, count: int, config: Config) -> tuple[int, int]:
    """Return how many bytes an array of `count` elements claims of the crate's limit at the most, and in the end.

    As in the crates: a length claims 8, elements claim their size in memory at once and give it back as each claims
    for itself, which in bincode-next only usize and isize do. Bytes are claimed as a block.
    """
    layout = checked_layout(node, config)
    size, head = layout.in_rust, 8 if node.shape is None else 0
    if node.record is None and node.dtype == "uint8":
        return head + count, head + count
    own = sum(prod(leaf.dtype.shape) * _claim(leaf.scalar, leaf.dtype.base.itemsize, config) for leaf in layout.leaves)
    return head + count * size, head + count * own


def _claim(scalar: object, width: int, config: Config) -> int:
    return width if config.crate < 3 or (isinstance(scalar, Int) and scalar.pointer) else 0


def _over_limit(offset: int, limit: int) -> LimitExceeded:
    return LimitExceeded("the value claims more bytes than the limit", offset=offset, wanted=f"at most {limit} more")


def _count(node: NdArray, data: Any, offset: int, end: int, config: Config, limit: int | None) -> tuple[int, int]:
    """Return how many elements there are, and where they start."""
    if node.shape is not None:
        return prod(node.shape), offset
    if limit is not None and limit < 8:
        raise _over_limit(offset, limit)
    return read_length(data, offset, end, config)


def read_length(data: Any, offset: int, end: int, config: Config) -> tuple[int, int]:
    """Return the length of a sequence and where its elements start."""
    raw = data if isinstance(data, bytes | bytearray) else memoryview(data).cast("B")
    if config.ints == "fixed":
        if end - offset < 8:
            raise _ended(offset, 8, end)
        return int.from_bytes(raw[offset : offset + 8], config.endian), offset + 8
    if offset < end and raw[offset] <= 250:
        return raw[offset], offset + 1
    raw = memoryview(data).cast("B")
    if offset < end and raw[offset] <= 253 and not config.strict and end - offset > (width := TAGS[raw[offset]]):
        return int.from_bytes(raw[offset + 1 : offset + 1 + width], config.endian), offset + 1 + width
    target = np.empty(1, np.uint64)
    program = program_of(Int(64, False), target.dtype, True, config.endian)
    big, strict, crate1 = config.endian == "big", config.strict, config.crate == 1
    ended = decode_rows(raw, offset, end, target.view(np.uint8), 8, 1, program.code, big, strict, crate1)
    if ended[0] != OK:
        raise error_of(program, ended, raw, end, config, ())
    return int(target[0]), ended[1]


def hold_to_safety(least: int, memory: int, count: int, offset: int, end: int, config: Config) -> None:
    """Refuse more elements, or more memory for them, than Safety allows."""
    safety = config.safety
    if least:
        # What the bytes that remain can't hold is never allocated: it ends in UnexpectedEnd.
        count = min(count, max(end - offset, 0) // least + 1)
    elif safety.empty is not None and count > safety.empty:
        raise _refused("elements that take no bytes", offset, safety.empty)
    if safety.elements is not None and count > safety.elements:
        raise _refused("elements", offset, safety.elements)
    if safety.memory is not None and count * memory > safety.memory:
        raise _refused("bytes of memory", offset, safety.memory)
    if count > LARGEST:
        raise _refused("elements", offset, LARGEST)


def _refused(what: str, offset: int, limit: int) -> LimitExceeded:
    return LimitExceeded(
        f"the value has more {what} than the configuration's safety allows",
        offset=offset,
        wanted=f"at most {limit}",
        advice="Config.with_safety changes what is allowed",
    )


# ---------------------------------------------------------------- elements of one size


def _copy(
    node: NdArray, layout: Layout, data: Any, offset: int, end: int, count: int, config: Config
) -> tuple[Values, int]:
    itemsize = layout.dtype.itemsize
    stop = offset + count * itemsize
    if stop > end:
        raise _first_wrong(node, layout, data, offset, end, count, config)
    if not count or not itemsize:
        return np.empty(count, layout.dtype), offset
    wire = layout.wires[config.endian]
    there = np.frombuffer(data, wire, count, offset)
    if layout.has_refusals and not _is_sound(layout, there):
        raise _first_wrong(node, layout, data, offset, end, count, config)
    if wire != layout.dtype:
        return there.astype(layout.dtype), stop
    if node.view:
        if there.flags.writeable:
            there.flags.writeable = False
        return there, stop
    own = np.empty(count, layout.dtype)
    own.view(np.uint8)[:] = np.frombuffer(data, np.uint8, count * itemsize, offset)
    return own, stop


def _is_sound(layout: Layout, array: Values) -> bool:
    """Whether booleans are 0 or 1, and what must not be zero is not."""
    for leaf in layout.leaves:
        if leaf.dtype.base == np.bool_:
            values = column(array, leaf)
            if values.size and values.view(np.uint8).max() > 1:
                return False
        elif isinstance(leaf.scalar, Int) and leaf.scalar.nonzero and not column(array, leaf).all():
            return False
    return True


def _first_wrong(
    node: NdArray, layout: Layout, data: Any, offset: int, end: int, count: int, config: Config
) -> DecodeError:
    """Return the error of the first element that is wrong, where it is known that one is."""
    rows = min(count, (end - offset) // layout.dtype.itemsize + 1)
    program = program_of(layout.item, layout.dtype, False, config.endian)
    target, raw = np.empty(rows, layout.dtype), memoryview(data).cast("B")
    ended = decode_rows(
        *(raw, offset, end, target.view(np.uint8), target.itemsize, rows, program.code),
        *(config.endian == "big", config.strict, config.crate == 1),
    )
    return error_of(program, ended, raw, end, config, node.shape)


# ---------------------------------------------------------------- elements of varying size


def _vary(
    node: NdArray, layout: Layout, data: Any, offset: int, end: int, count: int, config: Config
) -> tuple[Values, int]:
    rows = min(count, max(end - offset, 0) // layout.least + 1)
    target = np.empty(rows, layout.dtype)
    if not rows:
        return target, offset
    program, raw = program_of(layout.item, layout.dtype, True, config.endian), memoryview(data).cast("B")
    ended = decode_rows(
        *(raw, offset, end, target.view(np.uint8), target.itemsize, rows, program.code),
        *(config.endian == "big", config.strict, config.crate == 1),
    )
    if ended[0] != OK:
        raise error_of(program, ended, raw, end, config, node.shape)
    return target, ended[1]


def error_of(
    program: Program,
    ended: tuple[int, int, int, int, int],
    data: memoryview,
    end: int,
    config: Config,
    shape: tuple[int, ...] | None = None,
) -> DecodeError:
    """Return the error that a decoding of rows ended in: which element (of an array of `shape`), field and byte."""
    status, offset, row, number, item = ended
    step = program.steps[number]
    part, item, offset = _part(step, item, offset, end) if step.kind == COPY else (step.parts[0], item, offset)
    path = _index(row, shape) + part.label + _index(item, part.shape)
    return _error(status, step, part, path, offset, data[:end], config)


def _index(number: int, shape: tuple[int, ...] | None) -> str:
    """Return the place of an item in an array of a shape, `[1][2]`; None is one dimension."""
    return f"[{number}]" if shape is None else "".join(f"[{int(i)}]" for i in np.unravel_index(number, shape) if shape)


def _part(step: Step, item: int, offset: int, end: int) -> tuple[Part, int, int]:
    """Return which part of a copied run the bytes end in (or, of one part, which item is zero), and where it starts."""
    if item:
        return step.parts[0], item, offset
    for part in step.parts:
        size = part.width * part.items
        if end - offset < size:
            item = (end - offset) // part.width
            return part, item, offset + item * part.width
        offset += size
    return step.parts[0], 0, offset - size


def _error(
    status: int, step: Step, part: Part, path: str, offset: int, data: memoryview, config: Config
) -> DecodeError:
    kind, end = step.kind, len(data)
    wanted = _INTEGERS.get(kind, "an integer that is not 0")
    width = TAGS.get(data[offset], 0) if kind in _INTEGERS and offset < end else 0
    if status == END:
        return _ended(offset + 1, width, end, path) if width else _ended(offset, _least(step, part), end, path)
    if status == TAG:
        found = f"one of {width or 16} bytes" if data[offset] < 255 else "the reserved byte ff"
        return InvalidIntegerType("no integer of this type", path=path, offset=offset, wanted=wanted, found=found)
    if status == ZERO:
        return NonZeroTypeIsZero("zero where the type excludes it", path=path, offset=offset, wanted=wanted, found=0)
    if status == NOT_BOOL:
        return InvalidBooleanValue("no bool", path=path, offset=offset, wanted="0 or 1", found=data[offset])
    if status == NOT_OPTION:
        return UnexpectedVariant("no option", path=path, offset=offset, wanted="0 or 1", found=data[offset])
    value = int.from_bytes(data[offset + 1 : offset + 1 + width], config.endian)
    if status == LONG:
        return NotShortest("an integer longer than it needs to be", path=path, offset=offset, found=value)
    assert status == WIDE
    value = value >> 1 ^ -(value & 1) if kind in SIGNED else value
    return InvalidIntegerType("the integer is too wide", path=path, offset=offset, wanted=wanted, found=value)


def _least(step: Step, part: Part) -> int:
    return 1 if step.kind in _INTEGERS else part.width


def _ended(offset: int, width: int, end: int, path: str = "") -> UnexpectedEnd:
    left = max(end - offset, 0)
    error = UnexpectedEnd("the bytes end within a value", path=path, offset=offset, wanted=f"{width} bytes", found=left)
    error.additional = width - left
    return error
