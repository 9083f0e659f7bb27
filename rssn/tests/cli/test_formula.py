"""Formulas come from arguments, files and the standard input."""

import io
from pathlib import Path

import pytest

import rssn
from rssn.cli._formula import read, read_file, text_of
from rssn.errors import LimitError, OptionError, TableError


def test_an_argument_is_itself_and_a_dash_is_the_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x + 1\n")))
    assert text_of("x") == "x"
    assert read("-") == rssn.parse("x + 1")


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xfe")))
    with pytest.raises(TableError, match="byte 0 is 0xfe"):
        text_of("-")
    (tmp_path / "f").write_bytes(b"\xfe")
    with pytest.raises(OptionError, match="not UTF-8"):
        read_file(str(tmp_path / "f"))


@pytest.mark.parametrize("path", ["missing", "."])
def test_a_file_that_can_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError, match=f"can't read the formulas in '{path}'"):
        read_file(path)


def test_a_limit_says_how_it_is_lifted_at_the_shell() -> None:
    deep = "(" * 20_000 + "x" + ")" * 20_000
    with pytest.raises(LimitError, match="--no-limits"):
        read(deep)
    assert read(deep, no_limits=True) == rssn.symbol("x")
