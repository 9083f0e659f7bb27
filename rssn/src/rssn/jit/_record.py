"""What the disk cache keeps of one formula, as bytes: facts about its kernel, and machine code per signature.

========  =================================================================
header    magic, format version, ELF machine, size of all, the key (32
          bytes), BLAKE2b of all that follows (32 bytes)
origin    the processor (`describe_cpu`) and the compiler the code is for
facts     what a kernel must know before it runs; see `Facts`
programs  a count, then per signature: the block, its entry, slots, imports
========  =================================================================

Numbers are little-endian; text and bytes follow their u32 length. `decode`
gives nothing back unless every part fits: what is here gets executed.
"""

from __future__ import annotations

import struct
from _blake2 import blake2b  # hashlib would load OpenSSL, which takes longer than all of a cached start
from typing import NamedTuple

MAGIC, FORMAT = b"rssnkern", 1
_HEADER = struct.Struct("<8sHHI32s32s")
_CODE = struct.Struct("<III")


X86_64, AARCH64 = 62, 183  # what ELF calls the architectures


class Blob(NamedTuple):
    """Machine code and constants of one kernel for one signature, at home at the start of any page."""

    code: bytes
    entry: int
    """where the function begins"""
    slots: int
    """where the addresses of `imports` belong, eight bytes each"""
    imports: tuple[str, ...]
    """names of functions of the C library, then those that its compiler gave to a user's C functions"""
    frame_bytes: int = 0
    """room that a call must bring along"""


class Origin(NamedTuple):
    """For whom code was made, and by what."""

    machine: int
    """ELF's number of the architecture"""
    cpu: bytes
    compiler: bytes


class Facts(NamedTuple):
    """What a kernel asks of its code before a call."""

    masks: bytes
    """one byte per output, 1 where it is a truth value, 2 where it is complex"""
    width: int
    """rows per vector"""
    row_ns: float
    instruction_set: str
    cpu: str


class Record(NamedTuple):
    """The facts and programs of one formula with given options."""

    facts: Facts
    programs: dict[bytes, Blob]


def digest(*parts: bytes) -> bytes:
    """Return a hash of parts, none of which can pass for another."""
    state = blake2b(digest_size=32)
    for part in parts:
        state.update(len(part).to_bytes(8, "little"))
        state.update(part)
    return state.digest()


def encode(key: bytes, origin: Origin, record: Record) -> bytes:
    """Return a record as bytes."""
    facts = record.facts
    parts = [_sized(origin.cpu), _sized(origin.compiler), _sized(facts.masks)]
    parts += (struct.pack("<Id", facts.width, facts.row_ns), _text(facts.instruction_set), _text(facts.cpu))
    parts.append(len(record.programs).to_bytes(4, "little"))
    for signature, blob in record.programs.items():
        parts += (_sized(signature), _CODE.pack(blob.entry, blob.slots, blob.frame_bytes), _sized(blob.code))
        parts.append(_text(" ".join(blob.imports)))
    body = b"".join(parts)
    size = _HEADER.size + len(body)
    return _HEADER.pack(MAGIC, FORMAT, origin.machine, size, key, digest(body)) + body


def decode(data: bytes, key: bytes, origin: Origin) -> Record | None:
    """Return what `encode` wrote under this key for this machine; None for anything else, however it came about."""
    if len(data) < _HEADER.size:
        return None
    magic, version, machine, size, found, checksum = _HEADER.unpack_from(data)
    body = data[_HEADER.size :]
    if (magic, version, machine, size, found) != (MAGIC, FORMAT, origin.machine, len(data), key):
        return None
    if digest(body) != checksum:
        return None
    try:
        return _record(_Reader(body), origin)
    except (struct.error, ValueError):
        return None


def _record(reader: _Reader, origin: Origin) -> Record | None:
    if (reader.sized(), reader.sized()) != (origin.cpu, origin.compiler):
        return None
    masks = reader.sized()
    width, row_ns = reader.unpack("<Id")
    facts = Facts(masks, width, row_ns, reader.sized().decode(), reader.sized().decode())
    programs = {}
    for _ in range(reader.unpack("<I")[0]):
        signature = reader.sized()
        entry, slots, frame_bytes = reader.unpack("<III")
        code, imports = reader.sized(), tuple(reader.sized().decode().split())
        if entry >= len(code) or slots + 8 * len(imports) > len(code):
            return None
        programs[signature] = Blob(code, entry, slots, imports, frame_bytes)
    return Record(facts, programs)


class _Reader:
    """Bytes and a place in them. Raises ValueError or struct.error beyond their end."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def unpack(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self.data, self.at)
        self.at += struct.calcsize(layout)
        return values

    def sized(self) -> bytes:
        (size,) = self.unpack("<I")
        if size > len(self.data) - self.at:
            raise ValueError("cut short")
        self.at += size
        return self.data[self.at - size : self.at]


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def _text(text: str) -> bytes:
    return _sized(text.encode())
