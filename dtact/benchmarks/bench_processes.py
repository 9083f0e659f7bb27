"""Worker processes beside concurrent.futures.ProcessPoolExecutor, alternately, in one run.

    python dtact/benchmarks/bench_processes.py [trips|jobs|arrays ...]

Both sides: the same number of workers, warm. Each answer is checked before its time counts; the best of the rounds.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy

import dtact
from dtact import processes

WORKERS = 2
JOBS, BATCH = 100_000, 10_000
ROUNDS = 5


def best(work: Callable[[], float], rounds: int = ROUNDS) -> float:
    return min(work() for _ in range(rounds))


def show(name: str, ours: float, theirs: float | None, unit: str, bar: str) -> None:
    peer = "" if theirs is None else f"{theirs:10.2f} {unit} {theirs / ours:6.1f}x"
    print(f"{name:42} {ours:10.2f} {unit} {peer:24} {bar}", flush=True)


# ---------------------------------------------------------------- one job at a time


def trip_blocking(submit: Callable[..., Any], count: int) -> list[float]:
    times = []
    for number in range(count):
        began = time.perf_counter()
        answer = submit(abs, -number).result()
        times.append(time.perf_counter() - began)
        assert answer == number
    return times


async def trip_awaited(submit: Callable[..., Any], count: int) -> list[float]:
    times = []
    for number in range(count):
        began = time.perf_counter()
        answer = await submit(abs, -number)
        times.append(time.perf_counter() - began)
        assert answer == number
    return times


def quantile(times: list[float], part: float) -> float:
    return sorted(times)[int(part * len(times))] * 1e6


def trips(pool: processes.Pool, peer: ProcessPoolExecutor) -> None:
    ours, theirs, awaited, uv = [], [], [], []

    def wrapped(function: Callable[..., Any], *args: Any) -> Any:
        return asyncio.get_running_loop().run_in_executor(peer, function, *args)

    theirs_awaited = []
    for _ in range(ROUNDS):
        ours += trip_blocking(pool.submit, 2000)
        theirs += trip_blocking(peer.submit, 500)
        awaited += asyncio.run(trip_awaited(pool.submit, 2000))
        theirs_awaited += asyncio.run(trip_awaited(wrapped, 500))
        if find_spec("uvloop"):
            uv += dtact.run(trip_awaited(pool.submit, 2000), backend="uvloop")
    for part, name in ((0.5, "p50"), (0.99, "p99")):
        bar = "bar: 25 us" if part == 0.5 else ""
        show(f"round trip, thread blocks, {name}", quantile(ours, part), quantile(theirs, part), "us", bar)
        show(
            f"round trip, awaited, asyncio, {name}", quantile(awaited, part), quantile(theirs_awaited, part), "us", bar
        )
        if uv:
            show(f"round trip, awaited, dtact on uvloop, {name}", quantile(uv, part), None, "us", bar)


# ---------------------------------------------------------------- many small jobs


def timed(work: Callable[[], list[int]]) -> float:
    gc.collect()
    began = time.perf_counter()
    answers = work()
    elapsed = time.perf_counter() - began
    assert answers == list(range(JOBS))
    return elapsed * 1e6 / JOBS


def jobs(pool: processes.Pool, peer: ProcessPoolExecutor) -> None:
    numbers = range(0, -JOBS, -1)

    def submit_all(submit: Callable[..., Any]) -> list[int]:
        # In batches: ProcessPoolExecutor of some Pythons blocks for ever when 65,536 are submitted in one go.
        batches = [numbers[at : at + BATCH] for at in range(0, JOBS, BATCH)]
        return [job.result() for batch in batches for job in [submit(abs, number) for number in batch]]

    executor_ours = processes.Executor(WORKERS)
    executor_ours.submit(abs, 1).result()
    rows: dict[str, tuple[Callable[[], list[int]], Callable[[], list[int]]]] = {
        "submit": (lambda: submit_all(pool.submit), lambda: submit_all(peer.submit)),
        "Executor.submit": (lambda: submit_all(executor_ours.submit), lambda: submit_all(peer.submit)),
        "map (theirs: chunksize=100)": (
            lambda: list(processes.map(abs, numbers, pool=pool)),
            lambda: list(peer.map(abs, numbers, chunksize=100)),
        ),
    }
    for name, (ours, theirs) in rows.items():
        pairs = [(timed(ours), timed(theirs)) for _ in range(2)]
        show(f"{JOBS} jobs, {name}, each", min(pair[0] for pair in pairs), min(pair[1] for pair in pairs), "us", "10x")
    executor_ours.shutdown()


# ---------------------------------------------------------------- arrays


def arrays(pool: processes.Pool, peer: ProcessPoolExecutor) -> None:
    plain = numpy.ones(12_500_000)
    shared = processes.shared_array(12_500_000)
    shared[:] = 1

    def call(submit: Callable[..., Any], array: Any) -> float:
        began = time.perf_counter()
        assert submit(numpy.ndarray.__getitem__, array, 0).result() == 1
        return (time.perf_counter() - began) * 1e3

    theirs = best(lambda: call(peer.submit, plain))
    before = own_kb()
    show("100 MB shared_array as an argument", best(lambda: call(pool.submit, shared)), theirs, "ms", "no copy")
    print(f"    private memory grew by {own_kb() - before} KB here")
    show("100 MB ordinary array as an argument", best(lambda: call(pool.submit, plain)), theirs, "ms", "one copy")

    def fetch(submit: Callable[..., Any]) -> float:
        began = time.perf_counter()
        assert submit(numpy.ones, 12_500_000).result()[-1] == 1
        return (time.perf_counter() - began) * 1e3

    show("100 MB result", best(lambda: fetch(pool.submit)), best(lambda: fetch(peer.submit)), "ms", "")


def own_kb() -> int:
    return int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0])


def main() -> None:
    chosen = sys.argv[1:] or ["trips", "jobs", "arrays"]
    print(f"Python {sys.version.split()[0]}, {WORKERS} workers; ours, then ProcessPoolExecutor (fork)")
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as peer:
        # Theirs are forked first: a fork beside the start of another process would keep its pipes open.
        list(peer.map(time.sleep, [0.05] * 4 * WORKERS))
        with processes.Pool(WORKERS) as pool:
            for _ in range(4 * WORKERS):
                assert peer.submit(abs, -1).result() == pool.submit(abs, -1).result() == 1
            for part in chosen:
                {"trips": trips, "jobs": jobs, "arrays": arrays}[part](pool, peer)


if __name__ == "__main__":
    main()
