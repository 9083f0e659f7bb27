"""What the commands of exact algebra share: one line as the answer, typed errors, exit codes."""

import io

import pytest

import rssn
from rssn.cli import main
from rssn.cli._answer import variable
from rssn.errors import OptionError

COMMANDS = ("diff", "series", "simplify", "saturate", "expand", "factor")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_answer_is_one_line_and_parses(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "(x + 1)^2/(x + 2)"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    rssn.parse(out.partition(" + O(")[0])


@pytest.mark.parametrize("name", COMMANDS)
def test_latex_is_the_answer_alone(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--latex", "x^2/3"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "^{2}" in out or name == "diff"


@pytest.mark.parametrize("name", COMMANDS)
def test_steps_come_before_the_answer(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "x + x*(x + 1) - x^2"]) == 0
    [answer] = capsys.readouterr().out.splitlines()
    assert main([name, "x + x*(x + 1) - x^2", "--steps"]) == 0
    *steps, last = capsys.readouterr().out.splitlines()
    assert last == answer
    assert steps
    assert all(": " in step for step in steps)


@pytest.mark.parametrize("name", COMMANDS)
def test_mistakes_are_told_in_one_message(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for formula in ("(x +", "sinn(x)", ""):
        assert main([name, formula]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("rssn: error: ")
        assert "Traceback" not in err


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    ("formula", "caret"),
    [("x + sinn(x)", "      ^^^^"), ("x +", "     ^"), ("x + sin(x, 2)", "      ^^^"), ("2*x @ 3", "      ^"),
     ("x*(1 +\n foo(x))", "   ^^^")],
)  # fmt: skip
def test_mistakes_are_shown_in_the_formula(
    name: str, formula: str, caret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line and column, what was wanted or meant, the line itself with carets under the place; exit code 2."""
    assert main([name, formula]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    first, line, marks = err.splitlines()
    assert first.startswith("rssn: error: line ")
    assert ", column " in first
    assert line.strip() in formula
    assert marks == caret


@pytest.mark.parametrize("name", COMMANDS)
def test_the_standard_input_is_read(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"2*x + x\n")))
    assert main([name, "-"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"2*x +\n\n  x + sinn(x)\n")))
    assert main([name, "-"]) == 2
    assert capsys.readouterr().err.endswith("    x + sinn(x)\n        ^^^^\n")


def test_the_variable_is_the_only_one_or_the_one_named() -> None:
    assert variable(rssn.parse("x^2"), None) == "x"
    assert variable(rssn.parse("x*y"), "y") == "y"
    with pytest.raises(OptionError, match="found none"):
        variable(rssn.parse("1"), None)


def test_each_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in COMMANDS:
        assert main([name, "--help"]) == 0
        out = capsys.readouterr().out
        assert all(option in out for option in ("--latex", "--steps", "--no-limits"))
