"""A store of expressions: appending with checksums and a commit, loading, and ten million nodes on a budget."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import Report, once_each

from rssn.expr import Expr, collect, symbols
from rssn.storage import open_store

APPEND_GB_S, OPEN_S, LOAD_S, BORROW_S = 0.8, 5e-3, 0.1, 10e-3
BUDGET, BUDGET_MB, SLOWDOWN = "256 MB", 256e6, 1 / 0.3


def chain(start: Any, y: Any, z: Any, steps: int) -> Any:
    """Return ((start*y + z)*y + z)…: two nodes a step."""
    for _ in range(steps):
        start = start * y + z
    return start


def append(report: Report, folder: Path, where: str, at_most: float | None) -> None:
    """New nodes to the disk: checksums, write, sync, catalogue. Beside it the same bytes written and synced."""
    steps = 5_000 if report.quick else 4_000_000
    best, raw, size = float("inf"), float("inf"), 0
    for number in range(report.rounds(3)):
        with open_store(folder / f"append {number}") as store:
            store._nodes.whole_tail()
            made = store.builder()
            root = chain(*made.symbols("x y z"), steps)
            start = time.perf_counter()
            store["root"] = root
            best = min(best, time.perf_counter() - start)
            size = store.statistics().disk
            (segment,) = (folder / f"append {number}").glob("segment*")
            data = segment.read_bytes()
        shutil.rmtree(folder / f"append {number}")
        start = time.perf_counter()
        with (folder / "raw").open("wb") as file:
            file.write(data)
            os.fdatasync(file.fileno())
        raw = min(raw, time.perf_counter() - start)
        (folder / "raw").unlink()
    report.absolute(
        f"append {size / 1e6:.0f} MB and commit, {where}, s/GB", best / size * 1e9, raw / size * 1e9,
        peer="write and sync alone", at_most=at_most,
    )  # fmt: skip


def loading(report: Report, folder: Path) -> None:
    """An expression of a million nodes in and out, the store around it, and opening that."""
    steps = 5_000 if report.quick else 500_000
    big: Expr = chain(*symbols("x y z"), steps)
    with open_store(folder / "load") as store:
        start = time.perf_counter()
        store["big"] = big
        report.absolute(f"save an expression of {2 * steps:,} nodes", time.perf_counter() - start)
        if store["big"] != big:
            raise SystemExit("the expression does not come back")
    del big
    best = float("inf")
    for _ in range(report.rounds(5)):
        collect()
        with open_store(folder / "load", read_only=True) as store:
            start = time.perf_counter()
            loaded = store["big"]
            best = min(best, time.perf_counter() - start)
        del loaded
    report.absolute(f"load an expression of {2 * steps:,} nodes", best, at_most=LOAD_S)


def budget(report: Report, folder: Path) -> None:
    """Build, walk and evaluate with a budget and without, each in a process of its own."""
    steps = 20_000 if report.quick else 5_000_000
    found = {}
    for name, memory in (("budget", BUDGET), ("free", "")):
        command = [sys.executable, __file__, "--child", str(folder / name), memory, str(steps)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found[name] = json.loads(done.stdout)
    if found["budget"]["value"] != found["free"]["value"]:
        raise SystemExit("a budget changes the value")
    for work in ("build", "walk", "evaluate"):
        ours, theirs = found["budget"][work], found["free"][work]
        report.ratio(f"{work} {2 * steps:,} nodes, {BUDGET}", ours, theirs, peer="no budget", at_most=SLOWDOWN)
    peak, free = found["budget"]["peak"] / 1e6, found["free"]["peak"] / 1e6
    report.absolute("memory at its highest", peak, free, peer="no budget", at_most=BUDGET_MB / 1e6, unit="MB")
    report.note(f"a budget of {BUDGET}: {found['budget']['statistics']}")
    opening = once_each(lambda _: open_store(folder / "budget", read_only=True).close(), range(report.rounds()))
    report.absolute(f"open a store of {2 * steps:,} nodes", opening, at_most=OPEN_S)


def child(folder: str, memory: str, steps: int) -> None:
    """The work of `budget`, with its memory above that of the imports."""
    open_store(folder + " warm").close()
    Path("/proc/self/clear_refs").write_text("5")
    before = status("VmRSS")
    times: dict[str, Any] = {}
    with open_store(folder, memory=memory or None) as store:
        start = time.perf_counter()
        made = store.builder()
        store["root"] = chain(*made.symbols("x y z"), steps)
        times["build"] = time.perf_counter() - start
        start = time.perf_counter()
        count = sum(1 for _ in store.stored("root").walk())
        times["walk"] = time.perf_counter() - start
        if count != 2 * steps + 3:
            raise SystemExit(f"a walk of {count} nodes")
        start = time.perf_counter()
        times["value"] = store.stored("root").evaluate({"x": 0.5, "y": 0.9, "z": 0.1})
        times["evaluate"] = time.perf_counter() - start
        times["statistics"] = str(store.statistics())
    times["peak"] = status("VmHWM") - before
    print(json.dumps(times))


def status(key: str) -> int:
    """Bytes of memory from the system's account of this process, mapped files included."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) * 1024


def main() -> None:
    """On the disk of the temporary folder; appending also in memory, where the disk is not measured."""
    report = Report("storage")
    with tempfile.TemporaryDirectory() as name:
        loading(report, Path(name))
        append(report, Path(name), "this disk", 1 / APPEND_GB_S)
        budget(report, Path(name))
    if Path("/dev/shm").is_dir():
        with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
            append(report, Path(name), "in memory", 1 / APPEND_GB_S)
    report.finish()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main()
