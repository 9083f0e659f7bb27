"""Regular files can be opened again, under any name or none; pipes are read once."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rssn.frames._input import Input

SHOW = """
from rssn.frames._input import Input
file = Input("-")
print(file.can_reopen, file.head(), file.open().read(100), file.byte_count)
"""


def test_a_file_is_opened_anew_each_time(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"0123456789")
    file = Input(str(tmp_path / "f"))
    os.unlink(tmp_path / "f")
    assert (file.can_reopen, file.byte_count, file.head()) == (True, 10, b"01234567")
    first, second = file.open(), file.open()
    assert (first.read(4), second.read(), first.read()) == (b"0123", b"0123456789", b"456789")
    file.close()


def test_a_pipe_is_spooled_where_its_end_is_needed_first(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    data = os.urandom(300_000)
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(data))
    writer.start()
    file = Input(str(tmp_path / "pipe"))
    assert not file.can_reopen
    assert file.byte_count is None
    assert file.head() == data[:8]
    file.spool()
    writer.join()
    assert file.can_reopen
    assert file.open().read() == data
    file.close()


@pytest.mark.parametrize(("redirected", "wanted"), [(True, "True"), (False, "False")])
def test_the_standard_input_may_be_a_file_or_a_pipe(tmp_path: Path, redirected: bool, wanted: str) -> None:
    (tmp_path / "f").write_bytes(b"x\n1\n")
    with open(tmp_path / "f", "rb") as file:
        given = {"stdin": file} if redirected else {"input": file.read()}
        done = subprocess.run([sys.executable, "-c", SHOW], **given, stdout=subprocess.PIPE, check=True)
    assert done.stdout.decode().split() == [wanted, r"b'x\n1\n'", r"b'x\n1\n'", "4" if redirected else "None"]


@pytest.mark.parametrize("path", ["missing", "."])
def test_what_can_not_be_opened_is_the_systems_error(tmp_path: Path, path: str) -> None:
    with pytest.raises(OSError, match=path):
        Input(f"{tmp_path}/{path}")
