"""`dtact ps`, `top` and `trace` on a process that runs."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest

from dtact.cli import main
from dtact.cli._ps import tree

SCRIPT = """
import asyncio, dtact
from dtact.scheduler import Waiter
async def rest(waiter):
    await waiter
def stand(waiter):
    dtact.wait(waiter)
async def tick():
    while True:
        await dtact.sleep(0.002)
async def main():
    dtact.fiber(stand, Waiter(), name="standing")
    inner = dtact.spawn(rest(Waiter()), name="inner", priority="low")
    dtact.spawn(rest(inner), name="outer")
    asyncio.create_task(asyncio.sleep(60), name="sleeper")
    dtact.spawn(tick(), name="ticker")
    for number in range(5):
        dtact.spawn(rest(Waiter()), name=f"twin {number}")
    await asyncio.sleep(0.01)
    print("ready", flush=True)
    await asyncio.sleep(60)
dtact.run(main(), inspect=True)
"""


@pytest.fixture(scope="module")
def pid() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield str(process.pid)
        process.send_signal(signal.SIGINT)
        process.wait(10)


def dtact(*arguments: str) -> str:
    command = [sys.executable, "-m", "dtact.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def test_ps_lists_everything_as_a_tree_of_waits(pid):
    lines = dtact("ps", pid).splitlines()
    text = "\n".join(lines)
    assert "standing [fiber] stand: waiting" in text
    assert "sleeper [asyncio]" in text
    outer = next(index for index, line in enumerate(lines) if line.startswith("  outer "))
    assert lines[outer + 1].startswith("    inner [task] rest: waiting; priority low; waits for a wake")
    assert "spawned at" in lines[outer]
    assert text.count("inner [task]") == 1


def test_tasks_that_are_alike_share_a_line_unless_all_are_asked_for(pid):
    text = dtact("ps", pid)
    assert "  5 × (twin 0 … twin 4) [task] rest: waiting" in text
    assert "twin 3" not in text
    assert "\n  twin 3 [task] rest: waiting" in dtact("ps", "--all", pid)


def test_ps_speaks_json(pid):
    found = json.loads(dtact("ps", "--json", pid))
    assert found["pid"] == int(pid)
    assert {task["name"] for task in found["loops"][0]["tasks"]} >= {"standing", "inner", "outer", "sleeper", "ticker"}


def test_top_refreshes_without_control_characters_in_a_pipe(pid):
    text = dtact("top", pid, "--count", "2", "--interval", "0.2")
    assert text.count("dtact top: process") == 2
    assert "\x1b" not in text
    rows = [json.loads(line) for line in dtact("top", pid, "--count", "2", "--interval", "0.2", "--json").splitlines()]
    assert all(row["rates"][0]["steps"] > 20 for row in rows)
    assert "5 × (twin 0 … twin 4)" in text


def test_top_fits_into_a_terminal_and_tells_the_end():
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 7, 60, 0, 0))
        command = [sys.executable, "-m", "dtact.cli", "top", str(process.pid), "--interval", "0.3"]
        bare = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        with subprocess.Popen(command, stdout=theirs, env=bare) as top:
            os.close(theirs)
            shown = os.read(ours, 1 << 16).decode()
            process.send_signal(signal.SIGINT)
            assert top.wait(10) == 0
            rest = os.read(ours, 1 << 16).decode()
        os.close(ours)
    lines = shown.split("\r\n")
    assert max(len(re.sub("\x1b.[A-Z]?", "", line)) for line in lines) <= 60
    assert len(lines) <= 7
    assert "lines more: dtact ps" in lines[-2]
    assert rest.endswith(f"the runtime of process {process.pid} has ended\r\n")


def test_who_is_not_there_is_told_apart_from_who_is_not_open(capfd):
    assert main(["ps", "99999999"]) == 1
    assert "there is no process 99999999" in capfd.readouterr().err
    assert main(["ps", str(os.getppid())]) == 1
    assert "DTACT_INSPECT=1" in capfd.readouterr().err


def test_a_picture_that_cannot_be_written_is_no_traceback(tmp_path, capfd):
    (tmp_path / "t.json").write_text(
        '{"traceEvents": [{"ph": "X", "name": "a", "pid": 1, "tid": 1, "ts": 1, "dur": 1}]}'
    )
    assert main(["trace", str(tmp_path / "t.json"), "-o", str(tmp_path / "no" / "t")]) == 1
    assert "cannot be written: No such file" in capfd.readouterr().err


def test_trace_records_a_process_from_outside_and_draws_it(pid, tmp_path):
    out, svg = tmp_path / "t.json", tmp_path / "t.svg"
    text = dtact("trace", pid, "--seconds", "0.2", "-o", str(out), "--svg", str(svg))
    assert "ticker" in text
    assert svg.read_text().startswith("<svg")
    again = json.loads(dtact("trace", str(out), "--json"))
    assert again[0]["name"] == "ticker"


def task(identity, waits_for=None):
    return {
        "id": identity, "waits_for_id": waits_for, "name": f"t{identity}", "kind": "task", "does": "f",
        "state": "waiting", "priority": "normal", "waits_for": None, "at": None, "spawned_at": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "waits", [{1: 2, 2: 3, 3: None}, {1: 2, 2: 1}, {1: 1}, {1: 3, 2: 3, 3: None}, {1: 99}, {1: 2, 2: 3, 3: 2}]
)
def test_the_tree_shows_each_task_once_even_in_a_ring(waits):
    lines = list(tree([task(identity, target) for identity, target in waits.items()]))
    assert sorted(line.split()[0] for line in lines) == [f"t{identity}" for identity in sorted(waits)]
