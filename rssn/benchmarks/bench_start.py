"""Starting: a new process from nothing to its first result, with the kernel on disk and without.

Wall time of whole processes, the best of several, in turn. All run as an
installed package does, with Python's own bytecode cached, and a folder of
their own for kernels. The bars speak of what comes on top of the same script
that only imports NumPy. The whole shell command stands beside a Polars script
that does the same to the same file.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

from measure import Report
from start_scripts import (
    DROPPED,
    GRAPH,
    GRAPH_HEYOKA,
    HEYOKA,
    NUMBA,
    ONLY_NUMPY,
    OURS,
    POLARS,
    RUNNING,
)

ROOT = Path(__file__).resolve().parents[2]
RATIONAL = "(x^2 + y^2) / (x^2 + y^2 + 1.0) + x*y*(x^2 - y^2) / (x^2 + y^2 + 1.0)^2"
TRANSC = "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)"
FORMULAS = {"rational": RATIONAL, "transc": TRANSC}
FIRST_S = {"rational": 0.004, "transc": 0.010}
Run = Callable[[], float]


class Starts:
    """Runs processes that share a folder for bytecode and one for kernels."""

    def __init__(self, folder: str) -> None:
        self.kernels = os.path.join(folder, "cache")
        self.environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.environment |= {"RSSN_CACHE": "1", "RSSN_CACHE_DIR": self.kernels}
        self.environment["PYTHONPYCACHEPREFIX"] = os.path.join(folder, "bytecode")
        self.inside: dict[str, float] = {}

    def forget(self) -> None:
        """Empty the folder of kernels."""
        shutil.rmtree(self.kernels, ignore_errors=True)

    def run(self, *command: str, cold: bool = False) -> float:
        """Return the seconds a process takes; what it prints is kept if it is a smaller number than before."""
        if cold:
            self.forget()
        start = time.perf_counter()
        done = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.stdout:
            name = " ".join(command[3:])
            self.inside[name] = min(self.inside.get(name, float("inf")), float(done.stdout))
        return seconds

    def figures(self, script: str, *args: str, cache: bool = False, limit: float = 100.0) -> list[float] | None:
        """Return what a script prints; None if it takes too long, or its library is missing."""
        command, environment = (sys.executable, "-c", script, *args), self.environment | {"RSSN_CACHE": str(int(cache))}
        try:
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=limit)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        return [float(figure) for figure in done.stdout.split()]


def best_of(runs: dict[str, Run], rounds: int) -> dict[str, float]:
    """Run each once for the caches, then `rounds` times in turn; return the best of each."""
    for run in runs.values():
        run()
    best = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            best[name] = min(best[name], run())
    return best


def scripts(report: Report, starts: Starts) -> None:
    """From text to a first result in a new process: ours and the peers in turn."""
    python = (sys.executable, "-c")
    numpy, first = partial(starts.run, *python, ONLY_NUMPY), partial(starts.run, *python, "import rssn")
    peers = {name: script for name, script in (("heyoka", HEYOKA), ("numba", NUMBA)) if importlib.util.find_spec(name)}
    for name, text in FORMULAS.items():
        ours = partial(starts.run, *python, OURS, text)
        ours("cold", "compiled", cold=True)
        runs: dict[str, Run] = {
            "numpy": numpy,
            "import": first,
            "cached": partial(ours, "cached", "compiled"),
            **{peer: partial(starts.run, *python, script, text) for peer, script in peers.items()},
        }
        best = best_of(runs, report.rounds(7))
        colds: dict[str, Run] = {
            "numpy": numpy,
            "first": partial(ours, "cached", "auto", cold=True),
            "compiled": partial(ours, "cold", "compiled", cold=True),
        }
        cold = best_of(colds, report.rounds(7))
        floor = min(best["numpy"], cold["numpy"])
        report.note(f"{name}: a script that only imports NumPy takes {floor * 1e3:.0f} ms")
        report.absolute("import rssn, whole process", best["import"], at_most=0.06)
        report.absolute(f"{name} on disk, beyond NumPy's script", best["cached"] - floor, at_most=0.015)
        report.absolute(f"{name}, nothing cached, tier auto, beyond it", cold["first"] - floor, at_most=0.045)
        report.absolute(f"{name}, nothing cached, compiled, beyond it", cold["compiled"] - floor, at_most=0.045)
        for peer in peers:
            report.ratio(f"{name}, nothing cached, whole process", cold["compiled"], best[peer], peer=peer)


def running(report: Report, starts: Starts) -> None:
    """From text to a first result in a process that runs."""
    for name, text in FORMULAS.items():
        found = starts.figures(RUNNING, text)
        theirs = starts.figures(HEYOKA, text)
        if found is None:
            raise SystemExit("the script of a running process failed")
        first, interpreted, compiled, again = found
        peer = theirs[0] if theirs else None
        report.absolute(
            f"{name}, first compiled result, 100,000 rows", first, peer, peer="heyoka", at_most=FIRST_S[name]
        )
        report.absolute(f"{name}, the best code at once, 1,000 rows", compiled, peer, peer="heyoka")
        report.absolute(f"{name}, by the interpreter, 1,000 rows", interpreted, at_most=0.0005)
        report.absolute(f"{name}, seen before, 1,000 rows", again, at_most=0.0001)


def graphs(report: Report, starts: Starts) -> None:
    """Random graphs: compiling is linear, and evaluating no slower than heyoka's."""
    before = None
    for count in (1_000,) if report.quick else (10_000, 30_000, 100_000):
        ours, theirs = starts.figures(GRAPH, str(count)), starts.figures(GRAPH_HEYOKA, str(count), limit=60.0)
        if ours is None:
            raise SystemExit(f"a graph of {count:,} operations was not compiled in time")
        if theirs is None:
            report.note(f"{count:,} operations: heyoka is missing, or not ready after 60 s")
        elif abs(ours[2] - theirs[2]) > 1e-9 * abs(theirs[2]):
            raise SystemExit(f"{count:,} operations: the sums differ, {ours[2]} and {theirs[2]}")
        peer = theirs or [None, None]
        report.absolute(f"{count:,} operations, compiled", ours[0], peer[0], peer="heyoka", at_most=5.0)
        if before is not None:
            growth = ours[0] / before[1] / (count / before[0])
            report.absolute(f"{count:,} operations, time an operation, grown", growth, at_most=1.3, unit="×")
        report.ratio(f"{count:,} operations, 10,000 rows, 1 thread", ours[1], peer[1], peer="heyoka", at_most=1.0)
        before = count, ours[0]


