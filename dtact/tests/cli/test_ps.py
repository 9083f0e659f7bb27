"""`dtact ps`, `top` and `trace` on a process that runs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

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


def test_ps_speaks_json(pid):
    found = json.loads(dtact("ps", "--json", pid))
    assert found["pid"] == int(pid)
    assert {task["name"] for task in found["loops"][0]["tasks"]} >= {"standing", "inner", "outer", "sleeper", "ticker"}


def test_top_refreshes_without_control_characters_in_a_pipe(pid):
    text = dtact("top", pid, "--count", "2", "--interval", "0.2")
    assert text.count("dtact top: process") == 2
    assert "\x1b" not in text
    rows = [json.loads(line) for line in dtact("top", pid, "--count", "2", "--interval", "0.2", "--json").splitlines()]
    assert rows[1]["rates"][0]["steps"] > 20


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
