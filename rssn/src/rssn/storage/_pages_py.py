"""The checksum of blocks, to read: CRC-32C (Castagnoli), a byte a step. `_pages_c.pyx` asks the processor for it."""

from __future__ import annotations


def _entry(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
    return value


_TABLE = [_entry(byte) for byte in range(256)]


def checksum(data: bytes | bytearray) -> int:
    """Return the CRC-32C of bytes."""
    state = 0xFFFFFFFF
    for byte in data:
        state = (state >> 8) ^ _TABLE[(state ^ byte) & 255]
    return state ^ 0xFFFFFFFF
