"""Schemas as values: they print as Rust would declare them, compare and hash by the wire, and are walked."""

import pickle
from dataclasses import dataclass
from typing import Annotated, Literal

from bincode_next.schema import Field, Int, Struct, Tuple, Unit, children, payload_fields, schema_of
from bincode_next.types import (
    Array,
    Bits,
    Discriminant,
    MaxLength,
    Name,
    NonZero,
    Range,
    Result,
    f32,
    tuple_struct,
    u8,
    u16,
)


@tuple_struct
@dataclass
class Meters:
    value: f32


@dataclass
class Empty:
    pass


@dataclass
class Move:
    to: tuple[f32, f32]
    speed: Meters


@dataclass
class Game:
    name: Annotated[str, MaxLength(8)]
    board: Array[Array[u8, Literal[8]], Literal[8]]
    orders: "list[Annotated[Annotated[Move, Discriminant(4)] | Empty | str, Name('Order')]]"
    flags: Annotated[u8, Bits(3)]
    mode: Annotated[Literal["fast", "slow"], Name("Mode")]
    best: dict[str, Result[NonZero[u16], str]]
    seen: "Range[u8] | None"
    parents: "list[Game]"
    nothing: Empty


DECLARED = """struct Game {
    name: String /* at most 8 */,
    board: [[u8; 8]; 8],
    orders: Vec<Order>,
    flags: u8 /* 3 bits */,
    mode: Mode,
    best: HashMap<String, Result<NonZero<u16>, String>>,
    seen: Option<Range<u8>>,
    parents: Vec<Game>,
    nothing: Empty,
}

enum Mode {
    fast,
    slow,
}

struct Empty;

enum Order {
    Move { to: (f32, f32), speed: Meters } = 4,
    Empty,
    Str(String),
}

struct Meters(f32);"""


def test_a_schema_prints_its_declarations() -> None:
    """Each name once, the root first."""
    assert str(schema_of(Game)) == DECLARED
    assert str(schema_of(list[Empty])) == "Vec<Empty>\n\nstruct Empty;"
    assert str(schema_of(tuple[u8])) == "(u8,)"


def test_nodes_compare_by_the_wire() -> None:
    """The Python class does not matter, its names do."""

    def another() -> type:
        @dataclass(slots=True)
        class Move:
            to: tuple[f32, f32]
            speed: Meters

        return Move

    assert schema_of(another()) == schema_of(Move)
    assert len({schema_of(another()), schema_of(Move)}) == 1
    assert schema_of(Move) != schema_of(Meters)


def test_schemas_of_plain_classes_pickle() -> None:
    """So that they cross to other processes."""
    schema = schema_of(dict[str, list[u8]])
    assert pickle.loads(pickle.dumps(schema)) == schema


def test_payloads_have_fields() -> None:
    """Those without names are called by their index."""
    u8_node = Int(8, False)
    assert payload_fields(Unit()) == ()
    assert payload_fields(Tuple((u8_node,))) == (Field("0", u8_node),)
    assert payload_fields(Struct("A", (Field("a", u8_node),))) == (Field("a", u8_node),)


def test_children_are_met_in_order() -> None:
    """Every node of the tree is reached."""
    seen, nodes = [], [schema_of(Game).root]
    for node in nodes:
        seen.append(type(node).__name__)
        nodes.extend(children(node))
    assert {"Struct", "Array", "Seq", "Enum", "Result", "Map", "Option", "Range", "Ref", "Tuple", "Unit"} <= set(seen)
