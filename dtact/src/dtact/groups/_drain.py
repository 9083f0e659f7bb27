"""Waiting for what runs, and naming what does not end."""

from __future__ import annotations

from asyncio import get_running_loop
from typing import Any, NamedTuple

from dtact.errors import DelayError, NoRuntimeError
from dtact.groups._group_c import GroupCore, group_of
from dtact.scheduler import Task, current_scheduler


class Abandoned(NamedTuple):
    """A task that had not ended when time was up."""

    task: Task[Any]
    name: str
    group: GroupCore | None
    """The group it is in, for its name; None if in none."""


async def drain(deadline: float) -> list[Abandoned]:
    """Wait up to `deadline` seconds for the cheap tasks of this runtime, but for the calling one; cancel the others.

    Returns those that had not ended, oldest first, with their names and groups; nothing waits for them any more.
    Switches; can be cancelled. Errors: DelayError for a negative time, NoRuntimeError.
    """
    if not deadline >= 0:
        raise DelayError("a deadline is negative or not a number", wanted="seconds >= 0", found=repr(deadline))
    if current_scheduler() is None:
        raise NoRuntimeError("no dtact runtime runs in this thread", hint="call it inside dtact.run(main())")
    loop: Any = get_running_loop()
    left = await loop.drain(deadline)
    return [Abandoned(task, task.get_name(), group_of(task)) for task in left]
