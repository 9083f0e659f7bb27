"""`rssn eval` at the shell: what it prints, writes, refuses."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pa_parquet
import pytest

from rssn.cli import main

RSSN = [sys.executable, "-m", "rssn.cli"]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = pa.table({"x": [1.0, None, 3.0], "y": [4, 5, 6], "t": ["a", "b", "c"]})
    pa_parquet.write_table(table, "in.parquet")
    Path("in.csv").write_text("x,y\n1,2\n,5\n")
    Path("old.csv").write_text("old")


def test_the_first_example_of_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "z = x*y + 1", "w = log(z)", "in.parquet", "-o", "out.parquet"]) == 0
    found = pa_parquet.read_table("out.parquet").to_pydict()
    assert found == {"z": [5.0, None, 19.0], "w": [np.log(5.0), None, np.log(19.0)]}
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3 rows in" in captured.err
    assert "rows/s → out.parquet" in captured.err


def test_text_in_text_out(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["eval", "z = x + y", "in.csv", "--keep", "y,x", "-q"]) == 0
    assert capfdbinary.readouterr() == (b'"y","x","z"\n2,1,3\n5,,\n', b"")


def test_where_and_options(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--where", "z > 5", "--keep", "t", "--dtype", "f32", "--math", "strict", "--threads", "1"]
    more = ["--compression", "zstd", "--batch-rows", "2"]
    assert main(["eval", "z = y/2", "in.parquet", "-o", "out.parquet", "--where", "x > 1", *options[2:], *more]) == 0
    assert pa_parquet.read_table("out.parquet").to_pydict() == {"t": ["c"], "z": [3.0]}
    assert pa_parquet.read_schema("out.parquet").field("z").type == pa.float32()
    assert "3 rows, 1 kept" in capsys.readouterr().err
    assert main(["eval", "z = y/2", "in.parquet", "-o", "out.parquet", *options[:2]]) == 0
    assert pa_parquet.read_table("out.parquet").num_rows == 0


def test_formulas_come_from_a_file_too() -> None:
    Path("formulas.txt").write_text("# two of them\nz = x + y\nw = z^2\n")
    assert main(["eval", "-f", "formulas.txt", "in.parquet", "-o", "out.parquet", "-q"]) == 0
    assert pa_parquet.read_schema("out.parquet").names == ["z", "w"]


def test_arrow_batches_flow_from_one_command_to_the_next() -> None:
    first = subprocess.run([*RSSN, "eval", "z = y*2", "in.parquet", "-q"], stdout=subprocess.PIPE, check=True)
    assert pa.ipc.open_stream(io.BytesIO(first.stdout)).read_all()["z"].to_pylist() == [8.0, 10.0, 12.0]
    command = [*RSSN, "eval", "w = z + 1", "-", "-o", "-", "--to", "csv", "-q"]
    second = subprocess.run(command, input=first.stdout, stdout=subprocess.PIPE, check=True)
    assert second.stdout == b'"w"\n9\n11\n13\n'


@pytest.mark.parametrize("name", ["in.parquet", "in.csv"])
def test_a_pipe_says_by_its_first_bytes_what_it_is(name: str) -> None:
    command = [*RSSN, "eval", "y + 1", "-", "--to", "csv", "-q"]
    done = subprocess.run(command, input=Path(name).read_bytes(), stdout=subprocess.PIPE, check=True)
    assert done.stdout.splitlines()[0] == b'"y + 1"'


MISTAKES = [
    (["x + why", "in.parquet"], "no column 'why'"),
    (["X", "in.parquet"], "did you mean 'x'?"),
    (["sin(x, y)", "in.parquet"], "sin got 2 operands"),
    (["sine(x)", "in.parquet"], "did you mean sin?"),
    (["x + * y", "in.parquet"], "      ^"),
    (["x + \x01", "in.parquet"], "control character"),
    (["t + 1", "in.parquet"], "'t' is a text column"),
    (["z = x", "z = y", "in.parquet"], "two results are called 'z'"),
    (["in.parquet"], "no result asked for"),
    (["x", "missing.parquet"], "No such file or directory"),
    (["x", "."], "Is a directory"),
    (["x", "in.parquet", "-o", "in.parquet"], "is the input itself"),
    (["x", "in.parquet", "-o", "./sub/../in.parquet"], "the input itself"),
    (["x", "in.parquet", "-o", "."], "Is a directory"),
    (["x", "in.parquet", "-o", "missing/out.parquet"], "No such file or directory"),
    (["x", "in.parquet", "-o", "out.parquet", "--keep", "q"], "no column 'q'"),
    (["x", "in.parquet", "-o", "out.parquet", "--compression", "rar"], "unknown compression"),
    (["x", "in.csv", "--from", "parquet"], "can't read 'in.csv'"),
    (["x", "in.csv", "--from", "arrow"], "can't read 'in.csv'"),
    (["x", "in.csv", "--from", "arrow-stream"], "can't read 'in.csv'"),
    (["x", "in.csv", "--from", "csv.gz"], "can't read 'in.csv'"),
    (["x", "in.parquet", "-f", "missing.txt"], "can't read the formulas"),
    (["(" * 10_000 + "x" + ")" * 10_000, "in.parquet"], "depth"),
    (["+".join(["x"] * 20_000) + " )", "in.parquet"], "\n"),
]


@pytest.mark.parametrize(("arguments", "text"), MISTAKES, ids=[text for _, text in MISTAKES])
def test_a_mistake_is_one_message_and_exit_code_2(
    arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: Path(name).read_bytes() for name in os.listdir()}
    assert main(["eval", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("rssn: error: ")
    assert text in captured.err
    assert "Traceback" not in captured.err
    assert {name: Path(name).read_bytes() for name in os.listdir()} == before


def test_integers_that_would_lose_bits_are_refused_unless_lossy(capsys: pytest.CaptureFixture[str]) -> None:
    pa_parquet.write_table(pa.table({"n": [1, 2**53 + 1]}), "huge.parquet")
    assert main(["eval", "n + 0", "huge.parquet", "-o", "old.csv"]) == 2
    assert "beyond 2**53" in capsys.readouterr().err
    assert Path("old.csv").read_text() == "old"
    assert main(["eval", "n + 0", "huge.parquet", "-o", "old.csv", "--lossy"]) == 0


def test_a_tower_of_powers_is_inf_as_floats(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["eval", "z = 9^9^9^9 + 0*y", "in.csv", "-q"]) == 0
    assert capfdbinary.readouterr().out == b'"z"\ninf\ninf\n'
