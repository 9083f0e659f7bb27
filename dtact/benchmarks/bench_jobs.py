"""Jobs on worker threads: the hot core, chains, long jobs, wakes, and what Python pays for them.

A job of the hot core is the sum of 0..99, some 30 to 41 ns. One producer submits N of them on 2 workers; the peers are
the same jobs in the producer's own loop, crossbeam-deque with bare functions, and Tokio with a task a job; both of them
lie in benchmarks/peers/crossbeam (built by `cargo build --release` there; without it they are left out). Chains and
long jobs judge placement together: what helps one tends to hurt the other.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
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

SOURCE = Path(__file__).with_name("job_peers.cpp")
PEERS = Path(__file__).parents[2] / "benchmarks/peers/crossbeam/target/release"
COUNTS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
THEN_WAIT = 8
MOST_THREADS = 300


class Loops:
    """The compiled loops."""

    def __init__(self, library: ctypes.CDLL) -> None:
        get = ctypes.pythonapi.PyCapsule_GetPointer
        get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
        self.library, self.pool = library, get(_pool_c.pool_api, b"dtact.mesh._pool_c.pool_api")
        self._counts = (ctypes.c_int64 * MOST_THREADS)()
        int64, pool = ctypes.c_int64, ctypes.c_void_p
        for name, types in {
            "inline_jobs": [int64],
            "hot_core": [pool, int64, ctypes.c_int],
            "chain": [pool, int64],
            "long_jobs": [pool, int64, int64],
            "wake": [pool, int64, ctypes.c_uint32],
            "least_share": [ctypes.c_void_p, ctypes.c_int],
        }.items():
            getattr(library, name).restype, getattr(library, name).argtypes = ctypes.c_double, types
        library.counted_c.restype = int64

    def inline(self, count: int) -> float:
        """Seconds for the jobs in this thread."""
        return float(self.library.inline_jobs(count)) * 1e-9

    def hot_core(self, count: int) -> tuple[float, float]:
        """Seconds through the pool, and the smaller worker's share."""
        self.library.read_counts(self._counts)
        before = self.library.counted_c()
        seconds = float(self.library.hot_core(self.pool, count, 1)) * 1e-9
        assert self.library.counted_c() - before == count
        return seconds, float(self.library.least_share(self._counts, 2))

    def chain(self, hops: int) -> float:
        """Seconds a hop."""
        return float(self.library.chain(self.pool, hops)) * 1e-9 / hops

    def long_jobs(self, count: int, each_ns: int) -> float:
        """Seconds over the seconds that one thread would take."""
        return float(self.library.long_jobs(self.pool, count, each_ns)) / (count * each_ns)

    def wakes(self, rounds: int, pause_ns: int, options: int) -> list[float]:
        """Sorted seconds from submitting to the first line of the job."""
        return sorted(float(self.library.wake(self.pool, pause_ns, options)) * 1e-9 for _ in range(rounds))


@contextmanager
def compiled() -> Iterator[Loops]:
    """Compile the loops into a folder that goes away."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "job_peers.so")
        flags = ["-std=c++20", "-O3", "-ftls-model=initial-exec", "-shared", "-fPIC", f"-I{dtact.get_include()}"]
        subprocess.run(["g++", *flags, str(SOURCE), "-o", str(library)], check=True)
        yield Loops(ctypes.CDLL(str(library)))


def rust(program: str, count: int) -> list[float]:
    """The seconds that a Rust program says, or nothing where it is not built."""
    if not (PEERS / program).exists():
        return []
    done = subprocess.run([PEERS / program, "1", str(count)], capture_output=True, text=True, check=True)
    return [float(json.loads(done.stdout)["seconds"])]


def median(times: list[float]) -> float | None:
    """The median, or None of nothing."""
    return statistics.median(times) if times else None


def hot_core(report: Report, loops: Loops) -> None:
    """One producer, N small jobs: ours, in the producer's own loop, crossbeam and Tokio in turn."""
    for count in COUNTS[: 3 if report.quick else None]:
        is_large = count >= 1_000_000
        rounds = report.rounds(3 if is_large else 9)
        ours: list[float] = []
        bare: list[float] = []
        deque: list[float] = []
        tokio: list[float] = []
        shares: list[float] = []
        for _ in range(rounds):
            bare.append(loops.inline(count))
            seconds, share = loops.hot_core(count)
            ours.append(seconds)
            shares.append(share)
            deque += rust("crossbeam-peer", count)
            tokio += rust("tokio-jobs", count)
        seconds, name = statistics.median(ours), f"{count:,} jobs"
        # Up to 10,000 jobs either bar will do: 1.2 times the jobs alone, or a fifth of Tokio.
        report.ratio(f"{name}, against inline", seconds, statistics.median(bare), peer="inline")
        report.ratio(name, seconds, median(deque), peer="crossbeam", at_most=1.1 if is_large else None)
        report.ratio(name, seconds, median(tokio), peer="tokio", at_most=1 / 12 if is_large else 1 / 5)
        if is_large:
            report.absolute(
                f"{name}, share of the busier worker", max(1 - share for share in shares), at_most=0.75, unit=""
            )


