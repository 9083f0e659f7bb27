"""What decorators say about a class."""

import enum
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import msgspec
import pytest

from bincode_next.types import ClassOptions, bitpacked, options_of, rust_name, tuple_struct, variant


def test_options_add_up() -> None:
    """Decorators may stand in any order."""

    @rust_name("A1")
    @tuple_struct
    @bitpacked(order="msb")
    @variant(discriminant=4)
    @dataclass(frozen=True, slots=True)
    class A:
        pass

    assert options_of(A) == ClassOptions("A1", 4, packed=True, bit_order="msb", positional=True)


def test_options_are_not_inherited() -> None:
    """A name belongs to one class."""

    @rust_name("A1")
    class A:
        pass

    class B(A):
        pass

    assert options_of(B) == ClassOptions()


class E(enum.Enum):
    A = 1


class N(NamedTuple):
    a: int


class D(TypedDict):
    a: int


class S(msgspec.Struct):
    a: int


@pytest.mark.parametrize("cls", [E, N, D, S])
def test_any_class_can_be_decorated(cls: type) -> None:
    """Also where attributes of instances are fixed."""
    assert bitpacked(rust_name("R")(cls)) is cls
    assert options_of(cls) == ClassOptions("R", packed=True)


def test_enums_get_no_member() -> None:
    """The options are kept under a name that enums pass over."""
    assert [member.name for member in rust_name("R")(E)] == ["A"]
