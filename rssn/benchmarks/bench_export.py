"""Exported libraries, called from C: one row beside the same arithmetic by gcc, a million rows beside the kernel.

A program in C times both loops with the same clock: one that calls the library's function of one row, and one that
calls a function which gcc compiled from the formula's source. What a call costs beyond the arithmetic is their
difference; the bar is that the whole call is at most so much slower than gcc's.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from formulas import TEXT
from measure import Report, race

import rssn
from rssn.interop import to_c

NS = 1e-9
CHEAP = ("trivial", "poly4", "cubic", "rational")
TIMES = """
#include "{name}.h"
#include <stdio.h>
#include <time.h>
{source}
static double (*volatile theirs)({types}) = {name}_c;
static double (*volatile ours)({types}) = {name};
static double now(void) {{ struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e9 + t.tv_nsec; }}
static double once(double (*f)({types}))
{{
    double sum = 0, began = now();
    for (int k = 0; k < 1000000; k++) sum += f({values});
    return (now() - began) / 1e6 + sum * 0;
}}
int main(void)
{{
    double best[2] = {{1e9, 1e9}};
    for (int round = 0; round < {rounds}; round++) {{
        double took = once(ours);
        if (took < best[0]) best[0] = took;
        took = once(theirs);
        if (took < best[1]) best[1] = took;
    }}
    printf("%.3f %.3f\\n", best[0], best[1]);
    return 0;
}}
"""


def one_row(report: Report, folder: Path, name: str) -> None:
    """Nanoseconds of a call with numbers, from C."""
    expr = rssn.parse(TEXT[name])
    kernel = rssn.compile(expr)
    arguments = kernel.arguments
    kernel.export(folder / f"{name}.so", header=folder / f"{name}.h")
    types = ", ".join(["double"] * len(arguments))
    values = ", ".join(f"1.5 + {number}e-6 * k" for number, _ in enumerate(arguments))
    source = to_c(expr, list(arguments), name=f"{name}_c")
    program = TIMES.format(name=name, types=types, values=values, source=source, rounds=report.rounds(25))
    (folder / "main.c").write_text(program)
    flags = ["-O2", "-march=native", f"-I{folder}", f"-Wl,-rpath,{folder}"]
    subprocess.run(["cc", *flags, folder / "main.c", folder / f"{name}.so", "-o", folder / "main", "-lm"], check=True)
    shown = subprocess.run([folder / "main"], check=True, capture_output=True, text=True).stdout
    ours, theirs = (float(text) * NS for text in shown.split())
    report.absolute(f"{name}, one row from C, beyond gcc's", max(ours - theirs, 0.0), at_most=3 * NS)
    report.absolute(f"{name}, one row from C", ours, theirs, peer="gcc -O2")


def many_rows(report: Report, folder: Path, name: str) -> None:
    """A million rows, by the library and by the kernel in this process."""
    kernel = rssn.compile(rssn.parse(TEXT[name]), threads=1)
    kernel.export(folder / f"{name}.so")
    batch = getattr(ctypes.CDLL(str(folder / f"{name}.so")), f"{name}_batch")
    rows = 10_000 if report.quick else 1_000_000
    arrays = np.random.default_rng(1).uniform(0.5, 2, (len(kernel.arguments), rows))
    out, wanted = np.empty(rows), np.empty(rows)
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*arrays, out)]
    count = ctypes.c_size_t(rows)
    batch(count, *pointers)
    kernel(*arrays, out=wanted)
    assert np.array_equal(out.view(np.int64), wanted.view(np.int64)), name
    times = race(
        {"library": lambda: batch(count, *pointers), "kernel": lambda: kernel(*arrays, out=wanted)},
        rounds=report.rounds(15),
    )
    report.ratio(f"{name}, {rows:,} rows", times["library"], times["kernel"], peer="in the process", at_most=1.1)


def main() -> None:
    """Compare, if there is a C compiler."""
    report = Report("export")
    if shutil.which("cc") is None:
        report.note("no C compiler: nothing measured")
    else:
        with tempfile.TemporaryDirectory() as name:
            for formula in CHEAP:
                one_row(report, Path(name), formula)
            for formula in TEXT:
                many_rows(report, Path(name), formula)
    report.finish()


if __name__ == "__main__":
    main()
