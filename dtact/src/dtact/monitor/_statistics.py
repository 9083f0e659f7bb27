"""What the whole runtime counts, from whatever rooms are loaded."""

from __future__ import annotations

import sys
from typing import Any

from dtact.errors import NoRuntimeError
from dtact.scheduler import Scheduler, current_scheduler


def statistics(scheduler: Scheduler | None = None) -> dict[str, Any]:
    """Return counters of the runtime of this thread, as plain dicts, lists and numbers.

    "tasks": the scheduler's counters, see `Scheduler.statistics`. "fibers": how many live and how many idle stacks wait
    for the next. "mesh": counters of the pool and of each worker. "processes": one entry for each pool. The last two
    are None and empty unless the program uses them. Raises NoRuntimeError in a thread that runs no dtact loop.
    """
    found = current_scheduler() if scheduler is None else scheduler
    if found is None:
        raise NoRuntimeError("no dtact runtime runs in this thread", hint="call it inside dtact.run(main())")
    tasks: dict[str, Any] = dict(found.statistics())
    fibers = sum(kind_of(task) == "fiber" for task in found.tasks())
    return {
        "tasks": tasks,
        "fibers": {"live": fibers, "idle_stacks": len(found.stacks) if found.stacks is not None else 0},
        "mesh": mesh(),
        "processes": processes(),
    }


def kind_of(task: object) -> str:
    """Return "task", "fiber" or "asyncio"."""
    kind = type(task)
    if kind.__module__.startswith("dtact.fibers"):
        return "fiber"
    return "task" if kind.__module__.startswith("dtact.scheduler") else "asyncio"


def mesh() -> dict[str, Any] | None:
    """Return the counters of the native pool and its workers, or None if the program does not use it."""
    room = sys.modules.get("dtact.mesh")
    if room is None:
        return None
    found: dict[str, Any] = room.statistics()._asdict()
    found["workers"] = [worker._asdict() for worker in room.worker_statistics()]
    return found


def processes() -> list[dict[str, Any]]:
    """Return the counters of each pool of worker processes."""
    room = sys.modules.get("dtact.processes._pool")
    pools = [] if room is None else list(room._pools)
    return [pool.statistics()._asdict() for pool in pools]
