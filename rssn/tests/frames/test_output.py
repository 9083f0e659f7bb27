"""Output appears whole or not at all, whatever stood there before."""

import os
import stat
import threading
from pathlib import Path

import pytest

from rssn.errors import OptionError, OutputError
from rssn.frames import _output
from rssn.frames._output import open_output, refuse_same_file


@pytest.fixture(params=["nameless", "named"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to hide an unfinished file: one without a name, and one with a hidden name."""
    if request.param == "named":
        monkeypatch.setattr(os, "O_TMPFILE", 0)


@pytest.mark.usefixtures("_way")
class TestWhole:
    def test_a_finished_file_is_in_place(self, tmp_path: Path) -> None:
        target = tmp_path / "out"
        with open_output(str(target)) as file:
            file.write(b"new")
            assert not target.exists()
        assert target.read_bytes() == b"new"
        assert os.listdir(tmp_path) == ["out"]

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
    def test_a_failed_run_leaves_the_old_file_and_nothing_else(
        self, tmp_path: Path, error: type[BaseException]
    ) -> None:
        target = tmp_path / "out"
        target.write_bytes(b"old")

        def run() -> None:
            with open_output(str(target)) as file:
                file.write(b"new")
                raise error

        with pytest.raises(error):
            run()
        assert target.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["out"]

    def test_a_full_disk_is_the_environments_fault(self, tmp_path: Path) -> None:
        target = tmp_path / "out"
        with pytest.raises(OutputError, match=r"No space left.*untouched") as caught, open_output(str(target)):
            raise OSError(28, "No space left on device")
        assert caught.value.exit_code == 1
        assert os.listdir(tmp_path) == []

    def test_mode_of_the_old_file_is_kept(self, tmp_path: Path) -> None:
        target = tmp_path / "out"
        target.write_bytes(b"old")
        target.chmod(0o640)
        with open_output(str(target)) as file:
            file.write(b"new")
        assert stat.S_IMODE(target.stat().st_mode) == 0o640

    def test_mode_of_a_new_file_follows_the_umask(self, tmp_path: Path) -> None:
        umask = os.umask(0o027)
        try:
            with open_output(str(tmp_path / "out")):
                pass
        finally:
            os.umask(umask)
        assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        target, link = tmp_path / "real", tmp_path / "link"
        target.write_bytes(b"old")
        link.symlink_to(target)
        with open_output(str(link)) as file:
            file.write(b"new")
        assert link.is_symlink()
        assert target.read_bytes() == b"new"


@pytest.mark.parametrize("bad", [".", "missing/out", "file/out", "x" * 300])
def test_an_impossible_path_is_the_users_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OptionError) as caught, open_output(bad):
        raise AssertionError("opened")
    assert caught.value.exit_code == 2


def test_pipes_are_written_to_directly(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    with open_output(str(pipe)) as file:
        file.write(b"through")
    reader.join()
    assert got == [b"through"]
    assert _output.is_stream(str(pipe))
    assert _output.is_stream(os.devnull)


@pytest.mark.parametrize("way", ["same", "dotted", "symlink", "hardlink"])
def test_the_input_is_not_an_output(tmp_path: Path, way: str) -> None:
    source = tmp_path / "table.csv"
    source.write_text("x\n1\n")
    other = tmp_path / "other.csv"
    if way == "symlink":
        other.symlink_to(source)
    elif way == "hardlink":
        other.hardlink_to(source)
    else:
        other = source if way == "same" else Path(f"{tmp_path}/./table.csv")
    with pytest.raises(OptionError, match="is the input itself"):
        refuse_same_file(str(source), str(other))


def test_different_files_pass(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    refuse_same_file(str(tmp_path / "a"), str(tmp_path / "b"))
    refuse_same_file(str(tmp_path / "a"), "-")
    refuse_same_file(str(tmp_path / "missing"), str(tmp_path / "missing"))
