"""Five formulas over a million rows and over ten: beside heyoka, Numba, rssn-advanced and the best C.

The yardstick is `in_c.py`: gcc with `-O3 -march=native -ffast-math` and libmvec, plain and with streaming stores, two
threads by OpenMP. Everyone reads the same arrays and writes into one array made before; answers are checked first.
Two threads are compared with two, one with one.
"""

from __future__ import annotations

import sys
import tempfile
from ctypes import CDLL
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import in_c
from bench_rows import Call, Workload
from formulas import ARGUMENTS, TEXT
from measure import Report, race
from peers import optional, rust

import rssn

ROWS, MANY_ROWS = 1 << 20, 10 << 20  # a million and ten, in whole vectors
HEYOKA_2 = {"trivial": 0.85, "poly4": 1.0, "cubic": 0.9, "rational": 0.95, "transc": 0.36}
C_2 = dict.fromkeys(TEXT, 1.15) | {"transc": 1.25}  # C's functions are right to 4 ULP, ours to 1
ONE_THREAD, TRANSC_1, FAST_RATIONAL = 1.05, 0.33, 0.6
ROOFLINE, MANY_PEERS = 1 / 0.85, 1 / 1.7
heyoka, numba = optional("heyoka"), optional("numba")


class Rows(Workload):
    """One formula over aligned columns."""

    def __init__(self, name: str, columns: np.ndarray) -> None:
        super().__init__(name, columns)
        self.out = aligned(1, columns.shape[1])[0]

    def fast(self, threads: int) -> dict[str, Call]:
        """Ours with ``math="fast"``; nothing where that is the same program."""
        kernels = [rssn.compile(rssn.parse(TEXT[self.name]), self.symbols, math=math) for math in ("contract", "fast")]
        if kernels[0].schedule.steps == kernels[1].schedule.steps:
            return {}
        return {f"fast {threads}": lambda: kernels[1](*self.arguments, out=self.out, threads=threads)}

    def heyoka(self, threads: int) -> dict[str, Call]:
        """Heyoka as it comes."""
        return {key: call for key, call in super().heyoka(threads).items() if "fast_math" not in key}

    def numba_2(self) -> dict[str, Call]:
        """The trivial formula as a parallel loop in Numba."""
        if numba is None:
            return {}
        numba.set_num_threads(2)
        space: dict[str, Any] = {"prange": numba.prange}
        exec("def loop(x, y, out):\n for i in prange(out.size):\n  out[i] = x[i] + y[i] + 10.0\n", space)
        loop = numba.njit(space["loop"], parallel=True, fastmath=True)
        return {"numba 2": lambda: loop(*self.arguments, self.out)}


def aligned(columns: int, rows: int) -> np.ndarray:
    """Return arrays that begin at a page, as large ones do anyway."""
    raw = np.empty(columns * rows * 8 + 4096, np.uint8)
    return raw[-raw.ctypes.data % 4096 :][: columns * rows * 8].view(np.float64).reshape(columns, rows)


def columns_of(rows: int) -> np.ndarray:
    """Return three columns of random numbers."""
    columns = aligned(len(ARGUMENTS), rows)
    columns[:] = np.random.default_rng(7).uniform(0.5, 2.0, columns.shape)
    return columns


def best_of(times: dict[str, float], beginning: str) -> tuple[str, float | None]:
    """Return the fastest of those whose name begins so."""
    found = {key: value for key, value in times.items() if key.startswith(beginning)}
    name = min(found, key=found.__getitem__, default="")
    return name or beginning, found.get(name)


def two_threads(work: Rows, library: CDLL | None, report: Report) -> None:
    """State the bars of two threads."""
    name = work.name
    calls = work.rssn(2) | work.heyoka(2) | work.fast(2)
    if library is not None:
        calls |= in_c.calls(library, name, work.columns, work.out, 2)
    work.check(calls)
    times = race(calls, rounds=report.rounds(25))
    ours, line = times["rssn 2"], f"{name}, 2 threads"
    report.ratio(line, ours, times.get("heyoka 2"), peer="heyoka", at_most=HEYOKA_2[name])
    peer, best = best_of(times, "C ")
    report.ratio(line, ours, best, peer=peer[:-2], at_most=C_2[name])
    fast = times.get("fast 2", ours)
    bar = FAST_RATIONAL if name == "rational" else None
    report.ratio(f'{line}, math="fast"', fast, times.get("heyoka 2"), peer="heyoka", at_most=bar)
    peer = "contract" if "fast 2" in times else "contract, the same program"
    report.ratio(f'{line}, math="fast"', fast, ours, peer=peer, at_most=1.0)


def one_thread(work: Rows, library: CDLL | None, report: Report) -> None:
    """State the bars of one thread."""
    name = work.name
    calls = work.rssn(1) | work.heyoka(1) | work.numba() | work.rust()
    if library is not None:
        calls |= in_c.calls(library, name, work.columns, work.out, 1)
    work.check(calls)
    times = race(calls, rounds=report.rounds(15))
    ours, line = times["rssn 1"], f"{name}, 1 thread"
    rivals = {key: value for key, value in times.items() if not key.startswith(("rssn 1", "C "))}
    peer, best = best_of(rivals, "")
    report.ratio(line, ours, best, peer=f"best of {len(rivals)}: {peer[:-2]}", at_most=ONE_THREAD)
    if name == "transc":
        report.ratio(line, ours, times.get("heyoka 1"), peer="heyoka", at_most=TRANSC_1)
    peer, best = best_of(times, "C ")
    report.ratio(line, ours, best, peer=peer[:-2])


def many_rows(library: CDLL | None, report: Report) -> None:
    """State the bars of ten million rows: what memory gives is what the best C reaches in the same run."""
    work = Rows("trivial", columns_of(ROWS if report.quick else MANY_ROWS))
    calls = work.rssn(2) | work.heyoka(2) | work.numba_2()
    if library is not None:
        calls |= in_c.calls(library, "trivial", work.columns, work.out, 2)
    work.check(calls)
    times = race(calls, rounds=report.rounds(15))
    ours, line = times["rssn 2"], "trivial, 10M rows, 2 threads"
    report.ratio(line, ours, times.get("C streaming 2"), peer="C, streaming stores", at_most=ROOFLINE)
    for peer in ("heyoka", "numba"):
        report.ratio(line, ours, times.get(f"{peer} 2"), peer=peer, at_most=MANY_PEERS)
    report.note(f"10M rows: {len(work.out) * 24 / ours / 1e9:.1f} GB/s, {ours / len(work.out) * 1e9:.3f} ns a row")


def main() -> None:
    """Run all."""
    report = Report("kernels")
    columns = columns_of(ROWS // 16 if report.quick else ROWS)
    with tempfile.TemporaryDirectory() as folder:
        library = in_c.build(folder)
        for name in TEXT:
            two_threads(Rows(name, columns), library, report)
        for name in TEXT:
            one_thread(Rows(name, columns), library, report)
        many_rows(library, report)
    missing = [name for name, peer in (("gcc", library), ("rssn-advanced", rust.load())) if peer is None]
    report.note(f"{columns.shape[1]:,} rows of f64 in [0.5, 2]" + "".join(f"; no {name}" for name in missing))
    report.finish()


if __name__ == "__main__":
    main()
