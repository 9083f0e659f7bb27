"""Bitmaps agree with Arrow's own, at every bit offset."""

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from rssn.frames._bitmap import join, pack, read_bits, validity

items = st.lists(st.none() | st.integers(0, 9), max_size=60)


@given(st.lists(st.booleans(), max_size=60))
def test_packing_and_unpacking_are_inverse(bits: list[bool]) -> None:
    assert pack(np.array(bits, dtype=bool)).mask().tolist() == bits


@given(items, st.integers(0, 20))
def test_bits_are_read_from_any_offset(column: list[int | None], skipped: int) -> None:
    array = pa.array(column, pa.int64()).slice(skipped)
    wanted = [item is not None for item in array.to_pylist()]
    found = validity([array])
    assert (found is None) == all(wanted)
    if found is not None:
        assert found.mask().tolist() == wanted
        rebuilt = pa.Array.from_buffers(pa.bool_(), len(array), [None, found.buffer()])
        assert rebuilt.to_pylist() == wanted


@given(st.lists(items, min_size=1, max_size=4))
def test_chunks_are_joined(columns: list[list[int | None]]) -> None:
    found = validity([pa.array(column, pa.int64()) for column in columns])
    wanted = [item is not None for column in columns for item in column]
    assert all(wanted) if found is None else found.mask().tolist() == wanted


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_and_is_row_by_row(rows: list[tuple[bool, bool]]) -> None:
    left, right = (pack(np.array([row[side] for row in rows], dtype=bool)) for side in (0, 1))
    assert (left & right).mask().tolist() == [a and b for a, b in rows]


def test_whole_bytes_are_read_in_place() -> None:
    buffer = pa.py_buffer(bytes(range(16)))
    assert np.shares_memory(read_bits(buffer, 64, 64).bits, np.frombuffer(buffer, np.uint8))


@given(st.lists(st.tuples(st.lists(st.booleans(), max_size=40), st.integers(0, 9)), max_size=5))
def test_parts_of_any_length_are_joined_without_bytes_for_bits(parts: list[tuple[list[bool], int]]) -> None:
    """Bits after the last row of a part are anything, and do not enter."""
    bitmaps = []
    for bits, skipped in parts:
        packed = np.packbits(np.array([True] * skipped + bits + [True] * 9, bool), bitorder="little")
        bitmaps.append(read_bits(pa.py_buffer(packed.tobytes()), skipped, len(bits)))
    assert join(bitmaps).mask().tolist() == [bit for bits, _ in parts for bit in bits]
