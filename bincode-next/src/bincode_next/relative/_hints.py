"""Type hints into layouts: classes of typed fields, with markers where something is led to instead of held.

@dataclass
class Series:
    name: ZeroStr
    xs: Annotated[list[f64], ZeroSlice()]
    tail: u8
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias, get_args, get_origin

from ..errors import SchemaError
from ..schema import _nodes as n
from ..schema import schema_of
from ..types import Length
from ._layouts import Choice, FixedArray, FixedString, Inline, Layout, Number, Pointer, Record, Slice, Text


@dataclass(frozen=True, slots=True)
class RelativePtr:
    """A value elsewhere: `Annotated[Point, RelativePtr()]`. `align`: of the value, 0 for what its type needs."""

    align: int = 0


@dataclass(frozen=True, slots=True)
class ZeroSlice:
    """Any number of items elsewhere: `Annotated[list[f64], ZeroSlice()]`."""

    align: int = 0


@dataclass(frozen=True, slots=True)
class ZeroArray:
    """A fixed number of items elsewhere: `Annotated[list[u32], ZeroArray(4)]`."""

    length: int
    align: int = 0


@dataclass(frozen=True, slots=True)
class ZeroString:
    """Text in place, of at most so many bytes: `Annotated[str, ZeroString(16)]`."""

    capacity: int


@dataclass(frozen=True, slots=True)
class Tag:
    """What numbers the variants of a union: `Annotated[Ping | Data, Tag("u8")]`, which is `repr(C, u8)`; else "u32"."""

    name: Literal["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"]


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Text elsewhere."""


ZeroStr: TypeAlias = Annotated[str, _Elsewhere()]
_Marker = RelativePtr | ZeroSlice | ZeroArray | ZeroString | Tag | _Elsewhere | Length


def layout_of(hint: Any) -> Layout:
    """Return the layout of a hint. Raises SchemaError with the path of the field that has none.

    Fields are numbers (`u8` to `u128`, `usize`, `f32`, `f64`, `bool`, `char`; an `int` is an i64, a `float` an f64),
    fixed arrays in place (`Array[u8, Literal[4]]`), `ZeroStr`, what the markers above name, other such classes in
    place, and unions of such classes. A class may lead to itself.
    """
    return _Reading().of(hint, "")


class _Reading:
    """One hint being read: the classes that are done, and those that are open, which may only be led to."""

    def __init__(self) -> None:
        self.done: dict[Any, Layout] = {}
        self.open: set[Any] = set()

    def of(self, hint: Any, path: str) -> Layout:
        """Return the layout of a hint at a path."""
        base, marker = _taken_apart(hint)
        match marker:
            case RelativePtr(align=align):
                return Pointer(self._later(_without(hint, marker), path), align)
            case ZeroSlice(align=align):
                return Slice(self._later(_item(base, path), path), align)
            case ZeroArray(length=length, align=align):
                return FixedArray(self._later(_item(base, path), path), length, align)
            case ZeroString(capacity=capacity):
                return FixedString(capacity)
            case _Elsewhere():
                return Text()
            case Length(count=int(count)):
                return Inline(self.of(_item(base, path), path), count)
        if get_origin(base) in (typing.Union, types.UnionType):
            return self._union(base, marker.name if isinstance(marker, Tag) else "u32", path)
        if isinstance(base, type) and (dataclasses.is_dataclass(base) or hasattr(base, "_fields")):
            return self._record(base, path)
        return _number(hint, path)

    def _later(self, hint: Any, path: str) -> Any:
        """Return the layout of what is led to, or, if it is open, what gives it when it is done."""
        base, _ = _taken_apart(hint)
        if base in self.open:
            return lambda: self.done[base]
        return self.of(hint, path)

    def _record(self, cls: Any, path: str) -> Layout:
        if cls in self.done:
            return self.done[cls]
        if cls in self.open:
            raise SchemaError("a class that holds itself in place has no size", path=path, found=cls.__name__)
        self.open.add(cls)
        hints = typing.get_type_hints(cls, include_extras=True)
        names = [each.name for each in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else list(cls._fields)
        fields = tuple((name, self.of(hints[name], f"{path}.{name}".lstrip("."))) for name in names)
        self.open.discard(cls)
        made = self.done[cls] = Record(cls.__name__, fields, cls)
        return made

    def _union(self, base: Any, tag: str, path: str) -> Layout:
        if base in self.done:
            return self.done[base]
        if base in self.open:
            raise SchemaError("a union that holds itself in place has no size", path=path, found=str(base))
        self.open.add(base)
        variants = []
        for member in get_args(base):
            made = self.of(member, path)
            if not isinstance(made, Record):
                raise SchemaError("a variant is a class of fields", path=path, found=str(member))
            variants.append(made)
        self.open.discard(base)
        choice = self.done[base] = Choice(path or "the union", tuple(variants), tag)
        return choice


def _taken_apart(hint: Any) -> tuple[Any, Any]:
    """Return a hint without its markers, and the outermost one that says how it lies in memory."""
    if get_origin(hint) is not Annotated:
        return hint, None
    base, *markers = get_args(hint)
    found = [marker for marker in markers if isinstance(marker, _Marker)]
    return base, found[-1] if found else None


def _without(hint: Any, marker: Any) -> Any:
    """Return the hint of what a pointer leads to: the same without the pointer, the other markers kept."""
    base, *markers = get_args(hint)
    rest = [each for each in markers if each is not marker]
    return Annotated[(base, *rest)] if rest else base


def _item(base: Any, path: str) -> Any:
    arguments = get_args(base)
    if get_origin(base) is not list or len(arguments) != 1:
        raise SchemaError("items need a type", path=path, wanted="list[...]", found=str(base))
    return arguments[0]


def _number(hint: Any, path: str) -> Layout:
    node = schema_of(hint).root
    match node:
        case n.Bool():
            return Number("bool")
        case n.Char():
            return Number("char")
        case n.Float(bits=bits):
            return Number(f"f{bits}")
        case n.Int(signed=signed, bits=bits, pointer=pointer, nonzero=False):
            return Number(("i" if signed else "u") + ("size" if pointer else str(bits)))
    advice = "text is ZeroStr or Annotated[str, ZeroString(n)], a list Annotated[list[T], ZeroSlice()]"
    raise SchemaError("no layout in memory", path=path, found=str(hint), advice=advice)
