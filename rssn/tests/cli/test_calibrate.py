"""`rssn calibrate` measures, says what it found, and keeps it unless told not to."""

from pathlib import Path

import pytest

from rssn import config
from rssn.cli import _calibrate, main
from rssn.optimize import CostTable, default_table


def test_the_shell_keeps_the_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Measuring itself is tested in its own room."""
    monkeypatch.setattr(config, "COSTS", str(tmp_path))
    monkeypatch.setattr(_calibrate, "calibrate", lambda tell: tell(0.5, "sin") or default_table())
    assert main(["calibrate", "--dry-run"]) == 0
    assert list(tmp_path.iterdir()) == []
    assert main(["calibrate"]) == 0
    (kept,) = tmp_path.iterdir()
    shown = capsys.readouterr().out
    assert str(kept) in shown
    assert "div 0." in shown
    assert CostTable.from_json(kept.read_text()).operators == default_table().operators


def test_a_folder_that_can_not_be_written_to_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(config, "COSTS", str(tmp_path / "file" / "folder"))
    monkeypatch.setattr(_calibrate, "calibrate", lambda _tell: default_table())
    assert main(["calibrate"]) == 2
    assert "can't keep the table" in capsys.readouterr().err
