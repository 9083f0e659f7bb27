"""Reading whole values, looking at hostile memory, and places of errors."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next import errors
from bincode_next.config import Safety
from bincode_next.relative import (
    Choice,
    FixedString,
    Inline,
    Layout,
    Number,
    Pointer,
    Record,
    RelativePtr,
    Slice,
    Tag,
    Text,
    ZeroSlice,
    ZeroStr,
    build,
    read,
    validate,
    view,
)
from bincode_next.types import char, u8, u32


@dataclass
class Leaf:
    """A variant with text."""

    text: ZeroStr


@dataclass
class Branch:
    """A variant that leads to others."""

    kids: Annotated[list[Node], ZeroSlice()]


@dataclass
class Node:
    """A struct with an enum in it, a bool, a char and a pointer."""

    ok: bool
    mark: char
    what: Annotated[Leaf | Branch, Tag("u8")]
    where: Annotated[u32, RelativePtr()]


VALUE = Node(True, "ß", Branch([Node(False, "a", Leaf("one"), 1), Node(True, "b", Leaf(""), 2)]), 3)
DATA = build(VALUE, Node)


def test_a_value_comes_back() -> None:
    """At any offset whose alignment fits, in any kind of buffer."""
    assert read(DATA, Node) == VALUE
    assert read(bytearray(8) + DATA, Node, 8) == VALUE
    assert read(memoryview(DATA), Node) == VALUE
    validate(DATA, Node)


@pytest.mark.parametrize(
    ("at", "data", "error", "path"),
    [
        (0, b"\2", errors.InvalidBooleanValue, "ok"),
        (4, b"\0\xd8\0\0", errors.InvalidCharEncoding, "mark"),
        (6, b"\x11", errors.InvalidCharEncoding, "mark"),
        (8, b"\2", errors.UnexpectedVariant, "what"),
        (12, b"\xff\xff\xff\x7f", errors.InvalidPointer, "what.Branch.kids"),
        (16, b"\x01\0\0\0", errors.InvalidPointer, "what.Branch.kids"),
        (16, b"\0\0\0\x80", errors.InvalidPointer, "what.Branch.kids"),
        (20, b"\2\0\0\0", errors.InvalidPointer, "where"),
        (24, b"\7", errors.InvalidBooleanValue, "what.Branch.kids[0].ok"),
        (48, b"\7", errors.InvalidBooleanValue, "what.Branch.kids[1].ok"),
    ],
)
def test_broken_memory_is_refused_with_its_place(
    at: int, data: bytes, error: type[errors.DecodeError], path: str
) -> None:
    """The path of the field and the byte; also where nothing is made of it."""
    broken = DATA[:at] + data + DATA[at + len(data) :]
    for look in (read, validate):
        with pytest.raises(error) as caught:
            look(broken, Node)
        assert caught.value.path == path
        assert caught.value.offset is not None


def test_text_that_is_none() -> None:
    """Elsewhere and in place."""
    for layout, data in ((Text(), b"\1\0\0\0\4\0\0\0\xff"), (FixedString(2), b"\1\0\0\0\xff\0\0\0")):
        with pytest.raises(errors.Utf8Error):
            read(data, layout)
        with pytest.raises(errors.Utf8Error):
            view(data, layout)


def test_a_length_beyond_a_strings_place_counts_as_its_capacity() -> None:
    """As in the crate."""
    assert read(b"\xff\0\0\0ab\0\0", FixedString(2)) == "ab"


def test_the_root_must_lie_within_the_bytes() -> None:
    """One byte too few, or an offset outside."""
    for offset in (len(DATA) - 4, -1, len(DATA)):
        with pytest.raises(errors.UnexpectedEnd):
            read(DATA, Node, offset)
        with pytest.raises(errors.UnexpectedEnd):
            view(DATA, Node, offset)


def _tree() -> Record:
    record: list[Record] = []
    record.append(Record("Tree", (("kids", Slice(lambda: record[0], 4)),)))
    return record[0]


def test_circles_and_shared_targets_end() -> None:
    """Pointers that lead back are refused; a view still looks at each step."""
    circle = struct.pack("<Ii", 1, -4)
    with pytest.raises(errors.InvalidPointer):
        read(circle, _tree())
    with pytest.raises(errors.InvalidPointer):
        validate(circle, _tree())
    place = view(circle, _tree())
    for _ in range(5):
        place = place.kids[0]
    assert len(place.kids) == 1
    doubling = b"".join(struct.pack("<IiIi", 2, 12, 2, 4) for _ in range(40)) + struct.pack("<IiIi", 0, 0, 0, 0)
    with pytest.raises(errors.InvalidPointer):
        read(doubling, _tree())


def test_items_without_bytes_are_counted() -> None:
    """By Safety."""
    empty = Slice(Record("Empty", ()))
    assert read(struct.pack("<Ii", 3, 0), empty) == [(), (), ()]
    with pytest.raises(errors.LimitExceeded):
        read(struct.pack("<Ii", 1 << 31, 0), empty)
    assert len(read(struct.pack("<Ii", 70_000, 0), empty, safety=Safety(empty=None))) == 70_000


def test_what_a_class_refuses_is_an_error_of_decoding() -> None:
    """With its path."""

    @dataclass
    class Even:
        number: u8

        def __post_init__(self) -> None:
            if self.number % 2:
                raise ValueError("odd")

    layout = Slice(Record("Even", (("number", Number("u8")),), Even))
    with pytest.raises(errors.DecodeError, match="odd") as caught:
        read(struct.pack("<IiBB", 2, 4, 2, 3), layout)
    assert caught.value.path == "[1]"


ANY: Layout = Record(
    "Any",
    (
        ("tree", _tree()),
        ("text", Text()),
        ("fixed", FixedString(5)),
        ("grid", Inline(Inline(Number("bool"), 2), 2)),
        ("wide", Pointer(Number("u128"))),
        ("chars", Slice(Number("char"))),
        ("pick", Choice("Pick", (Record("A", (), tuple), Record("B", (("x", Number("f64")),), dict)), "i16")),
    ),
)


@given(st.binary(min_size=96, max_size=200), st.sampled_from(["little", "big"]))
def test_any_memory_is_a_value_or_a_decode_error(data: bytes, endian: Any) -> None:
    """Nothing else comes out; what is read whole is valid and the other way round."""
    outcomes = []
    for look in (read, validate):
        try:
            look(data, ANY, endian=endian)
            outcomes.append("")
        except errors.DecodeError as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]