def placement(report: Report, loops: Loops) -> None:
    """Messages that want to stay on one core, and long jobs that want both."""
    rounds = report.rounds(9)
    report.absolute("a chain of jobs, a hop", min(loops.chain(100_000) for _ in range(rounds)))
    for count, each_ns in ((20, 1_000_000), (200, 50_000), (2_000, 5_000)):
        shares = [loops.long_jobs(count, each_ns) for _ in range(rounds)]
        report.ratio(
            f"{count:,} jobs of {each_ns / 1000:g} µs, one by one",
            statistics.median(shares) * count * each_ns * 1e-9,
            count * each_ns * 1e-9,
            peer="serial",
            at_most=0.75,
        )


def wakes(report: Report, loops: Loops) -> None:
    """A sleeping worker, for who will wait and for who works on."""
    rounds = 100 if report.quick else 2000
    for name, options in (("who waits", THEN_WAIT), ("who works on", 0)):
        times = loops.wakes(rounds, 1_000_000, options)
        bars = (8e-6, 120e-6) if options else (None, None)
        report.absolute(f"wake after 1 ms, for {name}, p50", times[rounds // 2], at_most=bars[0])
        report.absolute(f"wake after 1 ms, for {name}, p99", times[rounds * 99 // 100], at_most=bars[1])


def from_python(report: Report, loops: Loops) -> None:
    """submit_many of a million small jobs, and one job awaited at a time."""
    count = 10_000 if report.quick else 1_000_000
    items = np.zeros(count, np.int64)
    small_job, times = loops.library.small_job_c, []
    for _ in range(report.rounds(7)):
        start = time.perf_counter()
        mesh.submit_many(small_job, items).wait()
        times.append(time.perf_counter() - start)
    report.absolute(f"submit_many of {count:,} jobs, a job", statistics.median(times) / count, at_most=40e-9)
    for name, run in (("asyncio", asyncio.run), ("dtact", dtact.run)):
        trips = sorted(run(round_trips(small_job, 200 if report.quick else 3000)))
        report.absolute(f"await of one job, {name}, p50", trips[len(trips) // 2], at_most=15e-6)
        report.absolute(f"await of one job, {name}, p99", trips[len(trips) * 99 // 100], at_most=150e-6)


async def round_trips(function: object, count: int) -> list[float]:
    """Seconds of each, with the workers asleep before."""
    times = []
    for _ in range(count):
        await asyncio.sleep(0.0002)
        start = time.perf_counter()
        await mesh.submit(function)
        times.append(time.perf_counter() - start)
    return times


def idle(report: Report) -> None:
    """CPU time that sleeping workers use."""
    seconds = 0.3 if report.quick else 3.0
    time.sleep(0.2)  # workers that were moved may run anywhere again after that
    before = time.process_time()
    time.sleep(seconds)
    report.absolute(f"CPU of idle workers in {seconds:g} s", time.process_time() - before, at_most=1e-3)


def main() -> None:
    """All of it on two workers."""
    report = Report("jobs", ours="dtact")
    mesh.set_thread_count(2)
    with compiled() as loops:
        report.note("2 workers; all times from the first submission until the last job has run")
        hot_core(report, loops)
        placement(report, loops)
        wakes(report, loops)
        from_python(report, loops)
        idle(report)
    report.finish()


if __name__ == "__main__":
    main()
