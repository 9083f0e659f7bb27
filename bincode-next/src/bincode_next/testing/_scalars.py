"""Described values without parts, and Python's of them: numbers, floats by their bits, addresses, times."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from .. import types as t

Scalar = tuple[Any, Callable[[Any], Any], Callable[[Any], Any]]


def as_bytes(said: Any) -> bytes:
    """Return the bytes of `hex:…` or of a run of one byte."""
    if isinstance(said, dict):
        byte, count = said["repeat_hex"]
        return bytes.fromhex(byte) * int(count)
    return bytes.fromhex(str(said).removeprefix("hex:"))


def from_bytes(data: Any) -> str:
    """Describe bytes."""
    return "hex:" + bytes(data).hex()


def repeated(said: Any) -> Any:
    """Return a described list or text, a run of one element written out."""
    if isinstance(said, dict) and "repeat" in said:
        element, count = said["repeat"]
        return element * count if isinstance(element, str) else [element] * count
    return said


# ---------------------------------------------------------------- floats

_EXPONENT64: Final = 0x7FF << 52
_EXPONENT32: Final = 0xFF << 23


def as_float(said: str) -> float:
    """Return the float with the bits of `f32:0x…` or `f64:0x…`; the payload of an f32 NaN stays what it is."""
    kind, _, text = said.partition(":")
    bits = int(text, 16)
    if kind == "f32":
        if bits & _EXPONENT32 != _EXPONENT32 or bits & 0x7F_FFFF == 0:
            return float(struct.unpack("<f", bits.to_bytes(4, "little"))[0])
        bits = (bits >> 31) << 63 | _EXPONENT64 | (bits & 0x7F_FFFF) << 29
    return float(struct.unpack("<d", bits.to_bytes(8, "little"))[0])


def _from_f64(value: float) -> str:
    return f"f64:0x{int.from_bytes(struct.pack('<d', value), 'little'):016x}"


def _from_f32(value: float) -> str:
    bits = int.from_bytes(struct.pack("<d", value), "little")
    if value == value:
        return f"f32:0x{int.from_bytes(struct.pack('<f', value), 'little'):08x}"
    return f"f32:0x{(bits >> 63) << 31 | _EXPONENT32 | (bits >> 29) & 0x7F_FFFF:08x}"


# ---------------------------------------------------------------- times and addresses


def _parts(cls: Any) -> Scalar:
    return (
        cls,
        lambda said: cls(int(said["secs"]), int(said["nanos"])),
        lambda value: {"secs": value.secs, "nanos": value.nanos},
    )


def _as_socket(said: Any) -> Any:
    ip = ipaddress.ip_address(said["ip"])
    if isinstance(ip, ipaddress.IPv4Address):
        return t.SocketAddrV4(ip, said["port"])
    return t.SocketAddrV6(ip, said["port"], said["flowinfo"], said["scope_id"])


def _from_socket(value: Any) -> Any:
    shown = {"ip": str(value.ip), "port": value.port}
    if isinstance(value, t.SocketAddrV6):
        shown |= {"flowinfo": value.flowinfo, "scope_id": value.scope_id}
    return shown


def _same(value: Any) -> Any:
    return value


SCALARS: Final[dict[str, Scalar]] = {
    "bool": (bool, _same, _same),
    "string": (str, repeated, _same),
    "char": (t.char, _same, _same),
    "unit": (type(None), _same, _same),
    **{
        name: (getattr(t, name), int, _same)
        for name in ("u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "usize", "isize")
    },
    "f32": (t.f32, as_float, _from_f32),
    "f64": (t.f64, as_float, _from_f64),
    "duration": _parts(t.Duration),
    "systemtime": _parts(t.SystemTime),
    "ipv4": (ipaddress.IPv4Address, ipaddress.IPv4Address, str),
    "ipv6": (ipaddress.IPv6Address, ipaddress.IPv6Address, str),
    "ipaddr": (t.IpAddr, ipaddress.ip_address, str),
    "socketaddrv4": (t.SocketAddrV4, _as_socket, _from_socket),
    "socketaddrv6": (t.SocketAddrV6, _as_socket, _from_socket),
    "socketaddr": (t.SocketAddr, _as_socket, _from_socket),
    "path": (Path, _same, lambda value: str(Path(value))),  # written from text: to pathlib the empty path is "."
    "cstring": (t.CStr, as_bytes, from_bytes),
}


def plain(said: Any) -> Any:
    """Return a described value in one form: integers as text, runs written out. Two are equal if these are."""
    if isinstance(said, bool) or said is None or isinstance(said, str):
        return said
    if isinstance(said, int):
        return str(said)
    if isinstance(said, list):
        return [plain(each) for each in said]
    if "repeat" in said:
        return plain(repeated(said))
    if "repeat_hex" in said:
        return from_bytes(as_bytes(said))
    return {key: plain(each) for key, each in said.items()}
