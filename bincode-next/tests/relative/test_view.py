"""Looking at memory in place."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Annotated, Literal

import pytest

from bincode_next import errors
from bincode_next.relative import (
    Inline,
    Items,
    Number,
    Record,
    RelativePtr,
    Slice,
    Struct,
    Tag,
    ZeroArray,
    ZeroSlice,
    ZeroStr,
    ZeroString,
    build,
    view,
)
from bincode_next.types import Array, f64, u8, u16, u32, u128


@dataclass
class Point:
    """Numbers with a gap between and behind them."""

    tag: u8
    x: f64
    flags: Array[u16, Literal[3]]


@dataclass
class Empty:
    """A variant without fields."""


@dataclass
class Full:
    """A variant with one."""

    value: u32


@dataclass
class Series:
    """All kinds of fields."""

    name: ZeroStr
    short: Annotated[str, ZeroString(6)]
    xs: Annotated[list[f64], ZeroSlice()]
    four: Annotated[list[u32], ZeroArray(4)]
    points: Annotated[list[Point], ZeroSlice()]
    names: Annotated[list[ZeroStr], ZeroSlice()]
    first: Annotated[Point, RelativePtr()]
    what: Annotated[Empty | Full, Tag("u16")]
    wide: Annotated[list[u128], ZeroSlice()]
    yes: bool


POINTS = [Point(1, 1.5, [1, 2, 3]), Point(2, -2.5, [4, 5, 6])]
SERIES = Series("a name", "short", [0.5, 1.5], [1, 2, 3, 4], POINTS, ["p", "q"], POINTS[1], Full(7), [1 << 100], True)
NATIVE = sys.byteorder
OTHER = "big" if NATIVE == "little" else "little"
DATA = build(SERIES, Series, endian=NATIVE)


def test_fields_are_attributes() -> None:
    """Read when they are asked for."""
    seen = view(DATA, Series, endian=NATIVE)
    assert (seen.name, seen.short, seen.yes) == ("a name", "short", True)
    assert list(seen.xs) == [0.5, 1.5]
    assert list(seen.four) == [1, 2, 3, 4]
    assert list(seen.names) == ["p", "q"]
    assert list(seen.wide) == [1 << 100]
    assert isinstance(seen.points[1], Struct)
    assert seen.points[1].x == seen.first.x == -2.5
    assert list(seen.first.flags) == [4, 5, 6]
    assert (seen.what._name, seen.what.value) == ("Full", 7)
    assert dir(seen.first) == ["flags", "tag", "x"]
    assert repr(seen.what) == f"<Full at byte {seen.what._at}: value>"
    with pytest.raises(AttributeError, match="no field 'z'"):
        _ = seen.first.z


def test_items_are_a_sequence() -> None:
    """With slices in place and the usual errors."""
    items = view(DATA, Series, endian=NATIVE).four
    assert isinstance(items, Items)
    assert (items[-1], len(items), 3 in items, items.index(4)) == (4, 4, True, 3)
    assert list(items[1:3]) == [2, 3]
    assert isinstance(items[1:3], Items)
    assert items[::2] == [1, 3]
    assert list(items[3:1]) == []
    assert repr(items).startswith("<4 items at byte")
    with pytest.raises(IndexError):
        _ = items[4]


def test_numbers_are_views_of_the_bytes() -> None:
    """A memoryview, read-only, of what the caller changes."""
    buffer = bytearray(DATA)
    seen = view(buffer, Series, endian=NATIVE)
    numbers = seen.four.memoryview()
    assert (numbers.tolist(), numbers.format, numbers.readonly) == ([1, 2, 3, 4], "I", True)
    at = bytes(buffer).index(build([1, 2, 3, 4], Inline(Number("u32"), 4), endian=NATIVE))
    buffer[at : at + 4] = (99).to_bytes(4, NATIVE)
    assert numbers[0] == seen.four[0] == 99
    for items in (seen.points, seen.wide, seen.names):
        with pytest.raises(TypeError):
            items.memoryview()
    other = view(build([1], Slice(Number("u16")), endian=OTHER), Slice(Number("u16")), endian=OTHER)
    with pytest.raises(TypeError, match="byte order"):
        other.memoryview()


@pytest.mark.parametrize("endian", ["little", "big"])
def test_numpy_takes_items_without_a_copy(endian: Literal["little", "big"]) -> None:
    """Numbers in either byte order, structs as a structured array, gaps and all."""
    np = pytest.importorskip("numpy")
    buffer = bytearray(build(SERIES, Series, endian=endian))
    seen = view(buffer, Series, endian=endian)
    xs = np.asarray(seen.xs)
    assert xs.tolist() == [0.5, 1.5]
    assert xs.dtype == np.dtype("f8").newbyteorder("<" if endian == "little" else ">")
    assert not xs.flags.writeable
    assert np.shares_memory(xs, np.frombuffer(buffer, "u1"))
    points = np.asarray(seen.points)
    assert points.dtype.itemsize == 24
    assert points["x"].tolist() == [1.5, -2.5]
    assert points["flags"].tolist() == [[1, 2, 3], [4, 5, 6]]
    assert np.shares_memory(points["x"], np.frombuffer(buffer, "u1"))
    assert np.asarray(seen.first.flags).tolist() == [4, 5, 6]
    assert np.asarray(seen.names).tolist() == ["p", "q"]


def test_checks_are_made_when_a_field_is_asked_for() -> None:
    """A broken field does not keep others from being read."""
    record = Record("R", (("a", Slice(Number("u32"))), ("b", Number("bool"))))
    data = bytearray(build(([1, 2], True), record))
    data[4:8] = b"\xff\xff\xff\x7f"
    seen = view(data, record)
    assert seen.b is True
    with pytest.raises(errors.InvalidPointer):
        _ = seen.a
    data[8] = 7
    with pytest.raises(errors.InvalidBooleanValue):
        _ = seen.b
