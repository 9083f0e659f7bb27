"""The bar itself, drawn by rich on stderr."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Bar:
    """How far the work is, in words and, where the end is known, as the time left."""

    def __init__(self) -> None:
        columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._progress.start()
        self._task = self._progress.add_task("", total=None)

    def show(self, rows: int, fraction: float | None, rate: float) -> None:
        """Redraw with rows and rows per second."""
        self.say(f"{rows:,} rows, {rate / 1e6:.1f} M rows/s", fraction)

    def say(self, text: str, fraction: float | None) -> None:
        """Redraw with any text."""
        total = None if fraction is None else 1.0
        self._progress.update(self._task, completed=fraction or 0.0, total=total, description=text)

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()
