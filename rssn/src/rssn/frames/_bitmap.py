"""Arrow's validity bitmaps in NumPy: one bit a row, the first row in the lowest bit.

Here and not by Arrow's compute functions: loading those takes longer than most
tables, and whole bytes are combined just as fast by NumPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Bitmap:
    """Bits of `count` rows, packed from the first byte's lowest bit; bits after the last row mean nothing."""

    bits: NDArray[np.uint8]
    count: int

    def __and__(self, other: Bitmap) -> Bitmap:
        return Bitmap(self.bits & other.bits, self.count)

    def mask(self) -> NDArray[np.bool]:
        """Return one boolean a row."""
        return np.unpackbits(self.bits, count=self.count, bitorder="little").view(np.bool)

    def buffer(self) -> pa.Buffer:
        """Return the bits as Arrow holds them."""
        return pa.py_buffer(self.bits)


def pack(mask: NDArray[np.bool]) -> Bitmap:
    """Return one bit a row."""
    return Bitmap(np.packbits(mask, bitorder="little"), len(mask))


def read_bits(buffer: pa.Buffer, offset: int, count: int) -> Bitmap:
    """Return bits from a buffer: in place where they begin with a byte, shifted into a copy elsewhere."""
    first = offset // 8
    data = np.frombuffer(buffer, np.uint8)[first : (offset + count + 7) // 8]
    skipped = offset % 8
    if skipped == 0:
        return Bitmap(data, count)
    bits = data >> np.uint8(skipped)
    bits[: len(data) - 1] |= data[1:] << np.uint8(8 - skipped)
    return Bitmap(bits[: (count + 7) // 8], count)


def validity(chunks: Sequence[pa.Array]) -> Bitmap | None:
    """Return which rows of one column are not null, over all its chunks; None where all are."""
    if not any(chunk.null_count for chunk in chunks):
        return None
    parts = [_validity(chunk) for chunk in chunks]
    return parts[0] if len(parts) == 1 else join(parts)


def join(parts: Sequence[Bitmap]) -> Bitmap:
    """Return the bits of all parts, one after another."""
    total = sum(part.count for part in parts)
    bits = np.zeros((total + 7) // 8 + 1, np.uint8)  # what is shifted out of the last byte goes into one more
    start = 0
    for part in parts:
        first, skipped = divmod(start, 8)
        size = (part.count + 7) // 8
        source = part.bits[:size].copy()
        if part.count % 8:
            source[-1] &= (1 << part.count % 8) - 1
        bits[first : first + size] |= source << np.uint8(skipped)
        if skipped:
            bits[first + 1 : first + 1 + size] |= source >> np.uint8(8 - skipped)
        start += part.count
    return Bitmap(bits[: (total + 7) // 8], total)


def _validity(array: pa.Array) -> Bitmap:
    if pa.types.is_null(array.type):
        return Bitmap(np.zeros((len(array) + 7) // 8, np.uint8), len(array))
    bits = array.buffers()[0]
    if bits is None or array.null_count == 0:
        return Bitmap(np.full((len(array) + 7) // 8, 255, np.uint8), len(array))
    return read_bits(bits, array.offset, len(array))
