"""Too many terms: the message names the option, and the option helps."""

import pytest

from rssn.cli import main


@pytest.mark.parametrize(("name", "formula"), [("expand", "(x + y)^30"), ("factor", "(x + y)^30 + z*x + 1")])
def test_more_terms_are_allowed_on_demand(name: str, formula: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With as many as the message says."""
    assert main([name, formula, "--terms", "10"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "allow more with --terms " in err
    wanted = err.partition("--terms ")[2].split(",")[0]
    assert main([name, formula, "--terms", wanted]) == 0
    assert capsys.readouterr().out
