"""Every function of `rssn.vectormath` alone, as the ufunc, one thread: beside heyoka, NumPy and libmvec.

libmvec is what gcc makes of a plain loop with `-O3 -march=native -ffast-math` (4 ULP; ours 1). heyoka's functions are
SLEEF's. All read and write arrays of float64 of the same values, and every answer is checked first.
"""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from rssn import vectormath
from rssn.vectormath import functions
from rssn.vectormath._arrays import _PEERS
from rssn.vectormath._functions import FUNCTIONS

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from measure import Report, race

ROWS = 10_000
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
GENTLER = {"acosh", "asinh", "atanh", "cosh", "erf", "sigmoid", "sinh"}
"""The bar beside heyoka is 1.5 times as fast for these, 2.5 for all others."""
HEYOKA = {
    *("acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "erf", "exp"),
    *("log", "pow", "sigmoid", "sin", "sinh", "tan", "tanh"),
}
"""What heyoka has as well."""
IN_C = {"gamma": "tgamma"} | dict.fromkeys(("cospi", "sigmoid", "sinpi", "softplus"))
"""C's name, or None where it has none that gcc makes a vector function of."""
VML = {"exp2": 1.26, "log2": 2.58}
"""Cycles an element that Intel states of oneMKL 2021.1 at high accuracy on a Xeon Gold 6148; SLEEF publishes graphs."""
IS_X86 = platform.machine() == "x86_64"
Call = Callable[[], object]


def optional(name: str) -> ModuleType | None:
    """Return a peer's module, or None."""
    try:
        return import_module(name)
    except ImportError:
        return None


heyoka = optional("heyoka")


def source(name: str) -> str:
    """Return a loop in C."""
    c = IN_C.get(name, name)
    arguments = ("a[i]", "a[i], b[i]")[FUNCTIONS[name][0] - 1]
    head = f"void f_{name}(long n, double *restrict out, const double *restrict a, const double *restrict b)"
    return f"{head} {{ for (long i = 0; i < n; i++) out[i] = {c}({arguments}); }}\n"


CLOCK = """
void clock_chain(long n) { long x = n; while (n-- > 0) __asm__ volatile(
    "imul $3, %0, %0\\n imul $3, %0, %0\\n imul $3, %0, %0\\n imul $3, %0, %0\\n imul $3, %0, %0\\n imul $3, %0, %0\\n"
    "imul $3, %0, %0\\n imul $3, %0, %0\\n imul $3, %0, %0\\n imul $3, %0, %0" : "+r"(x)); }
"""
"""Thirty cycles a turn on x86-64: ten multiplications that wait for one another."""


def libmvec(folder: str) -> ctypes.CDLL | None:
    """Return the loops as gcc compiles them."""
    names = [name for name in functions() if IN_C.get(name, name)]
    path = Path(folder) / "peer.c"
    path.write_text(
        "#define _GNU_SOURCE\n#include <math.h>\n" + "".join(map(source, names)) + (CLOCK if IS_X86 else "")
    )
    command = ["gcc", "-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-o", f"{folder}/peer.so", str(path)]
    try:
        subprocess.run([*command, "-lmvec", "-lm"], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ctypes.CDLL(f"{folder}/peer.so")


def aligned(rows: int) -> Any:
    """Return an uninitialised array that begins at a cache line."""
    raw = np.empty(rows * 8 + 64, np.uint8)
    return raw[-raw.ctypes.data % 64 :][: rows * 8].view(np.float64)


def inputs(name: str, low: float, high: float) -> list[Any]:
    """Return random arguments."""
    rng, given = np.random.default_rng(0), [aligned(ROWS) for _ in range(FUNCTIONS[name][0])]
    for array in given:
        array[:] = rng.uniform(low, high, ROWS)
    return given


def contenders(name: str, given: list[Any], peer: ctypes.CDLL | None) -> dict[str, tuple[Call, Any]]:
    """Return who computes this function: a call, and the array it fills."""
    out = {key: aligned(ROWS) for key in ("rssn", "numpy", "libmvec")}
    found: dict[str, tuple[Call, Any]] = {
        "rssn": (partial(getattr(vectormath, name), *given, out["rssn"]), out["rssn"])
    }
    theirs = getattr(np, _PEERS.get(name, name), None)
    if theirs is not None:
        found["numpy"] = (partial(theirs, *given, out["numpy"]), out["numpy"])
    if peer is not None and IN_C.get(name, name):
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in (out["libmvec"], *given, given[0])][:3]
        found["libmvec"] = (partial(peer[f"f_{name}"], ctypes.c_long(ROWS), *pointers), out["libmvec"])
    if heyoka is not None and name in HEYOKA:
        symbols = heyoka.make_vars(*"xy"[: len(given)])
        symbols = list(symbols) if len(given) > 1 else [symbols]
        formula = symbols[0] ** symbols[1] if name == "pow" else getattr(heyoka, name)(*symbols)
        compiled, table, result = heyoka.cfunc([formula], symbols), np.array(given), np.empty((1, ROWS))
        found["heyoka"] = (partial(compiled, table, outputs=result), result[0])
    return found


def timed(name: str, given: list[Any], peer: ctypes.CDLL | None, report: Report) -> dict[str, float]:
    """Check all answers, then time in turn; return seconds a call."""
    entrants = contenders(name, given, peer)
    for call, _ in entrants.values():
        call()
    for key, (_, filled) in entrants.items():
        np.testing.assert_allclose(filled, entrants["rssn"][1], rtol=1e-13, atol=1e-15, err_msg=f"{name}: {key}")
    return race({key: call for key, (call, _) in entrants.items()}, rounds=report.rounds(15))


def clock(peer: ctypes.CDLL | None) -> float:
    """Return the seconds of a cycle; NaN where there is no compiler or the processor is another kind."""
    if peer is None or not IS_X86:
        return float("nan")
    return race({"chain": partial(peer.clock_chain, ctypes.c_long(10_000))})["chain"] / 300_000


def judge(name: str, times: dict[str, float], report: Report) -> None:
    """State the bars of one function."""
    ours = times["rssn"]
    if "heyoka" in times:
        bar = 1 / (1.5 if name in GENTLER else 2.5)
        report.ratio(f"{name}, beside heyoka", ours, times["heyoka"], peer="heyoka", at_most=round(bar, 3))
    if "numpy" in times and name != "sqrt":
        report.ratio(f"{name}, beside NumPy", ours, times["numpy"], peer="NumPy", at_most=1.0)
    if "libmvec" in times:
        report.ratio(f"{name}, beside libmvec", ours, times["libmvec"], peer="libmvec")


def stated(name: str) -> dict[str, float]:
    """Return what others publish."""
    return {"oneMKL, as published": VML[name]} if name in VML else {}


def main() -> None:
    """Print each function's figures and bars, then those about all."""
    report = Report("vectormath")
    if heyoka is not None:
        heyoka.set_nthreads(1)
    with tempfile.TemporaryDirectory() as folder:
        peer = libmvec(folder)
        cycle, won, held = clock(peer), 0, 0
        for name in functions():
            times = timed(name, inputs(name, *RANGES.get(name, (-10.0, 10.0))), peer, report)
            judge(name, times, report)
            if "libmvec" in times and name != "sqrt":
                held, won = held + 1, won + (times["rssn"] <= times["libmvec"])
            cells = {key: seconds / ROWS / cycle for key, seconds in times.items()} | stated(name)
            report.table("vectormath, cycles an element", name, cells)
            print(f"    cycles an element: {', '.join(f'{key} {value:.2f}' for key, value in cells.items())}")
        if held:
            share = won / held
            report.absolute("functions slower than libmvec's", 1 - share, at_most=0.5, unit="of all")
        for name in ("sin", "cos"):
            near = timed(name, inputs(name, -10.0, 10.0), None, report)["rssn"]
            far = timed(name, inputs(name, -1e6, 1e6), None, report)["rssn"]
            report.ratio(f"{name} up to 1e6 beside up to 10", far, near, peer="small arguments", at_most=1.2)
    report.note(f"{ROWS:,} rows of float64, one thread; a cycle is {cycle * 1e9:.3f} ns")
    report.finish()


if __name__ == "__main__":
    main()
