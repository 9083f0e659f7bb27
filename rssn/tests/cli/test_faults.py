"""What the world does to a run: Ctrl-C, kill -9, a full disk, a folder that can't be written to, damaged files."""

import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.feather as pa_feather
import pyarrow.parquet as pa_parquet
import pytest

from rssn.errors import RssnError
from rssn.frames import evaluate_file

RSSN = [sys.executable, "-m", "rssn.cli"]
ROWS = 400_000
NOBODY = 65534


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table that takes seconds in batches of eight rows."""
    path = tmp_path_factory.mktemp("large") / "in.parquet"
    pa_parquet.write_table(pa.table({"x": np.random.default_rng(0).normal(size=ROWS)}), path)
    return path


@pytest.fixture
def slow_run(large: Path, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that has begun to write: the old file is there, the new one is open."""
    (tmp_path / "out.parquet").write_bytes(b"old")
    command = [*RSSN, "eval", "z = sin(x)", str(large), "-o", str(tmp_path / "out.parquet"), "--batch-rows", "8"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_for(lambda: any(is_inside(link, tmp_path) for link in open_files(process.pid)))
        time.sleep(0.2)
        yield process
        process.kill()


def open_files(pid: int) -> list[str]:
    links = []
    for name in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            links.append(os.readlink(name))
        except OSError:
            continue
    return links


def is_inside(link: str, folder: Path) -> bool:
    return link.startswith(f"{folder}/")


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_ctrl_c_exits_130_with_the_old_file_and_no_other(slow_run: subprocess.Popen[str], tmp_path: Path) -> None:
    slow_run.send_signal(signal.SIGINT)
    _, err = slow_run.communicate(timeout=20)
    assert slow_run.returncode == 130
    assert "interrupted" in err
    assert err.strip() == "rssn: interrupted"
    assert os.listdir(tmp_path) == ["out.parquet"]
    assert (tmp_path / "out.parquet").read_bytes() == b"old"


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_run_leaves_the_old_file_and_no_other(
    slow_run: subprocess.Popen[str], tmp_path: Path, kill: signal.Signals
) -> None:
    slow_run.send_signal(kill)
    slow_run.wait(timeout=20)
    assert slow_run.returncode == -kill
    assert os.listdir(tmp_path) == ["out.parquet"]
    assert (tmp_path / "out.parquet").read_bytes() == b"old"


@pytest.mark.parametrize("rows", [1, 2_000_000])
def test_ctrl_c_need_not_wait_for_a_pipe(rows: int) -> None:
    """Whoever feeds us has stalled, before the first batch or after some; we leave all the same."""
    with subprocess.Popen(
        [*RSSN, "eval", "x", "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"x\n" + b"12345\n" * rows)
        process.stdin.flush()
        wait_for(lambda: any("libarrow" in link for link in maps(process.pid)))
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 130


def maps(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/maps").read_text().split()


@pytest.mark.parametrize("name", ["out.parquet", "out.arrow", "out.csv", "out.csv.gz"])
def test_a_file_that_may_not_grow_is_the_environments_fault(large: Path, tmp_path: Path, name: str) -> None:
    """The limit on file sizes stands for a full disk: the system refuses to write on."""
    (tmp_path / name).write_bytes(b"old")
    done = subprocess.run(
        [*RSSN, "eval", "z = sin(x)", str(large), "-o", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )
    assert done.returncode == 1
    assert "File too large; free some space" in done.stderr
    assert done.stderr.count("\n") == 1
    assert (tmp_path / name).read_bytes() == b"old"
    assert os.listdir(tmp_path) == [name]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB, where the machine lets us mount one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], check=False)
    if mount.returncode:
        pytest.skip("no right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts")
@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "out.csv.gz", "out.arrow"])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(large: Path, tiny_disk: Path, name: str) -> None:
    (tiny_disk / name).write_bytes(b"old")
    command = [*RSSN, "eval", "z = sin(x)", str(large), "-o", str(tiny_disk / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No space left on device; free some space" in done.stderr
    assert done.stderr.count("\n") == 1
    assert (tiny_disk / name).read_bytes() == b"old"
    assert os.listdir(tiny_disk) == [name]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that anyone may look into and only we may write to."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


# Works once as ourselves, so that all is imported, and then as somebody who owns nothing.
AS_NOBODY = f"""
import os, sys
from rssn.cli import main
assert main(["eval", "x", sys.argv[1], "-o", os.devnull, "--to", "csv", "-q"]) == 0
os.setuid({NOBODY})
sys.exit(main(["eval", "x", sys.argv[2], "-o", sys.argv[3], "-q"]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
@pytest.mark.parametrize(("source", "target", "code"), [("secret", "/dev/null", 2), ("readable", "out", 1)])
def test_permission_denied_is_said_in_one_line(public_folder: Path, source: str, target: str, code: int) -> None:
    for name, mode in (("readable", 0o644), ("secret", 0o600)):
        (public_folder / name).write_text("x\n1\n")
        (public_folder / name).chmod(mode)
    paths = [str(public_folder / name) for name in ("readable", source, target)]
    command = [sys.executable, "-c", AS_NOBODY, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Permission denied" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.returncode == code
    assert sorted(os.listdir(public_folder)) == ["readable", "secret"]


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut the end off, overwrite bytes, flip bits near the end (where tables of contents are), or drop some."""
    changed = bytearray(data)
    match rng.randrange(4):
        case 0:
            del changed[rng.randrange(len(data)) :]
        case 1:
            for _ in range(rng.randrange(1, 4)):
                changed[rng.randrange(len(data))] = rng.randrange(256)
        case 2:
            for _ in range(rng.randrange(1, 4)):
                changed[rng.randrange(max(0, len(data) - 600), len(data))] ^= 1 << rng.randrange(8)
        case _:
            start = rng.randrange(len(data))
            del changed[start : start + rng.randrange(1, 50)]
    return bytes(changed)


def write_sample(path: Path) -> None:
    rows = 500
    values = pa.array(np.linspace(0, 1, rows), mask=np.arange(rows) % 7 == 0)
    table = pa.table({"x": values, "y": np.arange(rows), "t": [f"row {row % 9}" for row in range(rows)]})
    if path.suffix == ".parquet":
        pa_parquet.write_table(table, path, row_group_size=200)
    elif path.suffix == ".arrow":
        pa_feather.write_feather(table, str(path), compression="zstd")
    elif path.suffix == ".arrows":
        with pa.ipc.new_stream(str(path), table.schema) as stream:
            stream.write_table(table, 100)
    else:
        with pa.output_stream(str(path)) as stream:
            pa_csv.write_csv(table, stream)


@pytest.mark.parametrize("suffix", [".parquet", ".arrow", ".arrows", ".csv", ".csv.gz"])
def test_a_damaged_file_gives_an_error_or_an_answer(tmp_path: Path, suffix: str) -> None:
    """Never a crash, never another exception, never a changed target. 120 damages of each kind of file."""
    source, target = tmp_path / f"in{suffix}", tmp_path / "out.parquet"
    write_sample(source)
    data, rng = source.read_bytes(), random.Random(suffix)
    refused = unchanged = 0
    for _ in range(120):
        source.write_bytes(damaged(data, rng))
        target.write_bytes(b"old")
        try:
            evaluate_file(["z = x*2", "w = y + x"], source, target, keep=["t"])
        except RssnError as error:
            refused += error.exit_code == 2
            unchanged += target.read_bytes() == b"old"
        assert sorted(os.listdir(tmp_path)) == sorted([source.name, target.name])
    assert refused == unchanged > 20


@pytest.mark.parametrize("stop", [0, 1, 4, 8, 100, -100, -8, -4, -1])
def test_a_truncated_parquet_is_refused_wherever_it_ends(tmp_path: Path, stop: int) -> None:
    write_sample(tmp_path / "in.parquet")
    data = (tmp_path / "in.parquet").read_bytes()[:stop]
    (tmp_path / "in.parquet").write_bytes(data)
    with pytest.raises(RssnError, match="can't read"):
        evaluate_file("z = x", tmp_path / "in.parquet", tmp_path / "out.parquet")
