"""Python values taken apart and put together."""

from array import array
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import pytest

from bincode_next.errors import DecodeError, WrongTypeError
from bincode_next.plan._values import (
    elements_of,
    entries_of,
    first_repeated,
    is_wrapped,
    items_of,
    struct_maker,
    struct_taker,
    variant_finder,
)
from bincode_next.schema import Custom, Enum, Int, Option, Struct, Unit, Variant, schema_of
from bincode_next.types import u8


@dataclass(frozen=True, slots=True)
class Point:
    x: u8
    y: u8 = 7

    def __post_init__(self) -> None:
        if self.x == 13:
            raise ValueError("unlucky")


class Pair(NamedTuple):
    x: u8
    y: u8


class Entry(TypedDict):
    x: u8
    y: u8


def struct(hint: object) -> Struct:
    root = schema_of(hint).root
    assert isinstance(root, Struct)
    return root


def test_structs_are_made_and_taken_apart() -> None:
    for hint, value in ((Point, Point(1, 2)), (Pair, Pair(1, 2)), (Entry, {"x": 1, "y": 2})):
        made = struct_maker(struct(hint))([1, 2])
        assert (made, type(made)) == (value, type(value))
        assert tuple(struct_taker(struct(hint))(value)) == (1, 2)
        with pytest.raises(WrongTypeError):
            struct_taker(struct(hint))(object())


def test_a_class_may_refuse() -> None:
    with pytest.raises(DecodeError, match="unlucky"):
        struct_maker(struct(Point))([13, 2])


def test_msgspec_structs_are_made_by_calling_them() -> None:
    msgspec = pytest.importorskip("msgspec")
    cls = msgspec.defstruct("Made", [("x", u8), ("y", u8)], kw_only=True, frozen=True)
    value = struct_maker(struct(cls))([1, 2])
    assert value == cls(x=1, y=2)
    assert list(struct_taker(struct(cls))(value)) == [1, 2]


def test_attrs_classes_are_made_without_init() -> None:
    attr = pytest.importorskip("attr")

    @attr.define
    class Made:
        x: u8
        _y: u8 = 5

    value = struct_maker(struct(Made))([1, 2])
    assert value == Made(1, 2)
    assert list(struct_taker(struct(Made))(value)) == [1, 2]


def test_sequences_are_snapshots() -> None:
    values = [1, 2]
    items = items_of(values)
    values.append(3)
    assert list(items) == [1, 2]
    for other in ((1, 2), deque([1, 2]), range(1, 3), {1: 0, 2: 0}.keys(), array("B", [1, 2])):
        assert list(items_of(other)) == [1, 2]
    for wrong in ("ab", b"ab", bytearray(b"ab"), {1: 2}, 5, None, iter([1])):
        with pytest.raises(WrongTypeError):
            items_of(wrong)
    assert elements_of(frozenset([1])) == (1,)
    assert entries_of({1: 2}) == ((1, 2),)
    for wrong in ([1], {1: 2}):
        with pytest.raises(WrongTypeError):
            elements_of(wrong)
    with pytest.raises(WrongTypeError):
        entries_of([(1, 2)])


def test_options_whose_value_may_be_none_are_wrapped() -> None:
    byte = Int(8, False)
    assert is_wrapped(Option(Option(byte)))
    assert is_wrapped(Option(Unit()))
    assert is_wrapped(Option(Custom(Option(byte), "x", id, id)))
    assert not is_wrapped(Option(byte))
    assert not is_wrapped(Option(Unit("Marker", object())))


def test_the_most_derived_class_names_the_variant() -> None:
    class Base:
        pass

    class Derived(Base):
        pass

    class More(Derived):
        pass

    find = variant_finder(Enum("E", (Variant("Base", Unit(), Base), Variant("Derived", Unit(), Derived))))
    assert [find(Base()), find(Derived()), find(More())] == [0, 1, 1]
    with pytest.raises(WrongTypeError):
        find(object())


def test_literals_are_told_apart_by_type_too() -> None:
    values = (1, True, "1", b"1")
    find = variant_finder(Enum("E", tuple(Variant(repr(v), Unit("", v), v) for v in values), style="literal"))
    assert [find(value) for value in values] == [0, 1, 2, 3]
    for wrong in (1.0, False, [1], None):
        with pytest.raises(WrongTypeError):
            find(wrong)


def test_repeated_keys_are_found() -> None:
    assert first_repeated([b"a", b"b", b"b", b"c", b"c"]) == b"b"
    assert first_repeated([b"a", b"b"]) is None
    assert first_repeated([]) is None
