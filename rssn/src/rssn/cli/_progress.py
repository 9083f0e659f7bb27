"""A progress bar that appears on a terminal after a second, and is no cost before."""

from __future__ import annotations

import importlib
import sys
import time
from typing import Any

PATIENCE_S = 1.0


class Progress:
    """Called with rows read and the share of the input; leaving the block removes the bar."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled and sys.stderr.isatty()
        self._started = time.perf_counter()
        self._bar: Any = None

    def __call__(self, rows: int, fraction: float | None) -> None:
        """Show how far the work is."""
        if self._is_due():
            self._bar.show(rows, fraction, rows / (time.perf_counter() - self._started))

    def say(self, text: str, fraction: float | None) -> None:
        """Show how far the work is, in other words than rows."""
        if self._is_due():
            self._bar.say(text, fraction)

    def _is_due(self) -> bool:
        if not self._enabled or time.perf_counter() - self._started < PATIENCE_S:
            return False
        if self._bar is None:
            self._bar = importlib.import_module("._bar", __package__).Bar()
        return True

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
