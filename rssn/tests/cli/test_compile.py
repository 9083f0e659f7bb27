"""`rssn compile` shows each stage."""

from pathlib import Path

import pytest

from rssn.cli import main


@pytest.mark.parametrize(
    ("option", "text"),
    [("--schedule", "return"), ("--ir", "define"), ("--asm", ".text"), ("--stats", "steps: "), ("--cost", "roofline")],
)
def test_each_stage_is_shown(option: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "x*y + sin(x)", option]) == 0
    assert text in capsys.readouterr().out


def test_the_schedule_is_shown_unless_asked_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "x*y + z", "--math", "strict", "--args", "z,y", "--args", "x"]) == 0
    assert "strict(z, y, x)" in capsys.readouterr().out


def test_a_library_for_c_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its header; what belongs to it is refused without it."""
    files = tmp_path / "f.o", tmp_path / "f.h"
    options = ["--export", str(files[0]), "--header", str(files[1]), "--derivatives", "1", "--name", "area"]
    assert main(["compile", "x*y", *options]) == 0
    assert files[0].read_bytes().startswith(b"\x7fELF")
    assert "void area_gradient(double x, double y, double *out);" in files[1].read_text()
    assert capsys.readouterr().out == ""
    assert main(["compile", "x*y", "--name", "area"]) == 2
    assert "--export" in capsys.readouterr().err


def test_an_argument_that_is_missing_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "x*y", "--args", "x"]) == 2
    assert "'y'" in capsys.readouterr().err
