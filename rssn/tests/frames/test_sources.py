"""Inputs are told apart by name or content, read column by column, and blamed by name when unreadable."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.feather as pa_feather
import pyarrow.parquet as pa_parquet
import pytest

from rssn.errors import TableError
from rssn.frames._formats import Format
from rssn.frames._sources import open_source, saying_which

TABLE = pa.table({"x": [1.0, 2.0, 3.0], "t": ["a", "b", None], "n": [1, 2, 3]})


def rows(path: Path, kind: Format | None = None, columns: tuple[str, ...] = ("n", "x"), size: int = 2) -> pa.Table:
    with open_source(str(path), kind) as source:
        return pa.Table.from_batches(list(source.batches(columns, size)))


def write(path: Path, kind: Format) -> None:
    if kind == Format.PARQUET:
        pa_parquet.write_table(TABLE, path)
    elif kind == Format.ARROW:
        pa_feather.write_feather(TABLE, str(path))
    elif kind == Format.ARROW_STREAM:
        with pa.ipc.new_stream(str(path), TABLE.schema) as stream:
            stream.write_table(TABLE)
    else:
        with pa.output_stream(str(path), compression="gzip" if kind == Format.CSV_GZ else None) as stream:
            stream.write(b"x,t,n\n1,a,1\n2,b,2\n3,,3\n")


@pytest.mark.parametrize("kind", list(Format))
def test_content_tells_where_the_name_does_not(tmp_path: Path, kind: Format) -> None:
    write(tmp_path / "table", kind)
    found = rows(tmp_path / "table")
    assert found["n"].to_pylist() == [1, 2, 3]
    assert found.column_names == ["n", "x"]


@pytest.mark.parametrize("kind", list(Format))
def test_batches_are_no_longer_than_asked(tmp_path: Path, kind: Format) -> None:
    write(tmp_path / "table", kind)
    with open_source(str(tmp_path / "table"), kind) as source:
        assert [batch.num_rows for batch in source.batches(["x"], 2)] == [2, 1]


@pytest.mark.parametrize("kind", list(Format))
def test_rows_are_counted_without_columns(tmp_path: Path, kind: Format) -> None:
    write(tmp_path / "table", kind)
    assert rows(tmp_path / "table", kind, ()).num_rows == 3


def test_csv_columns_can_be_taken_as_text_or_as_floats(tmp_path: Path) -> None:
    write(tmp_path / "in.csv", Format.CSV)
    with open_source(str(tmp_path / "in.csv"), None, texts=["x"], floats=["n"]) as source:
        assert source.names == ["x", "t", "n"]
        found = pa.Table.from_batches(list(source.batches(["x", "n"], 100)))
    assert found.to_pydict() == {"x": ["1", "2", "3"], "n": [1.0, 2.0, 3.0]}


def test_the_share_that_was_read_grows_to_one(tmp_path: Path) -> None:
    write(tmp_path / "in.csv", Format.CSV)
    with open_source(str(tmp_path / "in.csv"), None) as source:
        list(source.batches(["x"], 100))
        assert source.fraction() == 1.0


@pytest.mark.parametrize("text", ["", "x,y\n1\n", "x,y\n1,2,3\n"])
def test_broken_text_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "in.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(TableError, match=r"can't read '.*in\.csv'"), saying_which(str(tmp_path / "in.csv")):
        rows(tmp_path / "in.csv", columns=("x",))


@pytest.mark.parametrize("kind", [kind for kind in Format if kind != Format.CSV])
def test_another_format_than_said_is_refused(tmp_path: Path, kind: Format) -> None:
    (tmp_path / "in").write_bytes(b"x,y\n1,2\n" * 10)
    with pytest.raises(TableError, match="truncated, damaged or in another format"):
        rows(tmp_path / "in", kind)


def test_a_file_that_shrinks_while_it_is_read_is_an_error_not_a_crash(tmp_path: Path) -> None:
    """Files are read, not mapped: a mapped one would kill the process here."""
    path = tmp_path / "in.parquet"
    pa_parquet.write_table(pa.table({"x": [float(number) for number in range(100_000)]}), path, row_group_size=1000)
    with open_source(str(path), None) as source:
        batches = source.batches(["x"], 1000)
        next(batches)
        os.truncate(path, 1000)
        with pytest.raises(TableError), saying_which(str(path)):
            list(batches)
