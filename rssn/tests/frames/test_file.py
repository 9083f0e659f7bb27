"""The public face of a run over a file: what it reports and what it refuses before it opens anything."""

import sys
from pathlib import Path

import pytest

import rssn
from rssn.errors import OptionError
from rssn.frames import FileReport


def test_the_report_counts_rows_and_time(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("x\n1\n2\n")
    report = rssn.evaluate_file("z = x", tmp_path / "in.csv", tmp_path / "out.csv", where="x > 1")
    assert (report.rows_read, report.rows_written, report.columns) == (2, 1, ("z",))
    assert 0 <= report.compile_seconds <= report.seconds
    assert report.rows_per_second == pytest.approx(2 / report.seconds)
    assert FileReport(0, 0, 0.0, 0.0, ()).rows_per_second == 0.0


def test_a_missing_arrow_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.csv").write_text("x\n1\n")
    for name in [name for name in sys.modules if name.startswith("rssn.frames._")]:
        if name.rpartition(".")[2] in ("_stream", "_arrow", "_sources", "_sinks", "_parquet"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OptionError, match=r"need the package pyarrow; install pyarrow, or rssn\[frames\]"):
        rssn.evaluate_file("z = x", tmp_path / "in.csv", tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("options", "text"),
    [({"batch_rows": 0}, "at least 1"), ({"source_format": "xls"}, "unknown format"), ({"target_format": ""}, "")],
)
def test_options_are_checked_first(tmp_path: Path, options: dict[str, object], text: str) -> None:
    (tmp_path / "in.csv").write_text("x\n1\n")
    if text:
        with pytest.raises(OptionError, match=text):
            rssn.evaluate_file("z = x", tmp_path / "in.csv", tmp_path / "out.csv", **options)
    else:
        rssn.evaluate_file("z = x", tmp_path / "in.csv", tmp_path / "out.csv", **options)
