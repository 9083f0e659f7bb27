"""Whole values out of memory, and whether memory is one, whatever it leads to. Linear in the bytes, cycles included."""

from __future__ import annotations

from typing import Any, Final

from ..config import Safety
from ..errors import DecodeError, InvalidPointer, LimitExceeded
from ._hints import layout_of
from ._layouts import (
    Choice,
    Endian,
    FixedArray,
    FixedString,
    Inline,
    Layout,
    Number,
    Pointer,
    Record,
    Slice,
    Text,
)
from ._places import Place, located
from ._reader import Reader, is_plain

_SAFETY: Final = Safety()


def read(data: Any, layout: Any, offset: int = 0, *, endian: Endian = "little", safety: Safety = _SAFETY) -> Any:
    """Return the value whose root lies at `offset`, with everything it leads to, as Python objects.

    Structs are instances of their classes (tuples where a Record has none), slices and arrays lists. Raises the
    family of DecodeError, with path and offset. What pointers lead to must lie apart, as the builder puts it: memory
    that leads to the same bytes again and again, or in a circle, is refused with InvalidPointer; look at it by `view`.
    """
    return _Walk(data, endian, safety, makes=True).run(_layout(layout), offset)


def validate(data: Any, layout: Any, offset: int = 0, *, endian: Endian = "little", safety: Safety = _SAFETY) -> None:
    """Look at everything that `read` would, and make nothing: the crate's `is_valid_deep`. Raises as `read` does."""
    _Walk(data, endian, safety, makes=False).run(_layout(layout), offset)


def _layout(layout: Any) -> Layout:
    return layout if isinstance(layout, Layout) else layout_of(layout)


class _Open:
    """A value whose parts are being read: which are to come, and those that are done."""

    __slots__ = ("make", "parts", "place", "values")

    def __init__(self, make: Any, parts: Any, place: Place | None) -> None:
        self.make, self.parts, self.place = make, parts, place
        self.values: list[Any] = []


class _Walk:
    """One pass over memory. `left`: how many bytes may still be led to, which bounds all work."""

    def __init__(self, data: Any, endian: Endian, safety: Safety, *, makes: bool) -> None:
        self.reader = Reader(data, endian)
        self.left, self.empty, self.safety, self.makes = len(self.reader.data), 0, safety, makes

    def run(self, layout: Layout, offset: int) -> Any:
        """Read the root and all that follows."""
        self.reader.demand(offset, layout.size)
        root = _Open(None, iter(((layout, offset, None),)), None)
        stack = [root]
        while True:
            part = next(stack[-1].parts, None)
            if part is None:
                done = stack.pop()
                if not stack:
                    return done.values[0] if self.makes else None
                if self.makes:
                    stack[-1].values.append(_made(done))
                continue
            inner, at, step = part
            place = stack[-1].place if step is None else Place(stack[-1].place, step)
            try:
                value = self._start(inner, at, place)
            except DecodeError as error:
                raise located(error, place) from error.__cause__
            if isinstance(value, _Open):
                stack.append(value)
            elif self.makes:
                stack[-1].values.append(value)

    def _start(self, layout: Layout, at: int, place: Place | None) -> Any:
        """Return a value without parts, or what is to be read of one with parts."""
        reader = self.reader
        match layout:
            case Number():
                return reader.number(layout, at)
            case FixedString():
                return reader.fixed_string(layout, at)
            case Text():
                self._charge(reader.length(at), 1)
                return reader.text(at)
            case Inline(item=item, length=length):
                return self._items(item, at, length, place)
            case Pointer():
                target = reader.pointer(layout, at)
                self._charge(1, layout.target.size)
                return _Open(_first, iter(((layout.target, target, None),)), place)
            case Slice() | FixedArray():
                start, count = reader.items(layout, at)
                self._charge(count, layout.target.size)
                return self._items(layout.target, start, count, place)
            case Record():
                return _open_record(layout, at, place)
            case Choice():
                variant = reader.variant(layout, at)
                return _open_record(variant, at + layout.payload, Place(place, variant.name))
        raise TypeError(type(layout).__name__)

    def _charge(self, count: int, size: int) -> None:
        """Count what is led to against the bytes there are."""
        if not size:
            self.empty += count
            if self.safety.empty is not None and self.empty > self.safety.empty:
                raise LimitExceeded(
                    "more items without bytes than safety allows", wanted=f"at most {self.safety.empty}"
                )
            return
        self.left -= count * size
        if self.left < 0:
            raise InvalidPointer("pointers lead to more bytes than there are, so some lead to the same")

    def _items(self, item: Layout, start: int, count: int, place: Place | None) -> Any:
        if is_plain(item):
            return self.reader.numbers(item, start, count) if self.makes else None
        return _Open(list, ((item, start + number * item.size, number) for number in range(count)), place)


def _first(values: list[Any]) -> Any:
    return values[0]


def _open_record(record: Record, at: int, place: Place | None) -> _Open:
    parts = ((inner, at + offset, name) for (name, inner), offset in zip(record.fields, record.offsets, strict=True))
    return _Open(_maker(record), parts, place)


def _maker(record: Record) -> Any:
    python = record.python
    if python is None:
        return tuple
    names = [name for name, _ in record.fields]
    return lambda values: python(**dict(zip(names, values, strict=True)))


def _made(done: _Open) -> Any:
    try:
        return done.make(done.values)
    except (ValueError, TypeError) as error:
        raise located(DecodeError(f"the class refuses the values: {error}"), done.place) from error
