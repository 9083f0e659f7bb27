"""Worker processes beside concurrent.futures.ProcessPoolExecutor: round trips, many small jobs, large arrays.

Both sides have 2 workers, warm, and take turns. Each answer is checked before its time counts.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy
from measure import Report

import dtact
from dtact import processes

WORKERS = 2
BATCH = 10_000
DOUBLES = 12_500_000  # 100 MB


def main() -> None:
    """Measure all."""
    report = Report("processes", ours="dtact")
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as peer, processes.Pool(WORKERS) as pool:
        list(peer.map(time.sleep, [0.05] * 4 * WORKERS))
        for _ in range(4 * WORKERS):
            assert peer.submit(abs, -1).result() == pool.submit(abs, -1).result() == 1
        trips(report, pool, peer)
        small_jobs(report, pool, peer)
        arrays(report, pool, peer)
    report.finish()


# ---------------------------------------------------------------- one job at a time


def trips(report: Report, pool: processes.Pool, peer: ProcessPoolExecutor) -> None:
    """An empty job and its answer, one after another, in a thread and awaited."""
    count = 100 if report.quick else 2000

    def of_peer(function: Callable[..., Any], *args: Any) -> Any:
        return asyncio.get_running_loop().run_in_executor(peer, function, *args)

    times: dict[str, tuple[list[float], list[float]]] = {}
    for _ in range(report.rounds(5)):
        for name, ours, theirs in (
            ("a thread waits", lambda: blocking(pool.submit, count), lambda: blocking(peer.submit, count // 4)),
            ("awaited, asyncio", *awaited(asyncio.run, pool.submit, of_peer, count)),
            ("awaited, dtact", *awaited(dtact.run, pool.submit, of_peer, count)),
        ):
            both = times.setdefault(name, ([], []))
            both[0].extend(ours())
            both[1].extend(theirs())
    for name, (ours_s, theirs_s) in times.items():
        for part, bar in ((50, 25e-6), (99, None)):
            pair = (statistics.quantiles(each, n=100)[part - 1] for each in (ours_s, theirs_s))
            report.absolute(
                f"round trip of an empty job, {name}, p{part}", *pair, peer="ProcessPoolExecutor", at_most=bar
            )


def blocking(submit: Callable[..., Any], count: int) -> list[float]:
    """Seconds of each, a thread waiting."""
    times = []
    for number in range(count):
        began = time.perf_counter()
        answer = submit(abs, -number).result()
        times.append(time.perf_counter() - began)
        assert answer == number
    return times


def awaited(
    run: Callable[..., list[float]], ours: Callable[..., Any], theirs: Callable[..., Any], count: int
) -> tuple[Callable[[], list[float]], Callable[[], list[float]]]:
    """The same in a coroutine: ours, and the peer's on the same loop."""

    async def trip(submit: Callable[..., Any], count: int) -> list[float]:
        times = []
        for number in range(count):
            began = time.perf_counter()
            answer = await submit(abs, -number)
            times.append(time.perf_counter() - began)
            assert answer == number
        return times

    return lambda: run(trip(ours, count)), lambda: run(trip(theirs, count // 4))


# ---------------------------------------------------------------- many small jobs


def small_jobs(report: Report, pool: processes.Pool, peer: ProcessPoolExecutor) -> None:
    """100,000 jobs that do next to nothing, all of them submitted, then asked for."""
    count = 2_000 if report.quick else 100_000
    numbers = range(0, -count, -1)

    def submit_all(submit: Callable[..., Any]) -> list[int]:
        # In batches: ProcessPoolExecutor of some Pythons blocks for ever when 65,536 are submitted in one go.
        batches = [numbers[at : at + BATCH] for at in range(0, count, BATCH)]
        return [job.result() for batch in batches for job in [submit(abs, number) for number in batch]]

    with processes.Executor(WORKERS) as executor:
        executor.submit(abs, 1).result()
        rows: dict[str, tuple[Callable[[], list[int]], Callable[[], list[int]]]] = {
            "submit": (lambda: submit_all(pool.submit), lambda: submit_all(peer.submit)),
            "our Executor": (lambda: submit_all(executor.submit), lambda: submit_all(peer.submit)),
            "map, theirs in chunks of 100": (
                lambda: list(processes.map(abs, numbers, pool=pool)),
                lambda: list(peer.map(abs, numbers, chunksize=100)),
            ),
        }
        for name, both in rows.items():
            ours, theirs = zip(*[[timed(work, count) for work in both] for _ in range(report.rounds(2))], strict=True)
            is_judged = "chunks" not in name  # the bar is about jobs, not about lists of them
            report.ratio(
                f"{count:,} small jobs, {name}",
                min(ours),
                min(theirs),
                peer="ProcessPoolExecutor",
                at_most=0.1 if is_judged else None,
            )


def timed(work: Callable[[], list[int]], count: int) -> float:
    """Seconds."""
    gc.collect()
    began = time.perf_counter()
    answers = work()
    elapsed = time.perf_counter() - began
    assert answers == list(range(count))
    return elapsed


# ---------------------------------------------------------------- arrays


def arrays(report: Report, pool: processes.Pool, peer: ProcessPoolExecutor) -> None:
    """100 MB as an argument and as a result; what of it is copied into anybody's own memory."""
    count = DOUBLES // 100 if report.quick else DOUBLES
    plain, shared = numpy.ones(count), processes.shared_array(count)
    shared[:] = 1
    name = f"{plain.nbytes / 1e6:g} MB"

    def call(submit: Callable[..., Any], array: Any) -> float:
        began = time.perf_counter()
        assert submit(numpy.sum, array).result() == count
        return time.perf_counter() - began

    def fetch(submit: Callable[..., Any]) -> float:
        began = time.perf_counter()
        assert submit(numpy.ones, count).result()[-1] == 1
        return time.perf_counter() - began

    rounds = report.rounds(5)
    theirs = min(call(peer.submit, plain) for _ in range(rounds))
    call(pool.submit, shared)
    here, there = own_mb(), workers_mb(pool)
    ours = min(call(pool.submit, shared) for _ in range(rounds))
    grown = own_mb() - here, workers_mb(pool) - there
    title = "a shared_array argument, summed"
    report.ratio(f"{name}: {title}", ours, theirs, peer="ProcessPoolExecutor, pickled")
    report.absolute(f"{name}: memory of ours that it took, parent", max(grown[0], 0.0), at_most=1, unit="MB")
    report.absolute(f"{name}: memory of ours that it took, workers", max(grown[1], 0.0), at_most=1, unit="MB")
    ours = min(call(pool.submit, plain) for _ in range(rounds))
    report.ratio(f"{name}: an ordinary array, summed", ours, theirs, peer="ProcessPoolExecutor, pickled")
    ours, theirs = (min(fetch(submit) for _ in range(rounds)) for submit in (pool.submit, peer.submit))
    report.ratio(f"{name}: a result", ours, theirs, peer="ProcessPoolExecutor, pickled")


def own_mb() -> float:
    """What this process has in memory that is nobody else's and no file's: the RSS that a copy would be in."""
    return anonymous_mb(Path("/proc/self/status").read_text())


def workers_mb(pool: processes.Pool) -> float:
    """The same, of all workers of a pool together."""
    return sum(anonymous_mb(Path(f"/proc/{pid}/status").read_text()) for pid in pool.statistics().workers)


def anonymous_mb(status: str) -> float:
    """RssAnon of a status file."""
    return int(status.split("RssAnon:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
