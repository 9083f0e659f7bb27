"""The folder of kernels: only ours, bounded, and with one warning about its own failures."""

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest

import rssn
from rssn.jit import _disk
from rssn.jit._disk import Shelf
from rssn.jit._record import digest

KEY, OTHER = digest(b"one"), digest(b"two")


@pytest.fixture
def shelf(tmp_path):
    return Shelf(str(tmp_path / "deep" / "kernels"))


def path_of(shelf, key=KEY):
    return Path(shelf.path, key.hex() + ".kernel")


def test_what_is_written_is_read(shelf):
    """And replaced; under another key there is nothing."""
    assert shelf.read(KEY) is None
    assert shelf.write(KEY, b"code")
    assert (shelf.read(KEY), shelf.read(OTHER)) == (b"code", None)
    assert shelf.write(KEY, b"better code")
    assert shelf.read(KEY) == b"better code"
    assert [path.name for path in Path(shelf.path).iterdir()] == [path_of(shelf).name]


def test_nobody_else_may_read_or_write(shelf):
    """The folder and the files are private."""
    shelf.write(KEY, b"code")
    assert os.stat(shelf.path).st_mode & 0o777 == 0o700
    assert path_of(shelf).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_to_is_not_used(shelf, mode):
    """Neither for reading nor for writing; said once."""
    shelf.write(KEY, b"code")
    os.chmod(shelf.path, mode)
    with pytest.warns(RuntimeWarning, match="yours alone"):
        assert shelf.read(KEY) is None
    assert not shelf.write(OTHER, b"code")
    assert shelf.read(KEY) is None


def test_a_folder_of_somebody_else_is_not_used(shelf, monkeypatch):
    """Though it may be writable by its owner only."""
    shelf.write(KEY, b"code")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.warns(RuntimeWarning, match="yours alone"):
        assert shelf.read(KEY) is None


def test_a_file_that_others_may_write_to_is_not_read(shelf):
    """It can have come from anybody; it is replaced at the next writing."""
    shelf.write(KEY, b"code")
    path_of(shelf).chmod(0o666)
    assert shelf.read(KEY) is None
    shelf.write(KEY, b"own code")
    assert shelf.read(KEY) == b"own code"


def test_links_pipes_and_folders_are_not_read(shelf):
    """A pipe would keep us waiting."""
    shelf.write(OTHER, b"code")
    path_of(shelf).symlink_to(path_of(shelf, OTHER))
    assert shelf.read(KEY) is None
    path_of(shelf).unlink()
    os.mkfifo(path_of(shelf), 0o600)
    assert shelf.read(KEY) is None
    path_of(shelf).unlink()
    path_of(shelf).mkdir()
    assert shelf.read(KEY) is None
    with pytest.warns(RuntimeWarning, match="Is a directory"):
        assert not shelf.write(KEY, b"code")
    assert sorted(path.name for path in Path(shelf.path).iterdir()) == sorted(
        [path_of(shelf).name, path_of(shelf, OTHER).name]
    )


def test_places_that_cannot_be_written_are_fine_with_one_warning(tmp_path, monkeypatch):
    """A file where the folder should be, no rights, a full disk; the second failure says nothing more."""
    (tmp_path / "file").write_text("")
    blocked = Shelf(str(tmp_path / "file" / "kernels"))
    with pytest.warns(RuntimeWarning, match="not kept in .*: Not a directory; RSSN_CACHE_DIR"):
        assert not blocked.write(KEY, b"code")
    assert not blocked.write(KEY, b"code")
    assert blocked.read(KEY) is None
    shelf = Shelf(str(tmp_path / "kernels"))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "rename", full)
    with pytest.warns(RuntimeWarning, match="No space left on device"):
        assert not shelf.write(KEY, b"code")
    monkeypatch.setattr(os, "open", full)
    assert not shelf.write(KEY, b"code")
    monkeypatch.undo()
    assert list(Path(shelf.path).iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_read_and_not_written(shelf):
    """With one warning when something was to be kept."""
    shelf.write(KEY, b"code")
    os.chmod(shelf.path, 0o500)
    try:
        assert shelf.read(KEY) == b"code"
        with pytest.warns(RuntimeWarning, match="Permission denied"):
            assert not shelf.write(OTHER, b"code")
    finally:
        os.chmod(shelf.path, 0o700)


def test_giants_are_not_kept(shelf):
    """Nor read, should there be one."""
    assert not shelf.write(KEY, bytes(_disk.LARGEST + 1))
    shelf.write(KEY, b"code")
    with path_of(shelf).open("r+b") as file:
        file.truncate(_disk.LARGEST + 1)
    assert shelf.read(KEY) is None


def test_the_least_recently_used_goes_first(tmp_path):
    """Beyond the limit; a read counts as use, though it need not be noted more than once an hour."""
    shelf = Shelf(str(tmp_path / "kernels"), limit=40 * 4096)
    keys = [bytes([200 + n]) + digest(bytes([n]))[1:] for n in range(32)]
    for age, key in enumerate(keys):
        shelf.write(key, bytes(4096))
        moment = time.time() - 7200 - 100 + age
        os.utime(path_of(shelf, key), (moment, moment))
    assert shelf.read(keys[0]) is not None  # the oldest, until now
    for n in range(20):
        shelf.write(bytes([100]) + digest(bytes([n]))[1:], bytes(4096))
    left = {path.name for path in Path(shelf.path).iterdir()}
    assert 20 <= len(left) <= 40
    assert path_of(shelf, keys[0]).name in left
    assert path_of(shelf, keys[1]).name not in left


def test_what_dead_writers_left_is_removed(shelf):
    """After an hour: until then its writer may be alive."""
    shelf.write(KEY, b"code")
    old, new = Path(shelf.path, "1-2.part"), Path(shelf.path, "3-4.part")
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    shelf.write(bytes(32), b"code")  # a key that looks after the folder
    assert (old.exists(), new.exists()) == (False, True)


WRITER = """
import sys
from rssn.jit._disk import Shelf
shelf, mine = Shelf(sys.argv[1]), sys.argv[2].encode() * 50_000
for n in range(150):
    key = bytes([n % 5]) * 32
    shelf.write(key, mine)
    found = shelf.read(key)
    assert found is not None and len(found) == 50_000 and len(set(found)) == 1
"""


def test_processes_do_not_disturb_each_other(shelf):
    """Each sees whole files only, its own or the other's."""
    command = [sys.executable, "-c", WRITER, shelf.path]
    writers = [subprocess.Popen([*command, letter]) for letter in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(list(Path(shelf.path).iterdir())) == 5


def test_a_moved_folder_is_made_anew(shelf):
    """Nothing is held open between accesses."""
    shelf.write(KEY, b"code")
    os.rename(shelf.path, shelf.path + "-old")
    assert shelf.read(KEY) is None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert shelf.write(KEY, b"code")


def test_it_can_be_switched_off(monkeypatch):
    """By the environment, which config reads."""
    monkeypatch.setattr(rssn.config, "CACHE_DIR", None)
    assert _disk.shelf.__wrapped__() is None
    monkeypatch.setattr(rssn.config, "CACHE_DIR", "somewhere")
    assert _disk.shelf.__wrapped__().path == os.path.join("somewhere", "kernels")
