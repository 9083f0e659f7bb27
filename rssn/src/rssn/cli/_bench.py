"""`rssn bench`: one formula, on this machine, beside NumPy."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import click
import numpy as np

from ..expr import symbol
from ..jit import compile
from ..ops import evaluate
from ._formula import FORMULA, read
from ._options import kernel_options

REPEATS = 7
_PATIENCE_S = 3.0


@click.command("bench")
@FORMULA
@click.option("--rows", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="Rows per call.")
@kernel_options
def command(formula: str, rows: int, dtype: str, math: str, threads: int | None) -> None:
    """Time FORMULA over random columns in [0.5, 2]: nanoseconds a row, GB/s, the share of this machine's
    copy bandwidth, and the same formula in NumPy. Best of 7 or more."""
    expr = read(formula)
    kernel = compile(expr, dtype=dtype, math=math, threads=threads)
    random = np.random.default_rng(0)
    real = np.float32 if dtype == "f32" else np.float64
    names = sorted(str(item.name) for item in expr.free_symbols)
    columns = {name: random.uniform(0.5, 2.0, rows).astype(real) for name in names}
    arrays = list(columns.values())
    first = kernel(*arrays)
    out = np.empty(rows, np.asarray(first).dtype)
    pairs = best_of(
        lambda: kernel(*arrays, out=out) if arrays else kernel(),
        lambda: evaluate(expr, columns),
        _copier(rows, threads),
    )
    ours, numpys, copy = pairs
    moved = sum(array.nbytes for array in arrays) + out.nbytes
    copied = 2 * 8 * rows
    share = (moved / ours) / (copied / copy)
    click.echo(f"{rows:,} rows, {len(names)} columns, {dtype}, {math}")
    click.echo(f"rssn   {_line(ours, rows, moved)}, {share:.0%} of copy bandwidth ({copied / copy / 1e9:.1f} GB/s)")
    click.echo(f"NumPy  {_line(numpys, rows, moved)}, {numpys / ours:.1f} times slower")
    click.echo(f"largest difference {_difference(out, evaluate(expr, columns)):.2g}")


def best_of(*works: Callable[[], Any]) -> list[float]:
    """Return the best time of each, in seconds, taken in turn: at least seven rounds, unless they take too long."""
    best = [float("inf")] * len(works)
    started = time.perf_counter()
    for repeat in range(10 * REPEATS):
        for index, work in enumerate(works):
            begin = time.perf_counter()
            work()
            best[index] = min(best[index], time.perf_counter() - begin)
        if repeat >= REPEATS and time.perf_counter() - started > _PATIENCE_S:
            break
    return best


def _copier(rows: int, threads: int | None) -> Callable[[], Any]:
    """Return what measures copying: our own kernel for `x`, with as many threads as the formula gets."""
    kernel = compile(symbol("x"), threads=threads)
    source, target = np.ones(rows), np.empty(rows)
    return lambda: kernel(source, out=target)


def _line(seconds: float, rows: int, moved: int) -> str:
    return f"{seconds / rows * 1e9:8.3f} ns/row {moved / seconds / 1e9:8.1f} GB/s"


def _difference(ours: Any, theirs: Any) -> float:
    """Return the largest difference relative to max(|NumPy's answer|, 1), NaNs that agree left out."""
    a, b = np.broadcast_arrays(np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float))
    with np.errstate(all="ignore"):
        apart = np.abs(a - b) / np.maximum(np.abs(b), 1.0)
    apart = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0.0, apart)
    return float(apart.max(initial=0.0))
