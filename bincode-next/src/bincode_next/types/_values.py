"""Python values for what Rust has and Python has not. All are immutable and compare by value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from .._record import record

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

T = TypeVar("T")
E = TypeVar("E")


@record(frozen=True, slots=True)
class Some(Generic[T]):
    """A value of the outer option where an option lies directly in another: `Some[u8 | None] | None`."""

    value: T

    def __init__(self, value: T) -> None:
        object.__setattr__(self, "value", value)


@record(frozen=True, slots=True)
class Ok(Generic[T]):
    """The good side of a `Result`."""

    value: T

    def __init__(self, value: T) -> None:
        object.__setattr__(self, "value", value)


@record(frozen=True, slots=True)
class Err(Generic[E]):
    """The bad side of a `Result`. It is a value, not an exception."""

    error: E

    def __init__(self, error: E) -> None:
        object.__setattr__(self, "error", error)


@record(frozen=True, slots=True)
class Included(Generic[T]):
    """A `Bound` that belongs to the range."""

    value: T

    def __init__(self, value: T) -> None:
        object.__setattr__(self, "value", value)


@record(frozen=True, slots=True)
class Excluded(Generic[T]):
    """A `Bound` that does not belong to the range."""

    value: T

    def __init__(self, value: T) -> None:
        object.__setattr__(self, "value", value)


class Unbounded:
    """The `Bound` that is none. There is one instance, `UNBOUNDED`."""

    __slots__ = ()
    _one: Unbounded | None = None

    def __new__(cls) -> Unbounded:
        """Return the one instance."""
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "UNBOUNDED"

    def __reduce__(self) -> str:
        return "UNBOUNDED"


UNBOUNDED: Final = Unbounded()


@record(frozen=True, slots=True)
class Range(Generic[T]):
    """`start..end`, without its end."""

    start: T
    end: T

    def __init__(self, start: T, end: T) -> None:
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)


@record(frozen=True, slots=True)
class RangeInclusive(Generic[T]):
    """`start..=end`, with its end."""

    start: T
    end: T

    def __init__(self, start: T, end: T) -> None:
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)


@dataclass(frozen=True, slots=True, order=True)
class SocketAddrV4:
    """An IPv4 address and a port."""

    ip: IPv4Address
    port: int


@dataclass(frozen=True, slots=True, order=True)
class SocketAddrV6:
    """An IPv6 address and a port. Flow info and scope travel only where the crate writes them."""

    ip: IPv6Address
    port: int
    flowinfo: int = 0
    scope_id: int = 0
