"""Values without parts of their own: bool, units, text, bytes, and what well-formed CBOR writes as one item."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any, Final

from ..config import Config
from ..errors import (
    ArrayLengthMismatch,
    EncodeError,
    InvalidBooleanValue,
    InvalidCbor,
    InvalidCharEncoding,
    LimitExceeded,
    WrongTypeError,
)
from ..plan import _scalars_py as scalars
from ..plan._paths import located
from ..plan._reader_py import Reader
from ..plan._values import items_of, wrong
from ..plan._varint_py import U32, as_int
from ..schema import _nodes as n
from ..types import SocketAddrV4, SocketAddrV6
from ._form import FALSE, TRUE, Form
from ._heads import (
    ARRAY,
    BREAK,
    BYTES,
    OTHER,
    TEXT,
    Head,
    demand,
    int_reader,
    int_writer,
    misplaced,
    put_head,
    read_head,
)

Write = Callable[[Any, Any], None]
Read = Callable[[Reader], Any]

HEAD_CLAIM: Final = 9  # what the crate counts against its limit for the length of an item
_U8: Final = n.Int(8, signed=False)
_U16: Final = n.Int(16, signed=False)
_HEADS: Final = [bytes((byte,)) if byte < 24 else bytes((24, byte)) for byte in range(256)]
_ADDRESSES: Final[dict[int, Any]] = {4: ipaddress.IPv4Address, 16: ipaddress.IPv6Address}


# ---------------------------------------------------------------- bool and units


def write_bool(out: Any, value: Any) -> None:
    """Write a bool, Python's or NumPy's."""
    byte = bytearray()
    scalars.write_bool(byte, value)
    out.append(TRUE if byte[0] else FALSE)


def bool_reader(config: Config) -> Read:
    """Return what reads a bool: one of two simple values."""
    strict = config.strict

    def read(r: Reader) -> bool:
        head = read_head(r, strict)
        if head.major != OTHER or head.is_indefinite or head.number not in (FALSE & 0x1F, TRUE & 0x1F):
            found = f"{r.data[head.start]:02x}"
            raise InvalidBooleanValue("no bool", offset=head.start, wanted="f4 or f5", found=found)
        return head.number == TRUE & 0x1F

    return read


def unit_writer(check: Write, data: bytes) -> Write:
    """Return what looks at the value of a unit and writes its bytes, if it has any."""

    def write(out: Any, value: Any) -> None:
        check(out, value)
        out.extend(data)

    return write


def unit_reader(node: n.Unit, form: Form) -> Read:
    """Return what reads a value of no bytes, of an empty array, or of null."""
    data, value = form.unit(node), node.value

    def read(r: Reader) -> Any:
        if data and data[0] >> 5 == ARRAY:
            head = read_head(r, strict=False)
            if head.major != ARRAY:
                raise misplaced(head, "an empty array")
            if head.number:
                raise other_length(head, 0)
        elif data:
            start = r.take(1)
            if r.data[start] != data[0]:
                raise InvalidCbor("an item of another kind", offset=start, wanted="null", found=f"{r.data[start]:02x}")
        return value

    return read


def other_length(head: Head, wanted: int) -> ArrayLengthMismatch:
    """Return the error of an array or byte string of another length than its type's."""
    found = "an indefinite number" if head.is_indefinite else head.number
    return ArrayLengthMismatch("another number of items", offset=head.start, wanted=str(wanted), found=found)


# ---------------------------------------------------------------- text


def put_text_length(out: Any, length: int) -> None:
    """Write the head of text."""
    put_head(out, TEXT, length)


def text_block(config: Config, capacity: int | None) -> Callable[[Reader], tuple[int, int]]:
    """Return what reads the head of text and steps over it. Text in chunks is refused, as the crate does."""
    claims, strict = config.limit is not None, config.strict

    def read(r: Reader) -> tuple[int, int]:
        if claims:
            r.claim(HEAD_CLAIM)
        head = demand(r, TEXT, "text", strict)
        block(r, head, capacity, claims)
        return r.pos - head.number, r.pos

    return read


