"""What a call costs: one row, 100 rows, 10,000 rows, from Python and from C; branches not taken; threads.

The peer in C is a plain loop by gcc with `-O3 -march=native -ffast-math` and its vector functions (libmvec, 4 ULP; ours
1), called through ctypes with addresses made before. Numba's is the same loop with `fastmath`. Everyone writes to an
array made before, on one thread, arrays begin at a cache line, and answers are checked first.
"""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

import rssn

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from formulas import TEXT, as_python
from measure import Report, race

SCALAR = "x*y + z*x - y/z"
AT_100_ROWS = dict.fromkeys(TEXT, 0.5e-6) | {"transc": 1.2e-6}
SIZES = (100, 1_000, 10_000, 30_000, 100_000, 300_000, 10_000_000)
Call = Callable[[], Any]

COUNTING = """
#include <time.h>
double ns_a_call(double (*f)(int, double *), double *values, int n, long count) {
    struct timespec a, b;
    double sum = 0;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (long i = 0; i < count; i++) { values[0] = 1 + i * 1e-9; sum += f(n, values); }
    clock_gettime(CLOCK_MONOTONIC, &b);
    values[0] = sum;
    return ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / count;
}
"""


def aligned(rows: int, seed: int) -> Any:
    """Return random numbers in [0.5, 2] that begin at a cache line: where they begin moves times by a quarter."""
    room = np.empty(rows * 8 + 64, np.uint8)
    found = room[-room.ctypes.data % 64 :][: rows * 8].view(np.float64)
    found[:] = np.random.default_rng(seed).uniform(0.5, 2, rows)
    return found


