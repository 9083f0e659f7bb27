"""What a scheduler counts."""

from __future__ import annotations

from typing import TypedDict


class Statistics(TypedDict):
    """Counters of one scheduler since its loop was made, and what it holds now."""

    spawned: int
    finished: int
    live: int
    steps: int
    yields: int
    callbacks: int
    ready: tuple[int, int, int, int]
    """By priority, the highest first."""
    timers: int
    longest_step: float
    """Seconds, of the steps that were timed: one in 64."""
