"""Memory looked at in place: nothing is read before it is asked for, and numbers are views of the bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

from ._hints import layout_of
from ._layouts import Choice, Endian, FixedArray, FixedString, Inline, Layout, Number, Pointer, Record, Slice, Text
from ._reader import Reader

_KINDS: Final = {"?": "b", "f": "f", "d": "f"}


def view(data: Any, layout: Any, offset: int = 0, *, endian: Endian = "little") -> Any:
    """Return the value whose root lies at `offset`, without copying it: the bytes stay where they are, read-only.

    Structs and variants are `Struct`s, slices and arrays `Items`, text is decoded when it is asked for, a pointer is
    what it leads to. Each access makes the checks of that access and raises the family of DecodeError; `validate`
    makes them all at once. Pointers may lead to the same bytes, and in a circle.
    """
    reader = Reader(data, endian)
    made = layout if isinstance(layout, Layout) else layout_of(layout)
    reader.demand(offset, made.size)
    return _value(reader, made, offset)


def _value(reader: Reader, layout: Layout, at: int) -> Any:
    while isinstance(layout, Pointer):
        at = reader.pointer(layout, at)
        layout = layout.target
    match layout:
        case Number():
            return reader.number(layout, at)
        case FixedString():
            return reader.fixed_string(layout, at)
        case Text():
            return reader.text(at)
        case Inline(item=item, length=length):
            return Items(reader, item, at, length)
        case Slice() | FixedArray():
            return Items(reader, layout.target, *reader.items(layout, at))
        case Record():
            return Struct(reader, layout, at)
        case Choice():
            return Struct(reader, reader.variant(layout, at), at + layout.payload)
    raise TypeError(type(layout).__name__)


class Struct:
    """A struct, or the fields of a variant, in place. Fields are attributes; `_name` is its or the variant's name."""

    __slots__ = ("_at", "_reader", "_record")

    def __init__(self, reader: Reader, record: Record, at: int) -> None:
        self._reader, self._record, self._at = reader, record, at

    @property
    def _name(self) -> str:
        return self._record.name

    def __getattr__(self, name: str) -> Any:
        for (field, layout), offset in zip(self._record.fields, self._record.offsets, strict=True):
            if field == name:
                return _value(self._reader, layout, self._at + offset)
        raise AttributeError(f"{self._record.name} has no field {name!r}")

    def __dir__(self) -> list[str]:
        return [name for name, _ in self._record.fields]

    def __repr__(self) -> str:
        return f"<{self._record.name} at byte {self._at}: {', '.join(self.__dir__())}>"


class Items(Sequence[Any]):
    """Items in place. `memoryview()` and `numpy.asarray(items)` are views of numbers, the latter of structs too."""

    __slots__ = ("_count", "_item", "_reader", "_start")

    def __init__(self, reader: Reader, item: Layout, start: int, count: int) -> None:
        self._reader, self._item, self._start, self._count = reader, item, start, count

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """Return one item, or those of a slice: in place if they follow one another."""
        if isinstance(index, slice):
            places = range(*index.indices(self._count))
            if places.step == 1:
                return Items(self._reader, self._item, self._start + places.start * self._item.size, len(places))
            return [self._at(place) for place in places]
        if not -self._count <= index < self._count:
            raise IndexError(f"item {index} of {self._count}")
        return self._at(index % self._count)

    def __iter__(self) -> Iterator[Any]:
        return map(self._at, range(self._count))

    def __repr__(self) -> str:
        return f"<{self._count} items at byte {self._start}>"

    def _at(self, place: int) -> Any:
        return _value(self._reader, self._item, self._start + place * self._item.size)

    def memoryview(self) -> memoryview:
        """Return numbers as a memoryview of their type; TypeError for other items, and for another byte order."""
        if not isinstance(self._item, Number) or self._item.code in ("", "?") or self._item.name == "char":
            raise TypeError("a memoryview has numbers of at most 64 bits")
        if self._reader.endian != sys.byteorder and self._item.size > 1:
            raise TypeError("a memoryview has the byte order of the host; numpy.asarray takes either")
        end = self._start + self._count * self._item.size
        code: Any = self._item.code
        view: memoryview = self._reader.data[self._start : end].cast(code)
        return view

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """How NumPy finds the numbers, without a copy."""
        described = _described(self._item, self._reader.order)
        if described is None:
            raise AttributeError("no items of numbers")
        end = self._start + self._count * self._item.size
        kind, columns, shape = described
        found = {
            "version": 3,
            "shape": (self._count, *shape),
            "typestr": kind,
            "data": self._reader.data[self._start : end],
        }
        return found if columns is None else {**found, "descr": columns}


def _described(item: Layout, order: str) -> tuple[str, list[Any] | None, tuple[int, ...]] | None:
    """Return NumPy's name of a type, its columns if it is a struct, and the shape of one item."""
    match item:
        case Number(code=code) if code and item.name != "char":
            kind = _KINDS.get(code, "u" if code.isupper() else "i")
            return f"{'|' if item.size == 1 else order}{kind}{item.size}", None, ()
        case Inline(item=inner, length=length):
            described = _described(inner, order)
            return None if described is None else (described[0], described[1], (length, *described[2]))
        case Record():
            columns = _columns(item, order)
            return None if columns is None else (f"|V{item.size}", columns, ())
    return None


def _columns(record: Record, order: str) -> list[Any] | None:
    """Return the columns of a struct, the gaps between them without names."""
    columns: list[Any] = []
    end = 0
    for (name, layout), offset in zip(record.fields, record.offsets, strict=True):
        described = _described(layout, order)
        if described is None:
            return None
        if offset > end:
            columns.append(("", f"|V{offset - end}"))
        kind, inner, shape = described
        columns.append((name, kind if inner is None else inner, *([shape] if shape else [])))
        end = offset + layout.size
    if record.size > end:
        columns.append(("", f"|V{record.size - end}"))
    return columns
