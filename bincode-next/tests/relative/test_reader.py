"""One thing at one place, with its checks."""

from __future__ import annotations

import struct

import pytest

from bincode_next.errors import InvalidPointer
from bincode_next.relative import FixedArray, Number, Slice
from bincode_next.relative._reader import Reader, is_plain


def test_pointers_count_from_themselves_forwards_and_back() -> None:
    """In either byte order; 0 leads to the pointer itself."""
    for endian, order in (("little", "<"), ("big", ">")):
        data = struct.pack(f"{order}iii", 8, -4, 0)
        reader = Reader(data, endian)
        assert reader.follow(0, 4, 4) == 8
        assert reader.follow(4, 4, 4) == 0
        assert reader.follow(8, 4, 1) == 8


@pytest.mark.parametrize(
    ("distance", "size", "align"), [(5, 4, 1), (-1, 1, 1), (2, 1, 4), (2**31 - 1, 0, 1), (8, 1, 1)]
)
def test_pointers_that_lead_nowhere(distance: int, size: int, align: int) -> None:
    """Outside, partly outside, or not aligned."""
    with pytest.raises(InvalidPointer) as caught:
        Reader(struct.pack("<ii", distance, 0), "little").follow(0, size, align)
    assert caught.value.offset == 0


def test_an_empty_slice_leads_nowhere() -> None:
    """Its pointer is not looked at, as in the crate; an empty array's is."""
    data = struct.pack("<II", 0, 0x7FFFFFFF)
    assert Reader(data, "little").items(Slice(Number("u64")), 0) == (0, 0)
    with pytest.raises(InvalidPointer):
        Reader(data, "little").items(FixedArray(Number("u64"), 0), 4)


def test_numbers_of_128_bits_and_runs() -> None:
    """Which struct does not know."""
    data = bytes(range(32))
    reader = Reader(data, "little")
    assert reader.number(Number("u128"), 0) == int.from_bytes(data[:16], "little")
    assert reader.numbers(Number("i128"), 0, 2) == [int.from_bytes(data[at : at + 16], "little") for at in (0, 16)]
    assert reader.numbers(Number("u16"), 0, 2) == [0x0100, 0x0302]
    assert [is_plain(Number(name)) for name in ("u8", "bool", "char")] == [True, False, False]
