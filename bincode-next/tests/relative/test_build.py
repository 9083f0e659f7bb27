"""The crate's bytes: the vectors, and deeper ones that it was seen to build."""

from __future__ import annotations

import array
import struct
import sys
from dataclasses import dataclass, make_dataclass
from typing import Annotated, Any

import pytest
from vector_rows import Row, float_of, rows

from bincode_next.errors import OutOfRangeError, WrongTypeError
from bincode_next.relative import (
    Choice,
    FixedArray,
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
    ZeroArray,
    ZeroSlice,
    ZeroStr,
    ZeroString,
    build,
    read,
    validate,
)
from bincode_next.types import char, f32, u8, u16, u64, u128


def _layout(said: Any) -> Layout:
    """Return the layout of a described type."""
    match said:
        case "zerostr":
            return Text()
        case str():
            return Number(said)
        case {"relptr": [target, align]}:
            return Pointer(_layout(target), align)
        case {"zeroslice": [item, align]}:
            return Slice(_layout(item), align)
        case {"zeroarray": [item, length, align]}:
            return FixedArray(_layout(item), length, align)
        case {"zerostring": capacity}:
            return FixedString(capacity)
        case {"array": [item, length]}:
            return Inline(_layout(item), length)
        case {"struct": name, "fields": fields}:
            return Record(name, tuple((field, _layout(kind)) for field, kind in fields))
        case {"enum": name, "variants": variants, "repr": tag}:
            return Choice(name, tuple(_variant(*variant) for variant in variants), tag)
    raise AssertionError(said)


def _variant(name: str, said: Any) -> Record:
    fields = [each if isinstance(each, list) else [f"f{index}", each] for index, each in enumerate(said or [])]
    python = make_dataclass(name, [each for each, _ in fields])
    return Record(name, tuple((field, _layout(kind)) for field, kind in fields), python)


def _value(layout: Layout, said: Any) -> Any:
    match layout:
        case Number(name="f32" | "f64"):
            return float_of(int(said[4:], 16), 8 * layout.size)
        case Number(name="bool" | "char") | FixedString() | Text():
            return said
        case Number():
            return int(said)
        case Pointer():
            return _value(layout.target, said)
        case Slice() | FixedArray():
            return [_value(layout.target, each) for each in said]
        case Record():
            return tuple(_value(inner, said[name]) for name, inner in layout.fields)
        case Choice():
            name, fields = next(iter(said.items()))
            variant = next(each for each in layout.variants if each.name == name)
            values = fields if isinstance(fields, list) else list((fields or {}).values())
            assert variant.python is not None
            return variant.python(
                *(_value(inner, each) for (_, inner), each in zip(variant.fields, values, strict=True))
            )
    raise AssertionError(layout)


def _same_but_gaps(data: bytes, hex_with_gaps: str) -> bool:
    pairs = [hex_with_gaps[at : at + 2] for at in range(0, len(hex_with_gaps), 2)]
    return len(pairs) == len(data) and all(
        byte == 0 if pair == "??" else byte == int(pair, 16) for pair, byte in zip(pairs, data, strict=True)
    )


@pytest.mark.parametrize("row", rows("bincode_v3_zero_copy"), ids=lambda row: row["id"])
def test_the_crates_memory(row: Row) -> None:
    """Byte for byte, with zeros where the crate left anything; and read back, whatever lies in the gaps."""
    layout, endian = _layout(row["type"]), row["config"]["endian"]
    value = _value(layout, row["value"])
    data = build(value, layout, endian=endian)
    assert _same_but_gaps(data, row["hex"])
    cut = {"zc-00015": "this is to", "zc-00017": "aé"}.get(row["id"])
    theirs = bytes.fromhex(row["hex"].replace("??", "a5"))
    validate(theirs, layout, row["root_offset"], endian=endian)
    assert read(theirs, layout, row["root_offset"], endian=endian) == (value if cut is None else cut)


@dataclass
class Item:
    """Text elsewhere, numbers, a bool and a char."""

    name: ZeroStr
    size: u16
    ok: bool
    sym: char


@dataclass
class Shop:
    """Structs that lead elsewhere, in a slice and behind a pointer; text in an array; 128 bits."""

    id: u8
    items: Annotated[list[Item], ZeroSlice()]
    best: Annotated[Item, RelativePtr()]
    pairs: Annotated[list[ZeroStr], ZeroArray(2, align=16)]
    tail: u128


@dataclass
class Nothing:
    """A variant without fields."""


@dataclass
class Said:
    """A variant with text elsewhere."""

    a: u16
    s: ZeroStr


@dataclass
class Nums:
    """A variant with numbers elsewhere."""

    f0: Annotated[list[u64], ZeroSlice()]
    f1: u8


@dataclass
class Env:
    """An enum in the middle."""

    k: u8
    m: Annotated[Nothing | Said | Nums, Tag("u8")]
    n: u16


