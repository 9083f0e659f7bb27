"""Spans and instants with nanoseconds, as Rust has them, and the way to and from `datetime` where it is exact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

NANOS: Final = 1_000_000_000
SECS_MAX: Final = (1 << 64) - 1
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A span of time: whole seconds from 0 to 2^64 - 1, and nanoseconds below 1,000,000,000."""

    secs: int
    nanos: int = 0

    def __post_init__(self) -> None:
        _check(self.secs, self.nanos)

    @classmethod
    def from_timedelta(cls, span: timedelta) -> Self:
        """Return the same span; ValueError if it is negative."""
        return cls(*_parts(span, "a Duration"))

    def to_timedelta(self) -> timedelta:
        """Return the same span; ValueError if it has parts of a microsecond or is too long for a timedelta."""
        return _timedelta(self.secs, self.nanos)


@dataclass(frozen=True, slots=True, order=True)
class SystemTime:
    """An instant: seconds and nanoseconds since 1970-01-01 in UTC, never before."""

    secs: int
    nanos: int = 0

    def __post_init__(self) -> None:
        _check(self.secs, self.nanos)

    @classmethod
    def from_datetime(cls, instant: datetime) -> Self:
        """Return the same instant; ValueError if it has no time zone or lies before 1970."""
        if instant.tzinfo is None:
            raise ValueError(
                f"{instant.isoformat()} has no time zone, so it is no instant; give it one, for example UTC"
            )
        return cls(*_parts(instant - EPOCH, "a SystemTime"))

    def to_datetime(self) -> datetime:
        """Return the same instant in UTC; ValueError if it has parts of a microsecond or lies after the year 9999."""
        try:
            return EPOCH + _timedelta(self.secs, self.nanos)
        except OverflowError:
            raise ValueError(f"{self.secs} seconds after 1970 are beyond the last datetime") from None


def _check(secs: int, nanos: int) -> None:
    if not (0 <= secs <= SECS_MAX and 0 <= nanos < NANOS):
        raise ValueError(f"seconds from 0 to 2^64 - 1 and nanoseconds below 1,000,000,000, not {secs} and {nanos}")


def _parts(span: timedelta, what: str) -> tuple[int, int]:
    secs = span.days * 86_400 + span.seconds
    if secs < 0:
        raise ValueError(f"{span} is negative, which {what} can't be")
    return secs, span.microseconds * 1000


def _timedelta(secs: int, nanos: int) -> timedelta:
    micros, rest = divmod(nanos, 1000)
    if rest:
        raise ValueError(f"{nanos} nanoseconds are no whole microseconds: use the type with nanoseconds instead")
    try:
        return timedelta(seconds=secs, microseconds=micros)
    except OverflowError:
        raise ValueError(f"{secs} seconds are longer than the longest timedelta") from None