def library(folder: str, *, wide: bool = False) -> ctypes.CDLL | None:
    """Return the loops as gcc compiles them, in vectors of its choice or the widest, and the loop that counts calls."""
    loops = [
        f"void f_{key}(long n, double *restrict out, const double *restrict xs, const double *restrict ys,"
        " const double *restrict zs) { for (long i = 0; i < n; i++) {"
        f" double x = xs[i], y = ys[i], z = zs[i]; (void)z; out[i] = {as_python(key, products=True)}; }} }}\n"
        for key in TEXT
    ]
    path, out = Path(folder) / "peer.c", f"{folder}/peer{'_wide' if wide else ''}.so"
    path.write_text("#define _GNU_SOURCE\n#include <math.h>\n" + COUNTING + "".join(loops), encoding="utf-8")
    options = ["-O3", "-march=native", "-ffast-math", "-fopenmp-simd", "-shared", "-fPIC", str(path), "-o", out]
    is_x86 = platform.machine() == "x86_64"
    options += [*(["-mprefer-vector-width=512"] if wide and is_x86 else []), *(["-lmvec"] if is_x86 else []), "-lm"]
    try:
        subprocess.run(["gcc", *options], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ctypes.CDLL(out)


def in_c(peers: dict[str, ctypes.CDLL], key: str, columns: Any, out: Any) -> dict[str, Call]:
    """Return the peers in C."""
    rows, places = ctypes.c_long(out.size), [ctypes.c_void_p(each.ctypes.data) for each in (out, *columns)]
    return {name: lambda loop=peer[f"f_{key}"]: loop(rows, *places) for name, peer in peers.items()}


def in_numba(key: str, columns: Sequence[Any], out: Any) -> dict[str, Call]:
    """Return the peer in Numba, where it is installed."""
    try:
        numba = import_module("numba")
    except ImportError:
        return {}
    space = {name: getattr(np, name) for name in ("sin", "cos", "exp", "log", "sqrt")}
    body = f"x = xs[i]; y = ys[i]; z = zs[i]; out[i] = {as_python(key, products=True)}"
    exec(f"def loop(xs, ys, zs, out):\n for i in range(out.size):\n  {body}\n", space)
    loop = numba.njit(space["loop"], error_model="numpy", fastmath=True)
    return {"numba": lambda: loop(*columns, out)}


def checked(calls: dict[str, Call], out: Any, key: str) -> dict[str, Call]:
    """Return the calls once all of them have written the same."""
    found = {}
    for name, call in calls.items():
        out[:] = np.nan
        call()
        found[name] = out.copy()
    for name, each in found.items():
        np.testing.assert_allclose(each, found["rssn"], rtol=1e-11, atol=1e-11, err_msg=f"{key}: {name}")
    return calls


def arrays(report: Report, peers: dict[str, ctypes.CDLL]) -> None:
    """100 and 10,000 rows of the five formulas."""
    for rows in (100, 10_000):
        *columns, out = (aligned(rows, number) for number in range(4))
        for key, text in TEXT.items():
            kernel = rssn.compile(rssn.parse(text), threads=1)
            given = tuple(columns[: len(kernel.arguments)])
            calls: dict[str, Call] = {"rssn": lambda k=kernel, g=given, o=out: k(*g, out=o)}
            calls |= in_c(peers, key, columns, out) | (in_numba(key, columns, out) if rows == 100 else {})
            times = race(checked(calls, out, key), rounds=report.rounds(25))
            work = f"{key}, {rows:,} rows"
            if rows == 100:
                report.absolute(work, times["rssn"], times.get("numba"), peer="Numba", at_most=AT_100_ROWS[key])
            else:
                best = min((times[name] for name in peers), default=None)
                report.ratio(work, times["rssn"], best, peer="the better C through ctypes", at_most=1)
            report.table("calls", work, times)


def one_row(report: Report, peer: ctypes.CDLL | None) -> None:
    """Five operations on numbers, called from Python and from C."""
    kernel = rssn.compile(rssn.parse(SCALAR))
    x, y, z = 1.5, 2.5, 3.5
    if abs(kernel(x, y, z) - (x * y + z * x - y / z)) > 1e-12:
        raise SystemExit("one row: wrong answer")
    python = eval(f"lambda x, y, z: {SCALAR}")
    times = race({"rssn": lambda: kernel(x, y, z), "python": lambda: python(x, y, z)}, rounds=report.rounds(15))
    name = "5 operations on numbers, from Python"
    report.absolute(name, times["rssn"], times["python"], peer="a Python function", at_most=150e-9)
    if peer is None:
        return
    found = kernel.lowlevel()
    function, values = getattr(found, "function", found), (ctypes.c_double * 3)(x, y, z)
    peer.ns_a_call.restype = ctypes.c_double
    pointer, count = ctypes.cast(function, ctypes.c_void_p), ctypes.c_long(1000 if report.quick else 2_000_000)
    took = min(peer.ns_a_call(pointer, values, 3, count) for _ in range(report.rounds(9)))
    report.absolute("5 operations on numbers, from C", took * 1e-9, at_most=3e-9)


def branches(report: Report) -> None:
    """A formula, and the same with a dear side that no row takes, or one row in a thousand, or half of them."""
    plain, dear = TEXT["poly4"], "lgamma(x) + gamma(y)"
    without = rssn.compile(rssn.parse(plain), ["x", "y"], threads=1)
    kernel = rssn.compile(rssn.parse(f"piecewise(x < 0, {dear}, {plain})"), ["x", "y"], threads=1)
    source, rows = np.random.default_rng(1), 10_000
    *columns, out = (aligned(rows, number) for number in range(3))
    for name, share, bar in (("never", 0.0, 1.15), ("by one row in a thousand", 1e-3, None), ("by half", 0.5, None)):
        given = (np.where(source.random(rows) < share, -columns[0], columns[0]), columns[1])
        np.testing.assert_array_equal(kernel(*given), kernel.interpret(given))
        calls: dict[str, Call] = {
            "rssn": lambda g=given: kernel(*g, out=out),
            "without": lambda g=given: without(*g, out=out),
        }
        times = race(calls, rounds=report.rounds(15))
        report.ratio(f"a dear side taken {name}", times["rssn"], times["without"], peer="without it", at_most=bar)


def threads(report: Report) -> None:
    """As many threads as a call takes by itself, beside one: never dearer, and more of them where that helps."""
    for key in ("trivial", "transc"):
        kernel, ratios = rssn.compile(rssn.parse(TEXT[key])), dict[int, float]()
        for rows in (
            (100, 1_000, 10_000) if report.quick else (100, 1_000, 10_000, 30_000, 100_000, 300_000, 10_000_000)
        ):
            *columns, out = (aligned(rows, number) for number in range(3))
            calls: dict[str, Call] = {
                "auto": lambda g=columns, o=out, k=kernel: k(*g, out=o),
                "one": lambda g=columns, o=out, k=kernel: k(*g, out=o, threads=1),
            }
            times = race(calls, rounds=report.rounds(9))
            ratios[rows] = times["auto"] / times["one"]
            report.table("threads", f"{key}, {rows:,} rows", times)
        name = f"{key}, threads chosen, beside one"
        report.absolute(f"{name}, any size", max(ratios.values()), at_most=1.05, unit="× at worst")
        if not report.quick:
            report.absolute(f"{name}, 10M rows", ratios[SIZES[-1]], at_most=0.7, unit="×")


def main() -> None:
    """Run all and print them."""
    report = Report("calls")
    with tempfile.TemporaryDirectory() as folder:
        compiled = {"C": library(folder), "C, wide": library(folder, wide=True)}
        peers = {name: peer for name, peer in compiled.items() if peer is not None}
        if not peers:
            report.note("no gcc: rows beside C are not judged")
        one_row(report, peers.get("C"))
        arrays(report, peers)
    branches(report)
    threads(report)
    report.finish()


if __name__ == "__main__":
    main()
