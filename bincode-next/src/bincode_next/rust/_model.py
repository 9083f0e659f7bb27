"""What is read of Rust source: items with their types, attributes and places. Nothing here knows of Python or bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, eq=False)
class SourceFile:
    """One file given: its name as the user wrote it, its bytes, and the path of the module it is."""

    name: str
    data: bytes
    module: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where something stands. Characters are counted only when it is printed: lines may be very long."""

    file: SourceFile
    start: int
    row: int
    column_bytes: int

    def __str__(self) -> str:
        before = self.file.data[self.start - self.column_bytes : self.start]
        return f"{self.file.name}:{self.row + 1}:{len(before.decode('utf-8', 'replace')) + 1}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing refused, or worth knowing: where, what, and what to do."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


@dataclass(frozen=True, slots=True)
class Meta:
    """One word of an attribute: `name`, `name = value`, or `name(args)`. A lone literal has no name."""

    name: str
    place: Place
    value: str | None = None
    args: tuple[Meta, ...] | None = None

    @property
    def last(self) -> str:
        """The name without the path before it."""
        return self.name.rpartition("::")[2]


Operator = Literal["+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal integer."""

    value: int


@dataclass(frozen=True, slots=True)
class Name:
    """A constant by its path."""

    path: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Operation:
    """Two constants and the operator between them; a sign is a subtraction from 0."""

    operator: Operator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class OpaqueExpr:
    """Any other expression, kept to be refused with its text."""

    text: str
    place: Place


Expr = Number | Name | Operation | OpaqueExpr


@dataclass(frozen=True, slots=True)
class PathType:
    """A type by its path, with arguments. Lifetimes are gone."""

    path: tuple[str, ...]
    args: tuple[Argument, ...]
    place: Place

    @property
    def text(self) -> str:
        """The path as Rust writes it."""
        return "::".join(self.path)


@dataclass(frozen=True, slots=True)
class TupleType:
    """`(A, B)`; without items it is the unit type."""

    items: tuple[Type, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ArrayType:
    """`[T; N]`."""

    item: Type
    length: Expr
    place: Place


@dataclass(frozen=True, slots=True)
class SliceType:
    """`[T]`, behind a pointer."""

    item: Type
    place: Place


@dataclass(frozen=True, slots=True)
class RefType:
    """`&T`, which has the bytes of T."""

    inner: Type
    place: Place


@dataclass(frozen=True, slots=True)
class OpaqueType:
    """A type without bytes of its own (`dyn`, `fn`, raw pointers, macros), kept to be refused with its text."""

    kind: str
    text: str
    place: Place


Type = PathType | TupleType | ArrayType | SliceType | RefType | OpaqueType
Argument = Type | Number | Name | Operation | OpaqueExpr


@dataclass(frozen=True, slots=True)
class Generic:
    """A parameter of a type: of types, or with `const` of numbers."""

    name: str
    const: bool = False
    default: Argument | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field as written. Those of tuples are named by their position."""

    name: str
    type: Type
    attributes: tuple[Meta, ...]
    docs: str
    place: Place


Shape = Literal["named", "tuple", "unit"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A variant as written. `discriminant` is None where none is."""

    name: str
    shape: Shape
    fields: tuple[Field, ...]
    discriminant: Expr | None
    attributes: tuple[Meta, ...]
    docs: str
    place: Place


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A struct, enum, type alias, constant or union. An alias has `target`, a constant `value` and its type."""

    kind: Literal["struct", "enum", "alias", "const", "union"]
    name: str
    module: tuple[str, ...]
    place: Place
    attributes: tuple[Meta, ...] = ()
    docs: str = ""
    generics: tuple[Generic, ...] = ()
    shape: Shape = "unit"
    fields: tuple[Field, ...] = ()
    variants: tuple[Variant, ...] = ()
    target: Type | None = None
    value: Expr | str | None = None

    @property
    def path(self) -> tuple[str, ...]:
        """The modules and the name."""
        return (*self.module, self.name)


@dataclass(frozen=True, slots=True)
class Impl:
    """A trait of bytes that is written by hand for a type."""

    trait: str
    type: str
    module: tuple[str, ...]
    place: Place


@dataclass(slots=True)
class Source:
    """Everything read: items, imports by module (alias → path), globs, traits written by hand, problems, notes."""

    items: list[Item] = field(default_factory=list)
    imports: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = field(default_factory=dict)
    globs: dict[tuple[str, ...], list[tuple[str, ...]]] = field(default_factory=dict)
    impls: list[Impl] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    modules: set[tuple[str, ...]] = field(default_factory=set)

    def refuse(self, place: Place, text: str) -> None:
        """Keep what is wrong; all of it is told at the end."""
        self.problems.append(Problem(place, text))

    def note(self, place: Place, text: str) -> None:
        """Keep what the reader should know."""
        self.notes.append(Problem(place, text))
