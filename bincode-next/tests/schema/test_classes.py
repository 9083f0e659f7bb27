"""Classes with fields, of every library; and those whose own code decoding would pass over."""

import dataclasses
import enum
from collections import namedtuple
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, NotRequired, TypedDict, TypeVar

import attrs
import msgspec
import pytest

from bincode_next.errors import SchemaError
from bincode_next.schema import MISSING, Enum, Field, Int, Option, Ref, Seq, Str, Struct, Unit, schema_of
from bincode_next.types import Bits, Name, bitpacked, f32, rust_name, tuple_struct, u8, u16, u128

T = TypeVar("T")
FIELDS = (Field("id", Int(16, False)), Field("name", Str()))


@dataclass
class Plain:
    id: u16
    name: str


@dataclass(slots=True, frozen=True, kw_only=True)
class Slots:
    id: u16
    name: str = "x"


class Tuple2(NamedTuple):
    id: u16
    name: str = "x"


class Dict2(TypedDict):
    id: u16
    name: str


class Struct2(msgspec.Struct):
    id: u16
    name: str = "x"


@attrs.define
class Attrs2:
    id: u16
    name: str = "x"


STYLES = [
    (Plain, "dataclass"),
    (Slots, "dataclass"),
    (Tuple2, "namedtuple"),
    (Dict2, "typeddict"),
    (Struct2, "struct"),
    (Attrs2, "attrs"),
]


def struct_of(hint: Any) -> Struct:
    node = schema_of(hint).root
    assert isinstance(node, Struct)
    return node


@pytest.mark.parametrize(("cls", "style"), STYLES)
def test_fields_in_their_order(cls: type, style: str) -> None:
    """Whatever library a class is of."""
    node = struct_of(cls)
    assert node == Struct(cls.__name__, FIELDS)
    assert (node.python, node.style, node.after) == (cls, style, None)


@pytest.mark.parametrize("cls", [Slots, Tuple2, Struct2, Attrs2])
def test_defaults_are_kept(cls: type) -> None:
    """For options that ask for them."""
    assert [item.default for item in struct_of(cls).fields] == [MISSING, "x"]


def test_factories_are_kept() -> None:
    """A default that is made anew."""

    @dataclass
    class A:
        items: list[u8] = field(default_factory=list)

    class B(msgspec.Struct):
        items: list[u8] = msgspec.field(default_factory=list)

    @attrs.define
    class C:
        items: list[u8] = attrs.field(factory=list)

    for cls in (A, B, C):
        assert [(item.default, item.factory) for item in struct_of(cls).fields] == [(MISSING, list)]


def test_required_msgspec_fields_have_no_default() -> None:
    """Also where they follow one that has."""

    class Late(msgspec.Struct, kw_only=True):
        first: u8 = 1
        second: u8

    assert [item.default for item in struct_of(Late).fields] == [1, MISSING]


def test_fields_of_bases_come_first() -> None:
    """In every library, and whatever module wrote the hints."""

    @dataclass
    class A(Plain):
        more: u8

    class B(Struct2, kw_only=True):
        more: u8

    @attrs.define(kw_only=True)
    class C(Attrs2):
        more: u8

    class D(Dict2):
        more: u8

    for cls in (A, B, C, D):
        assert struct_of(cls).fields == (*FIELDS, Field("more", Int(8, False)))


class GenericTuple(NamedTuple, Generic[T]):
    value: T


class GenericDict(TypedDict, Generic[T]):
    value: T


class GenericStruct(msgspec.Struct, Generic[T]):
    value: "list[T]"


@attrs.define
class GenericAttrs(Generic[T]):
    value: T


def test_generic_classes_of_every_library() -> None:
    """Their variables take arguments."""
    assert struct_of(GenericTuple[u8]).fields == (Field("value", Int(8, False)),)
    assert struct_of(GenericDict[u8]).fields == (Field("value", Int(8, False)),)
    assert struct_of(GenericStruct[u8]).fields == (Field("value", Seq(Int(8, False))),)
    assert struct_of(GenericAttrs[u8]).fields == (Field("value", Int(8, False)),)


class Chain(NamedTuple):
    next: "Chain | None"


