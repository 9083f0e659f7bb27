"""Values into memory as the crate's builder lays it out: a parent, then what it leads to, in the order of its fields.

Every byte between values is zero, so equal values have equal bytes. (The crate says the same of itself, but leaves
what was in memory between the fields of a C struct.)
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Sequence
from operator import index
from typing import Any, Final

from ..errors import EncodeError, OutOfRangeError, WrongTypeError
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
    bounds,
)
from ._places import Place, located

_FARTHEST: Final = (1 << 31) - 1
_MOST: Final = (1 << 32) - 1
_Task = tuple[Layout, Any, int, Place | None]  # what, which value, where in memory, where in the value


def build(value: Any, layout: Any, *, endian: Endian = "little", strict: bool = False) -> bytes:
    """Return the memory of a value: its root at the start, what it leads to behind it.

    `layout` is a Layout or a type hint that `layout_of` reads. Text longer than a `ZeroString` is cut at a character,
    as the crate does; `strict` refuses it. Raises WrongTypeError and OutOfRangeError with the path of the field.
    The crate's derived types are in the host's byte order, only its library's types may be in another; here all may.
    """
    root = layout if isinstance(layout, Layout) else layout_of(layout)
    memory = _Memory(endian, strict)
    memory.reserve(root.size, root.align)
    tasks: list[_Task] = [(root, value, 0, None)]
    while tasks:
        what, which, at, place = tasks.pop()
        try:
            parts = memory.put(what, which, at, place)
        except EncodeError as error:
            raise error if error.path else located(error, place) from error.__cause__
        tasks.extend(reversed(parts))
    return bytes(memory.data)


class _Memory:
    """The bytes so far."""

    def __init__(self, endian: Endian, strict: bool) -> None:
        self.data = bytearray()
        self.endian, self.strict = endian, strict
        self.order = "<" if endian == "little" else ">"

    def reserve(self, size: int, align: int) -> int:
        """Append zeros for a value and return where it starts."""
        start = -(-len(self.data) // align) * align
        self.data.extend(bytes(start + size - len(self.data)))
        return start

    def put(self, layout: Layout, value: Any, at: int, place: Place | None) -> Sequence[_Task]:
        """Write what of a value stands in its own place; return its parts."""
        match layout:
            case Number():
                self.data[at : at + layout.size] = number_bytes(layout, value, self.endian)
            case FixedString():
                self._fixed_string(layout, value, at)
            case Text():
                text = _utf8(value)
                self._lead(at + 4, self.reserve(len(text), 1), text)
                self._length(at, len(text))
            case Inline():
                return self._items(layout.item, _items(value, layout.length), at, place)
            case Pointer():
                target = self.reserve(layout.target.size, layout.alignment)
                self._lead(at, target)
                return [(layout.target, value, target, place)]
            case Slice():
                items = _items(value, None)
                start = self.reserve(len(items) * layout.target.size, layout.alignment)
                self._lead(at + 4, start)
                self._length(at, len(items))
                return self._items(layout.target, items, start, place)
            case FixedArray():
                items = _items(value, layout.length)
                start = self.reserve(len(items) * layout.target.size, layout.alignment)
                self._lead(at, start)
                return self._items(layout.target, items, start, place)
            case Record():
                return _fields(layout, value, at, place)
            case Choice():
                return self._choice(layout, value, at, place)
        return ()

    def _lead(self, at: int, target: int, data: bytes = b"") -> None:
        """Write the distance from a pointer to its target, and the bytes there."""
        distance = target - at
        if abs(distance) > _FARTHEST:
            raise OutOfRangeError("a pointer reaches 2 GiB", wanted="less", found=distance)
        self.data[at : at + 4] = distance.to_bytes(4, self.endian, signed=True)
        if data:
            self.data[target : target + len(data)] = data

    def _length(self, at: int, length: int) -> None:
        if length > _MOST:
            raise OutOfRangeError("more items than 32 bits count", found=length)
        self.data[at : at + 4] = length.to_bytes(4, self.endian)

    def _fixed_string(self, layout: FixedString, value: Any, at: int) -> None:
        text = _utf8(value)
        if len(text) > layout.capacity:
            if self.strict:
                raise OutOfRangeError("text too long", wanted=f"at most {layout.capacity} bytes", found=len(text))
            text = text[: layout.capacity].decode("utf-8", "ignore").encode()
        self.data[at : at + 4] = len(text).to_bytes(4, self.endian)
        self.data[at + 4 : at + 4 + len(text)] = text

    def _items(self, item: Layout, values: Sequence[Any], start: int, place: Place | None) -> Sequence[_Task]:
        """Write numbers at once; return other items as parts."""
        if isinstance(item, Number):
            data = numbers_bytes(item, values, self.endian, place)
            self.data[start : start + len(data)] = data
            return ()
        return [(item, each, start + item.size * number, Place(place, number)) for number, each in enumerate(values)]

    def _choice(self, layout: Choice, value: Any, at: int, place: Place | None) -> Sequence[_Task]:
        kinds = [variant.python for variant in layout.variants]
        if type(value) not in kinds:
            wanted = ", ".join(variant.name for variant in layout.variants)
            raise WrongTypeError(f"no variant of {layout.name}", wanted=wanted, found=type(value).__name__)
        number = kinds.index(type(value))
        variant = layout.variants[number]
        self.data[at : at + layout.tag.size] = number_bytes(layout.tag, number, self.endian)
        return _fields(variant, value, at + layout.payload, Place(place, variant.name))


def _fields(layout: Record, value: Any, at: int, place: Place | None) -> Sequence[_Task]:
    if isinstance(value, dict):
        values = [_entry(value, name) for name, _ in layout.fields]
    elif isinstance(value, tuple) and not hasattr(value, "_fields") and layout.python is None:
        values = list(value)
        if len(values) != len(layout.fields):
            raise WrongTypeError("another number of fields", wanted=str(len(layout.fields)), found=len(values))
    elif isinstance(layout.python, type) and not isinstance(value, layout.python):
        raise WrongTypeError("a value of another type", wanted=layout.name, found=type(value).__name__)
    else:
        values = [_attribute(value, name) for name, _ in layout.fields]
    return [
        (inner, each, at + offset, Place(place, name))
        for (name, inner), offset, each in zip(layout.fields, layout.offsets, values, strict=True)
    ]


def _entry(value: dict[str, Any], name: str) -> Any:
    if name not in value:
        raise WrongTypeError("a field is missing", wanted=name)
    return value[name]


def _attribute(value: Any, name: str) -> Any:
    try:
        return getattr(value, name)
    except AttributeError:
        raise WrongTypeError("a field is missing", wanted=name, found=type(value).__name__) from None


def _items(value: Any, length: int | None) -> Sequence[Any]:
    if isinstance(value, str) or not hasattr(value, "__len__") or not hasattr(value, "__getitem__"):
        raise WrongTypeError("no sequence", wanted="a list or an array", found=type(value).__name__)
    if length is not None and len(value) != length:
        raise WrongTypeError("another number of items", wanted=str(length), found=len(value))
    items: Sequence[Any] = value
    return items


def _utf8(value: Any) -> bytes:
    if not isinstance(value, str):
        raise WrongTypeError("no text", wanted="str", found=type(value).__name__)
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise WrongTypeError("a lone surrogate has no UTF-8", found=f"U+{ord(value[error.start]):04X}") from None


def numbers_bytes(item: Number, values: Sequence[Any], endian: Endian, place: Place | None) -> bytes:
    """Return the bytes of numbers: of an array that holds them so already, as they are."""
    ready = _as_they_are(item, values, endian)
    if ready is not None:
        return ready
    data = bytearray()
    for number, each in enumerate(values.tolist() if hasattr(values, "tolist") else values):
        try:
            data += number_bytes(item, each, endian)
        except EncodeError as error:
            raise located(error, Place(place, number)) from None
    return bytes(data)


def _as_they_are(item: Number, values: Any, endian: Endian) -> bytes | None:
    try:
        view = memoryview(values)
    except TypeError:
        return None
    order, code = _order_and_code(view)
    fits = view.ndim == 1 and code == item.code and item.name not in ("bool", "char")
    return view.tobytes() if fits and (order == endian or item.size == 1) else None


def _order_and_code(view: memoryview) -> tuple[str, str]:
    """Return the byte order of a buffer's numbers, and their letter with a width that is the same everywhere."""
    form = view.format or ""
    order = {"<": "little", ">": "big", "!": "big"}.get(form[:1], sys.byteorder)
    code = form.lstrip("<>=@!")
    if code in ("l", "L") and view.itemsize == 8:
        code = {"l": "q", "L": "Q"}[code]
    return order, code


