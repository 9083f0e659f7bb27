"""What stands inside `Annotated`: how wide a number is, how long an array, what a thing is called in Rust.

Markers are frozen and compare by value. `schema` reads them; type checkers see only the first argument of
`Annotated`, so a field annotated `u8` is an `int` to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Literal, TypeVar, get_args

from .._record import record
from ..errors import SchemaError

RustKind = Literal["Vec", "VecDeque", "BinaryHeap", "slice", "HashSet", "BTreeSet", "HashMap", "BTreeMap"]
WIDTHS: Final = {False: (8, 16, 32, 64, 128), True: (64,)}


def _demand(is_right: bool, marker: object, wanted: str) -> None:
    """Refuse a marker that says nothing, where it is written."""
    if not is_right:
        raise SchemaError(f"{marker} says nothing", wanted=wanted)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


@record(frozen=True, slots=True)
class Integer:
    """The width of an `int`; `pointer` makes it usize or isize."""

    bits: Literal[8, 16, 32, 64, 128]
    signed: bool
    pointer: bool = False

    def __post_init__(self) -> None:
        _demand(self.bits in WIDTHS[self.pointer], self, f"bits of {WIDTHS[self.pointer]}")


@record(frozen=True, slots=True)
class Real:
    """The width of a `float`."""

    bits: Literal[32, 64]

    def __post_init__(self) -> None:
        _demand(self.bits in (32, 64), self, "32 or 64 bits")


@record(frozen=True, slots=True)
class Character:
    """A `str` of exactly one character: Rust's char."""


@record(frozen=True, slots=True)
class NotZero:
    """An integer that is never 0 (it may be negative): Rust's NonZero. Written `NonZero[u16]`."""


@record(frozen=True, slots=True)
class Length:
    """A fixed number of items, not on the wire: `Annotated[list[u8], Length(4)]`, `Annotated[bytes, Length(16)]`."""

    count: int | TypeVar


@record(frozen=True, slots=True)
class MaxLength:
    """The most items or bytes that a list, `str` or `bytes` may have: BoundedVec, BoundedString."""

    count: int

    def __post_init__(self) -> None:
        _demand(_is_count(self.count), self, "a number from 0")


@record(frozen=True, slots=True)
class Shape:
    """The fixed sizes of a NumPy array, outermost first; they are not on the wire."""

    sizes: tuple[int, ...]

    def __init__(self, *sizes: int) -> None:
        object.__setattr__(self, "sizes", sizes)
        _demand(all(map(_is_count, sizes)) and bool(sizes), self, "sizes from 0, at least one")


@record(frozen=True, slots=True)
class View:
    """A NumPy array decoded without a copy where that can be: read-only, and it keeps the whole input alive."""


@record(frozen=True, slots=True)
class Records:
    """The struct whose fields are those of a structured NumPy array: `Annotated[np.ndarray, Records(Point)]`."""

    item: Any


@record(frozen=True, slots=True)
class Kind:
    """The Rust collection, where fingerprints and CBOR tell apart what Python does not."""

    rust: RustKind

    def __post_init__(self) -> None:
        _demand(self.rust in get_args(RustKind), self, "a collection of Rust")


@record(frozen=True, slots=True)
class Borrowed:
    """Bytes that are a slice in Rust (`&[u8]`, `Box<[u8]>`): a byte string in CBOR, where a `Vec<u8>` is an array."""


@record(frozen=True, slots=True)
class CString:
    """Bytes without a NUL among them: Rust's CString. Written `CStr`."""


@record(frozen=True, slots=True)
class Bits:
    """The number of bits a field takes where bit packing is on; a class with such a field derives bit packing."""

    count: int

    def __post_init__(self) -> None:
        _demand(_is_count(self.count), self, "a number of bits")


@record(frozen=True, slots=True)
class BitPacked:
    """A union that derives bit packing: its tag takes as few bits as it needs. For classes: `@bitpacked`."""

    order: Literal["lsb", "msb"] | None = None


@record(frozen=True, slots=True)
class Name:
    """What a field, a variant or a union is called in Rust: `type_: Annotated[u8, Name("type")]`."""

    name: str

    def __post_init__(self) -> None:
        _demand(isinstance(self.name, str) and self.name != "", self, "a name")


@record(frozen=True, slots=True)
class SingleVariant:
    """A Rust enum that has one variant, and this name: `Save = Annotated[SaveV1, SingleVariant("Save")]`.

    A union of one class is that class itself to Python, so it must be said.
    """

    name: str

    def __post_init__(self) -> None:
        _demand(isinstance(self.name, str) and self.name != "", self, "a name")


@record(frozen=True, slots=True)
class Discriminant:
    """What Rust writes after `=` at a variant. It is recorded, not written: the tag is the variant's position."""

    value: int

    def __post_init__(self) -> None:
        _demand(type(self.value) is int, self, "a whole number")


@record(frozen=True, slots=True)
class Codec:
    """A type by way of one that has bytes: `Annotated[Decimal, Codec(str, str, Decimal)]`.

    `encode` makes a value of `inner` of the Python value, `decode` the reverse; a ValueError or TypeError that either
    raises becomes an error of encoding or decoding with its place.
    """

    inner: Any
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


@record(frozen=True, slots=True)
class As:
    """The representation of a type that has several: `Annotated[UUID, As(u128)]`, `Annotated[Decimal, As(str)]`.

    UUID as `str`, `bytes` (16 of them, without a length) or `u128`; Decimal as `str`; Fraction as `tuple[int, int]`;
    complex as `tuple[float, float]`; date, time and datetime as `str` (ISO 8601); timedelta as `int` (microseconds).
    """

    inner: Any