class Folder(TypedDict):
    folders: "list[Folder]"


def test_tuples_and_dicts_that_contain_themselves() -> None:
    """Their hints in strings are forward references."""
    assert struct_of(Chain).fields == (Field("next", Option(Ref("Chain"))),)
    assert struct_of(Folder).fields == (Field("folders", Seq(Ref("Folder"))),)


def test_what_is_no_field_is_left_out() -> None:
    """Class variables are not written; fields that `__init__` does not take are."""

    @dataclass
    class A:
        count: ClassVar[int] = 0
        id: u8
        made: u8 = field(init=False, default=3)

    assert [item.name for item in struct_of(A).fields] == ["id", "made"]


def test_classes_without_fields_are_units() -> None:
    """A unit struct, by its name; its value is an instance."""

    @dataclass(frozen=True)
    class Nothing:
        pass

    class Void(msgspec.Struct):
        pass

    for cls in (Nothing, Void):
        node = schema_of(cls).root
        assert node == Unit(cls.__name__)
        assert isinstance(node, Unit)
        assert type(node.value) is cls


def test_what_a_class_checks_is_called() -> None:
    """`__post_init__`, and what attrs validates."""
    seen: list[object] = []

    @dataclass
    class A:
        id: u8

        def __post_init__(self) -> None:
            seen.append(self)

    def positive(_: object, __: object, value: int) -> None:
        if value < 1:
            raise ValueError("not positive")

    @attrs.define
    class B:
        id: u8 = attrs.field(validator=positive)

        def __attrs_post_init__(self) -> None:
            seen.append(self)

    for cls, made in ((A, A(1)), (B, B(1))):
        after = struct_of(cls).after
        assert after is not None
        seen.clear()
        after(made)
        assert seen == [made]
    bad = B(1)
    object.__setattr__(bad, "id", 0)
    after = struct_of(B).after
    assert after is not None
    with pytest.raises(ValueError, match="not positive"):
        after(bad)


# ---------------------------------------------------------------- refused


def refusal(hint: Any) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        schema_of(hint)
    return caught.value


def test_an_init_variable_is_refused_by_name() -> None:
    """It is kept nowhere."""

    @dataclass
    class A:
        id: u8
        seed: InitVar[int]

    error = refusal(A)
    assert error.path == "A.seed"
    assert "InitVar" in str(error)


class OwnInit:
    def __init__(self) -> None:
        self.id = 1


def own_new(cls: type, *_: object, **__: object) -> Any:
    return object.__new__(cls)


def own_setattr(self: object, name: str, value: object) -> None:
    object.__setattr__(self, name, value)


def own_init(self: Any, id: int) -> None:
    self.id = id


@pytest.mark.parametrize(
    ("name", "function"), [("__new__", own_new), ("__setattr__", own_setattr), ("__init__", own_init)]
)
@pytest.mark.parametrize("make", [dataclass, attrs.define], ids=["dataclass", "attrs"])
def test_own_ways_of_making_are_refused(name: str, function: Callable[..., Any], make: Callable[[type], type]) -> None:
    """Decoders set fields themselves."""
    cls = make(type("Own", (), {"__annotations__": {"id": u8}, name: function}))
    error = refusal(cls)
    assert f"{name} of its own" in str(error)
    assert "register" in str(error)


def test_an_inherited_one_is_refused_too() -> None:
    """Whoever wrote it."""

    class Base:
        def __setattr__(self, name: str, value: object) -> None:
            object.__setattr__(self, name, value)

    @dataclass
    class A(Base):
        id: u8

    assert "__setattr__" in str(refusal(A))


def test_what_libraries_generate_is_not_own() -> None:
    """Frozen classes have a `__setattr__`, and attrs' one runs validators."""

    @attrs.frozen
    class A:
        id: u8

    @attrs.define
    class B:
        id: u8 = attrs.field(converter=int, validator=attrs.validators.instance_of(int))

    class C(msgspec.Struct, frozen=True):
        id: u8

    for cls in (Slots, A, B, C):
        assert struct_of(cls)


