"""`dtact top`: the rates of a process, and the tasks that live in it, again and again."""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dtact.cli._kinds import number, process, seconds
from dtact.cli._ps import alike, line, line_of_many, summary, title
from dtact.errors import InspectionError
from dtact.monitor import ask, socket_path

HOME, TO_END_OF_LINE, TO_END_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
FIRST_LOOK = 0.25
"""Seconds over which the first rates are taken, at most."""
ORDER = {"running": 0, "ready": 1}


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
    command.add_argument("--count", type=number, metavar="N", help="stop after N looks")
    command.add_argument("--json", action="store_true", help="a line of JSON for each look")
    command.set_defaults(command=top)


def top(options: argparse.Namespace) -> int:
    """Look until told to stop, or until the process has gone."""
    looks = itertools.count() if options.count is None else range(options.count)
    before = ask(options.pid, "snapshot")
    time.sleep(min(options.interval, FIRST_LOOK))
    for look in looks:
        if look:
            time.sleep(options.interval)
        try:
            found = ask(options.pid, "snapshot")
        except InspectionError:
            if Path(f"/proc/{options.pid}").exists() and socket_path(options.pid).exists():
                raise
            print(f"the runtime of process {options.pid} has ended")
            return 0
        show(found, before, as_json=options.json)
        before = found
    return 0


def show(found: dict[str, Any], before: dict[str, Any], *, as_json: bool) -> None:
    """Print one look: in a terminal over the last one, as much as there is room for."""
    if as_json:
        print(json.dumps({**found, "rates": rates(found, before)}), flush=True)
    elif sys.stdout.isatty():
        size = shutil.get_terminal_size()
        lines = [fitted(text, size.columns) for text in report(found, before)]
        if len(lines) >= size.lines:
            left = len(lines) - size.lines + 2
            lines[-left:] = [f"  and {left} lines more: dtact ps {found['pid']}"]
        print(HOME + "".join(f"{text}{TO_END_OF_LINE}\n" for text in lines) + TO_END_OF_SCREEN, end="", flush=True)
    else:
        print("\n".join(report(found, before)) + "\n", flush=True)


def fitted(text: str, columns: int) -> str:
    """Return the text, cut to a width."""
    return text if len(text) <= columns else text[: columns - 1] + "…"


def rates(found: dict[str, Any], before: dict[str, Any]) -> list[dict[str, float]]:
    """Return what each loop did a second since the last look; 0 for a new one."""
    rows = []
    for index, loop in enumerate(found["loops"]):
        now = loop["statistics"]["tasks"]
        earlier = None
        if index < len(before["loops"]):
            earlier = before["loops"][index]["statistics"]["tasks"]
        took = found["time"] - before["time"]
        names = ("steps", "spawned", "callbacks", "yields")
        rows.append({name: (now[name] - earlier[name]) / took if earlier and took > 0 else 0.0 for name in names})
    return rows


def report(found: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of one look: what runs or is ready first, those that are alike together."""
    yield f"dtact top: process {found['pid']}: {title(found)}"
    for loop, rate in zip(found["loops"], rates(found, before), strict=True):
        yield from summary(loop)
        per_second = ", ".join(f"{value:,.0f} {name}/s" for name, value in rate.items())
        yield f"  {per_second}; longest step seen {loop['statistics']['tasks']['longest_step'] * 1e3:.2f} ms"
        single, many = alike(loop["tasks"])
        groups = [*([task] for task in single), *many]
        for group in sorted(groups, key=lambda group: (ORDER.get(group[0]["state"], 2), -len(group))):
            yield line_of_many(group) if len(group) > 1 else line(group[0], 1)
