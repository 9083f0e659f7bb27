"""The bar draws what it is told."""

import io

import pytest

from rssn.cli._bar import Bar


def test_rows_rate_and_share_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    err = io.StringIO()
    monkeypatch.setattr("sys.stderr", err)
    monkeypatch.setenv("TTY_INTERACTIVE", "1")
    bar = Bar()
    bar.show(1_234_567, 0.25, 5e6)
    bar._progress.refresh()
    bar.show(2_000_000, None, 5e6)
    bar.close()
    assert bar._progress.tasks[0].description == "2,000,000 rows, 5.0 M rows/s"
