"""`rssn saturate`."""

import pytest

from rssn.cli import main


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["a*b + a*c"], "a*(b + c)"),
        (["x + y - (y + x)"], "0"),
        (["x/x"], "x/x"),
        (["x/x", "--assume", "x > 0"], "1"),
        (["sin(x)^2 + cos(x)^2", "--shared"], "1"),
    ],
)
def test_the_cheapest_equal_form(arguments: list[str], wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["saturate", *arguments]) == 0
    assert capsys.readouterr().out == f"{wanted}\n"


def test_rounds_are_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["saturate", "2*x + 3*x", "--steps", "--latex"]) == 0
    *rounds, answer = capsys.readouterr().out.splitlines()
    assert answer == "5 x"
    assert rounds[0].startswith("round 1: ")


def test_the_explanation_follows_the_rounds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["saturate", "x*(sin(y)^2 + cos(y)^2) + 0", "--steps"]) == 0
    lines = capsys.readouterr().out.splitlines()
    way = [line for line in lines if not line.startswith("round ")]
    assert way[0].startswith("formula: ")
    assert any(line.startswith("sin-cos-squares: ") for line in way)
    assert way[-2].endswith(": x")
    assert way[-1] == "x"


def test_what_stays_as_it_is_needs_no_explanation(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["saturate", "x/x", "--steps"]) == 0
    *rounds, answer = capsys.readouterr().out.splitlines()
    assert answer == "x/x"
    assert all(line.startswith("round ") for line in rounds)


def test_a_limit_is_said_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    formula = "*".join(f"(a{i} + b{i})" for i in range(8))
    assert main(["saturate", formula, "--nodes", "40"]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 1
    assert err == "stopped early: the limit of nodes is reached\n"


def test_assumptions_that_contradict_are_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["saturate", "x", "--assume", "x > 0, x < 0"]) == 2
    assert "contradict" in capsys.readouterr().err
