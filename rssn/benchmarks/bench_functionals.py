"""Exchange-correlation functionals and their derivatives, exported to C, beside C that SymPy wrote.

The formulas are those of `examples/functionals.py`. SymPy differentiates, `cse` shares what is common, and gcc
compiles its C with -O3 -march=native -ffast-math: a loop over points, which gcc vectorises with the vector functions
of the C library. Answers are checked against mpmath at sixty digits; the table has the bits that are right at the
worst of all points and outputs.
"""

from __future__ import annotations

import ctypes
import math
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from measure import Report, race
from numpy.typing import NDArray

import rssn
from rssn.testing import real_value

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
import functionals

POINTS = 20_000
CHECKED = 40
FLAGS = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", "-lm"]
SYMPY = "many"  # what its function is called
Columns = list[NDArray[np.float64]]


def pointer(array: NDArray[np.float64]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


class Exported:
    """A library's function for many points, with room for its answers."""

    def __init__(self, path: Path, name: str, arrays: Columns, outputs: int) -> None:
        self.found = np.empty((outputs, arrays[0].size))
        rows = (ctypes.c_void_p * outputs)(*(row.ctypes.data for row in self.found))
        pointers = list(map(pointer, arrays))
        function, count = getattr(ctypes.CDLL(str(path)), name), ctypes.c_size_t(arrays[0].size)
        out = rows if outputs > 1 or name == SYMPY else pointer(self.found)
        self.run = lambda: function(count, *pointers, out)


def by_sympy(name: str, order: int, arrays: Columns, folder: Path) -> tuple[Exported, float, int]:
    """Return SymPy's version, the seconds it took from the formula to the library, and its operations."""
    import sympy

    from rssn.interop import to_sympy

    began = time.perf_counter()
    names = functionals.FUNCTIONALS[name][1].split()
    formula = to_sympy(rssn.parse(functionals.FUNCTIONALS[name][0]))
    symbols = {str(each): each for each in formula.free_symbols}
    known: dict[tuple[str, ...], Any] = {(): formula}
    for by in functionals.orders(names, order):
        known[by] = sympy.diff(known[by[:-1]], symbols[by[-1]])
    shared, outputs = sympy.cse(list(known.values()), order="none")
    body = [f"double {sympy.ccode(left)} = {sympy.ccode(right)};" for left, right in shared]
    body += [f"out[{k}][row] = {sympy.ccode(each)};" for k, each in enumerate(outputs)]
    loads = [f"double {each} = {each}_in[row];" for each in names]
    listed = ", ".join(f"const double *restrict {each}_in" for each in names)
    source = "\n".join(
        [
            "#include <math.h>",
            "#include <stddef.h>",
            f"void {SYMPY}(size_t rows, {listed}, double *const *out) {{",
            "#pragma GCC ivdep",
            "for (size_t row = 0; row < rows; row++) {",
            *loads,
            *body,
            "}}",
        ]
    )
    (folder / "sympy.c").write_text(source)
    target = folder / f"sympy_{name}_{order}.so"
    subprocess.run(["gcc", folder / "sympy.c", "-o", target, *FLAGS], check=True)
    took = time.perf_counter() - began
    operations = int(sum(sympy.count_ops(each) for _, each in shared) + sum(map(sympy.count_ops, outputs)))
    return Exported(target, SYMPY, arrays, len(outputs)), took, operations


def right_bits(name: str, order: int, arrays: Columns, found: NDArray[np.float64]) -> float:
    """Return how many bits are right at the worst of some points, relative to each output's own size there."""
    worst = 53.0
    forms, names = functionals.derivatives(name, order), functionals.FUNCTIONALS[name][1].split()
    for point in range(CHECKED):
        given = {each: float(array[point]) for each, array in zip(names, arrays, strict=True)}
        for form, row in zip(forms, found, strict=True):
            wanted = real_value(form, given, 60)
            if wanted and wanted != float(row[point]):
                error = abs((mpmath.mpf(float(row[point])) - wanted) / wanted)
                worst = min(worst, -float(mpmath.log(error, 2))) if math.isfinite(row[point]) else 0.0
    return worst


def compare(report: Report, name: str, order: int, folder: Path) -> list[str]:
    """One functional with its derivatives to an order; return a row of the table."""
    arrays = functionals.points(name, POINTS)
    began = time.perf_counter()
    kernel = functionals.export(name, order, folder)
    took = time.perf_counter() - began
    ours = Exported(folder / f"{name}.so", f"{name}_batch", arrays, len(kernel.dtypes))
    theirs, sympy_took, operations = by_sympy(name, order, arrays, folder)
    ours.run()
    theirs.run()
    bits = [right_bits(name, order, arrays, each.found) for each in (ours, theirs)]
    assert bits[0] >= min(bits[1], 35), (name, bits)
    times = race({"rssn": ours.run, "SymPy": theirs.run}, rounds=report.rounds(9))
    work = f"{name}, derivatives to order {order}"
    points = {who: seconds / POINTS for who, seconds in times.items()}
    report.ratio(f"{work}, a point", points["rssn"], points["SymPy"], peer="SymPy's C", at_most=1)
    report.absolute(f"{work}, from text to library", took, sympy_took, peer="SymPy and gcc")
    steps = kernel.statistics()["steps"]
    return [
        name,
        str(order),
        f"{steps} / {operations}",
        " / ".join(f"{each:.0f}" for each in bits),
        f"**{points['rssn'] * 1e9:.1f}** / {points['SymPy'] * 1e9:.1f}",
        f"{took:.2f} / {sympy_took:.2f}",
    ]


def main() -> None:
    """Compare, if there is a C compiler."""
    report = Report("functionals")
    if shutil.which("gcc") is None:
        report.note("no gcc: nothing measured")
    else:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            functionals.export("pbe_x", 4, Path(folder))
            report.absolute(
                "pbe_x to the fourth derivatives, from text to library", time.perf_counter() - began, at_most=10
            )
            # A library of a path that is loaded already would not be loaded again: each has a folder.
            rows = [
                compare(report, name, order, Path(tempfile.mkdtemp(dir=folder)))
                for name in functionals.FUNCTIONALS
                for order in ((0,) if report.quick else (0, 1, 2))
            ]
            headings = ["rssn / SymPy's C", "order", "operations", "right bits", "ns a point", "s to make"]
            report.columns("functionals", headings, rows)
    report.finish()


if __name__ == "__main__":
    main()