def number_bytes(layout: Number, value: Any, endian: Endian) -> bytes:
    """Return the bytes of a number, bool or char."""
    if layout.name == "bool":
        if value is not True and value is not False:
            raise WrongTypeError("no bool", wanted="True or False", found=value)
        return bytes((value,))
    if layout.name == "char":
        if not isinstance(value, str) or len(value) != 1:
            raise WrongTypeError("not one character", wanted="a str of length 1", found=value)
        _utf8(value)
        return ord(value).to_bytes(4, endian)
    if layout.name in ("f32", "f64"):
        return _float_bytes(layout, value, endian)
    if isinstance(value, bool) or not hasattr(type(value), "__index__"):
        raise WrongTypeError("no integer", wanted=layout.name, found=type(value).__name__)
    number = index(value)
    low, high = bounds(layout)
    if not low <= number <= high:
        raise OutOfRangeError("the integer does not fit", wanted=f"{layout.name}, {low} to {high}", found=number)
    return number.to_bytes(layout.size, endian, signed=low < 0)


def _float_bytes(layout: Number, value: Any, endian: Endian) -> bytes:
    if isinstance(value, bool | str) or not (hasattr(type(value), "__float__") or hasattr(type(value), "__index__")):
        raise WrongTypeError("no float", wanted=layout.name, found=type(value).__name__)
    try:
        return struct.pack(("<" if endian == "little" else ">") + layout.code, value)
    except OverflowError:
        raise OutOfRangeError("the number is too large", wanted=layout.name, found=value) from None
