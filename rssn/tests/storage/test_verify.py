"""A flipped bit anywhere is found, and named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import rssn
from rssn import errors
from rssn.storage import open_store, verify

x, y = rssn.symbols("x y")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store of a few commits."""
    with open_store(tmp_path / "store") as store:
        store["energy"] = rssn.sin(x) * y
        store["tall"] = rssn.piecewise(x < 1, y, x > 5, x * 10**30, rssn.constant(2.5))
        del store["energy"]
        store["mass"] = x / y
    return tmp_path / "store"


def test_a_whole_store_is_clean(folder: Path) -> None:
    """While it is written too."""
    assert verify(folder) == []
    with open_store(folder) as store:
        store["more"] = x
        assert verify(folder) == []
        store.compact()
        assert verify(folder) == []


def test_a_flipped_bit_in_any_file_is_found_and_named(folder: Path) -> None:
    """Every byte of the segments and of the sums, and every seventh of the catalogue."""
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for at in range(0, len(whole), 37 if path.suffix == ".sqlite" else 1):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << at % 8
            path.write_bytes(damaged)
            try:
                found = verify(folder)
            except errors.StoreFormatError as error:
                found = [error]
            assert found, f"{path.name}, byte {at}"
            assert all(isinstance(error, errors.StorageError) for error in found)
            assert any(folder.name in error.where or "catalogue" in str(error) for error in found), found
        path.write_bytes(whole)
    assert verify(folder) == []


def test_damage_of_one_thing_leaves_the_others_readable(folder: Path) -> None:
    """An extent that is damaged is an error for who reads it, not for the rest."""
    segment = next(folder.glob("segment*"))
    data = bytearray(segment.read_bytes())
    data[-100] ^= 1
    segment.write_bytes(data)
    with open_store(folder, read_only=True) as store:
        with pytest.raises(errors.StoreDamageError, match=r"segment-.*byte"):
            store.load()
        assert "segment" in verify(folder)[0].where
        assert store["tall"] == rssn.piecewise(x < 1, y, x > 5, x * 10**30, rssn.constant(2.5))


def test_what_is_no_store_can_not_be_verified(tmp_path: Path, folder: Path) -> None:
    """An error, not a clean bill of health."""
    with pytest.raises(errors.StoreFormatError):
        verify(tmp_path)
    shutil.copytree(folder, tmp_path / "copy")
    assert verify(tmp_path / "copy") == []
