"""Choices: options, tagged unions by position, literals, enum classes; and what values could not tell apart."""

# ruff: noqa: UP007, UP045  (old spellings are tested too)

import enum
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, NamedTuple, Optional, TypeVar, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.errors import SchemaError
from bincode_next.schema import (
    Bound,
    Enum,
    Field,
    Float,
    Int,
    Ip,
    Option,
    Ref,
    Result,
    Seq,
    Socket,
    Str,
    Struct,
    Tuple,
    Unit,
    Variant,
    schema_of,
)
from bincode_next.types import (
    BitPacked,
    Bits,
    Discriminant,
    Err,
    Excluded,
    Included,
    IpAddr,
    Name,
    Ok,
    SocketAddr,
    Some,
    Unbounded,
    bitpacked,
    f32,
    rust_name,
    u8,
    u32,
    variant,
)
from bincode_next.types import Bound as BoundOf
from bincode_next.types import Result as ResultOf

T = TypeVar("T")
U8, U32 = Int(8, False), Int(32, False)


@dataclass
class Circle:
    radius: f32


@dataclass
class Square:
    side: f32
    name: str


@dataclass(frozen=True)
class Empty:
    pass


Shape = Circle | Square | Empty
CIRCLE = Struct("Circle", (Field("radius", Float(32)),))
SQUARE = Struct("Square", (Field("side", Float(32)), Field("name", Str())))


def enum_of(hint: Any) -> Enum:
    node = schema_of(hint).root
    assert isinstance(node, Enum)
    return node


def refusal(hint: Any) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        schema_of(hint)
    return caught.value


# ---------------------------------------------------------------- tagged unions


def test_a_union_is_tagged_by_position() -> None:
    """Classes without fields are unit variants; their values are instances."""
    node = enum_of(Shape)
    assert node == Enum(
        "CircleOrSquareOrEmpty", (Variant("Circle", CIRCLE), Variant("Square", SQUARE), Variant("Empty", Unit()))
    )
    assert [item.key for item in node.variants] == [Circle, Square, Empty]
    assert node.style == "union"
    assert [item.single for item in node.variants] == [False] * 3


@given(st.permutations([Circle, Square, Empty, int, str, IPv4Address]))
def test_any_order_is_kept(classes: list[Any]) -> None:
    """Whichever union of the same classes was described before."""
    node = enum_of(Union[tuple(classes)])
    assert [item.key for item in node.variants] == classes


def test_names_and_discriminants() -> None:
    """Of the union, by marker; of variants by marker or decorator; the tag stays the position."""

    @variant("Nil", discriminant=9)
    @dataclass
    class PyNil:
        pass

    node = enum_of(Annotated[Union[Annotated[Circle, Name("Round"), Discriminant(-5)], PyNil], Name("Shape")])
    assert node.name == "Shape"
    assert [(item.name, item.discriminant) for item in node.variants] == [("Round", -5), ("Nil", 9)]


def test_variants_that_are_no_classes_of_fields() -> None:
    """One field without a name; the value stands alone."""
    node = enum_of(u32 | str | list[u8] | Path)
    assert [(item.name, item.payload, item.key) for item in node.variants] == [
        ("Int", Tuple((U32,)), int),
        ("Str", Tuple((Str(),)), str),
        ("List", Tuple((Seq(U8),)), list),
        ("Path", Tuple((Str("path"),)), Path),
    ]
    assert all(item.single for item in node.variants)


class Point(NamedTuple):
    x: u8


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass
class Box(Generic[T]):
    value: T


def test_named_tuples_enums_and_generic_classes_are_variants() -> None:
    """Told apart by their classes."""
    node = enum_of(Point | Color | Box[u8] | tuple[u8, u8])
    assert [item.key for item in node.variants] == [Point, Color, Box, tuple]
    assert node.variants[2].payload == Struct("Box", (Field("value", U8),))


@dataclass
class Add:
    left: "Expr"
    right: "Expr"


@dataclass
class Number:
    value: int


Expr = Union["Add", Number]


def test_a_union_that_contains_itself() -> None:
    """The union is what is referred to, so payloads are structs, never references."""
    for hint in (Expr, list[Expr], Add, Number | Add):
        for node in [schema_of(hint).root, *(node for _, node in schema_of(hint).definitions)]:
            if isinstance(node, Enum):
                assert all(isinstance(item.payload, Struct) for item in node.variants)
    inside = schema_of(Add)
    assert [name for name, _ in inside.definitions] == ["AddOrNumber"]
    left = inside.root.fields[0].node
    ref = Ref("AddOrNumber")
    assert left.variants[0].payload == Struct("Add", (Field("left", ref), Field("right", ref)))


@dataclass
class Loop:
    again: "Loop"


@dataclass
class Pit:
    deeper: "Down | Deeper"


@dataclass
class Down:
    pit: Pit


@dataclass
class Deeper:
    pit: Pit


def test_a_type_without_end_is_refused() -> None:
    """Rust refuses it too: none of its values is finite."""
    assert "has an end" in str(refusal(Loop))
    assert "has an end" in str(refusal(Pit))


