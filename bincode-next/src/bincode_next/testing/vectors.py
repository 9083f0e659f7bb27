"""Check files of vectors: `python -m bincode_next.testing.vectors FILE…`.

A line is a JSON object: a crate, its configuration, a type, and a value with its bytes, or bytes with the error that
they are. Types are built of the descriptions, values encoded and decoded. Each failure is printed, then one line with
the numbers and one for each reason of a skip. The exit code is 1 if a row failed, 2 if a file can't be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..plan import plan_of
from ._checks import MakePlan, Row, Skip, Wrong, check


@dataclass
class Report:
    """How many rows hold, which do not, and why others were skipped."""

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        lines = [*self.failures, *(f"skipped {count}: {reason}" for reason, count in self.skipped.items())]
        count = f"{self.passed} passed, {len(self.failures)} failed, {self.skipped.total()} skipped"
        return "\n".join([*lines, count])


def check_rows(rows: Iterable[tuple[str, Row]], make_plan: MakePlan = plan_of) -> Report:
    """Check rows with their names; nothing is raised for a row, whatever is wrong with it."""
    report = Report()
    for name, row in rows:
        try:
            check(row, make_plan)
        except Skip as skip:
            report.skipped[str(skip)] += 1
        except Wrong as wrong:
            report.failures.append(f"{name}: {wrong}")
        except Exception as error:
            report.failures.append(f"{name}: {type(error).__name__}: {error!s:.300}")
        else:
            report.passed += 1
    return report


def rows_of(paths: Iterable[Path]) -> Iterator[tuple[str, Row]]:
    """Return the rows of files with their names."""
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                row = json.loads(line)
                yield f"{path.name}:{number} {row.get('id', '')}", row


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the files named and print what is wrong; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bincode_next.testing.vectors", description="Check vectors.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON lines, as the crates' vectors are")
    options = parser.parse_args(arguments)
    try:
        rows = list(rows_of(options.files))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    report = check_rows(rows)
    sys.stdout.write(f"{report}\n")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
