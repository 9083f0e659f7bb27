"""Budgets: how long a search may go on, and why it stopped. Reaching a limit is an answer, not an error."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import final

from ..errors import OptionError
from ..expr import statistics
from ..rules import StopReason as StopReason

LOOK_EVERY = 1024  # work that counts no steps asks `is_late` once in so many nodes


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of a search; None is no limit. Only `seconds` makes an answer depend on the machine.

    steps    rewrites tried
    seconds  wall time
    nodes    live nodes in the store beyond those at the start
    bytes    bytes of the store beyond those at the start
    """

    steps: int | None = 200_000
    seconds: float | None = None
    nodes: int | None = 10_000_000
    bytes: int | None = None

    def __post_init__(self) -> None:
        """Refuse limits that are negative."""
        for name in self.__slots__:
            limit = getattr(self, name)
            if limit is not None and limit < 0:
                raise OptionError("a limit can't be negative", where=name, found=str(limit))


@final
class Meter:
    """What is left of a budget. `spend` says whether to go on; once it says no, it says no for good."""

    __slots__ = ("_budget", "_bytes", "_deadline", "_nodes", "_store_at", "reason", "steps")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.steps = 0
        self.reason: StopReason | None = None
        self._deadline = None if budget.seconds is None else time.monotonic() + budget.seconds
        held = statistics()
        self._nodes, self._bytes = held.slots, held.bytes
        self._store_at = 0

    def spend(self, steps: int = 1) -> bool:
        """Count steps and return whether the budget allows more."""
        if self.reason is not None:
            return False
        self.steps += steps
        limit = self._budget.steps
        if limit is not None and self.steps > limit:
            self.reason = StopReason.STEP_LIMIT
            return False
        return not self.is_late()

    def is_late(self) -> bool:
        """Whether a limit was reached, by the clock or in the store. Counts no step."""
        if self.reason is None:
            if self._deadline is not None and time.monotonic() >= self._deadline:
                self.reason = StopReason.TIME_LIMIT
            elif self.steps >= self._store_at:
                self._look_at_store()
        return self.reason is not None

    def _look_at_store(self) -> None:
        budget = self._budget
        if budget.nodes is None and budget.bytes is None:
            return
        held = statistics()
        # Counting takes time in proportion to the store; so many steps make it cheap on the whole.
        self._store_at = self.steps + 64 + held.slots // 16
        if budget.nodes is not None and held.slots - self._nodes > budget.nodes:
            self.reason = StopReason.NODE_LIMIT
        elif budget.bytes is not None and held.bytes - self._bytes > budget.bytes:
            self.reason = StopReason.MEMORY_LIMIT

    @property
    def is_spent(self) -> bool:
        """Whether a limit was reached."""
        return self.reason is not None
