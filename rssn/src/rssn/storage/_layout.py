"""What an extent looks like as bytes; `rssn_store.h` says the same for C. Here it is written and read with `struct`."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import StoreDamageError
from ._pages_py import checksum

MAGIC = b"rssnext1"
BLOCK = 65536
NONE, MANY = 0xFFFFFFFF, 0x80000000
FIRST_OPERATOR = 8
INTEGER, BIG, RATIONAL, FLOAT, CONSTANT, SYMBOL = range(6)
HEADER = struct.Struct("<8sIIQIIIIQIIQ")
NODE = struct.Struct("<IIHH")
THREE = struct.Struct("<III")

Record = tuple[int, int, int]  # op, a, b


@dataclass(slots=True)
class Extent:
    """The content of an extent. Places in `text` are in bytes."""

    first: int
    nodes: list[Record]
    operands: list[int]
    text: bytes
    operators: Sequence[tuple[int, int, int]] = ()
    roots: Sequence[tuple[int, int, int]] = ()


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 64)


def encode(extent: Extent) -> bytearray:
    """Return an extent as bytes."""
    payload = b"".join(
        map(
            _padded,
            (
                b"".join([NODE.pack(a, b, op, 0) for op, a, b in extent.nodes]),
                struct.pack(f"<{len(extent.operands)}I", *extent.operands),
                b"".join([THREE.pack(*entry) for entry in extent.operators]),
                b"".join([THREE.pack(*entry) for entry in extent.roots]),
                extent.text,
            ),
        )
    )
    sums = [checksum(payload[at : at + BLOCK]) for at in range(0, len(payload), BLOCK)]
    table = struct.pack(f"<{len(sums)}I", *sums)
    start = -(-(HEADER.size + len(table)) // 64) * 64
    rest = (
        BLOCK, start + len(payload), extent.first, len(extent.nodes), len(extent.operands), len(extent.operators),
        len(extent.text), len(extent.roots), len(sums), start,
    )  # fmt: skip
    table += bytes(start - HEADER.size - len(table))
    check = checksum(HEADER.pack(MAGIC, 0, *rest)[12:] + table)
    return bytearray(HEADER.pack(MAGIC, check, *rest) + table + payload)


def decode(data: bytes, where: str, place: int = 0) -> Extent:
    """Return the content of an extent; every checksum is compared. Raises StoreDamageError."""
    if len(data) < HEADER.size or data[:8] != MAGIC:
        raise StoreDamageError("no extent begins here", where=f"{where}, byte {place}")
    _, check, block, size, first, nodes, operands, operators, text, roots, blocks, start = HEADER.unpack_from(data)
    if size != len(data) or start > size or block != BLOCK or checksum(data[12:start]) != check:
        raise StoreDamageError("the header of an extent is damaged", where=f"{where}, byte {place}")
    for number, stated in enumerate(struct.unpack_from(f"<{blocks}I", data, HEADER.size)):
        at = start + number * BLOCK
        if checksum(data[at : at + BLOCK]) != stated:
            text_of = f"block {number} of an extent is damaged: its checksum does not fit"
            raise StoreDamageError(text_of, where=f"{where}, byte {place + at}")
    sections = []
    for count, width in ((nodes, 12), (operands, 4), (operators, 12), (roots, 12), (text, 1)):
        sections.append(data[start : start + count * width])
        start += -(-count * width // 64) * 64
    return Extent(
        first,
        [(op, a, b) for a, b, op, _ in NODE.iter_unpack(sections[0])],
        list(struct.unpack(f"<{operands}I", sections[1])),
        sections[4],
        list(THREE.iter_unpack(sections[2])),
        list(THREE.iter_unpack(sections[3])),
    )
