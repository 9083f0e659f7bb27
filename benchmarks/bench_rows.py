"""A million rows of five formulas: rssn beside heyoka, numexpr, NumPy, Numba and rssn-advanced.

Everyone reads the same arrays and, where it can, writes into an array made
before. Two threads are compared with two threads, one with one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from formulas import ARGUMENTS, POLYNOMIALS, TEXT, as_python, function
from measure import Report, race
from peers import optional, rust

import rssn

ROWS = 1_000_000
CHECKED_ROWS = 20_000
TOLERANCE = 1e-12  # of max(|reference|, 1); what is off by more has no speed
HEYOKA_2 = {"trivial": 0.95, "poly4": 1.05, "cubic": 1.0, "rational": 1.0, "transc": 0.5}
ONE_THREAD, NUMEXPR, NUMPY = 1.1, 1 / 5, 1 / 2.5
Call = Callable[[], Any]
heyoka, numba, numexpr = optional("heyoka"), optional("numba"), optional("numexpr")


class Workload:
    """One formula over the same columns for every contender."""

    def __init__(self, name: str, columns: np.ndarray) -> None:
        self.name, self.columns = name, columns
        self.symbols = [symbol for symbol in ARGUMENTS if re.search(rf"\b{symbol}\b", TEXT[name])]
        self.arguments = list(columns[: len(self.symbols)])
        self.out = np.empty(columns.shape[1])

    def rssn(self, threads: int) -> dict[str, Call]:
        """Ours, compiled once and called with an output."""
        kernel = rssn.compile(rssn.parse(TEXT[self.name]), self.symbols)
        return {f"rssn {threads}": lambda: kernel(*self.arguments, out=self.out, threads=threads)}

    def heyoka(self, threads: int) -> dict[str, Call]:
        """Heyoka as it comes, and with reassociation allowed."""
        if heyoka is None:
            return {}
        heyoka.set_nthreads(threads)
        symbols = dict(zip(ARGUMENTS, heyoka.make_vars(*ARGUMENTS), strict=True))
        formula = function(self.name, heyoka)(**symbols)
        inputs, outputs = self.columns[: len(self.symbols)], self.out.reshape(1, -1)
        calls: dict[str, Call] = {}
        for label, options in (("heyoka", {}), ("heyoka fast_math", {"fast_math": True, "force_avx512": True})):
            compiled = heyoka.cfunc([formula], [symbols[key] for key in self.symbols], **options)
            calls[f"{label} {threads}"] = lambda compiled=compiled: compiled(inputs, outputs=outputs)
        return calls

    def numba(self) -> dict[str, Call]:
        """A loop in Numba on one thread, products written out, its divisions as NumPy's."""
        if numba is None:
            return {}
        columns = [f"{symbol}s" for symbol in self.symbols]
        row = "; ".join(f"{symbol} = {column}[i]" for symbol, column in zip(self.symbols, columns, strict=True))
        body = f"{row}; out[i] = {as_python(self.name, products=True)}"
        names = {key: getattr(np, key) for key in ("sin", "cos", "exp", "log", "sqrt")}
        exec(f"def loop({', '.join(columns)}, out):\n for i in range(out.size):\n  {body}\n", names)
        loop = numba.njit(names["loop"], error_model="numpy", fastmath=True)
        return {"numba 1": lambda: loop(*self.arguments, self.out)}

    def numexpr(self) -> dict[str, Call]:
        """Numexpr on the threads it was told to use."""
        if numexpr is None:
            return {}
        numexpr.set_num_threads(2)
        source, names = as_python(self.name), dict(zip(self.symbols, self.arguments, strict=True))
        return {"numexpr 2": lambda: numexpr.evaluate(source, local_dict=names, out=self.out)}

    def numpy(self) -> dict[str, Call]:
        """NumPy as one writes it, temporaries and all."""
        formula, columns = function(self.name, np), list(self.columns)
        return {"numpy": lambda: formula(*columns)}

    def rust(self) -> dict[str, Call]:
        """The Rust crate in every mode that can do the formula."""
        library = rust.load()
        if library is None or self.name == "transc":
            return {}
        calls = rust.kernels(library, TEXT[self.name], self.columns, self.out)
        return {f"rssn-advanced {mode} 1": call for mode, call in calls.items()}

    def check(self, calls: dict[str, Call]) -> None:
        """Compare every contender's answer with long double arithmetic on the first rows, and ours everywhere."""
        wide = [column[:CHECKED_ROWS].astype(np.longdouble) for column in self.columns]
        reference = function(self.name, np)(*wide)
        for label, call in calls.items():
            self.out[:] = np.nan
            result = call() if label == "numpy" else (call(), self.out)[1]
            error = np.abs(result[:CHECKED_ROWS] - reference) / np.maximum(np.abs(reference), 1)
            if not (error.max() <= TOLERANCE and np.isfinite(result).all()):
                raise SystemExit(f"{self.name}: {label} is wrong by {error.max():.1e}")


def timed(work: Workload, report: Report) -> dict[str, float]:
    """Race two threads against two and one against one; return the seconds of all."""
    times = {}
    for threads in (2, 1):
        calls = work.rssn(threads) | work.heyoka(threads)
        calls |= work.numexpr() | work.numpy() if threads == 2 else work.numba() | work.rust()
        work.check(calls)
        times |= race(calls, rounds=report.rounds(15))
    return times


def state(name: str, times: dict[str, float], report: Report) -> None:
    """Write down the bars of one formula."""
    ours, work = times["rssn 2"], f"{name}, 2 threads"
    report.ratio(work, ours, times.get("heyoka 2"), peer="heyoka", at_most=HEYOKA_2[name])
    report.ratio(work, ours, times.get("heyoka fast_math 2"), peer="heyoka fast_math")
    report.ratio(work, ours, times.get("numexpr 2"), peer="numexpr", at_most=NUMEXPR if name in POLYNOMIALS else None)
    report.ratio(work, ours, times["numpy"], peer="numpy", at_most=NUMPY if name == "trivial" else None)
    rivals = {key: value for key, value in times.items() if key.endswith(" 1") and not key.startswith("rssn 1")}
    best = min(rivals, key=rivals.__getitem__, default="")
    peer = f"best of {len(rivals)}: {best[:-2]}"
    report.ratio(f"{name}, 1 thread", times["rssn 1"], rivals.get(best), peer=peer, at_most=ONE_THREAD)
    rust_modes = [value for key, value in rivals.items() if key.startswith("rssn-advanced")]
    cells = {key: times[key] for key in ("numpy", "numexpr 2", "numba 1", "heyoka 1", "heyoka 2") if key in times}
    cells |= {"rssn-advanced 1": min(rust_modes)} if rust_modes else {}
    report.table("kernels", name, cells | {"rssn 1": times["rssn 1"], "rssn 2": ours})


def main() -> None:
    """Run all five formulas."""
    report = Report("rows")
    rows = ROWS // 20 if report.quick else ROWS
    columns = np.random.default_rng(7).uniform(0.5, 2.0, (3, rows))
    report.note(f"{rows:,} rows of f64 in [0.5, 2]; numexpr, heyoka, Numba and rssn write into a given array")
    if rust.load() is None:
        report.note("rssn-advanced is not built (no cargo): left out")
    for name in TEXT:
        state(name, timed(Workload(name, columns), report), report)
    report.finish()


if __name__ == "__main__":
    main()
