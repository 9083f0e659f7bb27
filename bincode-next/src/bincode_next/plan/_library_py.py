"""Rust's library types that are a few numbers: spans and instants, addresses and sockets."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ..config import Config
from ..errors import DecodeError, InvalidDuration, InvalidSystemTime, OutOfRangeError, UnexpectedVariant, WrongTypeError
from ..schema import _nodes as n
from ..types import Duration, SocketAddrV4, SocketAddrV6, SystemTime
from ._reader_py import Reader
from ._values import wrong
from ._varint_py import U32, U64, int_reader, int_writer

Read = Callable[[Reader], Any]
Write = Callable[[Any, Any], None]
IntReaders = Callable[[n.Int, Config], Callable[[Reader], int]]  # CBOR has others than bincode
IntWriters = Callable[[n.Int, Config], Write]

_NANOS = 1_000_000_000
_U64_MAX = (1 << 64) - 1
_INSTANT_MAX = (1 << 63) - 1  # seconds of the platform's clock are signed
_U16 = n.Int(16, signed=False)


# ---------------------------------------------------------------- time


def _parts_reader(config: Config, ints: IntReaders) -> Callable[[Reader], tuple[int, int, int]]:
    read_secs, read_nanos = ints(U64, config), ints(U32, config)

    def read(r: Reader) -> tuple[int, int, int]:
        start = r.pos
        secs = read_secs(r)
        carry, nanos = divmod(read_nanos(r), _NANOS)
        if secs + carry > _U64_MAX:
            raise InvalidDuration("seconds and nanoseconds overflow together", offset=start, found=(secs, nanos))
        return start, secs + carry, nanos

    return read


def duration_reader(node: n.Duration, config: Config, ints: IntReaders = int_reader) -> Read:
    """Return what reads a span. A timedelta has no nanoseconds: what would be rounded is refused."""
    parts = _parts_reader(config, ints)

    def read(r: Reader) -> Any:
        start, secs, nanos = parts(r)
        made = Duration(secs, nanos)
        return made if node.python == "own" else _exactly(made.to_timedelta, InvalidDuration, start)

    return read


def systemtime_reader(node: n.SystemTime, config: Config, ints: IntReaders = int_reader) -> Read:
    """Return what reads an instant. A datetime has no nanoseconds: what would be rounded is refused."""
    parts = _parts_reader(config, ints)

    def read(r: Reader) -> Any:
        start, secs, nanos = parts(r)
        if secs > _INSTANT_MAX:
            raise InvalidSystemTime("later than any clock", offset=start, found=secs)
        made = SystemTime(secs, nanos)
        return made if node.python == "own" else _exactly(made.to_datetime, InvalidSystemTime, start)

    return read


def _exactly(convert: Callable[[], Any], refused: type[DecodeError], start: int) -> Any:
    try:
        return convert()
    except ValueError as error:
        raise refused(str(error), offset=start) from None


def _parts_writer(config: Config, ints: IntWriters) -> Callable[[Any, int, int], None]:
    write_secs, write_nanos = ints(U64, config), ints(U32, config)

    def write(out: Any, secs: int, nanos: int) -> None:
        write_secs(out, secs)
        if not 0 <= nanos < _NANOS:
            raise OutOfRangeError("nanoseconds are not below a second", found=nanos)
        write_nanos(out, nanos)

    return write


def duration_writer(config: Config, ints: IntWriters = int_writer) -> Write:
    """Return what writes a `Duration` or a timedelta that is not negative."""
    parts = _parts_writer(config, ints)

    def write(out: Any, value: Any) -> None:
        if isinstance(value, timedelta):
            value = _converted(Duration.from_timedelta, value)
        if not isinstance(value, Duration):
            raise wrong(value, "Duration or timedelta")
        parts(out, value.secs, value.nanos)

    return write


def systemtime_writer(config: Config, ints: IntWriters = int_writer) -> Write:
    """Return what writes a `SystemTime`, or a datetime with a time zone that is not before 1970."""
    parts = _parts_writer(config, ints)

    def write(out: Any, value: Any) -> None:
        if isinstance(value, datetime):
            value = _converted(SystemTime.from_datetime, value)
        if not isinstance(value, SystemTime):
            raise wrong(value, "SystemTime or datetime")
        if value.secs > _INSTANT_MAX:
            raise OutOfRangeError("later than any clock", wanted=f"at most {_INSTANT_MAX} seconds", found=value.secs)
        parts(out, value.secs, value.nanos)

    return write


def _converted(convert: Callable[[Any], Any], value: Any) -> Any:
    try:
        return convert(value)
    except ValueError as error:
        if getattr(value, "tzinfo", True) is None:
            raise WrongTypeError(str(error)) from None
        raise OutOfRangeError(str(error)) from None


# ---------------------------------------------------------------- addresses


def version_reader(config: Config, name: str, ints: IntReaders = int_reader) -> Callable[[Reader], int]:
    """Return what reads which version an address is of: 0 for 4, 1 for 6."""
    read_tag = ints(U32, config)

    def read(r: Reader) -> int:
        start = r.pos
        tag = read_tag(r)
        if tag > 1:
            raise UnexpectedVariant("no such variant", offset=start, wanted=f"{name}: 0 or 1", found=tag)
        return 6 if tag else 4

    return read


def _address(r: Reader, version: int) -> Any:
    width = 4 if version == 4 else 16
    start = r.take(width)
    data = bytes(r.data[start : start + width])
    return ipaddress.IPv4Address(data) if version == 4 else ipaddress.IPv6Address(data)


def ip_reader(node: n.Ip, config: Config, ints: IntReaders = int_reader) -> Read:
    """Return what reads an address: octets in network order, whatever the configuration."""
    version = version_reader(config, "IpAddr", ints)
    return lambda r: _address(r, node.version or version(r))


def _is_plain(config: Config) -> bool:
    """Whether a socket of version 6 travels without flow info and scope."""
    return config.crate < 3 or config.is_legacy


def socket_reader(node: n.Socket, config: Config, ints: IntReaders = int_reader) -> Read:
    """Return what reads an address and a port, of version 6 with flow info and scope where they travel."""
    version, port, number = version_reader(config, "SocketAddr", ints), ints(_U16, config), ints(U32, config)
    plain = _is_plain(config)

    def read(r: Reader) -> Any:
        of = node.version or version(r)
        address = _address(r, of)
        if of == 4:
            return SocketAddrV4(address, port(r))
        if plain:
            return SocketAddrV6(address, port(r))
        return SocketAddrV6(address, port(r), number(r), number(r))

    return read


def _version_of(value: Any, node: n.Ip | n.Socket, kinds: tuple[type, type]) -> int:
    allowed = kinds if node.version == 0 else (kinds[0 if node.version == 4 else 1],)
    if not isinstance(value, allowed):
        raise wrong(value, " or ".join(kind.__name__ for kind in allowed))
    return 4 if isinstance(value, kinds[0]) else 6


def ip_writer(node: n.Ip, config: Config, ints: IntWriters = int_writer) -> Write:
    """Return what writes an address."""
    tag = ints(U32, config)

    def write(out: Any, value: Any) -> None:
        version = _version_of(value, node, (ipaddress.IPv4Address, ipaddress.IPv6Address))
        if not node.version:
            tag(out, 0 if version == 4 else 1)
        out.extend(value.packed)

    return write


def socket_writer(node: n.Socket, config: Config, ints: IntWriters = int_writer) -> Write:
    """Return what writes a socket's address."""
    tag, port, number = ints(U32, config), ints(_U16, config), ints(U32, config)
    plain = _is_plain(config)
    write_ip = {4: ip_writer(n.Ip(4), config, ints), 6: ip_writer(n.Ip(6), config, ints)}

    def write(out: Any, value: Any) -> None:
        version = _version_of(value, node, (SocketAddrV4, SocketAddrV6))
        if not node.version:
            tag(out, 0 if version == 4 else 1)
        write_ip[version](out, value.ip)
        port(out, value.port)
        if version == 6 and not plain:
            number(out, value.flowinfo)
            number(out, value.scope_id)

    return write
