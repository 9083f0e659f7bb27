"""`dtact trace`: record a process that runs, or draw what was recorded."""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dtact.cli._kinds import number, seconds
from dtact.errors import DtactError
from dtact.monitor import ask, picture


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "trace",
        help="record a running process, or sum up and draw a trace",
        description="Record a process by its number for some seconds, or read a file of `dtact run --trace`. Prints who"
        " ran how long; open the file in ui.perfetto.dev, or draw it with --svg.",
    )
    command.add_argument("source", metavar="PID|FILE", help="a process that is open to inspection, or a trace")
    command.add_argument("--seconds", type=seconds, default=2.0, metavar="S", help="how long to record (default 2)")
    command.add_argument("-o", "--output", metavar="FILE", help="where the trace of a process goes")
    command.add_argument("--svg", metavar="FILE", help="draw it")
    command.add_argument(
        "--rows", type=number, default=24, metavar="N", help="how many tasks the picture has (default 24)"
    )
    command.add_argument("--from", dest="begin", type=float, default=0.0, metavar="MS", help="draw from here on")
    command.add_argument("--to", dest="end", type=float, metavar="MS", help="draw up to here")
    command.add_argument("--json", action="store_true", help="print the sums as JSON")
    command.set_defaults(command=trace)


def trace(options: argparse.Namespace) -> int:
    """Get the trace, write what was asked for, print the sums."""
    document = load(options)
    if options.output is not None:
        write(options.output, json.dumps(document))
    if options.svg is not None:
        try:
            drawn = picture(document, rows=options.rows, begin_ms=options.begin, end_ms=options.end)
        except ValueError as error:
            raise DtactError(str(error)) from None
        write(options.svg, drawn)
    sums = sums_of(document)
    print(json.dumps(sums, indent=2) if options.json else "\n".join(table(sums)))
    return 0


def write(path: str, text: str) -> None:
    """Write a file. Raises DtactError if that cannot be."""
    try:
        Path(path).write_text(text)
    except OSError as error:
        raise DtactError(f"{path} cannot be written: {error.strerror}") from None


def load(options: argparse.Namespace) -> dict[str, Any]:
    """Return the trace of a file, or a new one of a process."""
    if options.source.isdigit() and not Path(options.source).exists():
        found: dict[str, Any] = ask(int(options.source), f"trace {options.seconds}", options.seconds + 10)
        return found
    try:
        document = json.loads(Path(options.source).read_text())
    except OSError as error:
        raise DtactError(f"{options.source} cannot be read: {error.strerror}") from None
    except ValueError:
        document = None
    if not isinstance(document, dict) or "traceEvents" not in document:
        raise DtactError(f"{options.source} is no trace", wanted="a file of dtact.trace or `dtact run --trace`")
    return document


def sums_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return steps and time by kind and name, the longest first."""
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for event in document["traceEvents"]:
        key = (event.get("cat", ""), event["name"])
        if event["ph"] == "X":
            found[key].append(event["dur"])
    rows = [
        {"kind": kind, "name": name, "spans": len(spans), "total_us": sum(spans), "longest_us": max(spans)}
        for (kind, name), spans in found.items()
    ]
    return sorted(rows, key=lambda row: -row["total_us"])


def table(sums: list[dict[str, Any]], most: int = 40) -> Iterator[str]:
    """Yield the rows as text."""
    if not sums:
        yield "nothing ran"
        return
    yield f"{'kind':8} {'spans':>8} {'total ms':>10} {'longest ms':>10}  name"
    for row in sums[:most]:
        total, longest = row["total_us"] / 1e3, row["longest_us"] / 1e3
        yield f"{row['kind']:8} {row['spans']:8} {total:10.3f} {longest:10.3f}  {row['name']}"
    if len(sums) > most:
        yield f"and {len(sums) - most} more"
