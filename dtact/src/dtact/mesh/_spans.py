"""What ran on which thread, for traces: a span a job, a chunk of a batch, a share of a parallel_for."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dtact.mesh import _address, _pool_c

if TYPE_CHECKING:
    from dtact.scheduler import Span


class Spans:
    """The native pool as a source of spans, with the names of functions as Python or their library knows them."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def record(self, on: bool) -> None:
        """Have the pool keep spans, and names be noted."""
        if on:
            self._names = {}
        _address.names = self._names if on else None
        _pool_c.record(on)

    def take(self) -> tuple[list[Span], int]:
        """Return what has run."""
        found, lost = _pool_c.take_spans()
        process = os.getpid()
        return [
            ("mesh", self.name_at(function), process, thread, began, took) for function, began, took, thread in found
        ], lost

    def name_at(self, address: int) -> str:
        """Return the name of a function, or its address."""
        if address not in self._names:
            self._names[address] = _pool_c.symbol_at(address) or f"function at {address:#x}"
        return self._names[address]


source = Spans()
if "dtact.scheduler" in sys.modules:  # not loaded for this: a trace that begins later looks for the room
    sys.modules["dtact.scheduler"].sources.add(source)
