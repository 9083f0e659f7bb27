"""`rssn simplify`."""

import pytest

from rssn.cli import main


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["sin(x)^2 + cos(x)^2"], "1"),
        (["sqrt(x^2)"], "abs(x)"),
        (["sqrt(x^2)", "--assume", "x > 0"], "x"),
        (["x/x", "--assume", "x > 0", "--assume", "y > 0"], "1"),
        (["x/x"], "x/x"),
        (["x - x", "--ieee"], "x - x"),
        (["2*x + 3*x", "--strategy", "restart", "--seed", "3", "--seconds", "5"], "5*x"),
    ],
)
def test_the_form_a_person_would_write(arguments: list[str], wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simplify", *arguments]) == 0
    assert capsys.readouterr().out == f"{wanted}\n"


def test_rules_that_fired_are_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simplify", "sin(x)^2 + cos(x)^2", "--steps"]) == 0
    assert "sin(x)^2 -> 1\n1\n" in capsys.readouterr().out


def test_stopping_early_is_said_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    formula = "+".join(f"sin(x{i})^2*cos(x{i + 1})/(x{i} + 1)" for i in range(300))
    assert main(["simplify", formula, "--seconds", "1e-6"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert err == "stopped early: the limit of seconds is reached\n"


@pytest.mark.parametrize("assumption", ["x > 0, x < 0", "banana", "x >"])
def test_assumptions_that_can_not_be_are_the_users_mistake(assumption: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simplify", "x", "--assume", assumption]) == 2
    assert capsys.readouterr().err.startswith("rssn: error: ")
