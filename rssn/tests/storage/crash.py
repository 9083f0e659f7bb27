"""Kill, starve and cut the power of writers, and look at what they leave. `make crash` runs it at length.

Run as a program under `LD_PRELOAD=faults.so` (see `faults.c`): it forks a writer a time, in which one system call goes
wrong, and compares the store with what the writer had reported as committed.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rssn
from rssn.errors import StorageError
from rssn.storage import Store, open_store, verify

KILL, TORN, FULL, BROKEN, SHORT = range(1, 6)
KINDS = {"kill": KILL, "torn": TORN, "power": KILL, "power torn": TORN, "full": FULL, "broken": BROKEN, "short": SHORT}
STEPS = 10
PAGE = 4096
ONCE, FOR_GOOD = 1, 1 << 30
X, Y = rssn.symbols("x y")


def build(folder: Path) -> Path:
    """Compile the library that makes calls go wrong."""
    library = folder / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


# ---- the work


def formula(step: int) -> rssn.Expr:
    """An expression for a step, with shared parts, text and wide operands."""
    wide = rssn.piecewise(rssn.lt(X, step), Y, rssn.gt(X, 10**25 + step), X / 3, rssn.symbol(f"s{step}"))
    return rssn.sin(X * step + Y) ** 2 + wide


def change(names: Any, step: int) -> None:
    """What a step does to names, whether of a store or of a plain dictionary."""
    names[f"n{step % 4}"] = formula(step)
    names[f"m{step % 3}"] = formula(step) * 2
    if step % 3 == 2:
        names.pop(f"n{(step + 1) % 4}", None)


def expected(steps: int) -> dict[str, rssn.Expr]:
    """The names after so many steps."""
    names: dict[str, rssn.Expr] = {}
    for step in range(steps):
        change(names, step)
    return names


def apply(store: Store, step: int) -> None:
    """One step, and now and then a compaction."""
    with store.transaction():
        change(store, step)
    if step % 4 == 3:
        store.compact()


def work(folder: Path, report: int) -> None:
    """All steps, each reported when it is committed."""
    with open_store(folder, memory="1 MiB") as store:
        for step in range(STEPS):
            apply(store, step)
            os.write(report, b".")


def stubborn_work(folder: Path, report: int, disarm: Callable[[], object]) -> None:
    """All steps; after an error the same commit is there, and the same step works once the fault has gone."""
    step = 0
    while step < STEPS:
        store = None
        try:
            store = open_store(folder, memory="1 MiB")
            while step < STEPS:
                apply(store, step)
                step += 1
                os.write(report, b".")
        except StorageError:
            disarm()
            if store is not None:
                seen = {name: store[name] for name in store}
                # A compaction may fail after its step was committed.
                if seen not in (expected(step), expected(step + 1)):
                    os._exit(3)
        finally:
            if store is not None:
                store.close()


# ---- the looking


def lose_power(folder: Path, shadow: Path, choose: random.Random) -> None:
    """Take back at random, page by page, what was never synced."""
    for path in folder.iterdir() if folder.exists() else ():
        kept = shadow / path.name
        durable = kept.read_bytes() if kept.exists() else b""
        now = path.read_bytes()
        size = max(len(now), len(durable)) if choose.random() < 0.5 else len(now)
        pages = []
        for at in range(0, size, PAGE):
            source = now if choose.random() < 0.5 else durable
            wanted = min(PAGE, size - at)
            pages.append(source[at : at + wanted].ljust(wanted, b"\0"))
        path.write_bytes(b"".join(pages))
    removed = shadow / "removed"
    if removed.exists() and choose.random() < 0.5:
        (folder / "catalogue.sqlite-journal").write_bytes(removed.read_bytes())


def judge(folder: Path, done: int) -> None:
    """The store holds what was reported, or one step more; it is whole, and it can be written again."""
    possible = [expected(done), expected(done + 1)]
    if (folder / "catalogue.sqlite").exists() and (folder / "catalogue.sqlite").stat().st_size:
        try:
            with open_store(folder, read_only=True) as store:
                assert dict(store) in possible, (done, sorted(store))
        except StorageError as error:
            # Killed before it was made.
            if done or "no store yet" not in str(error):
                raise
    with open_store(folder) as store:
        assert dict(store) in possible, (done, sorted(store))
        assert verify(folder) == [], verify(folder)
        store["after"] = X
        store.compact()
        assert store["after"] == X
    assert verify(folder) == []


class Bench:
    """Forks writers, one fault each."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store, self.shadow = folder, folder / "store", folder / "shadow"
        self.library = ctypes.CDLL(os.environ["LD_PRELOAD"]) if "LD_PRELOAD" in os.environ else None
        self.counts: Counter[str] = Counter()

    def fresh(self) -> None:
        """Empty folders."""
        for folder in (self.store, self.shadow):
            shutil.rmtree(folder, ignore_errors=True)
        self.shadow.mkdir()

    def arm(self, call: int, kind: int, times: int) -> None:
        """Set the fault, in the process that calls."""
        assert self.library is not None
        paths = [os.fsencode(path) for path in (self.store, self.shadow)]
        self.library.faults_arm(*paths, ctypes.c_long(call), kind, ctypes.c_long(times))

    def run(self, call: int, name: str, times: int = ONCE, seed: int = 0) -> int:
        """Let a writer run into a fault, judge what it left, and return how many calls it had made."""
        self.fresh()
        kind = KINDS[name]
        reading, writing = os.pipe()
        counting, counted = os.pipe()
        child = os.fork()
        if child == 0:
            self._child(call, kind, times, writing, counted)
        os.close(writing), os.close(counted)
        done = len(read_all(reading))
        calls = int(read_all(counting) or b"0")
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert status in (0, -signal.SIGKILL), f"{name} at call {call}: exit code {status}"
        if name.startswith("power"):
            lose_power(self.store, self.shadow, random.Random(seed))
        judge(self.store, done)
        self.counts[name if status or kind > TORN else "ran to the end"] += 1
        return calls

    def _child(self, call: int, kind: int, times: int, report: int, counted: int) -> None:
        code = 1
        try:
            self.arm(call, kind, times)
            if kind in (KILL, TORN):
                work(self.store, report)
            else:
                stubborn_work(self.store, report, lambda: self.arm(-1, 0, 0))
            if self.library is not None:
                os.write(counted, str(self.library.faults_calls()).encode())
            code = 0
        finally:
            if code:
                sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]  # there is one
            os._exit(code)

    def kill_at(self, seconds: float) -> None:
        """Kill a writer at a point in time, wherever that finds it."""
        self.fresh()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            work(self.store, writing)
            os._exit(0)
        os.close(writing)
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        judge(self.store, len(read_all(reading)))
        self.counts["kill -9 at a random time"] += 1