def test_a_class_of_c_below_is_refused() -> None:
    """An exception or a list holds more than its fields."""

    @dataclass
    class A(Exception):
        code: u8

    @dataclass
    class B(list[int]):
        code: u8

    for cls in (A, B):
        assert "class of C" in str(refusal(cls))


def test_kept_hashes_are_forgotten() -> None:
    """attrs keeps them in a cell that `__init__` would clear."""

    @attrs.frozen(cache_hash=True)
    class A:
        id: u8

    made = object.__new__(A)
    object.__setattr__(made, "id", 3)
    after = struct_of(A).after
    assert after is not None
    after(made)
    assert hash(made) == hash(A(3))


def test_an_enum_of_dataclasses_is_an_enum() -> None:
    """Its members stand for themselves."""

    @dataclass(frozen=True)
    class Orbit:
        days: u16

    class Planet(Orbit, enum.Enum):
        EARTH = 365
        MARS = 687

    node = schema_of(Planet).root
    assert isinstance(node, Enum)
    assert [item.key for item in node.variants] == list(Planet)


def test_a_forgotten_decorator_is_found() -> None:
    """A class that only inherits from a dataclass would lose its own fields."""

    class A(Plain):
        more: u8

    assert "Decorate it too" in str(refusal(A))


def test_keys_that_may_be_absent_are_refused() -> None:
    """The wire has a place for each field."""

    class A(TypedDict):
        id: u8
        name: NotRequired[str]

    class B(TypedDict, total=False):
        id: u8

    assert refusal(A).path == "A.name"
    assert refusal(B).path == "B.id"


def test_fields_without_types_are_refused() -> None:
    """A plain namedtuple, an attrs class of old."""
    assert "typing.NamedTuple" in str(refusal(namedtuple("Old", ["a"])))
    assert refusal(attrs.make_class("Old", ["a"])).path == "Old.a"


def test_a_name_that_is_not_there_is_told_with_its_field() -> None:
    """The field, the name and where names are looked up."""

    @dataclass
    class A:
        good: "u8"
        bad: "list[nowhere]"  # type: ignore[name-defined]  # noqa: F821

    error = refusal(A)
    assert error.path == "A.bad"
    assert "nowhere" in str(error)
    assert refusal(list[dict[str, A]]).path == "[][].bad"


# ---------------------------------------------------------------- what Rust calls it, and bits


def test_names_of_rust() -> None:
    """A class by decorator, a field by marker; Python's own name is kept beside it."""

    @rust_name("Item")
    @dataclass
    class PyItem:
        type_: Annotated[u8, Name("type")]

    node = struct_of(PyItem)
    assert (node.name, node.fields) == ("Item", (Field("type", Int(8, False)),))
    assert node.fields[0].attribute == "type_"
    assert (
        schema_of(Plain).root
        == schema_of(rust_name("Plain")(dataclasses.make_dataclass("X", [("id", u16), ("name", str)]))).root
    )


def test_tuple_structs() -> None:
    """Fields without names in Rust."""

    @tuple_struct
    @dataclass
    class Meters:
        value: f32

    assert struct_of(Meters).positional
    assert str(schema_of(Meters)) == "struct Meters(f32);"


def test_bits_make_a_class_packed() -> None:
    """By a field, or by the decorator; options are not inherited."""

    @dataclass
    class A:
        low: Annotated[u8, Bits(3)]
        flag: Annotated[bool, Bits(1)]
        rest: u16

    @bitpacked(order="msb")
    @dataclass
    class B:
        a: u8

    @dataclass
    class C(B):
        b: u8

    node = struct_of(A)
    assert node.packed
    assert [item.bits for item in node.fields] == [3, 1, None]
    assert (struct_of(B).packed, struct_of(B).bit_order) == (True, "msb")
    assert not struct_of(C).packed


@pytest.mark.parametrize(
    "hint", [Annotated[u8, Bits(9)], Annotated[u8, Bits(0)], Annotated[u128, Bits(65)], Annotated[str, Bits(1)]]
)
def test_bits_that_do_not_fit_are_refused(hint: Any) -> None:
    """More than the type has, none, more than 64, or of something else."""
    cls = dataclasses.make_dataclass("Packed", [("low", hint)])
    assert refusal(cls).path == "Packed.low"