def test_packed_unions() -> None:
    """By marker, or because a variant has bits."""

    @dataclass
    class A:
        low: Annotated[u8, Bits(3)]

    @bitpacked(order="msb")
    @dataclass
    class B:
        low: Annotated[u8, Bits(3)]

    assert not enum_of(Shape).packed
    assert enum_of(Annotated[Circle | Square, BitPacked("lsb")]).bit_order == "lsb"
    assert enum_of(A | Circle).packed
    assert enum_of(Circle | B).bit_order == "msb"


@pytest.mark.parametrize(
    "hint", [list[u8] | list[str], Box[u8] | Box[str], Annotated[u8, Name("A")] | u32, Circle | list[u8] | list[int]]
)
def test_variants_of_one_class_are_refused(hint: Any) -> None:
    """Values could not tell them apart."""
    assert "can't be told apart" in str(refusal(hint))


def test_the_path_leads_into_a_variant() -> None:
    """Union, variant, field."""

    @dataclass
    class Bad:
        what: object

    @dataclass
    class Holder:
        shape: Circle | Bad

    assert refusal(Holder).path == "Holder.shape.Bad.what"


# ---------------------------------------------------------------- options


def test_options() -> None:
    """None beside anything; the order does not matter."""
    assert schema_of(u8 | None).root == Option(U8)
    assert schema_of(Optional[Circle]).root == Option(CIRCLE)
    assert schema_of(Circle | None | Square).root == Option(
        Enum("CircleOrSquare", (Variant("Circle", CIRCLE), Variant("Square", SQUARE)))
    )


def test_options_of_options() -> None:
    """`Some` says which None is meant."""
    assert schema_of(Some[u8 | None] | None).root == Option(Option(U8))
    assert schema_of(Some[Some[u8 | None] | None] | None).root == Option(Option(Option(U8)))
    assert schema_of(Some[None] | None).root == Option(Unit())


@pytest.mark.parametrize("hint", [Box[Optional[u8]]])
def test_two_meanings_of_none_are_refused(hint: Any) -> None:
    """An option whose value may be None."""

    @dataclass
    class Maybe(Generic[T]):
        value: T | None

    assert schema_of(hint)
    error = refusal(Maybe[u8 | None])
    assert "Some[" in str(error)
    assert error.path == "Maybe.value"


def test_some_is_for_options_of_options_only() -> None:
    """Anywhere else it says nothing."""
    assert "without Some" in str(refusal(Some[u8] | None))
    assert "Some" in str(refusal(Some[u8]))
    assert "Some" in str(refusal(list[Some[u8]]))


# ---------------------------------------------------------------- what Rust has of its own


def test_results_and_bounds_and_addresses() -> None:
    """Recognised by their parts, in any order."""
    assert schema_of(ResultOf[u8, str]).root == Result(U8, Str())
    assert schema_of(Err[str] | Ok[u8]).root == Result(U8, Str())
    assert schema_of(ResultOf[u8, str] | None).root == Option(Result(U8, Str()))
    assert schema_of(BoundOf[u8]).root == Bound(U8)
    assert schema_of(IpAddr).root == schema_of(IPv6Address | IPv4Address).root == Ip()
    assert schema_of(SocketAddr).root == Socket()


@pytest.mark.parametrize(
    ("hint", "advice"),
    [
        (Ok[u8], "Result[T, E]"),
        (Ok[u8] | str, "Result[T, E]"),
        (Ok[u8] | Err[u8] | str, "Result[T, E]"),
        (Included[u8] | Unbounded, "Bound[T]"),
        (Union[Included[u8], Excluded[u32], Unbounded], "Bound[T]"),
    ],
)
def test_parts_of_them_alone_are_refused(hint: Any, advice: str) -> None:
    """They have no bytes of their own."""
    assert advice in str(refusal(hint))


# ---------------------------------------------------------------- plain values


def test_literals() -> None:
    """Unit variants by position, told apart by value and type."""
    node = enum_of(Literal["a", "b", 1, True])
    assert (node.name, node.style) == ("Literal", "literal")
    assert [item.key for item in node.variants] == ["a", "b", 1, True]
    assert schema_of(Literal["a", None]).root == Option(Enum("Literal", (Variant("a", Unit()),)))
    assert enum_of(Annotated[Literal["a"], Name("Mode")]).name == "Mode"
    assert "enum class itself" in str(refusal(Literal[Color.RED]))


class Sparse(enum.IntEnum):
    LAST = 7
    FIRST = -1
    ALSO_FIRST = -1


class Words(enum.StrEnum):
    YES = "y"
    NO = "n"


class Nobody(enum.Enum):
    pass


def test_enum_classes() -> None:
    """Members by position whatever their values, which are recorded if they are whole numbers; aliases are none."""
    node = enum_of(Sparse)
    assert (node.style, node.python) == ("enum", Sparse)
    assert [(item.name, item.discriminant, item.key) for item in node.variants] == [
        ("LAST", 7, Sparse.LAST),
        ("FIRST", -1, Sparse.FIRST),
    ]
    assert [item.discriminant for item in enum_of(Words).variants] == [None, None]
    assert enum_of(Nobody).variants == ()
    assert enum_of(rust_name("Direction")(enum.Enum("Py", ["UP"]))).name == "Direction"


def test_flags_are_refused() -> None:
    """Their members combine."""

    class Flags(enum.IntFlag):
        A = 1

    assert "Codec(u32, int, Flags)" in str(refusal(Flags))