def block(r: Reader, head: Head, capacity: int | None, claims: bool) -> None:
    """Step over the bytes behind the head of a string."""
    if capacity is not None and head.number > capacity:
        raise longer(head, capacity)
    if claims:
        r.claim(head.number)
    r.take(head.number)
    r.remember(head.number)


def longer(head: Head, capacity: int) -> LimitExceeded:
    """Return the error of more items than a bounded type has."""
    return LimitExceeded(
        "longer than its type allows", offset=head.start, wanted=f"at most {capacity}", found=head.number
    )


def write_char(out: Any, value: Any) -> None:
    """Write a character as text, which is well-formed; the crate writes it without a head."""
    data = bytearray()
    scalars.write_char(data, value)
    put_head(out, TEXT, len(data))
    out.extend(data)


def char_reader(config: Config) -> Read:
    """Return what reads text of one character."""
    text = scalars.str_reader(n.Str(), config, text_block(config, None))

    def read(r: Reader) -> str:
        start = r.pos
        value: str = text(r)
        if len(value) != 1:
            raise InvalidCharEncoding("not one character", offset=start, wanted="text of one character", found=value)
        return value

    return read


# ---------------------------------------------------------------- bytes


def bytes_writer(node: n.Bytes, form: Form) -> Write:
    """Return what writes bytes, as a byte string or as an array of numbers."""
    as_string = form.is_byte_string(node)

    def write(out: Any, value: Any) -> None:
        data = scalars.checked_bytes(node, value)
        put_head(out, BYTES if as_string else ARRAY, len(data))
        out.extend(data if as_string else b"".join(map(_HEADS.__getitem__, data)))

    return write


def octets_writer(node: n.Seq | n.Array) -> Write:
    """Return what writes a list of u8 or i8 as a byte string."""
    item = node.item
    assert isinstance(item, n.Int)

    def write(out: Any, value: Any) -> None:
        items = items_of(value)
        if isinstance(node, n.Array) and len(items) != node.length:
            raise WrongTypeError("an array of another length", wanted=f"{node.length} items", found=len(items))
        if isinstance(node, n.Seq):
            scalars.refuse_long(len(items), node.capacity)
        data = bytearray()
        for index, part in enumerate(items):
            try:
                data.append(as_int(part, item) & 0xFF)
            except EncodeError as error:
                raise located(error, [index]) from None
        put_head(out, BYTES, len(data))
        out.extend(data)

    return write


def bytes_reader(node: n.Bytes, config: Config) -> Read:
    """Return what reads bytes: a string, whole or in chunks, or an array of numbers; of a fixed length no array."""
    octets = octets_reader(config, node.capacity) if node.length is None else fixed_octets_reader(config, node.length)

    def read(r: Reader) -> Any:
        start = r.pos
        return scalars.made_bytes(node, octets(r), start)

    return read


def fixed_octets_reader(config: Config, length: int) -> Callable[[Reader], Any]:
    """Return what reads a byte string of one length."""
    claims, strict = config.limit is not None, config.strict

    def read(r: Reader) -> Any:
        if claims:
            r.claim(HEAD_CLAIM)
        head = read_head(r, strict)
        if head.major != BYTES:
            raise misplaced(head, f"{length} bytes")
        if head.is_indefinite or head.number != length:
            raise other_length(head, length)
        block(r, head, None, claims)
        return r.data[r.pos - length : r.pos]

    return read


