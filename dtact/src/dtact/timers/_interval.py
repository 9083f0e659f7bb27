"""Ticks at equal distances, with a stated policy for those that nobody was there to take."""

from __future__ import annotations

import math
import time
from typing import Literal

from dtact.errors import DelayError
from dtact.timers._sleep_c import sleep_until

POLICIES = ("burst", "skip", "delay")


def now() -> float:
    """Return the time that `sleep_until` and intervals go by: seconds of the monotonic clock, as `time.monotonic()`."""
    return time.monotonic()


class Interval:
    """Ticks, taken one at a time by `await tick()` or `async for`. Made by `interval`.

    Fields: `period`; `missed`, the policy; `next`, the time of the next tick; `skipped`, how many ticks were left out.
    """

    def __init__(self, period: float, missed: str, start: float | None) -> None:
        self.period, self.missed, self.skipped = period, missed, 0
        self.next = now() + period if start is None else start

    async def tick(self) -> float:
        """Wait for the next tick; return the time at which it was due.

        Always switches. Can be cancelled: the tick is then still to come.
        """
        due = self.next
        await sleep_until(due)
        if self.next != due:
            return due  # another took the same tick
        following = due + self.period
        late = now() - following
        if late > 0 and self.missed == "delay":
            following = now() + self.period
        elif late > 0 and self.missed == "skip":
            left_out = math.ceil(late / self.period)
            self.skipped += left_out
            following += left_out * self.period
        self.next = following
        return due

    def reset(self, start: float | None = None) -> None:
        """Let the next tick come at `start`, or one period from now."""
        self.next = now() + self.period if start is None else start

    def __aiter__(self) -> Interval:
        return self

    async def __anext__(self) -> float:
        return await self.tick()


def interval(
    period: float, *, missed: Literal["burst", "skip", "delay"] = "burst", start: float | None = None
) -> Interval:
    """Return an endless Interval, `async for due in interval(0.5):`; the first tick is a period from now, or `start`.

    `missed` says what happens to ticks that have come due while nobody waited. "burst": all are taken, at once, one
    after another, so that their number is right. "skip": they are left out, the next tick is the next in the old
    rhythm. "delay": the rhythm starts anew, each tick at least one period after the last was taken.

    Errors: DelayError for a period that is not positive and finite, or a start that is none; ValueError for a policy.
    """
    if not (isinstance(period, int | float) and 0 < period < math.inf):
        raise DelayError("a period is not positive and finite", wanted="seconds > 0", found=repr(period))
    if start is not None and not (isinstance(start, int | float) and math.isfinite(start)):
        raise DelayError("the start of an interval is no time", wanted="seconds of timers.now()", found=repr(start))
    if missed not in POLICIES:
        raise ValueError(f"missed must be 'burst', 'skip' or 'delay', not {missed!r}")
    return Interval(float(period), missed, None if start is None else float(start))
