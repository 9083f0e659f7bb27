"""Markers in `Annotated`: what each makes of a node, and where it says nothing."""

from collections import deque
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pytest

from bincode_next.errors import SchemaError
from bincode_next.schema import Array, Bytes, Char, Float, Int, Map, Node, Option, Seq, Set, Str, schema_of
from bincode_next.types import Array as FixedArray
from bincode_next.types import (
    BinaryHeap,
    BitPacked,
    Bits,
    Borrowed,
    BTreeMap,
    BTreeSet,
    Character,
    CStr,
    CString,
    Discriminant,
    Integer,
    Kind,
    Length,
    MaxLength,
    Name,
    NonZero,
    NotZero,
    Real,
    Records,
    Shape,
    View,
    i8,
    u8,
    u16,
)

U8 = Int(8, False)


@pytest.mark.parametrize(
    ("hint", "node"),
    [
        (FixedArray[u8, Literal[4]], Array(U8, 4)),
        (FixedArray[u8, 4], Array(U8, 4)),
        (Annotated[list[u8], Length(0)], Array(U8, 0)),
        (Annotated[tuple[u8, ...], Length(4)], Array(U8, 4)),
        (Annotated[bytes, Length(16)], Bytes(16)),
        (Annotated[list[u8], MaxLength(4)], Seq(U8, capacity=4)),
        (Annotated[str, MaxLength(4)], Str(capacity=4)),
        (Annotated[bytes, MaxLength(4)], Bytes(capacity=4)),
        (Annotated[bytes, Borrowed()], Bytes(borrowed=True)),
        (Annotated[list[i8], Borrowed()], Seq(Int(8, True), rust="slice")),
        (CStr, Bytes(cstring=True)),
        (NonZero[u16], Int(16, False, nonzero=True)),
        (NonZero[int], Int(64, True, nonzero=True)),
        (NonZero[u8] | None, Option(Int(8, False, nonzero=True))),
        (BTreeMap[str, u8], Map(Str(), U8, rust="BTreeMap")),
        (BTreeSet[u8], Set(U8, rust="BTreeSet")),
        (BinaryHeap[u8], Seq(U8, rust="BinaryHeap")),
        (Annotated[int, Integer(16, False), Integer(8, False)], U8),
        (Annotated[u8, "a comment", msgspec.Meta(ge=1)], U8),
        (Annotated[float, Real(32)], Float(32)),
        (Annotated[str, Character()], Char()),
    ],
    ids=str,
)
def test_a_marker_changes_the_node(hint: Any, node: Node) -> None:
    """The last of a kind counts; those of other libraries are let pass."""
    assert schema_of(hint).root == node


def test_fixed_lists_keep_their_containers() -> None:
    """A tuple stays a tuple."""
    node = schema_of(Annotated[tuple[u8, ...], Length(2)]).root
    assert isinstance(node, Array)
    assert node.python is tuple
    node = schema_of(Annotated[deque[u8], Length(2)]).root
    assert isinstance(node, Array)
    assert node.python is deque


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[str, Integer(8, False)],
        Annotated[bool, Integer(8, False)],
        Annotated[int, Real(32)],
        Annotated[bytes, Character()],
        Annotated[str, NotZero()],
        Annotated[str, Length(3)],
        Annotated[list[u8], Length(-1)],
        Annotated[list[u8], Length(True)],
        Annotated[dict[u8, u8], Length(3)],
        Annotated[Annotated[list[u8], Length(3)], MaxLength(3)],
        Annotated[dict[u8, u8], MaxLength(3)],
        Annotated[Annotated[list[u8], MaxLength(3)], Length(3)],
        Annotated[list[u8], Kind("HashMap")],
        Annotated[str, Borrowed()],
        Annotated[str, CString()],
        Annotated[Annotated[bytes, Length(3)], CString()],
        Annotated[u8, Bits(3)],
        list[Annotated[u8, Bits(3)]],
        Annotated[u8, BitPacked()],
        Annotated[u8, Name("a")],
        Annotated[u8 | None, Name("a")],
        Annotated[u8, Discriminant(1)],
        Annotated[u8, Shape(2)],
        Annotated[u8, Records(int)],
        Annotated[u8, View()],
    ],
    ids=str,
)
def test_a_marker_in_the_wrong_place_is_refused(hint: Any) -> None:
    """Silence would let bytes differ from what was meant."""
    with pytest.raises(SchemaError):
        schema_of(hint)


def test_a_name_at_a_field_that_is_a_union() -> None:
    """The first names the union, the second the field."""

    @dataclass
    class A:
        one: Annotated[int | str, Name("Value")]
        two: Annotated[int | str, Name("Value"), Name("second")]
        three: Annotated[int | None, Name("third")]

    root: Any = schema_of(A).root
    assert [(item.name, item.attribute) for item in root.fields] == [
        ("one", "one"),
        ("second", "two"),
        ("third", "three"),
    ]
    assert [str(item.node) for item in root.fields] == ["Value", "Value", "Option<i64>"]
