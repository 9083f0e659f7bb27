"""`rssn store`: what the shell shows of a store, and the files it exchanges."""

from __future__ import annotations

from pathlib import Path

import pytest

import rssn
from rssn.cli import main
from rssn.storage import open_store

x, y = rssn.symbols("x y")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_store(tmp_path / "store") as store:
        store["energy"] = rssn.sin(x) * y
        store["mass"] = x / y + 2.5
        store["gone"] = x**17
        del store["gone"]
    return tmp_path / "store"


def shell(*arguments: object) -> int:
    return main(["store", *map(str, arguments)])


def test_names_and_expressions_are_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`ls` and `show`."""
    assert shell("ls", folder) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [["4", "energy"], ["5", "mass"]]
    assert shell("show", folder, "mass") == 0
    assert rssn.parse(capsys.readouterr().out) == x / y + 2.5
    assert shell("show", folder) == 0
    assert "names" in capsys.readouterr().out
    assert shell("show", folder, "mas") == 2
    assert "did you mean 'mass'" in capsys.readouterr().err


def test_damage_is_named_and_is_not_the_users(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify` exits with 1 and names the file and the byte."""
    assert shell("verify", folder) == 0
    assert capsys.readouterr().out == "whole\n"
    segment = next(folder.glob("segment*"))
    data = bytearray(segment.read_bytes())
    data[200] ^= 4
    segment.write_bytes(data)
    assert shell("verify", folder) == 1
    assert segment.name in capsys.readouterr().err
    assert shell("verify", folder.parent) == 2


def test_compaction_says_what_it_gave_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And keeps the names."""
    assert shell("compact", folder) == 0
    before, after = (int(word) for word in capsys.readouterr().out.split() if word.isdigit())
    assert after < before
    with open_store(folder, read_only=True) as store:
        assert dict(store) == {"energy": rssn.sin(x) * y, "mass": x / y + 2.5}


@pytest.mark.parametrize("kind", ["names.txt", "names.image"])
def test_what_is_exported_can_be_imported(folder: Path, tmp_path: Path, kind: str) -> None:
    """As text and as an image; whole stores too."""
    assert shell("export", folder, tmp_path / kind) == 0
    assert shell("import", tmp_path / "other", tmp_path / kind) == 0
    assert shell("import", tmp_path / "third", tmp_path / "other") == 0
    assert shell("export", tmp_path / "third", tmp_path / "one.image", "mass") == 0
    with open_store(folder, read_only=True) as store, open_store(tmp_path / "third", read_only=True) as third:
        assert dict(store) == dict(third)


def test_files_that_can_not_be_imported_change_nothing(folder: Path, tmp_path: Path) -> None:
    """One bad file of several: the user's mistake, and no commit."""
    (tmp_path / "good.txt").write_text("a = x + 1\n")
    (tmp_path / "bad.txt").write_text("a line\n")
    assert shell("import", folder, tmp_path / "good.txt", tmp_path / "bad.txt") == 2
    assert shell("import", folder, tmp_path / "missing.txt") == 2
    assert shell("export", folder, tmp_path / "no" / "where.txt") == 1
    assert shell("export", folder, tmp_path / "no" / "where.image") == 1
    with open_store(folder, read_only=True) as store:
        assert sorted(store) == ["energy", "mass"]
