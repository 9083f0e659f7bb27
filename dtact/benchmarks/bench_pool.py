"""The pool's parallel_for beside OpenMP (g++'s) and one thread: empty, two short pieces, and c = a + b.

The loops are C++, compiled here, so that Python's own time is not in the figures. Contenders take turns; before each
turn comes a pause in which OpenMP's threads stop spinning. Warm figures are the best batch of nine; figures after
10 ms of idling are the median of single calls, because the best one hides what waking costs.
"""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from measure import Report

import dtact
from dtact import mesh
from dtact.mesh import _pool_c

SOURCE = Path(__file__).with_name("pool_peers.cpp")
WAYS = {"dtact": 0, "openmp": 1, "serial": 2}
EMPTY, TWO_PIECES, ADD = 0, 1, 2
IDLE_NS = 10_000_000
PAUSE_S = 0.03  # longer than OpenMP's threads spin
ROWS = 1_000_000


class Arrays(ctypes.Structure):
    """The columns of c = a + b."""

    _fields_ = (("a", ctypes.c_void_p), ("b", ctypes.c_void_p), ("c", ctypes.c_void_p))


class Loops:
    """The compiled loops and their data."""

    def __init__(self, library: ctypes.CDLL) -> None:
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        self._pool = get(_pool_c.pool_api, b"dtact.mesh._pool_c.pool_api")
        self._time = library.time_calls
        self._time.restype = ctypes.c_double
        self._time.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p]
        self._time.argtypes += [ctypes.c_int64, ctypes.c_int, ctypes.c_int64]
        library.set_openmp_threads(mesh.thread_count())
        self.a, self.b = np.random.default_rng(1).uniform(size=(2, ROWS))
        self.c = np.zeros(ROWS)
        self._arrays = Arrays(self.a.ctypes.data, self.b.ctypes.data, self.c.ctypes.data)

    def seconds(self, way: str, work: int, *, calls: int = 1, idle_ns: int = 0) -> float:
        """Time one batch; seconds a call."""
        pointer = ctypes.byref(self._arrays)
        return float(self._time(self._pool, WAYS[way], work, pointer, ROWS, calls, idle_ns)) * 1e-9

    def check(self) -> None:
        """Every way adds right."""
        for way in WAYS:
            self.c[:] = 0
            self.seconds(way, ADD)
            np.testing.assert_array_equal(self.c, self.a + self.b)

    def warm(self, work: int, calls: int, rounds: int) -> dict[str, float]:
        """Best batch of each contender."""
        best = dict.fromkeys(WAYS, float("inf"))
        for _ in range(rounds):
            for way in WAYS:
                time.sleep(PAUSE_S)
                best[way] = min(best[way], self.seconds(way, work, calls=calls))
        return best

    def after_idling(self, work: int, rounds: int) -> dict[str, float]:
        """Median single call of each contender after 10 ms without work."""
        seen: dict[str, list[float]] = {way: [] for way in WAYS}
        for _ in range(rounds):
            for way in WAYS:
                time.sleep(PAUSE_S)
                seen[way].append(self.seconds(way, work, idle_ns=IDLE_NS))
        return {way: statistics.median(times) for way, times in seen.items()}


@contextmanager
def compiled() -> Iterator[Loops]:
    """Compile the loops into a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "pool_peers.so")
        flags = ["-std=c++20", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", f"-I{dtact.get_include()}"]
        subprocess.run(["g++", *flags, str(SOURCE), "-o", str(library)], check=True)
        yield Loops(ctypes.CDLL(str(library)))


def main() -> None:
    """Every piece of work warm and after idling."""
    report = Report("pool", ours="dtact")
    with compiled() as loops:
        loops.check()
        rounds, idle_rounds = report.rounds(9), report.rounds(41)
        report.note(f"{mesh.thread_count()} threads; OpenMP with its default settings")
        empty = loops.warm(EMPTY, 10 if report.quick else 2000, rounds)
        report.absolute("empty, warm", empty["dtact"], empty["openmp"], peer="openmp", at_most=1e-6)
        pieces = loops.warm(TWO_PIECES, 2 if report.quick else 50, rounds)
        report.ratio("2 x 20 µs, warm, against serial", pieces["dtact"], pieces["serial"], peer="serial", at_most=0.6)
        report.ratio("2 x 20 µs, warm", pieces["dtact"], pieces["openmp"], peer="openmp")
        add = loops.warm(ADD, 20, rounds)
        report.ratio("c = a + b, 1M rows, warm", add["dtact"], add["openmp"], peer="openmp", at_most=1.1)
        report.ratio("c = a + b, 1M rows, warm, against serial", add["dtact"], add["serial"], peer="serial")
        empty = loops.after_idling(EMPTY, idle_rounds)
        report.absolute("empty, after 10 ms", empty["dtact"], empty["openmp"], peer="openmp", at_most=25e-6)
        pieces = loops.after_idling(TWO_PIECES, idle_rounds)
        report.ratio("2 x 20 µs, after 10 ms", pieces["dtact"], pieces["openmp"], peer="openmp")
        add = loops.after_idling(ADD, idle_rounds)
        against = "c = a + b, 1M rows, after 10 ms"
        report.ratio(against, add["dtact"], add["openmp"], peer="openmp")
        report.ratio(f"{against}, serial", add["dtact"], add["serial"], peer="serial", at_most=0.75)
    report.finish()


if __name__ == "__main__":
    main()
