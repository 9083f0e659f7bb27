"""What every benchmark shares: contenders timed in turn, answers checked first, bars met or not.

A script makes a `Report`, checks every contender's answer, times them with
`race`, and states its bars::

    report = Report("rows")
    times = race({"rssn": ours, "heyoka": theirs})
    report.ratio("trivial, 2 threads", times["rssn"], times["heyoka"], peer="heyoka", at_most=0.95)
    report.finish()

``--quick`` makes everything small, to see that it runs; ``--json FILE`` writes what the runner collects.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SAMPLE_S = 5e-3  # a sample lasts at least this long
CLOCK_S = 50e-6  # calls shorter than this are timed together
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


@dataclass(frozen=True)
class Line:
    """One comparison: what was done, our figure, theirs, and the bar. Seconds, unless `unit` says otherwise."""

    work: str
    ours: float
    theirs: float | None
    peer: str
    at_most: float | None
    is_ratio: bool
    unit: str = "s"

    @property
    def ratio(self) -> float | None:
        """Ours over theirs; below 1 is faster."""
        return self.ours / self.theirs if self.theirs else None

    @property
    def is_met(self) -> bool | None:
        """Whether the bar is met; None for a line that has no bar."""
        judged = self.ratio if self.is_ratio else self.ours
        return None if self.at_most is None or judged is None else judged <= self.at_most


class Report:
    """The lines of one benchmark script, printed as they come and written at the end."""

    def __init__(self, name: str, *, ours: str = "rssn") -> None:
        parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
        parser.add_argument("--quick", action="store_true", help="small sizes, one round: does it run?")
        parser.add_argument("--json", type=Path, help="write the lines here")
        options = parser.parse_args()
        self.name, self.ours, self.quick, self._target = name, ours, options.quick, options.json
        self.lines: list[Line] = []
        self.notes: list[str] = []
        self.tables: dict[str, dict[str, Any]] = {}
        print(f"{name}" + (" (quick: the figures mean nothing)" if self.quick else ""))

    def rounds(self, wanted: int = 9) -> int:
        """How many samples each contender gets."""
        return 1 if self.quick else wanted

    def ratio(self, work: str, ours: float, theirs: float | None, *, peer: str, at_most: float | None = None) -> None:
        """State ours against a peer's, in seconds. Without the peer the line is kept and not judged."""
        self._add(Line(work, ours, theirs, peer, at_most, is_ratio=True))

    def absolute(
        self,
        work: str,
        ours: float,
        theirs: float | None = None,
        *,
        peer: str = "",
        at_most: float | None = None,
        unit: str = "s",
    ) -> None:
        """State a figure against a bar of its own kind; a peer's is shown for comparison."""
        self._add(Line(work, ours, theirs, peer, at_most, is_ratio=False, unit=unit))

    def note(self, text: str) -> None:
        """Say something that a reader of the figures must know."""
        self.notes.append(text)
        print(f"  note: {text}")

    def table(self, name: str, row: str, cells: dict[str, float]) -> None:
        """Keep a row of figures, in seconds, for a table of the README."""
        self.tables.setdefault(name, {})[row] = cells

    def columns(self, name: str, headings: list[str], rows: list[list[str]]) -> None:
        """Keep a table of the README whose cells are texts."""
        self.tables[name] = {"headings": headings, "rows": rows}

    def finish(self) -> None:
        """Write the JSON and say how many bars are met."""
        judged = [line for line in self.lines if line.is_met is not None]
        missed = [line.work for line in judged if not line.is_met]
        if judged and not self.quick:
            print(
                f"  {len(judged) - len(missed)} of {len(judged)} bars met" + "".join(f"; missed: {w}" for w in missed)
            )
        if self._target:
            lines = [asdict(line) | {"ratio": line.ratio, "is_met": line.is_met} for line in self.lines]
            content = {
                "name": self.name,
                "quick": self.quick,
                "lines": lines,
                "tables": self.tables,
                "notes": self.notes,
            }
            self._target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        theirs = f"  {line.peer} {show(line.theirs, line.unit)}" if line.theirs else f"  {line.peer}"
        ratio = f"  ratio {line.ratio:.2f}" if line.is_ratio and line.ratio is not None else ""
        limit = "" if line.at_most is None else f"{line.at_most:g}×" if line.is_ratio else show(line.at_most, line.unit)
        verdict = {True: "met", False: "NOT MET", None: "not judged"}[line.is_met] if limit else ""
        bar = f"  bar ≤ {limit}: {verdict}" if limit else ""
        print(f"  {line.work:44s} {self.ours} {show(line.ours, line.unit):>9s}{theirs}{ratio}{bar}", flush=True)


def show(value: float, unit: str) -> str:
    """Return a figure in a unit that fits."""
    if unit != "s":
        return f"{value:.3g} {unit}"
    factor, name = next(((factor, name) for factor, name in UNITS if value >= factor), UNITS[-1])
    return f"{value / factor:.3g} {name}"


def race(contenders: dict[str, Callable[[], object]], *, rounds: int = 9) -> dict[str, float]:
    """Time contenders alternately in this process and return the best seconds a call of each.

    Each is called once untimed, then sampled `rounds` times, in turn. A sample
    is a few calls of which the best counts; calls too short for the clock
    are timed together.
    """
    counts = {name: _calls_per_sample(work) for name, work in contenders.items()}
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, work in contenders.items():
            best[name] = min(best[name], _sample(work, counts[name]))
    return best


def once_each(work: Callable[[int], object], numbers: Iterable[int]) -> float:
    """Return the best seconds of work that must be new each time: it is given another number a call."""
    return min(_sample(lambda number=number: work(number), 1) for number in numbers)


def _calls_per_sample(work: Callable[[], object]) -> int:
    work()
    seconds = _sample(work, 1)
    while seconds < CLOCK_S and (count := int(CLOCK_S / max(seconds, 1e-9))) < 1_000_000:
        better = _sample(work, count)
        if better >= seconds / 2:
            break
        seconds = better
    return max(1, int(SAMPLE_S / max(seconds, 1e-9)))


def _sample(work: Callable[[], object], count: int) -> float:
    clock = time.perf_counter_ns
    if count > SAMPLE_S / CLOCK_S:
        start = clock()
        for _ in range(count):
            work()
        return (clock() - start) / count * 1e-9
    best = 1 << 62
    for _ in range(count):
        start = clock()
        work()
        best = min(best, clock() - start)
    return best * 1e-9
