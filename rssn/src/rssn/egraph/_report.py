"""What a saturation answers: why it stopped, what each round and each rule did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import OptionError
from ..rules import StopReason as StopReason

#: In the order of the engine's numbers.
STOP_REASONS = (
    StopReason.SATURATED,
    StopReason.NODE_LIMIT,
    StopReason.TIME_LIMIT,
    StopReason.ITERATION_LIMIT,
    StopReason.MEMORY_LIMIT,
    StopReason.INTERRUPTED,
    StopReason.INCONSISTENT,
    StopReason.GOAL_REACHED,
)


@dataclass(frozen=True, slots=True)
class SaturationLimits:
    """How far a saturation may go.

    nodes       e-nodes alive at any time; never exceeded
    iterations  rounds of search, apply, rebuild
    seconds     wall time; the only limit that makes an answer depend on the machine
    bytes       memory of the graph
    """

    nodes: int = 10_000
    iterations: int = 10_000
    seconds: float = 2.0
    bytes: int = 2 << 30

    def __post_init__(self) -> None:
        """Refuse limits that are negative."""
        for name in self.__slots__:
            if not getattr(self, name) >= 0:
                raise OptionError("a limit can't be negative", where=name, found=str(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Iteration:
    """One round: the graph after it, matches found, classes united, and seconds for each part."""

    nodes: int
    classes: int
    matches: int
    unions: int
    search_s: float
    apply_s: float
    rebuild_s: float


@dataclass(frozen=True, slots=True)
class RuleCount:
    """One rule in the whole run: matches found, classes united, how often it was banned, seconds spent."""

    name: str
    matches: int
    unions: int
    bans: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Blame:
    """The rule, and what its variables stood for, whose union made the graph inconsistent; the numbers it equated."""

    rule: str
    match: Mapping[str, object]
    numbers: tuple[object, object]
