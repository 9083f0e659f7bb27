"""Row groups encoded apart make one file that every reader accepts, the same for any number of threads."""

import io
import os
import threading

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.errors import OutputError
from rssn.frames import _parquet
from rssn.frames._output import open_output
from rssn.frames._parquet import ParquetSink, repeats


def table_of(rows: int) -> pa.Table:
    random = np.random.default_rng(rows)
    values = random.normal(size=rows)
    return pa.table(
        {
            "new": pa.array(values, mask=random.random(rows) < 0.1),
            "repeated": random.integers(0, 9, rows).astype(float),
            "bool": pa.array(random.random(rows) < 0.5, mask=random.random(rows) < 0.1),
            "text": [f"row {number % 50}" for number in range(rows)],
            "when": pa.array(np.arange(rows), pa.timestamp("us", "UTC")),
            "whole": pa.array(np.arange(rows, dtype=np.int16)),
        }
    )


def write(table: pa.Table, *, threads: int | None = None, rows: int = 1000, compression: str = "snappy") -> bytes:
    file = io.BytesIO()
    sink = ParquetSink(file, table.schema, compression, threads)
    for batch in table.to_batches(max_chunksize=rows):
        sink.write(batch)
    sink.close()
    return file.getvalue()


@pytest.fixture(autouse=True)
def _small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_parquet, "ROW_GROUP_ROWS", 2500)


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "lz4", "gzip"])
@pytest.mark.parametrize("rows", [0, 1, 2500, 2501, 20_000])
def test_arrow_reads_what_was_written(rows: int, compression: str) -> None:
    table = table_of(rows)
    file = pa_parquet.ParquetFile(io.BytesIO(write(table, compression=compression)))
    assert file.read().equals(table)
    groups = [file.metadata.row_group(number) for number in range(file.num_row_groups)]
    assert sum(group.num_rows for group in groups) == file.metadata.num_rows == rows
    assert all(2500 <= group.num_rows < 3500 for group in groups[:-1])


def test_polars_and_duckdb_read_it_too(tmp_path: object) -> None:
    table = table_of(20_000)
    path = f"{tmp_path}/t.parquet"
    with open(path, "wb") as file:
        file.write(write(table))
    assert pl.read_parquet(path).equals(pl.from_arrow(table))
    [[count, total]] = duckdb.sql(f"SELECT count(*), sum(whole) FROM '{path}' WHERE \"text\" = 'row 7'").fetchall()
    chosen = table.filter(pa.compute.equal(table["text"], "row 7"))
    assert (count, total) == (chosen.num_rows, pa.compute.sum(chosen["whole"]).as_py())


def test_statistics_let_readers_skip() -> None:
    """The filter on a sorted column reads one row group: its statistics are there and right."""
    table = table_of(20_000)
    metadata = pa_parquet.read_metadata(io.BytesIO(write(table)))
    whole = [metadata.row_group(number).column(5).statistics for number in range(metadata.num_row_groups)]
    assert [(each.min, each.max) for each in whole[:2]] == [(0, 2999), (3000, 5999)]


@given(st.integers(0, 9000), st.integers(1, 4000))
def test_bytes_do_not_depend_on_threads(rows: int, batch_rows: int) -> None:
    table = table_of(rows).select(["new", "repeated", "bool"])
    assert write(table, threads=1, rows=batch_rows) == write(table, threads=4, rows=batch_rows)


def test_dictionaries_are_for_columns_that_repeat() -> None:
    metadata = pa_parquet.read_metadata(io.BytesIO(write(table_of(20_000))))
    has = {metadata.schema.column(n).name: metadata.row_group(0).column(n).has_dictionary_page for n in range(6)}
    assert has == {"new": False, "repeated": True, "bool": False, "text": True, "when": False, "whole": False}


@pytest.mark.parametrize(("values", "wanted"), [([], False), ([1.0] * 100, True), (list(range(5000)), False)])
def test_a_sample_tells_whether_a_column_repeats(values: list[float], wanted: bool) -> None:
    assert repeats(pa.chunked_array([pa.array(values, pa.float64())])) == wanted


class Full(io.RawIOBase):
    """A file on a disk with room for so many bytes, which at last takes only a part of what it is given."""

    def __init__(self, room: int) -> None:
        self.taken, self.room = bytearray(), room

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)[: self.room - len(self.taken)]
        if not view:
            raise OSError(28, "No space left on device")
        self.taken += view[: max(1, len(view) // 2)]
        return max(1, len(view) // 2)


def test_partial_writes_are_continued_and_a_full_disk_is_an_error() -> None:
    table = table_of(9000)
    whole = write(table)
    before = threading.active_count()
    for room in (len(whole), 0, 4, 100, len(whole) - 1):
        file = Full(room)
        sink = ParquetSink(file, table.schema, "snappy", 2)

        def run(sink: ParquetSink = sink) -> None:
            for batch in table.to_batches(max_chunksize=1000):
                sink.write(batch)
            sink.close()

        if room == len(whole):
            run()
            assert bytes(file.taken) == whole
        else:
            with pytest.raises(OSError, match="No space left"):
                run()
            sink.abandon()
    assert threading.active_count() == before


def test_the_target_is_written_as_one_file(tmp_path: object) -> None:
    table = table_of(9000)
    with open_output(f"{tmp_path}/t.parquet") as file:
        sink = ParquetSink(file, table.schema, "zstd", None)
        for batch in table.to_batches(max_chunksize=700):
            sink.write(batch)
        sink.close()
    assert pa_parquet.read_table(f"{tmp_path}/t.parquet").equals(table)
    assert os.listdir(str(tmp_path)) == ["t.parquet"]
    assert OutputError.exit_code == 1
