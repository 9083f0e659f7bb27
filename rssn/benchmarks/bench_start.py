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

ROOT = Path(__file__).resolve().parents[2]
RATIONAL = "(x^2 + y^2) / (x^2 + y^2 + 1.0) + x*y*(x^2 - y^2) / (x^2 + y^2 + 1.0)^2"
TRANSC = "sin(x)*exp(-y^2/2) + log(1+x^2)*cos(y) + sqrt(x^2+y^2)"
ONLY_NUMPY = "import numpy as np; a = np.linspace(0.0, 1.0, 1000); print(float((a + a).sum()))"
OURS = """
import numpy as np, rssn, sys, time
a = np.linspace(0.0, 1.0, 1000)
start = time.perf_counter()
result = rssn.compile(sys.argv[1])(a, a)
print(time.perf_counter() - start)
with open("/proc/self/maps") as maps:
    assert ("llvmlite" in maps.read()) is (sys.argv[2] == "cold")
"""
POLARS = """
import sys
import polars as pl
col = pl.col
north = (col("dest_lat") - col("origin_lat")).radians()
east = (col("dest_lon") - col("origin_lon")).radians()
cosines = col("origin_lat").radians().cos() * col("dest_lat").radians().cos()
h = (north / 2).sin() ** 2 + cosines * (east / 2).sin() ** 2
made = [
    (2 * 3958.76 * h.sqrt().arcsin()).alias("great_circle"),
    (col("distance") / (col("air_time") / 60)).alias("ground_speed"),
    (col("dep_delay") - col("arr_delay")).cast(pl.Float64).alias("made_up"),
]
kept = ["carrier", "origin", "dest", "distance"]
pl.scan_parquet(sys.argv[1]).select(kept + made).sink_parquet(sys.argv[2], compression="snappy", row_group_size=1 << 17)
"""
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
    """From text to a first result."""
    python = (sys.executable, "-c")
    runs: dict[str, Run] = {
        "numpy": partial(starts.run, *python, ONLY_NUMPY),
        "import": partial(starts.run, *python, "import rssn"),
    }
    formulas = {"rational": RATIONAL, "transc": TRANSC}
    for name, text in formulas.items():
        starts.run(*python, OURS, text, "cold")
        runs[name] = partial(starts.run, *python, OURS, text, "cached")
    best = best_of(runs, report.rounds(11))
    colds: dict[str, Run] = {
        name: partial(starts.run, *python, OURS, text, "cold", cold=True) for name, text in formulas.items()
    }
    cold = best_of(colds, report.rounds(7))
    numpy = best["numpy"]
    report.note(f"a script that only imports NumPy takes {numpy * 1e3:.0f} ms")
    report.absolute("import rssn, whole process", best["import"], at_most=0.06)
    for name, text in formulas.items():
        report.absolute(f"{name} on disk, after import rssn", starts.inside[f"{text} cached"], at_most=0.015)
        report.absolute(f"{name} on disk, beyond NumPy's script", best[name] - numpy, at_most=0.015)
        report.absolute(f"{name} compiled, after import rssn", starts.inside[f"{text} cold"])
        report.absolute(f"{name} compiled, beyond NumPy's script", cold[name] - numpy, at_most=0.045)


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
        scripts(report, starts)
        command(report, starts, folder)
    report.finish()


if __name__ == "__main__":
    main()
