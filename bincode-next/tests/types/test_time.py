"""Spans and instants: to and from `datetime` where that is exact, refused where it would lose."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.types import Duration, SystemTime

MICROS = 1_000


@given(st.timedeltas(min_value=timedelta(0)))
def test_spans_go_there_and_back(span: timedelta) -> None:
    """Every span that is not negative."""
    duration = Duration.from_timedelta(span)
    assert duration.to_timedelta() == span
    assert duration.secs + duration.nanos / 1e9 == pytest.approx(span.total_seconds())


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.sampled_from([UTC, timezone(timedelta(hours=5))])))
def test_instants_go_there_and_back(instant: datetime) -> None:
    """From 1970 on, in any zone; they come back in UTC."""
    again = SystemTime.from_datetime(instant).to_datetime()
    assert again == instant
    assert again.tzinfo is UTC


@given(st.integers(0, 10**9 - 1))
def test_parts_of_microseconds_are_refused(nanos: int) -> None:
    """They would be lost."""
    for value in (Duration(5, nanos), SystemTime(5, nanos)):
        to = value.to_timedelta if isinstance(value, Duration) else value.to_datetime
        if nanos % MICROS:
            with pytest.raises(ValueError, match="no whole microseconds"):
                to()
        else:
            assert to()


def test_what_datetime_can_not_hold_is_refused() -> None:
    """And what Rust can't."""
    with pytest.raises(ValueError, match="longer than the longest"):
        Duration(1 << 63).to_timedelta()
    with pytest.raises(ValueError, match=r"longest timedelta|last datetime"):
        SystemTime(1 << 63).to_datetime()
    with pytest.raises(ValueError, match="last datetime"):
        SystemTime(253_402_300_800).to_datetime()
    with pytest.raises(ValueError, match="negative"):
        Duration.from_timedelta(timedelta(microseconds=-1))
    with pytest.raises(ValueError, match="negative"):
        SystemTime.from_datetime(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
    with pytest.raises(ValueError, match="no time zone"):
        SystemTime.from_datetime(datetime(2000, 1, 1))


@pytest.mark.parametrize(("secs", "nanos"), [(-1, 0), (1 << 64, 0), (0, 10**9), (0, -1)])
def test_parts_are_within_their_ranges(secs: int, nanos: int) -> None:
    """Whole seconds in 64 bits, nanoseconds below a second."""
    for cls in (Duration, SystemTime):
        with pytest.raises(ValueError, match="nanoseconds below"):
            cls(secs, nanos)


def test_they_are_ordered() -> None:
    """By seconds, then nanoseconds."""
    assert Duration(1, 5) < Duration(1, 6) < Duration(2)
    assert max(SystemTime(3), SystemTime(2, 9)) == SystemTime(3)
