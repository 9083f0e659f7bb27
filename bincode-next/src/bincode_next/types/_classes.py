"""What a class says about itself by decorators: its name in Rust, its discriminant, that its bits are packed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeVar, overload

C = TypeVar("C", bound=type)
ATTRIBUTE: Final = "__bincode__"


@dataclass(frozen=True, slots=True)
class ClassOptions:
    """The options of one class, kept in its `__bincode__`; classes derived from it don't inherit them."""

    name: str | None = None
    discriminant: int | None = None
    packed: bool = False
    bit_order: Literal["lsb", "msb"] | None = None
    positional: bool = False


_NONE: Final = ClassOptions()


def options_of(cls: type) -> ClassOptions:
    """Return what the decorators of this module said about a class."""
    found = cls.__dict__.get(ATTRIBUTE, _NONE)
    return found if isinstance(found, ClassOptions) else _NONE


def rust_name(name: str) -> Callable[[C], C]:
    """Name a class as Rust does; names are seen by the fingerprint and the Rust writer, not by the bytes."""
    return lambda cls: _change(cls, name=name)


def variant(name: str | None = None, *, discriminant: int | None = None) -> Callable[[C], C]:
    """Name a class as the variant it is in unions, and record its discriminant (the tag stays its position)."""
    return lambda cls: _change(cls, name=name, discriminant=discriminant)


def tuple_struct(cls: C) -> C:
    """Declare that the fields of a class have no names in Rust: `struct Meters(f64);`."""
    return _change(cls, positional=True)


@overload
def bitpacked(cls: C, /) -> C: ...
@overload
def bitpacked(*, order: Literal["lsb", "msb"] | None = None) -> Callable[[C], C]: ...
def bitpacked(cls: Any = None, /, *, order: Literal["lsb", "msb"] | None = None) -> Any:
    """Derive bit packing for a class: fields with `Bits` share bytes where the configuration packs bits."""
    if cls is not None:
        return _change(cls, packed=True)
    return lambda cls: _change(cls, packed=True, bit_order=order)


def _change(cls: C, **changes: Any) -> C:
    options = options_of(cls)
    setattr(cls, ATTRIBUTE, replace(options, **{key: value for key, value in changes.items() if value is not None}))
    return cls
