"""`dtact bench`: a few seconds of measuring this machine."""

from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from dtact.loop import run
from dtact.scheduler import spawn


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "bench",
        help="measure tasks, switches, channels, fibers and jobs here",
        description="A self-measurement of some seconds, the best of three rounds each; no comparison with others.",
    )
    command.add_argument("--backend", choices=("auto", "uvloop", "selector"), default="auto", help="who does the I/O")
    command.add_argument("--json", action="store_true", help="a JSON object instead of a table")
    command.set_defaults(command=bench)


def bench(options: argparse.Namespace) -> int:
    """Measure and print."""
    found = {}
    # Imported when it is asked for: other commands do not load the mesh, which `dtact ps` would then see.
    for name, (work, count) in import_module("dtact.cli._work").WORK.items():
        if "fiber" in name and find_spec("greenlet") is None:
            continue
        found[name] = round(min(run(timed(work, count), backend=options.backend) for _ in range(3)) * 1e9, 1)
    if options.json:
        print(json.dumps({"unit": "ns", **found}))
    else:
        for name, took in found.items():
            print(f"{name:45} {took:10,.{took < 10:d}f} ns")
    return 0


async def timed(work: Callable[[int], Awaitable[object]], count: int) -> float:
    """Return seconds a unit of work, done inside a cheap task."""

    async def inside() -> float:
        began = perf_counter()
        await work(count)
        return (perf_counter() - began) / count

    return await spawn(inside())
