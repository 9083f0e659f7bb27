"""`rssn compile` shows each stage."""

import pytest

from rssn.cli import main


@pytest.mark.parametrize(
    ("option", "text"),
    [("--schedule", "return"), ("--ir", "define"), ("--asm", ".text"), ("--stats", "steps: ")],
)
def test_each_stage_is_shown(option: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "x*y + sin(x)", option]) == 0
    assert text in capsys.readouterr().out


def test_the_schedule_is_shown_unless_asked_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "x*y + z", "--math", "strict", "--args", "z,y", "--args", "x"]) == 0
    assert "strict(z, y, x)" in capsys.readouterr().out


def test_an_argument_that_is_missing_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compile", "x*y", "--args", "x"]) == 2
    assert "'y'" in capsys.readouterr().err