SHOP = Shop(7, [Item("ab", 1, True, "x"), Item("cde", 2, False, "€")], Item("best", 3, True, "y"), ["p", "qq"], 5)
BUILT = [
    (
        Shop,
        SHOP,
        (
            "0700000002000000280000004c0000006000000000000000000000000000000005000000000000000000000000000000"
            "020000001c0000000100010078000000030000000e00000002000000ac2000006162636465000000040000000c000000"
            "03000100790000006265737400000000010000000c0000000200000005000000707171"
        ),
    ),
    (Env, Env(1, Nothing(), 2), "01??????00??????????????????????????????0200????"),
    (Env, Env(1, Said(9, "hey"), 2), "010000000100000009000000030000000800000002000000686579"),
    (
        Env,
        Env(1, Nums([1, 2], 4), 2),
        "0100000002000000020000000c000000040000000200000001000000000000000200000000000000",
    ),
]


@pytest.mark.parametrize(("hint", "value", "data"), BUILT, ids=["shop", "none", "text", "nums"])
def test_deeper_memory_that_the_crate_built(hint: Any, value: Any, data: str) -> None:
    """In its order: a parent's reservation, then its children's, depth first."""
    assert _same_but_gaps(build(value, hint), data)
    assert read(bytes.fromhex(data.replace("??", "a5")), hint) == value


def test_equal_values_make_equal_bytes_whatever_holds_their_numbers() -> None:
    """Lists, arrays of the standard library, NumPy's."""
    np = pytest.importorskip("numpy")
    values = [1.5, -2.0, 1e300]
    hint = Annotated[list[float], ZeroSlice()]
    expected = build(values, hint)
    assert expected == struct.pack("<Ii", 3, 4) + struct.pack("<3d", *values)
    for held in (tuple(values), array.array("d", values), np.array(values), np.array(values, ">f8")):
        assert build(held, hint) == expected
    assert build(np.array([1, 2], "i8"), Annotated[list[int], ZeroSlice()]) == build(
        [1, 2], Annotated[list[int], ZeroSlice()]
    )
    assert build(np.array([True, False]), Annotated[list[bool], ZeroSlice()])[8:] == b"\1\0"


@dataclass
class Tree:
    """A class that leads to itself."""

    name: u16
    kids: Annotated[list[Tree], ZeroSlice()]


def test_a_class_may_lead_to_itself_at_any_depth() -> None:
    """Many more levels than the stack has."""
    value = Tree(0, [])
    for name in range(30_000):
        value = Tree(name & 0xFFFF, [value])
    data = build(value, Tree)
    decoded, levels = read(data, Tree), 0
    while decoded.kids:
        assert decoded.name == value.name
        decoded, value, levels = decoded.kids[0], value.kids[0], levels + 1
    assert levels == 30_000
    assert sys.getrecursionlimit() < levels


@pytest.mark.parametrize(
    ("hint", "value", "error", "path"),
    [
        (Env, Env(256, Nothing(), 1), OutOfRangeError, "k"),
        (Env, Env(1, Said(1, 5), 1), WrongTypeError, "m.Said.s"),
        (Env, Env(1, Tree(1, []), 1), WrongTypeError, "m"),
        (Env, Env(1, Nums([1, -1], 1), 1), OutOfRangeError, "m.Nums.f0[1]"),
        (Shop, Shop(1, [Item("a", 1, 1, "x")], SHOP.best, ["", ""], 1), WrongTypeError, "items[0].ok"),
        (Shop, Shop(1, [Item("a", 1, True, "xy")], SHOP.best, ["", ""], 1), WrongTypeError, "items[0].sym"),
        (Shop, Shop(1, [], SHOP.best, [""], 1), WrongTypeError, "pairs"),
        (Shop, Shop(1, [], None, ["", ""], 1), WrongTypeError, "best"),
        (Shop, Shop(1, [], SHOP.best, ["", "\ud800"], 1), WrongTypeError, "pairs[1]"),
        (Annotated[f32, RelativePtr()], 1e300, OutOfRangeError, ""),
        (u8, True, WrongTypeError, ""),
    ],
)
def test_values_that_do_not_fit_are_refused_by_path(hint: Any, value: Any, error: Any, path: str) -> None:
    """And nothing is built."""
    with pytest.raises(error) as caught:
        build(value, hint)
    assert caught.value.path == path


def test_text_too_long_for_its_place_is_cut_unless_strict() -> None:
    """At a character, as the crate does."""
    hint = Annotated[str, ZeroString(4)]
    assert build("aé€", hint) == b"\3\0\0\0a\xc3\xa9\0"
    with pytest.raises(OutOfRangeError):
        build("aé€", hint, strict=True)
    assert build("aé", hint, strict=True) == build("aé€", hint)
