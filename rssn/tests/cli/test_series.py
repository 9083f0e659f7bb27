"""`rssn series`."""

import pytest

from rssn.cli import main


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["sin(x)"], "x - x^3/6 + x^5/120 + O(x^6)"),
        (["1/x + x"], "1/x + x"),
        (["a*exp(x)", "x", "--order", "2"], "a + a*x + O(x^2)"),
        (["log(x)", "--at", "1", "--order", "3"], "(x - 1) - (x - 1)^2/2 + O((x - 1)^3)"),
        (["atan(x)", "--at", "inf", "--order", "4"], "pi/2 - 1/x + 1/(3*x^3) + O(1/x^4)"),
        (["sqrt(x^2 + 1)", "--at=-inf", "--order", "2"], "-x - 1/(2*x) + O(1/x^2)"),
        (["abs(x)*exp(x)", "--direction", "-", "--order", "3"], "-x - x^2 + O(x^3)"),
    ],
)
def test_expansions(arguments: list[str], wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["series", *arguments]) == 0
    assert capsys.readouterr().out == f"{wanted}\n"


def test_coefficients_are_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["series", "1/x + 2*x", "--steps"]) == 0
    assert capsys.readouterr().out.splitlines()[1:-1] == ["power -1: 1", "power 1: 2"]


def test_an_essential_singularity_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["series", "exp(1/x)"]) == 2
    assert "singularity" in capsys.readouterr().err


def test_a_corner_asks_for_a_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["series", "abs(x)"]) == 2
    assert "direction" in capsys.readouterr().err
    assert main(["series", "x", "--at", "inf", "--direction", "+"]) == 2
    assert "one side only" in capsys.readouterr().err
