"""`rssn factor`."""

import pytest

import rssn
from rssn.cli import main


def test_factors_over_the_integers_and_the_gaussian_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["factor", "x^4 - 1"]) == 0
    assert capsys.readouterr().out == "(x + 1)*(x - 1)*(x^2 + 1)\n"
    assert main(["factor", "x^2 + 1", "--gaussian"]) == 0
    assert rssn.expand(rssn.parse(capsys.readouterr().out)) == rssn.parse("x^2 + 1")


def test_a_division_by_zero_is_the_users_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["factor", "1/(x - x)"]) == 2
    assert "zero" in capsys.readouterr().err
