"""`dtact top`: the rates of a process, and the tasks that live in it, again and again."""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
import time
from collections.abc import Iterator
from typing import Any

from dtact.cli._kinds import process, seconds
from dtact.cli._ps import line
from dtact.monitor import ask

CLEAR = "\x1b[H\x1b[2J"


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "top",
        help="watch a process: rates, and its tasks",
        description="Show the rates and tasks of a process until Ctrl-C. Where the output is no terminal, blocks follow"
        " one another without control characters.",
    )
    command.add_argument("pid", type=process, help="the process")
    command.add_argument("--interval", type=seconds, default=1.0, metavar="S", help="seconds between looks (default 1)")
    command.add_argument("--count", type=int, metavar="N", help="stop after N looks")
    command.add_argument("--json", action="store_true", help="a line of JSON for each look")
    command.set_defaults(command=top)


def top(options: argparse.Namespace) -> int:
    """Look until told to stop, or until the process has gone."""
    before: dict[str, Any] | None = None
    looks = itertools.count() if options.count is None else range(options.count)
    for number in looks:
        if number:
            time.sleep(options.interval)
        found = ask(options.pid, "snapshot")
        if options.json:
            print(json.dumps({**found, "rates": rates(found, before)}), flush=True)
        else:
            size = shutil.get_terminal_size()
            lines = [text[: size.columns] for text in report(found, before)]
            if sys.stdout.isatty():
                print(CLEAR + "\n".join(lines[: size.lines - 1]), flush=True)
            else:
                print("\n".join(lines) + "\n", flush=True)
        before = found
    return 0


def rates(found: dict[str, Any], before: dict[str, Any] | None) -> list[dict[str, float]]:
    """Return what each loop did a second since the last look; 0 for the first."""
    rows = []
    for index, loop in enumerate(found["loops"]):
        now = loop["statistics"]["tasks"]
        earlier = None
        if before is not None and index < len(before["loops"]):
            earlier = before["loops"][index]["statistics"]["tasks"]
        took = found["time"] - before["time"] if before is not None else 0.0
        names = ("steps", "spawned", "callbacks", "yields")
        rows.append({name: (now[name] - earlier[name]) / took if earlier and took > 0 else 0.0 for name in names})
    return rows


def report(found: dict[str, Any], before: dict[str, Any] | None) -> Iterator[str]:
    """Yield the lines of one look."""
    yield f"dtact top: process {found['pid']}: {found['program']}"
    for loop, rate in zip(found["loops"], rates(found, before), strict=True):
        tasks = loop["statistics"]["tasks"]
        per_second = ", ".join(f"{value:,.0f} {name}/s" for name, value in rate.items())
        yield f"{loop['loop']}: {len(loop['tasks'])} tasks, ready {sum(tasks['ready'])}, timers {tasks['timers']}"
        yield f"  {per_second}; longest step seen {tasks['longest_step'] * 1e3:.2f} ms"
        order = {"running": 0, "ready": 1}
        for task in sorted(loop["tasks"], key=lambda task: order.get(task["state"], 2)):
            yield line(task, 1)
