"""A file through formulas gives what the table in memory gives, in every format and however it is cut."""

import gzip
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.feather as pa_feather
import pyarrow.parquet as pa_parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.errors import DtypeError, OptionError, OutputError, PrecisionLossError, TableError, UnknownNameError
from rssn.frames import _parquet, _sinks, evaluate_file

FORMULAS = ["z = x*y + 1", "_step = z*z", "w = sqrt(_step)", "x < y"]
TABLE = pa.table(
    {
        "x": pa.array([1.5, None, -2.0, 4.25, 0.0, 7.0], pa.float64()),
        "name": ["a", "b", None, "d", "e, f", 'g"h'],
        "y": pa.array([1, 2, 3, None, 5, 6], pa.int64()),
        "flag": [True, False, None, True, True, False],
    }
)
SUFFIXES = [".parquet", ".arrow", ".arrows", ".csv", ".csv.gz"]


def write(table: pa.Table, path: Path) -> None:
    name = path.name
    if name.endswith(".parquet"):
        pa_parquet.write_table(table, path, row_group_size=4)
    elif name.endswith(".arrow"):
        pa_feather.write_feather(table, str(path), chunksize=4)
    elif name.endswith(".arrows"):
        with pa.ipc.new_stream(str(path), table.schema) as stream:
            stream.write_table(table, 4)
    else:
        with pa.output_stream(str(path)) as stream:
            pa_csv.write_csv(table, stream)


def read(path: Path) -> pa.Table:
    name = path.name
    if name.endswith(".parquet"):
        return pa_parquet.read_table(path)
    if name.endswith(".arrow"):
        return pa_feather.read_table(str(path))
    if name.endswith(".arrows"):
        return pa.ipc.open_stream(path.read_bytes()).read_all()
    return pa_csv.read_csv(str(path), convert_options=pa_csv.ConvertOptions(strings_can_be_null=True))


@pytest.mark.parametrize("batch_rows", [1, 4, 1 << 17])
@pytest.mark.parametrize("target", SUFFIXES)
@pytest.mark.parametrize("source", SUFFIXES)
def test_every_format_reads_and_writes(tmp_path: Path, source: str, target: str, batch_rows: int) -> None:
    write(TABLE, tmp_path / f"in{source}")
    report = evaluate_file(FORMULAS, tmp_path / f"in{source}", tmp_path / f"out{target}", batch_rows=batch_rows)
    assert (report.rows_read, report.rows_written) == (6, 6)
    assert report.columns == ("z", "w", "x < y")
    wanted = rssn.evaluate(FORMULAS, TABLE)
    found = read(tmp_path / f"out{target}")
    assert found.to_pydict() == wanted.to_pydict()
    assert sorted(os.listdir(tmp_path)) == [f"in{source}", f"out{target}"]


numbers = st.none() | st.floats(allow_nan=False) | st.sampled_from([0.0, -0.0, 5e-324, 1e308])


@given(
    rows=st.lists(st.tuples(numbers, st.none() | st.integers(-(2**53), 2**53)), max_size=30),
    batch_rows=st.integers(1, 9),
    group_rows=st.integers(1, 9),
)
def test_batches_do_not_show(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[float | None, int | None]],
    batch_rows: int,
    group_rows: int,
) -> None:
    """Row groups, batches and the whole give the same bits and the same nulls."""
    folder = tmp_path_factory.mktemp("batches")
    x, y = [row[0] for row in rows], [row[1] for row in rows]
    table = pa.table({"x": pa.array(x, pa.float64()), "y": pa.array(y, pa.int64())})
    pa_parquet.write_table(table, folder / "in.parquet", row_group_size=group_rows)
    evaluate_file(FORMULAS, folder / "in.parquet", folder / "out.parquet", batch_rows=batch_rows)
    found, wanted = pa_parquet.read_table(folder / "out.parquet"), rssn.evaluate(FORMULAS, table)
    for name in wanted.column_names:
        assert found[name].is_null().to_pylist() == wanted[name].is_null().to_pylist()
        assert found[name].drop_null().to_numpy().tobytes() == wanted[name].drop_null().to_numpy().tobytes()


def test_kept_columns_come_first_and_as_they_were(tmp_path: Path) -> None:
    write(TABLE, tmp_path / "in.parquet")
    evaluate_file("z = x*2", tmp_path / "in.parquet", tmp_path / "out.parquet", keep=["name", "y"])
    assert pa_parquet.read_table(tmp_path / "out.parquet").select(["name", "y"]).equals(TABLE.select(["name", "y"]))
    evaluate_file("x = x*2", tmp_path / "in.parquet", tmp_path / "out.parquet", keep=["*"])
    assert pa_parquet.read_table(tmp_path / "out.parquet").column_names == ["name", "y", "flag", "x"]


def test_where_drops_rows_that_are_false_or_null(tmp_path: Path) -> None:
    write(TABLE, tmp_path / "in.parquet")
    report = evaluate_file(
        "z = x", tmp_path / "in.parquet", tmp_path / "out.parquet", where="y > 1 and x != 0", keep=["y"], batch_rows=2
    )
    assert report.rows_written == 2
    assert pa_parquet.read_table(tmp_path / "out.parquet").to_pydict() == {"y": [3, 6], "z": [-2.0, 7.0]}


