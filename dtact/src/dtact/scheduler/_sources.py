"""Who runs things that no scheduler sees, and can tell a trace what ran when: worker threads, worker processes."""

from __future__ import annotations

from typing import Protocol

Span = tuple[str, str, int, int, int, int]
"""Something that ran: category, name, process, thread, when it began, how long it took; in nanoseconds of the monotonic
clock, which is one for all processes."""


class Source(Protocol):
    """A room that has spans while it records. What it keeps is bounded."""

    def record(self, on: bool) -> None:
        """Keep spans from now on, or no longer."""

    def take(self) -> tuple[list[Span], int]:
        """Return the spans since the last call, and how many were lost before them."""


class Sources:
    """All sources of this process. Rooms loaded during a trace add their own; it looks for the others."""

    def __init__(self) -> None:
        self._all: list[Source] = []
        self._recorders = 0

    def add(self, source: Source) -> None:
        """A room was loaded."""
        if source in self._all:
            return
        self._all.append(source)
        if self._recorders:
            source.record(True)

    def begin(self) -> None:
        """A trace begins: what was kept for an earlier one is dropped."""
        self._recorders += 1
        if self._recorders == 1:
            self.take()
            for source in self._all:
                source.record(True)

    def end(self) -> None:
        """It ends; take what is left after this."""
        self._recorders -= 1
        if self._recorders == 0:
            for source in self._all:
                source.record(False)

    def take(self) -> tuple[list[Span], int]:
        """Return the new spans of all sources, and how many were lost."""
        spans: list[Span] = []
        lost = 0
        for source in self._all:
            found, missing = source.take()
            spans += found
            lost += missing
        return spans, lost


sources = Sources()