def memory(report: Report, starts: Starts) -> None:
    """Kernels compiled and dropped leave nothing."""
    count = 100 if report.quick else 2_000
    for tier in ("compiled", "auto"):
        found = starts.figures(DROPPED, str(count), tier, limit=300.0)
        if found is None:
            raise SystemExit("the script that drops kernels failed")
        settled, after, most = found
        report.note(f"{count:,} kernels dropped, tier {tier}: {after:.1f} MB resident, {most:.1f} MB at most")
        report.absolute(f"grown from kernel {count // 5} to {count:,}, {tier}", after - settled, at_most=4.0, unit="MB")


def example() -> ModuleType:
    """Load examples/flights.py: its preparation and its formulas are the demo's."""
    spec = importlib.util.spec_from_file_location("flights", ROOT / "examples" / "flights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def command(report: Report, starts: Starts, folder: str) -> None:
    """Run the whole shell command of the demo, and the Polars script."""
    flights = example()
    if not flights.FLIGHTS.exists():
        flights.prepare()
    source, kept = str(flights.FLIGHTS), "carrier,origin,dest,distance"
    ours = (str(Path(sys.executable).with_name("rssn")), "eval", "-q", *flights.FORMULAS, source, "--keep", kept)
    runs: dict[str, Run] = {"rssn": lambda: starts.run(*ours, "-o", f"{folder}/ours.parquet")}
    if importlib.util.find_spec("polars"):
        runs["polars"] = lambda: starts.run(sys.executable, "-c", POLARS, source, f"{folder}/theirs.parquet")
    best = best_of(runs, report.rounds(7))
    report.ratio("rssn eval of the flights, kernels on disk", best["rssn"], best.get("polars"), peer="polars script")
    cold = best_of({"rssn": lambda: starts.run(*ours, "-o", f"{folder}/ours.parquet", cold=True)}, report.rounds(7))
    report.ratio("the same, everything compiled", cold["rssn"], best.get("polars"), peer="polars script")


def main() -> None:
    report = Report("start")
    with tempfile.TemporaryDirectory() as folder:
        starts = Starts(folder)
        running(report, starts)
        scripts(report, starts)
        graphs(report, starts)
        memory(report, starts)
        command(report, starts, folder)
    report.finish()


if __name__ == "__main__":
    main()
