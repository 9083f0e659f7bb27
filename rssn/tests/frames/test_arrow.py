"""Arrow's layouts: offsets, bitmaps, chunks, dictionaries, run ends, and columns of nothing."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.errors import DtypeError
from rssn.frames._arrow import ArrowTable, values_of

TYPES = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
TYPES += [pa.float16(), pa.float32(), pa.float64()]


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_numbers_are_read_in_place_from_their_offset(kind: pa.DataType) -> None:
    array = pa.array(np.arange(10).astype(kind.to_pandas_dtype()), kind)
    values = values_of("x", array.slice(3, 5))
    assert values.tolist() == [3, 4, 5, 6, 7]
    assert values.__array_interface__["data"][0] == array.buffers()[1].address + 3 * values.itemsize


@given(st.lists(st.none() | st.booleans(), max_size=40), st.integers(0, 9))
def test_booleans_are_unpacked_at_any_bit(items: list[bool | None], skipped: int) -> None:
    array = pa.array(items, pa.bool_()).slice(skipped)
    found = rssn.evaluate(["x + 1", "not x"], pa.table({"x": array}))
    assert found["x + 1"].to_pylist() == [None if item is None else item + 1.0 for item in items[skipped:]]
    assert found["not x"].to_pylist() == [None if item is None else not item for item in items[skipped:]]


def test_dictionaries_and_run_ends_are_decoded() -> None:
    plain = pa.array([1.5, 1.5, None, 2.0])
    encoded = pa.compute.run_end_encode(plain)
    hidden = pa.DictionaryArray.from_arrays([0, 0, 1, 2], pa.array([1.5, None, 2.0]))
    table = pa.table({"d": plain.dictionary_encode(), "h": hidden, "r": encoded})
    assert rssn.evaluate("d*2", table).to_pylist() == [3.0, 3.0, None, 4.0]
    assert rssn.evaluate("h*2", table).to_pylist() == [3.0, 3.0, None, 4.0]
    assert rssn.evaluate("r*2", table.slice(1)).to_pylist() == [3.0, None, 4.0]
    assert rssn.evaluate("r*2", table.to_batches()[0]).to_pylist() == [3.0, 3.0, None, 4.0]


def test_a_column_of_nothing_but_nulls() -> None:
    table = pa.table({"n": pa.nulls(3), "x": [1.0, 2.0, 3.0]})
    assert rssn.evaluate(["z = n + x", "x"], table).to_pydict() == {"z": [None] * 3, "x": [1.0, 2.0, 3.0]}


def test_results_share_the_kernels_memory_and_bitmaps_are_packed() -> None:
    table = pa.table({"x": pa.array([1.0, None] * 50)})
    found = rssn.evaluate("x*2", table).chunk(0)
    assert found.null_count == 50
    assert found.buffers()[0].size <= 64
    found.validate(full=True)


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]
)
def test_text_of_every_kind_is_refused(kind: pa.DataType) -> None:
    with pytest.raises(DtypeError, match="text column"):
        ArrowTable(pa.table({"t": pa.array([], kind)})).pieces(["t"])


@pytest.mark.parametrize(
    "kind", [pa.binary(), pa.list_(pa.float64()), pa.decimal128(5, 2), pa.struct([("x", pa.int8())])]
)
def test_other_types_are_refused(kind: pa.DataType) -> None:
    with pytest.raises(DtypeError, match="not a column of numbers"):
        ArrowTable(pa.table({"t": pa.array([], kind)})).pieces(["t"])


def test_many_small_chunks_give_one_array() -> None:
    chunks = [pa.array([float(number), None]) for number in range(500)]
    table = pa.table({"x": pa.chunked_array(chunks), "y": pa.chunked_array([np.arange(1000.0)])})
    found = rssn.evaluate("x + y", table)
    assert found.num_chunks == 1
    assert found.to_pylist()[:4] == [0.0, None, 3.0, None]
    assert found.null_count == 500
