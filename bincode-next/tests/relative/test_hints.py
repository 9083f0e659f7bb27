"""Type hints as layouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import pytest

from bincode_next.errors import SchemaError
from bincode_next.relative import (
    Choice,
    Record,
    RelativePtr,
    Slice,
    ZeroArray,
    ZeroSlice,
    ZeroStr,
    ZeroString,
    build,
    layout_of,
    read,
)
from bincode_next.types import Array, f32, u8, u32


@dataclass
class Big:
    """All kinds of leading elsewhere."""

    str_inline: Annotated[str, ZeroString(10)]
    str_relative: ZeroStr
    slice: Annotated[list[u32], ZeroSlice(8)]
    array: Annotated[list[u32], ZeroArray(4, align=16)]
    grid: Array[Array[f32, Literal[2]], Literal[2]]
    point: Annotated[u32, RelativePtr(4)]
    signed: int
    real: float


def test_sizes_and_offsets_of_hints() -> None:
    """As C has them; int is an i64 and float an f64."""
    layout = layout_of(Big)
    assert isinstance(layout, Record)
    assert layout.offsets == (0, 16, 24, 32, 36, 52, 56, 64)
    assert (layout.size, layout.align) == (72, 8)
    value = Big("inline", "relative", [1, 2, 3], [1, 2, 3, 4], [[1.0, 2.0], [3.0, 4.0]], 9, -5, 0.5)
    for endian in ("little", "big"):
        data = build(value, Big, endian=endian)
        assert read(data, Big, endian=endian) == value


class Pair(NamedTuple):
    """A NamedTuple has fields too."""

    left: u8
    right: Annotated[Annotated[list[u32], ZeroSlice()], RelativePtr()]


def test_named_tuples_and_pointers_to_slices() -> None:
    """Markers on markers: what a pointer leads to may lead on."""
    value = Pair(1, [2, 3])
    data = build(value, Pair)
    assert data.hex() == "0100000004000000" + "0200000004000000" + "0200000003000000"
    assert read(data, Pair) == value


@dataclass
class Nothing:
    """A variant without fields."""


@dataclass
class Kids:
    """A variant that leads to the union it is in."""

    of: Annotated[list[Nothing | Kids], ZeroSlice()]


def test_a_union_may_lead_to_itself() -> None:
    """Variants are told apart by their class."""
    layout = layout_of(Nothing | Kids)
    assert isinstance(layout, Choice)
    value = Kids([Nothing(), Kids([]), Nothing()])
    assert read(build(value, layout), layout) == value


def test_a_list_alone_is_a_layout_too() -> None:
    """A hint need not be a class."""
    assert isinstance(layout_of(Annotated[list[u8], ZeroSlice()]), Slice)


@dataclass
class Inside:
    """A class that would hold itself in place."""

    inside: Array[Inside, Literal[2]]


@dataclass
class Lost:
    """A field without a layout."""

    ok: u8
    names: Annotated[list[str], ZeroSlice()]


@pytest.mark.parametrize(
    ("hint", "path"), [(Inside, "inside"), (Lost, "names"), (list[int], ""), (Nothing | int, "")], ids=str
)
def test_hints_without_a_layout(hint: Any, path: str) -> None:
    """Refused, naming the field."""
    with pytest.raises(SchemaError) as caught:
        layout_of(hint)
    assert caught.value.path == path
