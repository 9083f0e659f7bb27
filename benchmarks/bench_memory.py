"""No temporary arrays: how far a warm call over ten million rows pushes the process beyond its output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from formulas import TEXT, function
from measure import Report
from memory import peak_bytes, reset_peak, resident_bytes

import rssn

ROWS = 10_000_000
BEYOND_OUTPUT = 1 << 20


def growth(call: Callable[[], object], output_bytes: int) -> int:
    """Return the bytes a call needed at its peak beyond its output."""
    call()
    before = resident_bytes()
    reset_peak()
    result = call()
    return peak_bytes() - before - (output_bytes if result is not None else 0)


def main() -> None:
    """Each formula with an output that is there, and with one that the call makes; NumPy for comparison."""
    report = Report("memory")
    rows = ROWS // 50 if report.quick else ROWS
    columns = np.random.default_rng(3).uniform(0.5, 2.0, (3, rows))
    out = np.empty(rows)
    for name, text in TEXT.items():
        kernel = rssn.compile(rssn.parse(text), ["x", "y", "z"])
        reference = function(name, np)(*columns[:, :1000])
        np.testing.assert_allclose(kernel(*columns)[:1000], reference, rtol=1e-10, atol=1e-10)
        given = growth(lambda kernel=kernel: (kernel(*columns, out=out), None)[1], 0)
        made = growth(lambda kernel=kernel: kernel(*columns), out.nbytes)
        theirs = growth(lambda name=name: function(name, np)(*columns), out.nbytes)
        limit = {"peer": "numpy", "at_most": BEYOND_OUTPUT / 1e6, "unit": "MB"}
        report.absolute(f"{name}, output given", given / 1e6, theirs / 1e6, **limit)
        report.absolute(f"{name}, output made", made / 1e6, theirs / 1e6, **limit)
    report.finish()


if __name__ == "__main__":
    main()
