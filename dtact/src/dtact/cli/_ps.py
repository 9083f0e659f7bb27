"""`dtact ps`: what lives in a process, as a tree of who waits for whom."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from dtact.cli._kinds import process
from dtact.monitor import ask


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "ps",
        help="list the tasks, fibers, workers and queues of a process",
        description="List what lives in a process that was started with inspect=True, --inspect or DTACT_INSPECT=1.",
    )
    command.add_argument("pid", type=process, help="the process")
    command.add_argument("--all", action="store_true", help="a line for each task, however many are alike")
    command.add_argument("--json", action="store_true", help="everything, as JSON")
    command.set_defaults(command=ps)


def ps(options: argparse.Namespace) -> int:
    """Print the list."""
    found = ask(options.pid, "snapshot")
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(report(found, is_full=options.all)))
    return 0


def report(found: dict[str, Any], *, is_full: bool = False) -> Iterator[str]:
    """Yield the lines of a snapshot."""
    yield f"process {found['pid']}, Python {found['python']}: {title(found)}"
    if not found["loops"]:
        yield "no loop runs"
    for loop in found["loops"]:
        yield from summary(loop)
        if is_full:
            yield from tree(loop["tasks"])
        else:
            single, many = alike(loop["tasks"])
            yield from tree(single)
            for group in many:
                yield line_of_many(group)


def title(found: dict[str, Any]) -> str:
    """Return the command line of the process, on one line: a program of `python -c` has many."""
    return " ".join(found["program"].split())


def summary(loop: dict[str, Any]) -> Iterator[str]:
    """Yield what a loop and the pools count."""
    counters = loop["statistics"]
    tasks, mesh = counters["tasks"], counters["mesh"]
    ready = " ".join(f"{name} {count}" for name, count in zip(LEVELS, tasks["ready"], strict=True) if count)
    fibers = counters["fibers"]
    yield f"{loop['loop']} in thread {loop['thread']}, {'running' if loop['running'] else 'stopped'}"
    yield (
        f"  {len(loop['tasks'])} tasks, {fibers['live']} of them fibers; {fibers['idle_stacks']} idle stacks;"
        f" ready: {ready or 'none'}; timers: {tasks['timers']}"
    )
    if mesh is not None:
        ran = sum(worker["ran"] for worker in mesh["workers"])
        yield f"  mesh: {len(mesh['workers'])} workers, {ran} jobs run, {mesh['sleeps']} sleeps"
    for pool in counters["processes"]:
        pids = " ".join(map(str, pool["workers"]))
        yield f"  processes {pids}: {pool['outstanding']} jobs outstanding, {pool['waiting']} of them waiting"


MANY = 4
"""From how many alike on tasks share a line."""


def alike(tasks: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]:
    """Part tasks into those for themselves, and groups that differ in nothing but the name."""
    waits = Counter(task["waits_for_id"] for task in tasks)
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for task in tasks:
        is_in_tree = task["id"] in waits or (task["waits_for_id"] is not None and waits[task["waits_for_id"]] == 1)
        own = task["id"] if is_in_tree else None
        key = tuple(task[field] for field in ("kind", "does", "state", "priority", "waits_for", "at", "spawned_at"))
        groups[own, *key].append(task)
    many = [group for group in groups.values() if len(group) >= MANY]
    taken = {task["id"] for group in many for task in group}
    return [task for task in tasks if task["id"] not in taken], many


def line_of_many(group: list[dict[str, Any]]) -> str:
    """Return one line about tasks that are alike."""
    names = f"{group[0]['name']} … {group[-1]['name']}"
    return line({**group[0], "name": f"{len(group):,} × ({names})"}, 1)


LEVELS = ("critical", "high", "normal", "low")


def tree(tasks: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line a task, and beneath it the task it waits for, if nothing else waits for that one too."""
    by_id = {task["id"]: task for task in tasks}
    waited = [task["waits_for_id"] for task in tasks if task["waits_for_id"] in by_id]
    once = {identity for identity in waited if waited.count(identity) == 1} if len(waited) < 1000 else set()
    shown: set[int] = set()
    for task in tasks:
        if task["id"] in once and not waits_in_a_ring(task, by_id):
            continue
        depth, found = 1, task
        while found["id"] not in shown:
            shown.add(found["id"])
            yield line(found, depth)
            following = by_id.get(found["waits_for_id"])
            if following is None or following["id"] not in once:
                break
            depth, found = depth + 1, following


def waits_in_a_ring(task: dict[str, Any], by_id: dict[int, dict[str, Any]]) -> bool:
    """Whether a task waits, through others, for itself."""
    found, seen = by_id.get(task["waits_for_id"]), set()
    while found is not None and found["id"] not in seen:
        if found is task:
            return True
        seen.add(found["id"])
        found = by_id.get(found["waits_for_id"])
    return False


def line(task: dict[str, Any], depth: int) -> str:
    """Return one line about a task."""
    parts = [f"{'  ' * depth}{task['name']} [{task['kind']}] {task['does']}: {task['state']}"]
    if task["priority"] != "normal":
        parts.append(f"priority {task['priority']}")
    if task["waits_for"]:
        parts.append(f"waits for {task['waits_for']}")
    if task["at"]:
        parts.append(f"at {short(task['at'])}")
    if task["spawned_at"]:
        parts.append(f"spawned at {short(task['spawned_at'])}")
    return "; ".join(parts)


def short(place: str) -> str:
    """Return a place with the path relative to the current folder, where that is shorter."""
    path, colon, rest = place.partition(":")
    return min(os.path.relpath(path), path, key=len) + colon + rest if os.path.isabs(path) else place
