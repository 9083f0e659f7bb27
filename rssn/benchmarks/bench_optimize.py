"""optimize: is the form it picks ever slower, and how much faster is it? On random formulas and on physics.

Every formula is compiled as written and as `rssn.optimize` returns it; the two
kernels run in turn over the same columns, one thread, data in the second-level
cache, and the median of the ratios of pairs counts. Then the cost model is held
against the clock, and what the search itself takes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from measure import Report
from random_formulas import formulas

import rssn
from rssn.optimize import cost, optimize

RANDOM, SEED = 200, 1
ROWS, STAGGER, PAIRS, SAMPLE_S, SUSPECT = 8192, 40, 41, 60e-6, 1.05
PHYSICS = Path(__file__).with_name("physics.txt")


def physics() -> list[str]:
    """Return the formulas of the file, without their names."""
    lines = PHYSICS.read_text(encoding="utf-8").splitlines()
    return [line.partition(":")[2] for line in lines if line and not line.startswith("#")]


def arrays(count: int) -> list[np.ndarray]:
    """Return columns on cache lines, no two at the same place of a page: such a store would delay such a load."""
    memory = np.empty((count + 1) * (ROWS + STAGGER) + 8)
    start = -(memory.ctypes.data // 8) % 8
    return [memory[at : at + ROWS] for at in range(start, start + count * (ROWS + STAGGER), ROWS + STAGGER)]


def sampler(kernel: rssn.Kernel, columns: list[np.ndarray], out: np.ndarray) -> Callable[[], float]:
    """Return what takes one sample: seconds a call, over as many calls as make one long enough."""
    kernel(*columns, out=out)
    started = time.perf_counter()
    kernel(*columns, out=out)
    calls = max(1, int(SAMPLE_S / (time.perf_counter() - started)))

    def sample() -> float:
        begin = time.perf_counter_ns()
        for _ in range(calls):
            kernel(*columns, out=out)
        return (time.perf_counter_ns() - begin) / calls * 1e-9

    return sample


def paired(expr: rssn.Expr, form: rssn.Expr, pairs: int) -> float:
    """Return the median ratio of pairs, form to input."""
    names = sorted(str(symbol.name) for symbol in expr.free_symbols)
    random = np.random.default_rng(7)
    *columns, out = arrays(len(names) + 1)
    for column in columns:
        column[:] = random.uniform(0.5, 2.0, ROWS)
    first = sampler(rssn.compile(expr, names, threads=1), columns, out)
    second = sampler(rssn.compile(form, names, threads=1), columns, out)
    ratios = []
    for pair in range(pairs):
        if pair % 2:
            after, before = second(), first()
        else:
            before, after = first(), second()
        ratios.append(after / before)
    return statistics.median(ratios)


def ranks(values: list[float]) -> np.ndarray:
    """Return the place of each value in order."""
    return np.argsort(np.argsort(np.array(values)))


def measure(report: Report, name: str, texts: list[str], modelled: list[tuple[float, float]]) -> list[float]:
    """Time every formula against its optimised form and state worst, mean and the search's own time."""
    ratios, changed, searching = [], 0, []
    for text in texts:
        expr = rssn.parse(text)
        started = time.perf_counter()
        form = optimize(expr)
        searching.append(time.perf_counter() - started)
        if form == expr:
            ratio = 1.0  # the very same kernel
        else:
            changed += 1
            ratio = paired(expr, form, report.rounds(PAIRS))
            if ratio > SUSPECT:  # by chance? the middle of three longer series counts
                ratio = statistics.median(paired(expr, form, report.rounds(PAIRS * 3)) for _ in range(3))
            modelled.append((cost([form]) / cost([expr]), ratio))
        if ratio > SUSPECT:
            report.note(f"{ratio:.2f}: {text}  ->  {form}")
        ratios.append(ratio)
    report.absolute(f"{name}: slowest of {len(texts)}", max(ratios), at_most=1.10, unit="× the input")
    report.absolute(f"{name}: geometric mean", statistics.geometric_mean(ratios), unit="× the input")
    middle, longest = statistics.median(searching) * 1e3, max(searching) * 1e3
    report.note(f"{name}: {changed} of {len(texts)} changed; search: median {middle:.0f} ms, longest {longest:.0f} ms")
    return ratios


def main() -> None:
    """Run it."""
    report = Report("optimize")
    modelled: list[tuple[float, float]] = []
    count = 20 if report.quick else None
    optimize(rssn.parse("a/b + c/d"))  # what is loaded once is no part of a search
    ratios = measure(report, "random", formulas(RANDOM, SEED)[:count], modelled)
    ratios += measure(report, "physics", physics()[:count], modelled)
    report.absolute("all: slowest", max(ratios), at_most=1.10, unit="× the input")
    report.absolute("all: geometric mean", statistics.geometric_mean(ratios), at_most=0.85, unit="× the input")
    said, found = zip(*modelled, strict=True)
    report.absolute(
        "model and clock agree (rank correlation)", float(np.corrcoef(ranks(said), ranks(found))[0, 1]), unit=""
    )
    report.finish()


if __name__ == "__main__":
    main()