def test_a_number_as_condition_is_true_unless_zero(tmp_path: Path) -> None:
    write(TABLE, tmp_path / "in.parquet")
    evaluate_file("z = x", tmp_path / "in.parquet", tmp_path / "out.parquet", where="x")
    assert pa_parquet.read_table(tmp_path / "out.parquet")["z"].to_pylist() == [1.5, -2.0, 4.25, 7.0]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_without_rows_gives_one(tmp_path: Path, suffix: str) -> None:
    write(TABLE.slice(0, 0), tmp_path / f"in{suffix}")
    formulas = "z = x*2" if "csv" not in suffix else "z = 2"
    report = evaluate_file(formulas, tmp_path / f"in{suffix}", tmp_path / f"out{suffix}")
    assert report.rows_written == 0
    assert read(tmp_path / f"out{suffix}").column_names == ["z"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_formula_without_columns_has_the_tables_length(tmp_path: Path, suffix: str) -> None:
    write(TABLE, tmp_path / f"in{suffix}")
    evaluate_file("z = 1 + 1", tmp_path / f"in{suffix}", tmp_path / "out.parquet", batch_rows=4)
    assert pa_parquet.read_table(tmp_path / "out.parquet")["z"].to_pylist() == [2.0] * 6


def test_a_csv_column_that_turns_out_different_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Types are guessed from the first block; what comes later decides in the end."""
    monkeypatch.setattr("rssn.frames._sources._CSV_BLOCK_BYTES", 64)
    lines = ["x,t,n"] + [f"{row},{row},{row}" for row in range(50)] + ["0.5,word,7"]
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    evaluate_file("z = x*2", tmp_path / "in.csv", tmp_path / "out.parquet", keep=["t", "n"], batch_rows=5)
    found = pa_parquet.read_table(tmp_path / "out.parquet")
    assert found["z"].to_pylist() == [2.0 * row for row in range(50)] + [1.0]
    assert found["t"].to_pylist()[-1] == "word"
    assert found["n"].type == pa.int64()
    with pytest.raises(TableError, match=r"'t' looked like .*, but later holds 'word'"):
        evaluate_file("z = t*2", tmp_path / "in.csv", tmp_path / "other.parquet")


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz"])
def test_a_text_of_many_blocks_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    """The reader that looked at the types reads ahead; the one that reads the rows must not notice."""
    monkeypatch.setattr("rssn.frames._sources._CSV_BLOCK_BYTES", 4096)
    rows = 50_000
    table = pa.table({"x": np.arange(rows), "t": ["text"] * rows, "y": np.arange(rows) / 8})
    for attempt in range(3):
        write(table, tmp_path / f"in{suffix}")
        report = evaluate_file(["z = x + y"], tmp_path / f"in{suffix}", tmp_path / f"{attempt}.parquet")
        assert report.rows_read == rows
        wanted = (np.arange(rows) + np.arange(rows) / 8).tolist()
        assert pa_parquet.read_table(tmp_path / f"{attempt}.parquet")["z"].to_pylist() == wanted


def test_nan_in_text_is_a_number_and_nothing_is_a_null(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("x,y\n1,\nnan,\nNA,\n,\ninf,\n-0.0,\n")
    evaluate_file("z = x", tmp_path / "in.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == '"z"\n1\nnan\n\n\ninf\n-0\n'


def test_pipes_are_read_and_written_without_end(tmp_path: Path) -> None:
    """Named pipes on both sides: nothing seeks."""
    os.mkfifo(tmp_path / "in")
    os.mkfifo(tmp_path / "out")
    got: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: (tmp_path / "in").write_bytes(b"x\n" + b"1\n2\n" * 10_000)),
        threading.Thread(target=lambda: got.append((tmp_path / "out").read_bytes())),
    ]
    for thread in threads:
        thread.start()
    report = evaluate_file("z = x + 1", tmp_path / "in", tmp_path / "out", target_format="csv")
    for thread in threads:
        thread.join()
    assert report.rows_read == 20_000
    assert got[0].count(b"\n") == 20_001


def test_parquet_through_a_pipe_is_spooled(tmp_path: Path) -> None:
    write(TABLE, tmp_path / "in.parquet")
    os.mkfifo(tmp_path / "pipe")
    data = (tmp_path / "in.parquet").read_bytes()
    thread = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(data))
    thread.start()
    evaluate_file("z = x", tmp_path / "pipe", tmp_path / "out.parquet", source_format="parquet")
    thread.join()
    assert pa_parquet.read_table(tmp_path / "out.parquet")["z"].equals(TABLE["x"])


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"statements": "x + why"}, UnknownNameError, "no column 'why'"),
        ({"statements": "name + 1"}, DtypeError, "'name' is a text column"),
        ({"keep": ["nam"]}, UnknownNameError, "did you mean 'name'"),
        ({"keep": ["z"]}, UnknownNameError, "no column 'z'"),
        ({"statements": "x = 1", "keep": ["x"]}, OptionError, "both a result and a column to keep"),
        ({"where": "name"}, DtypeError, "'name' is a text column"),
        ({"where": "q > 1"}, UnknownNameError, "no column 'q'"),
        ({"target": "in.parquet"}, OptionError, "is the input itself"),
        ({"target": "."}, OptionError, "Is a directory"),
        ({"target": "missing/out.parquet"}, OptionError, "No such file or directory"),
        ({"source": "missing.parquet"}, TableError, "No such file or directory"),
        ({"source": "."}, TableError, "Is a directory"),
        ({"compression": "rar"}, OptionError, "unknown compression 'rar'"),
        ({"target": "out.arrow", "compression": "snappy"}, OptionError, "no snappy compression"),
        ({"batch_rows": 0}, OptionError, "at least 1"),
        ({"target_format": "xlsx"}, OptionError, "unknown format 'xlsx'"),
        ({"dtype": "f16"}, DtypeError, "f16"),
        ({"math": "slow"}, OptionError, "slow"),
        ({"threads": 0}, OptionError, "threads"),
    ],
)
def test_mistakes_have_errors_and_leave_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], error: type[Exception], text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(TABLE, tmp_path / "in.parquet")
    before = (tmp_path / "in.parquet").read_bytes()
    (tmp_path / "out.parquet").write_bytes(b"old")
    chosen = {"statements": "z = x", "source": "in.parquet", "target": "out.parquet"} | options
    with pytest.raises(error, match=text):
        evaluate_file(**chosen)
    assert (tmp_path / "out.parquet").read_bytes() == b"old"
    assert (tmp_path / "in.parquet").read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["in.parquet", "out.parquet"]


def test_huge_integers_are_refused_in_the_middle_of_a_file(tmp_path: Path) -> None:
    numbers = np.arange(1000)
    numbers[777] = 2**53 + 1
    pa_parquet.write_table(pa.table({"n": numbers}), tmp_path / "in.parquet")
    with pytest.raises(PrecisionLossError, match="'n'"):
        evaluate_file("z = n", tmp_path / "in.parquet", tmp_path / "out.parquet", batch_rows=100)
    assert os.listdir(tmp_path) == ["in.parquet"]
    evaluate_file("z = n", tmp_path / "in.parquet", tmp_path / "out.parquet", batch_rows=100, lossy=True)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_writer_that_fails_stops_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    """A disk that fills up half way: the error is OutputError, no file is left, no thread is left."""
    write(pa.concat_tables([TABLE] * 2000), tmp_path / "in.parquet")
    writes = 0

    def full(*_: object) -> None:
        nonlocal writes
        writes += 1
        if writes > 3:
            raise OSError(28, "No space left on device")

    for kind in (_parquet.ParquetSink, _sinks.ArrowSink, _sinks.CsvSink):
        monkeypatch.setattr(kind, "write", full)
    before = threading.active_count()
    with pytest.raises(OutputError, match="No space left"):
        evaluate_file("z = x", tmp_path / "in.parquet", tmp_path / f"out{suffix}", batch_rows=100)
    assert os.listdir(tmp_path) == ["in.parquet"]
    assert threading.active_count() == before


GROWTH = """
import resource, sys
from rssn.frames import evaluate_file
peaks = []
for name in ("small.parquet", "large.parquet"):
    evaluate_file("z = x*2 + 1", name, "out.parquet")
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(peaks[1] - peaks[0])
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ten times the rows, 160 MB of them as numbers, take no more memory but for some pages of the allocator."""
    column = np.random.default_rng(0).integers(0, 1000, 2_000_000).astype(float)
    pa_parquet.write_table(pa.table({"x": column}), tmp_path / "small.parquet")
    with pa_parquet.ParquetWriter(tmp_path / "large.parquet", pa.schema({"x": pa.float64()})) as writer:
        for _ in range(10):
            writer.write_table(pa.table({"x": column}), row_group_size=1 << 18)
    command = [sys.executable, "-c", GROWTH]
    done = subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, check=True)
    assert int(done.stdout) < 40_000  # KiB


def test_progress_is_told_rows_and_a_share(tmp_path: Path) -> None:
    write(TABLE, tmp_path / "in.parquet")
    told: list[tuple[int, float | None]] = []
    evaluate_file(
        "z = x",
        tmp_path / "in.parquet",
        tmp_path / "out.parquet",
        batch_rows=4,
        progress=lambda rows, share: told.append((rows, share)),
    )
    assert told[-1] == (6, 1.0)
    assert len(told) >= 2
    with gzip.open(tmp_path / "in.csv.gz", "wt") as file:
        file.write("x\n" + "1\n" * 100)
    told.clear()
    evaluate_file(
        "z = x",
        tmp_path / "in.csv.gz",
        tmp_path / "out.parquet",
        progress=lambda rows, share: told.append((rows, share)),
    )
    assert told[-1] == (100, 1.0)
