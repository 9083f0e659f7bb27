"""`rssn diff`."""

import pytest

import rssn
from rssn.cli import main


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["x^3"], "3*x^2"),
        (["x^3", "x", "--order", "3"], "6"),
        (["x^2*y", "x", "y"], "2*x"),
        (["sin(`a b`)", "a b"], "cos(`a b`)"),
        (["x", "y"], "0"),
    ],
)
def test_derivatives(arguments: list[str], wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *arguments]) == 0
    assert rssn.simplify(capsys.readouterr().out) == rssn.parse(wanted)


def test_every_derivative_on_the_way_is_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "x*y", "x", "y", "--steps"]) == 0
    assert capsys.readouterr().out == "d/dx: y\nd/dy: 1\n1\n"


def test_the_variable_must_be_clear(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "x*y"]) == 2
    assert "found x, y" in capsys.readouterr().err
