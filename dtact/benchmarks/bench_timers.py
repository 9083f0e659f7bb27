"""Sleeps beside asyncio and uvloop: how late they wake, and what many of them cost.

    python benchmarks/bench_timers.py [--rust]

`lateness`: 10,000 sleeps of 1 to 20 ms at once, in milliseconds at p50 and p99, and how many were early. `live`:
100,000 sleeps that all wait, in microseconds for each, from its start to its cancellation, and in bytes. `--rust` also
runs the Tokio program in benchmarks/peers/tokio, which needs cargo. Prints one JSON line a row.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import uvloop

import dtact

PEER = Path(__file__).parents[2] / "benchmarks" / "peers" / "tokio"
SLEEPS, LIVE = 10_000, 100_000
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.SelectorEventLoop,
    "uvloop": uvloop.new_event_loop,
    "dtact": lambda: dtact.new_event_loop("uvloop"),
    "dtact-selector": lambda: dtact.new_event_loop("selector"),
}


def ways(name: str) -> tuple[Callable[[Any], Any], Callable[[float], Any]]:
    """How that loop starts a task, and how it sleeps."""
    return (dtact.spawn, dtact.sleep) if name.startswith("dtact") else (asyncio.create_task, asyncio.sleep)


async def lateness(name: str) -> dict[str, float]:
    start, sleep = ways(name)

    async def nap(wanted: float) -> float:
        began = time.monotonic()
        await sleep(wanted)
        return time.monotonic() - began - wanted

    tasks = [start(nap((1_000 + index * 19_000 / SLEEPS) * 1e-6)) for index in range(SLEEPS)]
    late = sorted([await task for task in tasks])
    return {
        "p50_ms": round(late[SLEEPS // 2] * 1e3, 3),
        "p99_ms": round(late[SLEEPS * 99 // 100] * 1e3, 3),
        "early": sum(value < 0 for value in late),
    }


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def live(name: str) -> dict[str, float]:
    start, sleep = ways(name)

    async def nap(seconds: float) -> None:
        await sleep(seconds)

    before, began = resident(), time.perf_counter()
    tasks = [start(nap(1_000 + index % 997)) for index in range(LIVE)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    size = resident() - before
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    return {"us": round((time.perf_counter() - began) / LIVE * 1e6, 3), "bytes": size // LIVE}


def run(case: Callable[[str], Coroutine[Any, Any, dict[str, float]]], name: str) -> dict[str, float]:
    with asyncio.Runner(loop_factory=LOOPS[name]) as runner:
        return runner.run(case(name))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rust", action="store_true", help="run the Tokio program as well")
    options = parser.parse_args()
    for case in (lateness, live):
        for name in LOOPS:
            row = {"python": sys.version.split()[0], "case": case.__name__, "loop": name}
            print(json.dumps(row | run(case, name)), flush=True)
    if options.rust:
        command = ["cargo", "run", "--release", "--quiet", "--manifest-path", str(PEER / "Cargo.toml")]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
