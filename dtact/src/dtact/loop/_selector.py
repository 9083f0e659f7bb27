"""The loop over the selectors of the standard library."""

from __future__ import annotations

import asyncio
from typing import Any

from dtact.loop._methods import LoopMethods
from dtact.scheduler._core_c import Scheduler


class SelectorLoop(LoopMethods, asyncio.SelectorEventLoop):
    """asyncio's own loop with the scheduler's queues: the backend that needs nothing installed."""

    _selector: Any
    _write_to_self: Any
    _process_events: Any

    def __init__(self, selector: Any = None) -> None:
        super().__init__(selector)
        self._adopt(Scheduler(self, None, self._write_to_self))
        self._add_callback = self._scheduler.add

    def _run_once(self) -> None:
        """One turn: look at the files, for as long as nothing is ready, then run what is."""
        scheduler = self._scheduler
        events = self._selector.select(scheduler.poll_timeout())
        self._process_events(events)
        scheduler.drain()
