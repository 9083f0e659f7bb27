"""Five formulas over a million rows: NumPy, rssn on one thread, rssn on all.

Answers are compared before anything is timed; times are the best of at least
seven rounds taken in turn. "Temporary" is how far the peak of memory rises
above what inputs and output take while one call runs.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import rssn

ROWS, ROUNDS = 1_000_000, 9


# What rssn is given, and what a NumPy user would write.
FORMULAS: dict[str, tuple[str, Callable[..., Any]]] = {
    "trivial": ("x + y + 10.0", lambda x, y: x + y + 10.0),
    "poly4": (
        "x^4 - 4*x^3*y + 6*x^2*y^2 - 4*x*y^3 + y^4",
        lambda x, y: x**4 - 4 * x**3 * y + 6 * x**2 * y**2 - 4 * x * y**3 + y**4,
    ),
    "cubic": (
        "x^3 + y^3 + z^3 - 3*x*y*z + x^2*y - x*y^2 + y^2*z - y*z^2 + z^2*x - z*x^2",
        lambda x, y, z: (
            x**3 + y**3 + z**3 - 3 * x * y * z + x**2 * y - x * y**2 + y**2 * z - y * z**2 + z**2 * x - z * x**2
        ),
    ),
    "rational": (
        "(x^2 + y^2) / (x^2 + y^2 + 1.0) + x*y*(x^2 - y^2) / (x^2 + y^2 + 1.0)^2",
        lambda x, y: (x**2 + y**2) / (x**2 + y**2 + 1.0) + x * y * (x**2 - y**2) / (x**2 + y**2 + 1.0) ** 2,
    ),
    "transc": (
        "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)",
        lambda x, y: np.sin(x) * np.exp(-(y**2) / 2) + np.log(1 + x**2) * np.cos(y) + np.sqrt(x**2 + y**2),
    ),
}


def best_ms(works: list[Callable[[], Any]]) -> list[float]:
    """Return the best time of each, in milliseconds."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for index, work in enumerate(works):
            begin = time.perf_counter()
            work()
            best[index] = min(best[index], (time.perf_counter() - begin) * 1e3)
    return best


def temporary_mb(work: Callable[[], Any]) -> float:
    """Return how far one call lifts the peak of this process's memory, in MB; NaN where the system does not tell."""

    def peak_and_now() -> tuple[int, int]:
        lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
        return int(lines["VmHWM"].split()[0]), int(lines["VmRSS"].split()[0])

    # Give memory freed earlier back to the system, or NumPy's temporaries would hide in it.
    getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
        _, before = peak_and_now()
        work()
        peak, _ = peak_and_now()
    except OSError:
        return float("nan")
    return max(0, peak - before) / 1024


def row(name: str, text: str, formula: Callable[..., Any], columns: dict[str, np.ndarray]) -> str:
    """Check, time and weigh one formula; return its line of the table."""
    expr = rssn.parse(text)
    names = sorted(str(symbol) for symbol in expr.free_symbols)
    arrays = [columns[each] for each in names]
    one, every = rssn.compile(expr, names, threads=1), rssn.compile(expr, names)
    out = np.empty(ROWS)
    wanted = formula(*arrays)
    apart = float(np.max(np.abs(every(*arrays, out=out) - wanted) / np.maximum(np.abs(wanted), 1.0)))
    numpy_ms, one_ms, every_ms = best_ms(
        [lambda: formula(*arrays), lambda: one(*arrays, out=out), lambda: every(*arrays, out=out)]
    )
    del wanted
    numpy_mb = max(0.0, temporary_mb(lambda: formula(*arrays)) - out.nbytes / 2**20)
    ours_mb = temporary_mb(lambda: every(*arrays, out=out))
    return (
        f"{name:<10}{numpy_ms:>12.2f}{one_ms:>12.2f}{every_ms:>13.2f}{numpy_ms / every_ms:>10.1f}x"
        f"{apart:>13.1e}{numpy_mb:>12.1f}{ours_mb:>8.1f}"
    )


def main() -> None:
    """Print the table."""
    random = np.random.default_rng(1)
    columns = {name: random.uniform(0.5, 2.0, ROWS) for name in "xyz"}
    print(f"{ROWS:,} rows of f64; milliseconds a call, best of {ROUNDS}\n")
    print(f"{'':<22}{'rssn,':>12}{'rssn, all':>13}{'':>11}{'largest':>13}{'temporary, MB':>20}")
    head = ("formula", "NumPy", "1 thread", "threads", "speed-up", "difference", "NumPy", "rssn")
    print("{:<10}{:>12}{:>12}{:>13}{:>11}{:>13}{:>12}{:>8}".format(*head))
    for name, (text, formula) in FORMULAS.items():
        print(row(name, text, formula, columns), flush=True)


if __name__ == "__main__":
    main()
