"""Reductions inside the kernel: against the memory's speed, NumPy and numexpr.

The bars: ten million rows of `sum(x*y)` at 85 % or more of the read bandwidth
that two streams of the same size have in the same run, and three times as fast
as NumPy and as numexpr. The bandwidth is the best of a C loop that only reads,
with prefetches and without, on as many threads, and of BLAS's dot product. That
one, which rounds otherwise and depends on threads, is also shown beside ours.
Answers are checked against `math.fsum` first.
"""

from __future__ import annotations

import ctypes
import math
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from measure import Report, race

import rssn

try:
    import numexpr
except ImportError:
    numexpr = None

READER = r"""
#define LANES 64
double read_both(const double *a, const double *b, long rows, long ahead) {
    double sums[LANES] = {0};
    for (long row = 0; row + LANES <= rows; row += LANES) {
        if (ahead)
            for (int lane = 0; lane < LANES; lane += 8) {
                __builtin_prefetch((const char *)(a + row + lane) + ahead);
                __builtin_prefetch((const char *)(b + row + lane) + ahead);
            }
        for (int lane = 0; lane < LANES; lane++) sums[lane] += a[row + lane] + b[row + lane];
    }
    for (int lane = 1; lane < LANES; lane++) sums[0] += sums[lane];
    return sums[0];
}
"""
PASSES = 4  # of one timing, so that starting threads does not count


def reader(folder: str) -> Callable[..., Any] | None:
    """Return the C loop; None without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    source, library = Path(folder, "reader.c"), Path(folder, "reader.so")
    source.write_text(READER)
    flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(source), "-o", str(library)], check=True)
    function = ctypes.CDLL(str(library)).read_both
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long, ctypes.c_long]
    function.restype = ctypes.c_double
    return function


def passes(read: Callable[..., Any], a: np.ndarray, b: np.ndarray, threads: int, ahead: int) -> None:
    """Read both arrays PASSES times, each thread its share."""
    share = len(a) // threads

    def work(number: int) -> None:
        for _ in range(PASSES):
            read(a.ctypes.data + 8 * share * number, b.ctypes.data + 8 * share * number, share, ahead)

    others = [threading.Thread(target=work, args=(number,)) for number in range(1, threads)]
    for other in others:
        other.start()
    work(0)
    for other in others:
        other.join()


def large(report: Report, a: np.ndarray, b: np.ndarray, folder: str) -> None:
    """State `sum(x*y)` against its bars."""
    rows, threads = len(a), os.cpu_count() or 1
    kernel = rssn.compile("x*y", reduce="sum")
    dot = rssn.compile(["x", "y"], reduce="dot")
    exact = math.fsum((a * b).tolist())
    if abs(kernel(a, b) - exact) > math.ulp(exact) or abs(dot(a, b) - exact) > 1e-13 * exact:
        raise SystemExit("wrong answer")
    contenders: dict[str, Callable[[], object]] = {
        "rssn": lambda: kernel(a, b),
        "rssn, 1 thread": lambda: kernel(a, b, threads=1),
        "rssn dot": lambda: dot(a, b),
        "numpy": lambda: np.sum(a * b),
        "dot": lambda: np.dot(a, b),
    }
    if numexpr is not None:
        contenders["numexpr"] = lambda: numexpr.evaluate("sum(a*b)", {"a": a, "b": b})
    read = reader(folder)
    for ahead in (0, 1024, 4096) if read is not None else ():
        contenders[f"read {ahead}"] = lambda n=ahead: passes(read, a, b, threads, n)
    times = race(contenders, rounds=report.rounds(9))
    memory = min([times["dot"], *(seconds / PASSES for name, seconds in times.items() if name.startswith("read"))])
    report.note(f"read bandwidth {16 * rows / memory / 1e9:.1f} GB/s, ours {16 * rows / times['rssn'] / 1e9:.1f} GB/s")
    report.ratio("10M rows, sum(x*y)", times["rssn"], memory, peer="reading", at_most=1 / 0.85)
    report.ratio("10M rows, sum(x*y)", times["rssn"], times["numpy"], peer="np.sum(x*y)", at_most=1 / 3)
    report.ratio("10M rows, sum(x*y)", times["rssn"], times.get("numexpr"), peer="numexpr", at_most=1 / 3)
    report.ratio("10M rows, sum(x*y), 1 thread", times["rssn, 1 thread"], times["numpy"], peer="np.sum(x*y)")
    report.ratio("10M rows, dot", times["rssn dot"], times["dot"], peer="np.dot (BLAS)")


def every(report: Report, a: np.ndarray, b: np.ndarray) -> None:
    """Show each reduction beside NumPy's."""
    functions = (np.mean, np.min, np.max, np.prod, np.argmin, np.argmax, np.var, np.std)
    theirs: dict[str, Callable[[], object]] = {f.__name__: lambda f=f: f(a * b) for f in functions}
    theirs["norm"] = lambda: np.linalg.norm(a * b)
    theirs["all"] = lambda: np.all(a < b + 9)
    with np.errstate(all="ignore"):
        for name, peer in theirs.items():
            kernel = rssn.compile("x < y + 9" if name == "all" else "x*y", reduce=name)
            if not np.allclose(kernel(a, b), peer(), rtol=1e-9):
                raise SystemExit(f"{name}: wrong answer")
            times = race({"ours": lambda k=kernel: k(a, b), "numpy": peer}, rounds=report.rounds(5))
            report.ratio(f"10M rows, {name}", times["ours"], times["numpy"], peer="numpy")


def axes(report: Report, rows: int) -> None:
    """Show reductions over one axis of a square, in both layouts."""
    side = math.isqrt(rows)
    a, b = np.random.default_rng(2).uniform(0.5, 2, (2, side, side))
    kernel = rssn.compile("x*y", reduce="sum")
    for axis in (0, 1):
        for layout, left, right in (("C", a, b), ("Fortran", a.T, b.T)):
            if not np.allclose(kernel(left, right, axis=axis), (left * right).sum(axis=axis), rtol=1e-12):
                raise SystemExit("wrong answer")
            times = race(
                {
                    "ours": lambda n=axis, x=left, y=right: kernel(x, y, axis=n),
                    "numpy": lambda n=axis, x=left, y=right: np.sum(x * y, axis=n),
                },
                rounds=report.rounds(5),
            )
            report.ratio(f"{side} x {side}, {layout} order, axis {axis}", times["ours"], times["numpy"], peer="numpy")


def small(report: Report) -> None:
    """Show what a call costs."""
    kernel = rssn.compile("x*y", reduce="sum")
    for rows in (1, 100, 10_000):
        a, b = np.random.default_rng(3).uniform(0.5, 2, (2, rows))
        times = race({"ours": lambda x=a, y=b: kernel(x, y), "numpy": lambda x=a, y=b: np.sum(x * y)}, rounds=5)
        report.ratio(f"{rows} rows, sum(x*y)", times["ours"], times["numpy"], peer="np.sum(x*y)")


def main() -> None:
    """Print the report."""
    report = Report("reductions")
    rows = 100_000 if report.quick else 10_000_000
    a, b = np.random.default_rng(1).uniform(0.5, 2, (2, rows))
    with tempfile.TemporaryDirectory() as folder:
        large(report, a, b, folder)
    every(report, a, b)
    axes(report, rows)
    small(report)
    report.finish()


if __name__ == "__main__":
    main()
