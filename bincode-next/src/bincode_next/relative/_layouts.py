"""How values lie in memory: sizes, alignments and offsets as C has them. A layout knows these when it is made.

What a pointer leads to may be given as a function, so that a type can hold itself behind one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal

from ..errors import SchemaError

Endian = Literal["little", "big"]
Fields = tuple[tuple[str, "Layout"], ...]

_CODES: Final = {
    "bool": "?",
    "char": "I",
    "f32": "f",
    "f64": "d",
    "usize": "Q",
    "isize": "q",
    **{f"u{8 << power}": code for power, code in enumerate("BHIQ")},
    **{f"i{8 << power}": code for power, code in enumerate("bhiq")},
}
_WIDTHS: Final = {"?": 1, "B": 1, "b": 1, "H": 2, "h": 2, "I": 4, "i": 4, "f": 4, "Q": 8, "q": 8, "d": 8}


class Layout:
    """The root of all layouts: `size` and `align` in bytes."""

    __slots__ = ("align", "size")

    def __init__(self, size: int, align: int) -> None:
        self.size, self.align = size, align


class Number(Layout):
    """A number, bool or char by Rust's name. `code` is its letter in `struct` and memoryview, "" for 128 bits."""

    __slots__ = ("code", "name")

    def __init__(self, name: str) -> None:
        if name not in _CODES and name not in ("u128", "i128"):
            raise SchemaError("no number of Rust", wanted=", ".join(_CODES), found=name)
        self.name, self.code = name, _CODES.get(name, "")
        width = _WIDTHS.get(self.code, 16)
        super().__init__(width, width)


class Inline(Layout):
    """A fixed array in place: `[T; N]`."""

    __slots__ = ("item", "length")

    def __init__(self, item: Layout, length: int) -> None:
        self.item, self.length = item, length
        super().__init__(item.size * length, item.align)


class FixedString(Layout):
    """`ZeroString<CAP>`: text in place, its length in front, and zeros up to the capacity."""

    __slots__ = ("capacity",)

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        super().__init__(_up(4 + capacity, 4), 4)


class Text(Layout):
    """`ZeroStr`: a length, and a pointer to text of any length."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(8, 4)


class _Leading(Layout):
    """What leads to a target, looked up when it is needed. `wanted` is its alignment, 0 for the target's own."""

    __slots__ = ("_target", "wanted")

    def __init__(self, size: int, target: Any, align: int) -> None:
        if align & (align - 1):
            raise SchemaError("an alignment is a power of two", found=align)
        self._target, self.wanted = target, align
        super().__init__(size, 4)

    @property
    def target(self) -> Layout:
        """The layout of what it leads to, or of one item of that."""
        if not isinstance(self._target, Layout):
            self._target = self._target()
        found: Layout = self._target
        return found

    @property
    def alignment(self) -> int:
        """How the target is aligned. SchemaError if that is less than its type needs: Rust would not compile it."""
        target = self.target
        if self.wanted and self.wanted < target.align:
            wanted = f"at least {target.align}"
            raise SchemaError("an alignment below the target's own", wanted=wanted, found=self.wanted)
        return self.wanted or target.align


class Pointer(_Leading):
    """`RelativePtr<T, ALIGN>`: the distance from its own first byte to a value, in 32 bits."""

    __slots__ = ()

    def __init__(self, target: Any, align: int = 0) -> None:
        super().__init__(4, target, align)


class Slice(_Leading):
    """`ZeroSlice<T, ALIGN>`: a number of items, and a pointer to the first."""

    __slots__ = ()

    def __init__(self, item: Any, align: int = 0) -> None:
        super().__init__(8, item, align)


class FixedArray(_Leading):
    """`ZeroArray<T, N, ALIGN>`: a pointer to a fixed number of items."""

    __slots__ = ("length",)

    def __init__(self, item: Any, length: int, align: int = 0) -> None:
        self.length = length
        super().__init__(4, item, align)


class Record(Layout):
    """A struct as C lays it out. `python` is the class of its values, made with the fields' values in order."""

    __slots__ = ("fields", "name", "offsets", "python")

    def __init__(self, name: str, fields: Fields, python: Callable[..., Any] | None = None) -> None:
        self.name, self.fields, self.python = name, fields, python
        self.offsets, size, align = place(fields)
        super().__init__(_up(size, align), align)


class Choice(Layout):
    """An enum, `repr(C, u32)` or another tag: the tag, and the fields of the variant that it names as a C struct."""

    __slots__ = ("name", "payload", "tag", "variants")

    def __init__(self, name: str, variants: tuple[Record, ...], tag: str = "u32") -> None:
        self.name, self.variants, self.tag = name, variants, Number(tag)
        align = max([self.tag.align, *(variant.align for variant in variants)])
        self.payload = max(align, self.tag.size)
        largest = max((variant.size for variant in variants), default=0)
        super().__init__(self.payload + _up(largest, align), align)


def place(fields: Fields) -> tuple[tuple[int, ...], int, int]:
    """Return where fields lie in a C struct, where the last one ends, and the alignment of all."""
    offsets, end, align = [], 0, 1
    for _, layout in fields:
        start = _up(end, layout.align)
        offsets.append(start)
        end, align = start + layout.size, max(align, layout.align)
    return tuple(offsets), end, align


def _up(size: int, align: int) -> int:
    return -(-size // align) * align


def bounds(number: Number) -> tuple[int, int]:
    """Return the smallest and the largest value of an integer."""
    half = 1 << (8 * number.size - 1)
    return (-half, half - 1) if number.name.startswith("i") else (0, 2 * half - 1)
