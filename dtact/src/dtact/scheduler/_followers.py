"""Who wants to know when a loop begins and ends to run: traces, watchdogs, inspection."""

from __future__ import annotations

from typing import Protocol

from ._core_c import Scheduler


class Follower(Protocol):
    """Called in the thread of the loop."""

    def begin(self, scheduler: Scheduler) -> None:
        """The loop of this scheduler is about to run."""

    def end(self, scheduler: Scheduler) -> None:
        """It has stopped; it may begin again."""


followers: list[Follower] = []
"""Of every loop of this process. Those that begin while a loop runs must look for it themselves."""
