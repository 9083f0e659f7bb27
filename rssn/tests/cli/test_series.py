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
