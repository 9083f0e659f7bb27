"""What names in hints mean: where the class was written, not where it is used."""

import sys
import types
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import pytest

from bincode_next.errors import SchemaError
from bincode_next.schema import Field, Int, Option, Ref, Seq, Str, Struct, schema_of
from bincode_next.types import u8

T = TypeVar("T")


def module(name: str, text: str) -> types.ModuleType:
    made = types.ModuleType(name)
    sys.modules[name] = made
    exec(compile(text, f"{name}.py", "exec"), made.__dict__)
    return made


BASE = """
from __future__ import annotations
from dataclasses import dataclass
from bincode_next.types import u16 as Word
@dataclass
class Base:
    word: Word
    more: list[Base]
"""


def test_each_class_is_read_in_its_own_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """A base from elsewhere knows its own names; the same name here may mean something else."""
    monkeypatch.setitem(sys.modules, "scope_base", types.ModuleType("scope_base"))
    base: Any = module("scope_base", BASE)
    Word = str  # noqa: F841

    @dataclass
    class Derived(base.Base):
        own: u8

    ref = Ref("Base")
    assert schema_of(Derived).root == Struct(
        "Derived",
        (
            Field("word", Int(16, False)),
            Field("more", Seq(Struct("Base", (Field("word", Int(16, False)), Field("more", Seq(ref)))))),
            Field("own", Int(8, False)),
        ),
    )


def test_a_class_in_a_function_knows_itself_and_its_inner_classes() -> None:
    """Even if the module has another class of that name."""

    @dataclass
    class Outer:
        @dataclass
        class Inner:
            id: u8

        inner: "Inner"
        again: "Outer | None"

    root = schema_of(Outer).root
    assert isinstance(root, Struct)
    assert [item.node for item in root.fields] == [Struct("Inner", (Field("id", Int(8, False)),)), Option(Ref("Outer"))]


@dataclass
class Holder(Generic[T]):
    value: "T"
    maybe: "T | None"
    nested: "dict[str, Holder[T]]"


def test_type_variables_in_strings() -> None:
    """They stand for the arguments as well."""
    root = schema_of(Holder[str]).root
    assert isinstance(root, Struct)
    assert [item.node for item in root.fields][:2] == [Str(), Option(Str())]
    assert schema_of(Holder[u8]).definitions[0][0] == "Holder"


def test_type_variables_of_functions() -> None:
    """A class knows its own variables, wherever they were made."""
    T = TypeVar("T")

    @dataclass
    class A(Generic[T]):
        value: "list[T]"

    assert schema_of(A[str]).root == Struct("A", (Field("value", Seq(Str())),))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is of 3.12")
def test_type_parameters_of_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """`class Box[T]`, with its hints as strings and not."""
    for head in ("", "from __future__ import annotations\n"):
        text = f"{head}from dataclasses import dataclass\n@dataclass\nclass Box[T]:\n"
        text += "    value: T\n    next: Box[T] | None\n"
        if not head:
            text = text.replace("Box[T] | None", '"Box[T] | None"')
        monkeypatch.setitem(sys.modules, "scope_box", types.ModuleType("scope_box"))
        root = schema_of(module("scope_box", text).Box[u8]).root
        assert isinstance(root, Struct)
        assert root.fields == (Field("value", Int(8, False)), Field("next", Option(Ref("Box"))))


def test_hints_of_what_is_no_field_are_not_looked_at() -> None:
    """They may name what is imported for type checkers only; and texts may look like several."""

    @dataclass
    class A:
        registry: "ClassVar[dict[str, nowhere]]"  # type: ignore[name-defined]  # noqa: F821
        pair: "tuple[u8, u8] # of two"
        id: "u8"

    root = schema_of(A).root
    assert isinstance(root, Struct)
    assert [str(item.node) for item in root.fields] == ["(u8, u8)", "u8"]


def test_an_error_inside_a_hint_is_told_as_it_is() -> None:
    """A hint in a string may be no Python at all."""

    @dataclass
    class A:
        fine: u8
        bad: "list["  # type: ignore[syntax]  # noqa: F722

    with pytest.raises(SchemaError, match="never closed") as caught:
        schema_of(A)
    assert caught.value.path == "A.bad"
