"""Why a search over rules ended: one word for the simplifier and for saturation."""

from __future__ import annotations

import enum


class StopReason(enum.Enum):
    """Why a search ended. Reaching a limit is an answer, not an error: the best form so far is returned."""

    DONE = "nothing more to try"
    SATURATED = "no rule has anything new to say"
    GOAL_REACHED = "what was to be proved is proved"
    STEP_LIMIT = "the limit of steps is reached"
    ITERATION_LIMIT = "the limit of rounds is reached"
    NODE_LIMIT = "the limit of nodes is reached"
    TIME_LIMIT = "the limit of seconds is reached"
    MEMORY_LIMIT = "the limit of bytes is reached, or memory ran out"
    INTERRUPTED = "the caller asked to stop"
    INCONSISTENT = "two different numbers were proved equal"

    @property
    def is_complete(self) -> bool:
        """Whether the search came to its own end: nothing cut it short."""
        return self in (StopReason.DONE, StopReason.SATURATED, StopReason.GOAL_REACHED)
