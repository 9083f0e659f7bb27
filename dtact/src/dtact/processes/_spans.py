"""What ran in which worker process, for traces."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dtact.processes import _jobs_c

if TYPE_CHECKING:
    from dtact.scheduler import Span


class Spans:
    """All pools as one source of spans. Each job is kept when its answer is read."""

    def record(self, on: bool) -> None:
        """Have spans be kept."""
        _jobs_c.record(on)

    def take(self) -> tuple[list[Span], int]:
        """Return what has run. A worker has one thread that runs jobs, whose number is the worker's."""
        found = _jobs_c.take_spans()
        return [("process", name, pid, pid, began, took) for name, pid, began, took in found], 0


source = Spans()
if "dtact.scheduler" in sys.modules:  # not loaded for this: a trace that begins later looks for the room
    sys.modules["dtact.scheduler"].sources.add(source)
