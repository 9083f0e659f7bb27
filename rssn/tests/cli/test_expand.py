"""`rssn expand`."""

import pytest

from rssn.cli import main


def test_a_power_becomes_a_sum(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", "(x + y)^3"]) == 0
    assert capsys.readouterr().out == "x^3 + 3*x^2*y + 3*x*y^2 + y^3\n"


def test_too_many_terms_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["expand", "(a + b + c + d + e + f)^200"]) == 2
    assert "terms" in capsys.readouterr().err
