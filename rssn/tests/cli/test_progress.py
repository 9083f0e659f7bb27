"""The bar: on a terminal, after a second, on stderr; otherwise nothing."""

import io
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rssn.cli import _progress
from rssn.cli._progress import Progress


class Terminal(io.StringIO):
    """A stderr that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_it_is_silent_where_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(enabled=True) as progress:
        progress._started -= 10
        progress(5, 0.5)
    assert capsys.readouterr().err == ""


def test_it_appears_after_a_second_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", Terminal())
    with Progress(enabled=True) as progress:
        progress(1, 0.1)
        assert progress._bar is None
        progress._started = time.perf_counter() - 2 * _progress.PATIENCE_S
        progress(1_000_000, 0.5)
        assert progress._bar is not None
        progress(2_000_000, None)
    with Progress(enabled=False) as progress:
        progress._started = time.perf_counter() - 2 * _progress.PATIENCE_S
        progress(1, 0.1)
        assert progress._bar is None


def test_a_long_run_on_a_terminal_shows_rows_and_leaves_a_clean_line(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("x\n" + "1\n" * 200_000)
    target = str(tmp_path / "out.parquet")
    command = [sys.executable, "-m", "rssn.cli", "eval", "sin(x)", str(tmp_path / "in.csv"), "-o", target]
    ours, theirs = pty.openpty()
    with subprocess.Popen([*command, "--batch-rows", "8"], stderr=theirs, stdout=theirs) as process:
        os.close(theirs)
        shown = bytearray()
        while True:
            try:
                block = os.read(ours, 4096)
            except OSError:
                break
            if not block:
                break
            shown += block
        assert process.wait() == 0
    os.close(ours)
    assert b"rows/s" in shown
    assert b"200,000 rows in" in shown.splitlines()[-1]
