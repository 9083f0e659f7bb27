"""Python types become Rust: what it looks like for each crate, and what Rust has not."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal

import numpy as np
import pytest

from bincode_next.errors import RustError
from bincode_next.rust import to_rust
from bincode_next.schema import Enum as EnumNode
from bincode_next.schema import Option, Schema, Unit, Variant, schema_of
from bincode_next.types import Array, BinaryHeap, Bits, BTreeMap, Name, Shape, bitpacked, f64, u8, u16, u32


class Colour(Enum):
    RED = 1
    none_ = 5


@dataclass
class Point:
    x: f64
    type: u8


@dataclass
class Tree:
    children: "list[Tree]"
    parent: "Tree | None"
    colours: dict[Colour, Point]


TREE = """use std::collections::HashMap;

#[derive(Clone, Debug, PartialEq, bincode::Encode, bincode::Decode)]
pub struct Tree {
    pub children: Vec<Box<Tree>>,
    pub parent: Option<Box<Tree>>,
    pub colours: HashMap<Colour, Point>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, bincode::Encode, bincode::Decode)]
pub enum Colour {
    RED = 1,
    None = 5,
}

#[derive(Clone, Debug, PartialEq, bincode::Encode, bincode::Decode)]
pub struct Point {
    pub x: f64,
    pub r#type: u8,
}
"""


def test_the_source_is_what_one_would_write_by_hand():
    """Types in the order in which they are met; keys get what maps demand; what closes a cycle is boxed."""
    assert to_rust(Tree) == TREE


def test_each_crate_has_its_derives():
    """serde for bincode 1, BitPacked for packed fields of bincode-next, others on request."""

    @bitpacked(order="lsb")
    @dataclass
    class Flags:
        a: Annotated[u8, Bits(3)]

    assert "#[derive(serde::Serialize, serde::Deserialize)]\npub struct Point" in to_rust(Point, crate=1, derive=())
    assert "#[derive(Eq, bincode_next::Encode, bincode_next::Decode)]" in to_rust(Point, crate=3, derive=("Eq",))
    packed = '#[derive(bincode_next::BitPacked)]\n#[bincode(bit_packing = "lsb")]\npub struct Flags {\n'
    packed += "    #[bincode(bits = 3)]\n    pub a: u8,\n"
    assert packed in to_rust(Flags, crate=3, derive=())
    with pytest.raises(RustError, match="ask for crate=3"):
        to_rust(Flags, crate=2)


def test_types_without_a_name_get_one():
    """`Root`, and numbers where a name is taken; several types share what they hold."""
    assert to_rust(dict[str, u8]) == "use std::collections::HashMap;\n\npub type Root = HashMap<String, u8>;\n"
    text = to_rust(list[Point], Point, u8)
    assert text.count("pub struct Point") == 1
    assert "pub type Root = Vec<Point>;" in text
    assert "pub type Root2 = u8;" in text


def test_schemas_are_taken_as_types_are():
    """And the same text comes of both."""
    assert to_rust(schema_of(Tree)) == to_rust(Tree)


def test_a_class_called_as_a_type_of_rust_is_no_trouble():
    """The library's type is then named by its whole path."""

    @dataclass
    class Option:
        value: u8 | None

    @dataclass
    class HashMap:
        items: dict[u8, Option]

    text = to_rust(HashMap)
    assert "pub value: std::option::Option<u8>" in text
    assert "pub items: std::collections::HashMap<u8, Option>" in text
    assert "use " not in text


def test_two_classes_of_one_name_are_numbered():
    """Two uses of a generic class, or classes of two modules."""
    first = dataclass(type("P", (), {"__annotations__": {"x": u8}}))
    second = dataclass(type("P", (), {"__annotations__": {"x": u16}}))
    text = to_rust(tuple[first, second])
    assert "pub struct P {\n    pub x: u8" in text
    assert "pub struct P2 {\n    pub x: u16" in text
    assert "pub type Root = (P, P2);" in text


def test_discriminants_that_say_something_are_written():
    """Beside payloads Rust wants a representation, which changes no bytes."""
    enum = EnumNode("E", (Variant("A", Unit(), None, 3), Variant("B", Option(Unit()), None, -1)))
    assert "#[repr(i64)]\npub enum E {\n    A = 3,\n    B(Option<()>) = -1,\n}" in to_rust(Schema(enum))
    plain = EnumNode("E", (Variant("A", Unit(), None, 0), Variant("B", Unit(), None, 1)))
    assert "{\n    A,\n    B,\n}" in to_rust(Schema(plain))
    with pytest.raises(RustError, match="64 bits"):
        to_rust(Schema(EnumNode("E", (Variant("A", Unit(), None, 1 << 64),))))


def test_arrays_of_numpy_have_their_rust():
    """One dimension is a Vec, fixed shapes are nested arrays."""
    grid = Annotated[np.ndarray[tuple[int, int], np.dtype[np.float32]], Shape(2, 3)]
    assert to_rust(grid) == "pub type Root = [[f32; 3]; 2];\n"
    assert to_rust(np.ndarray[tuple[int], np.dtype[np.uint16]]) == "pub type Root = Vec<u16>;\n"


def test_heaps_have_no_equality():
    """Neither has what holds one; their elements have an order."""
    text = to_rust(dataclass(type("H", (), {"__annotations__": {"items": BinaryHeap[Colour]}})))
    assert "#[derive(Clone, Debug, bincode::Encode, bincode::Decode)]\npub struct H" in text
    assert "PartialEq, Eq, PartialOrd, Ord, bincode::Encode" in text


def test_large_arrays_of_serde_get_help_where_there_is_any():
    """serde stops at 32 items."""
    wide = dataclass(type("W", (), {"__annotations__": {"a": Array[u8, Literal[33]]}}))
    assert '#[serde(with = "serde_big_array::BigArray")]\n    pub a: [u8; 33]' in to_rust(wide, crate=1)
    with pytest.raises(RustError, match="arrays of 33"):
        to_rust(list[Array[u8, Literal[33]]], crate=1)


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        (dict[f64, u8], "a Float can't be the key of a map"),
        (set[tuple[f64, ...]], "a Float can't be an element of a set"),
        (BTreeMap[frozenset[u8], u8], "a Set can't be the key"),
        (tuple[(u8,) * 17], "a tuple of 17 items"),
    ],
)
def test_what_rust_has_not_is_refused(hint, said):
    """With what to do."""
    with pytest.raises(RustError, match=said):
        to_rust(hint)


def test_names_that_rust_refuses_are_changed():
    """Keywords are raw, what is no word becomes one."""
    fields = {"self": u8, "fn": u8, "x": Annotated[u32, Name("a-b")]}
    text = to_rust(dataclass(type("é_x", (), {"__annotations__": fields})), Literal["a b", "1", "self"])
    assert "pub struct éX" in text or "pub struct É" in text
    assert all(f"pub {name}: u" in text for name in ("self_", "r#fn", "a_b"))
    assert "    AB,\n    V1,\n    Self_,\n" in text


def test_nesting_has_a_limit():
    """Deep types are refused, not recursed into."""
    node = Unit()
    for _ in range(200):
        node = Option(node)
    with pytest.raises(RustError, match="nested deeper"):
        to_rust(Schema(node))
