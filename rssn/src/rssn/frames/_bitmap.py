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
    return pack(np.unpackbits(data, bitorder="little")[skipped : skipped + count].view(np.bool))


def validity(chunks: Sequence[pa.Array]) -> Bitmap | None:
    """Return which rows of one column are not null, over all its chunks; None where all are."""
    if not any(chunk.null_count for chunk in chunks):
        return None
    parts = [_validity(chunk) for chunk in chunks]
    return parts[0] if len(parts) == 1 else pack(np.concatenate([part.mask() for part in parts]))


def _validity(array: pa.Array) -> Bitmap:
    if pa.types.is_null(array.type):
        return pack(np.zeros(len(array), np.bool))
    bits = array.buffers()[0]
    if bits is None or array.null_count == 0:
        return pack(np.ones(len(array), np.bool))
    return read_bits(bits, array.offset, len(array))