def octets_reader(config: Config, capacity: int | None) -> Callable[[Reader], Any]:
    """Return what reads bytes of any number: a view of one string, or what chunks or numbers make together."""
    claims, strict = config.limit is not None, config.strict
    byte = int_reader(_U8, config)

    def read(r: Reader) -> Any:
        if claims:
            r.claim(HEAD_CLAIM)
        head = read_head(r, strict)
        refuse_indefinite(head, config)
        if head.major == BYTES and not head.is_indefinite:
            block(r, head, capacity, claims)
            return r.data[r.pos - head.number : r.pos]
        if head.major not in (BYTES, ARRAY):
            raise misplaced(head, "bytes")
        data = chunks(r, head) if head.major == BYTES else numbers(r, head)
        return bytes(data)

    def chunks(r: Reader, whole: Head) -> bytearray:
        data = bytearray()
        while not at_break(r):
            if claims:
                r.claim(HEAD_CLAIM)
            head = demand(r, BYTES, "a chunk of bytes", strict)
            block(r, head, None, claims)
            data += r.data[r.pos - head.number : r.pos]
            refuse_longer(len(data), whole, capacity)
        return data

    def numbers(r: Reader, whole: Head) -> bytearray:
        data = bytearray()
        if whole.is_indefinite:
            while not at_break(r):
                data.append(byte(r))
                refuse_longer(len(data), whole, capacity)
            return data
        refuse_longer(whole.number, whole, capacity)
        if claims:
            r.claim(whole.number)
        r.remember(min(whole.number, r.end - r.pos))
        for _ in range(whole.number):
            data.append(byte(r))
        return data

    return read


def refuse_longer(length: int, whole: Head, capacity: int | None) -> None:
    """Refuse more items than a bounded type has."""
    if capacity is not None and length > capacity:
        raise longer(whole._replace(number=length), capacity)


def at_break(r: Reader) -> bool:
    """Whether an item of indefinite length ends here; its end is stepped over."""
    at = r.take(1)
    if r.data[at] == BREAK:
        return True
    r.pos = at
    return False


def refuse_indefinite(head: Head, config: Config) -> None:
    """Refuse an indefinite length where that is strict; the crate reads them whatever its option says."""
    if head.is_indefinite and config.strict and not config.cbor.allow_indefinite:
        raise InvalidCbor("an indefinite length, which the configuration excludes", offset=head.start)


# ---------------------------------------------------------------- addresses, well-formed


def ip_writer(plain: Write) -> Write:
    """Return what writes an address as a byte string; `plain` looks at its version and writes its octets."""

    def write(out: Any, value: Any) -> None:
        octets = bytearray()
        plain(octets, value)
        put_head(out, BYTES, len(value.packed))
        out.extend(value.packed)

    return write


def ip_reader(node: n.Ip | n.Socket, config: Config) -> Read:
    """Return what reads an address from a byte string, whose length says its version."""
    widths = {4: (4,), 6: (16,), 0: (4, 16)}[node.version]
    strict = config.strict

    def read(r: Reader) -> Any:
        head = demand(r, BYTES, "the bytes of an address", strict)
        if head.number not in widths:
            raise other_length(head, widths[0])
        at = r.take(head.number)
        return _ADDRESSES[head.number](bytes(r.data[at : r.pos]))

    return read


def socket_writer(node: n.Socket, config: Config) -> Write:
    """Return what writes a socket's address as an array: address, port, of version 6 flow info and scope."""
    kinds: tuple[type[Any], ...] = (SocketAddrV4, SocketAddrV6)
    kinds = kinds if node.version == 0 else kinds[:1] if node.version == 4 else kinds[1:]
    port, number = int_writer(_U16, config), int_writer(U32, config)

    def write(out: Any, value: Any) -> None:
        if not isinstance(value, kinds):
            raise wrong(value, " or ".join(kind.__name__ for kind in kinds))
        is_long = type(value) is not SocketAddrV4
        put_head(out, ARRAY, 4 if is_long else 2)
        put_head(out, BYTES, len(value.ip.packed))
        out.extend(value.ip.packed)
        port(out, value.port)
        if is_long:
            number(out, value.flowinfo)
            number(out, value.scope_id)

    return write


def socket_reader(node: n.Socket, config: Config) -> Read:
    """Return what reads such an array."""
    address, port, number = ip_reader(node, config), int_reader(_U16, config), int_reader(U32, config)
    strict = config.strict

    def read(r: Reader) -> Any:
        head = demand(r, ARRAY, "an array of address and port", strict)
        ip = address(r)
        wanted = 2 if ip.version == 4 else 4
        if head.number != wanted:
            raise other_length(head, wanted)
        if ip.version == 4:
            return SocketAddrV4(ip, port(r))
        return SocketAddrV6(ip, port(r), number(r), number(r))

    return read
