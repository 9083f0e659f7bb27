"""What lives in a process now: every task by name, state, place and what it waits for."""

from __future__ import annotations

import asyncio
import os
import sys
from time import time
from types import FrameType
from typing import Any

from dtact.monitor._statistics import kind_of, statistics
from dtact.scheduler import Scheduler, Waiter


def snapshot(schedulers: list[tuple[Scheduler, int]]) -> dict[str, Any]:
    """Describe loops, given as (scheduler, thread): plain data that goes through JSON. From any thread."""
    return {
        "pid": os.getpid(),
        "python": sys.version.split()[0],
        "program": " ".join(sys.orig_argv),
        "time": time(),
        "loops": [describe_loop(scheduler, thread) for scheduler, thread in schedulers],
    }


def describe_loop(scheduler: Scheduler, thread: int) -> dict[str, Any]:
    """Describe one loop and its tasks, oldest first."""
    loop = scheduler.loop
    tasks = [*scheduler.tasks(), *asyncio_tasks(loop)]
    current = scheduler.current_task() or (asyncio.current_task(loop) if loop.is_running() else None)
    return {
        "loop": type(loop).__name__,
        "thread": thread,
        "running": loop.is_running(),
        "current": None if current is None else current.get_name(),
        "statistics": statistics(scheduler),
        "tasks": [describe_task(task, task is current, thread) for task in tasks],
    }


def asyncio_tasks(loop: asyncio.AbstractEventLoop) -> list[asyncio.Task[Any]]:
    """Return the asyncio tasks of a loop in the order of their names' numbers, where they have such."""
    tasks = [task for task in asyncio.all_tasks(loop) if kind_of(task) == "asyncio" or isinstance(task, asyncio.Task)]
    return sorted(tasks, key=lambda task: (len(task.get_name()), task.get_name()))


def describe_task(task: Any, is_current: bool, thread: int) -> dict[str, Any]:
    """Describe a task of either grade."""
    waiting = getattr(task, "_fut_waiter", None)
    kind = kind_of(task) if not isinstance(task, asyncio.Task) else "asyncio"
    state = getattr(task, "state", None) or ("waiting" if waiting is not None else "ready")
    frame = innermost(task, is_current, thread)
    return {
        "id": id(task),
        "name": task.get_name(),
        "kind": kind,
        "state": "running" if is_current else state,
        "priority": ("critical", "high", "normal", "low")[getattr(task, "priority", 2)],
        "does": what_it_runs(task),
        "waits_for": None if waiting is None else what_it_waits_for(waiting),
        "waits_for_id": id(waiting) if hasattr(waiting, "get_name") else None,
        "at": None if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}, in {frame.f_code.co_qualname}",
        "spawned_at": getattr(task, "spawned_at", None),
    }


def innermost(task: Any, is_current: bool, thread: int) -> FrameType | None:
    """Return the innermost frame in which a task stands, inside asyncio only if there is no other."""
    if is_current:
        return sys._current_frames().get(thread)
    frames = task.get_stack() if kind_of(task) == "fiber" else frames_of(task.get_coro())
    own = [frame for frame in frames if not frame.f_globals.get("__name__", "").startswith("asyncio.")]
    return (own or frames or [None])[-1]


def frames_of(coroutine: Any) -> list[FrameType]:
    """Return the frames of a suspended coroutine, outermost first."""
    found = []
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is not None:
            found.append(frame)
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
    return found


def what_it_runs(task: Any) -> str:
    """Name the coroutine or function of a task."""
    inner = task.get_coro()
    return str(getattr(inner, "__qualname__", None) or type(inner).__name__)


def what_it_waits_for(waiting: Any) -> str:
    """Name what a task is parked on, in a few words."""
    if hasattr(waiting, "get_name"):
        return f"{kind_of(waiting)} {waiting.get_name()}"
    kind = type(waiting)
    if kind is Waiter:
        return "a wake"
    if kind.__module__.startswith("dtact."):
        return f"{kind.__module__.split('.')[1]}: {kind.__name__}"
    return "a future" if kind.__name__ == "Future" else kind.__qualname__
