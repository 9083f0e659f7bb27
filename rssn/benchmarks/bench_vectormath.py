"""Elementary functions alone, one thread, 10,000 rows: ns an element, beside NumPy's and the AVX2 build."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from rssn.vectormath import emit, features, functions, host_features
from rssn.vectormath._functions import FUNCTIONS
from rssn.vectormath._probe import Probe

ROWS, SECONDS = 10_000, 0.2
RANGES = {
    "acos": (0.01, 0.99),
    "acosh": (1.01, 10.0),
    "asin": (0.01, 0.99),
    "atanh": (0.01, 0.99),
    "erf": (-3.0, 3.0),
    "erfc": (-3.0, 5.0),
    "gamma": (0.1, 100.0),
    "lgamma": (0.1, 100.0),
    "log": (0.01, 10.0),
    "log10": (0.01, 10.0),
    "log1p": (-0.9, 10.0),
    "log2": (0.01, 10.0),
    "pow": (0.01, 10.0),
    "sqrt": (0.01, 10.0),
}
NUMPY = {
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "pow": "power",
}


def aligned(rows: int) -> Any:
    """Return an uninitialised array that begins at a cache line."""
    raw = np.empty(rows * 8 + 64, np.uint8)
    return raw[-raw.ctypes.data % 64 :][: rows * 8].view(np.float64)


def best_ns(call: Callable[[], None]) -> float:
    """Return the fastest of many calls, in ns an element."""
    best, end = float("inf"), time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(10):
            call()
        best = min(best, time.perf_counter() - begin)
    return best / 10 / ROWS * 1e9


def probe_ns(name: str, args: list[Any], **shape: Any) -> float:
    """Return the time of our function, compiled for a shape."""
    probe, out = Probe(lambda e, *v: emit(e, name, *v), len(args), **shape), aligned(ROWS)
    pointers = [out.ctypes.data, *(a.ctypes.data for a in args)]
    return best_ns(lambda: probe.call(ROWS, *pointers))


def main() -> None:
    """Print the table."""
    host, rng = host_features(), np.random.default_rng(0)
    print(f"{'function':<9} {host.name:>8} {'avx2':>8} {'NumPy':>8}")
    for name in functions():
        low, high = RANGES.get(name, (-10.0, 10.0))
        args = [aligned(ROWS) for _ in range(FUNCTIONS[name][0])]
        for a in args:
            a[:] = rng.uniform(low, high, ROWS)
        ours = probe_ns(name, args)
        narrow = probe_ns(name, args, features=features("avx2"), width=4) if host.name == "avx512" else float("nan")
        peer = getattr(np, NUMPY.get(name, name), None)
        out = np.empty(ROWS)
        theirs = best_ns(lambda peer=peer, args=args, out=out: peer(*args, out=out)) if peer else float("nan")
        print(f"{name:<9} {ours:8.3f} {narrow:8.3f} {theirs:8.3f}", flush=True)


if __name__ == "__main__":
    main()
