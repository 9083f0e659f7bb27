"""Times and addresses."""

import datetime
import ipaddress

import pytest

from bincode_next.config import legacy, standard, v3, v3_legacy
from bincode_next.errors import InvalidDuration, InvalidSystemTime, OutOfRangeError, UnexpectedVariant, WrongTypeError
from bincode_next.types import Duration, IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6, SystemTime, u32, u64

UTC = datetime.timezone.utc  # noqa: UP017
V4, V6 = ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1")


def pair(plan, secs: int, nanos: int) -> bytes:
    return bytes(plan(tuple[u64, u32]).encode((secs, nanos)))


def test_durations_are_seconds_and_nanoseconds(plan) -> None:
    it = plan(Duration)
    assert it.encode(Duration(5, 730023852)).hex() == "05fcac47832b"
    assert it.decode(bytes.fromhex("05fcac47832b"))[0] == Duration(5, 730023852)
    assert it.decode(pair(plan, 1, 2_000_000_000))[0] == Duration(3)
    with pytest.raises(InvalidDuration):
        it.decode(pair(plan, (1 << 64) - 1, 1_000_000_000))
    assert it.decode(pair(plan, (1 << 64) - 1, 999_999_999))[0].secs == (1 << 64) - 1


def test_timedeltas_are_durations_where_that_is_exact(plan) -> None:
    it = plan(datetime.timedelta)
    span = datetime.timedelta(days=3, seconds=5, microseconds=7)
    assert it.encode(span) == plan(Duration).encode(Duration(259205, 7000)) == plan(Duration).encode(span)
    assert it.decode(it.encode(span))[0] == span
    with pytest.raises(OutOfRangeError):
        it.encode(datetime.timedelta(microseconds=-1))
    for secs, nanos in ((1, 1), ((1 << 64) - 1, 0)):
        with pytest.raises(InvalidDuration) as caught:
            it.decode(pair(plan, secs, nanos))
        assert caught.value.offset == 0


def test_instants_count_from_1970(plan) -> None:
    it = plan(datetime.datetime)
    instant = datetime.datetime(2026, 11, 24, 12, 30, 15, 250, tzinfo=UTC)
    east = instant.astimezone(datetime.timezone(datetime.timedelta(hours=2)))
    assert it.encode(instant) == it.encode(east) == plan(SystemTime).encode(instant)
    assert it.decode(it.encode(east))[0] == instant
    assert plan(SystemTime).decode(it.encode(instant))[0] == SystemTime(int(instant.timestamp()), 250_000)
    with pytest.raises(OutOfRangeError):
        it.encode(datetime.datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))
    with pytest.raises(WrongTypeError):
        it.encode(datetime.datetime(2026, 1, 1))
    for secs, nanos in ((1, 1), (1 << 62, 0)):
        with pytest.raises(InvalidSystemTime):
            it.decode(pair(plan, secs, nanos))


def test_clocks_end(plan) -> None:
    it = plan(SystemTime)
    last = SystemTime((1 << 63) - 1, 999_999_999)
    assert it.decode(it.encode(last))[0] == last
    with pytest.raises(OutOfRangeError):
        it.encode(SystemTime(1 << 63))
    with pytest.raises(InvalidSystemTime):
        it.decode(pair(plan, 1 << 63, 0))
    with pytest.raises(InvalidSystemTime):
        it.decode(pair(plan, (1 << 63) - 1, 1_000_000_000))


@pytest.mark.parametrize("config", [standard(), legacy(), v3(), v3().with_big_endian(), v3_legacy()], ids=str)
def test_addresses_are_octets(plan, config) -> None:
    assert plan(ipaddress.IPv4Address, config).encode(V4) == V4.packed
    assert plan(ipaddress.IPv6Address, config).encode(V6) == V6.packed
    either = plan(IpAddr, config)
    tag = plan(u32, config)
    assert either.encode(V4) == tag.encode(0) + V4.packed
    assert either.encode(V6) == tag.encode(1) + V6.packed
    for address in (V4, V6):
        assert either.decode(either.encode(address))[0] == address
    with pytest.raises(UnexpectedVariant):
        either.decode(tag.encode(2) + V6.packed)
    for value in ("127.0.0.1", V6, 5):
        with pytest.raises(WrongTypeError):
            plan(ipaddress.IPv4Address, config).encode(value)


def test_scopes_travel_in_bincode_next_only(plan) -> None:
    """bincode 1 and 2, and bincode-next's legacy, drop flow info and scope; they come back as 0."""
    full, bare = SocketAddrV6(V6, 80, 7, 300), SocketAddrV6(V6, 80)
    for config in (standard(), legacy(), v3_legacy()):
        it = plan(SocketAddrV6, config)
        assert it.encode(full) == it.encode(bare)
        assert it.decode(it.encode(full))[0] == bare
    it = plan(SocketAddrV6, v3())
    assert it.encode(full).hex() == V6.packed.hex() + "50" + "07" + "fb2c01"
    assert it.decode(it.encode(full))[0] == full
    either = plan(SocketAddr, v3())
    for address in (full, bare, SocketAddrV4(V4, 65535)):
        assert either.decode(either.encode(address))[0] == address


def test_ports_and_addresses_are_checked(plan) -> None:
    with pytest.raises(OutOfRangeError):
        plan(SocketAddrV4).encode(SocketAddrV4(V4, 65536))
    with pytest.raises(WrongTypeError):
        plan(SocketAddrV4).encode(SocketAddrV4(V6, 80))
    with pytest.raises(OutOfRangeError):
        plan(SocketAddrV6, v3()).encode(SocketAddrV6(V6, 80, 1 << 32))
    with pytest.raises(WrongTypeError):
        plan(SocketAddr).encode(V4)