def read_all(descriptor: int) -> bytes:
    """Read a pipe to its end."""
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def main() -> None:
    """Every system call with every kind of fault, then random points in time; print how many of each were survived."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--random", type=int, default=1000, help="how many kills at random times")
    parser.add_argument("--every", type=int, default=1, help="take one system call of so many")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        if bench.library is None:
            library = build(Path(name))
            command = [sys.executable, __file__, *sys.argv[1:]]
            sys.exit(subprocess.run(command, env=os.environ | {"LD_PRELOAD": str(library)}, check=False).returncode)
        start = time.perf_counter()
        calls = bench.run(-1, "kill")
        seconds = time.perf_counter() - start
        print(f"a writer of {STEPS} commits and {STEPS // 4} compactions makes {calls} calls that change the folder")
        for call in range(0, calls, options.every):
            for kind in KINDS:
                bench.run(call, kind, seed=call)
                if kind in ("full", "broken"):
                    bench.run(call, kind, times=FOR_GOOD)
        choose = random.Random(1)
        for _ in range(options.random):
            bench.kill_at(choose.uniform(0, seconds))
        for kind, count in sorted(bench.counts.items()):
            print(f"{kind:28s} {count:6d} survived")
        print(f"{sum(bench.counts.values())} writers, nothing committed was lost, every store is whole")


if __name__ == "__main__":
    main()
