"""kill -9 at random moments: worker processes, and their parent every tenth time; 1,000 in all unless told otherwise.

    python tools/kills.py [KILLS]

Threads submit jobs of all kinds meanwhile. Ends with 1 unless every job ended, every answer was right, every answered
job had run exactly once, each death failed at most the one job its worker was at, and no process, descriptor, mapping,
segment or file is left afterwards. Prints what it counted.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

from dtact import errors, processes

TOKEN = "DTACT_KILLS"
PER_ROUND = 100
PATIENCE_S = 30.0
Job = tuple[int, processes.Job, Any]


def mark(book: Any, number: int, payload: Any, seconds: float) -> Any:
    """In a worker: write down that it began, work, write down that it ended."""
    book[number, 0] += 1
    if seconds:
        time.sleep(seconds)
    answer = len(payload) if isinstance(payload, bytes) else payload
    book[number, 1] += 1
    return answer


class Round:
    """One pool whose workers are killed while two threads submit."""

    def __init__(self, kills: int, seed: int) -> None:
        self.kills, self.seed = kills, seed
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.dead: Counter[int] = Counter()
        self.numbers = iter(range(1_000_000))
        self.book = processes.shared_array((1_000_000, 2), "u1")
        self.is_over = threading.Event()

    def run(self) -> None:
        """Kill, and check what came of all jobs."""
        chance = random.Random(self.seed)
        with processes.Pool(2) as pool:
            pool.submit(abs, -1).result(PATIENCE_S)
            threads = [threading.Thread(target=self.work, args=(pool, self.seed + at)) for at in range(2)]
            for thread in threads:
                thread.start()
            while self.counts["workers killed"] < self.kills and not self.wrong:
                time.sleep(0.4 * chance.random() ** 2)  # some while they start, most while they work
                try:
                    os.kill(chance.choice(pool.statistics().workers), signal.SIGKILL)
                except (OSError, IndexError):
                    continue  # it was dead already, or there was none
                self.counts["workers killed"] += 1
            self.is_over.set()
            for thread in threads:
                thread.join(2 * PATIENCE_S)
                self.demand(not thread.is_alive(), "a thread hangs")
            self.demand(pool.submit(abs, -1).result(PATIENCE_S) == 1, "the pool works no more")
        self.demand(max(self.dead.values(), default=0) <= 1, "a death failed several jobs")

    def work(self, pool: processes.Pool, seed: int) -> None:
        """Submit batches of jobs of all kinds, and wait for them."""
        chance = random.Random(seed)
        jobs = import_module("kills")  # not __main__, which workers don't have
        while not self.is_over.is_set() and not self.wrong:
            batch: list[Job] = []
            for _ in range(chance.randrange(1, 60)):
                number, kind = next(self.numbers), chance.random()
                payload: Any = b"x" * 100_000 if kind > 0.9 else number
                seconds = 0.002 if kind < 0.1 else 0.0
                batch.append((number, pool.submit(jobs.mark, self.book, number, payload, seconds), payload))
            for each in batch:
                self.check(*each)

    def check(self, number: int, job: processes.Job, payload: Any) -> None:
        """Wait for one."""
        try:
            answer = job.result(PATIENCE_S)
        except errors.WorkerDied as error:
            began, ended = (int(count) for count in self.book[number])
            self.dead[error.pid] += 1
            self.counts["jobs failed by the death of their worker"] += 1
            self.counts["of these, killed after the function and before the answer"] += ended
            self.demand(error.signal == signal.SIGKILL and ended <= began <= 1, f"a death told as {error}")
        except BaseException as error:
            self.demand(False, f"job {number}: {type(error).__name__}: {error}")
        else:
            self.counts["jobs answered"] += 1
            self.demand(answer == (100_000 if isinstance(payload, bytes) else number), f"a wrong answer: {answer!r}")
            self.demand(self.book[number].tolist() == [1, 1], f"job {number} ran {self.book[number].tolist()} times")

    def demand(self, is_so: bool, what: str) -> None:
        """Note what must not be."""
        if not is_so:
            self.wrong.append(what)


def victim() -> None:
    """A parent to be killed: two pools, shared arrays, and jobs under way at any moment."""
    jobs = import_module("kills")
    book = processes.shared_array((10_000, 2), "u1")
    pools = [processes.Pool(2), processes.Pool(1)]
    for number in range(10**9):
        for pool in pools:
            pool.submit(jobs.mark, book, number % 10_000, b"x" * 100_000, 0.001)
        if number % 100 == 0:
            pools[0].submit(abs, -1).result()


def kill_parent(delay_s: float, folder: str) -> str:
    """Kill a parent after a while; say what is left of it five seconds later, nothing if all is well."""
    token = f"{os.getpid()}.{time.monotonic_ns()}"
    environment = os.environ | {TOKEN: token, "TMPDIR": folder}
    parent = subprocess.Popen([sys.executable, __file__, "victim"], env=environment)
    time.sleep(delay_s)
    was_running = parent.poll() is None
    parent.kill()
    parent.wait()
    if not was_running:
        return f"the parent ended by itself: {parent.returncode}"
    deadline = time.monotonic() + 5
    while (left := having(token)) and time.monotonic() < deadline:
        time.sleep(0.01)
    return f"processes {left}" if left else f"files {files}" if (files := os.listdir(folder)) else ""


def having(token: str) -> list[int]:
    """The processes that live and have this token in their environment."""
    found, wanted = [], f"{TOKEN}={token}".encode()
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            if wanted in Path("/proc", entry, "environ").read_bytes().split(b"\0"):
                found.append(int(entry))
        except OSError:
            continue  # it has ended, or is somebody else's
    return found


def traces() -> dict[str, int]:
    """What this process holds of the system."""
    tasks = [Path("/proc/self/task", entry, "children") for entry in os.listdir("/proc/self/task")]
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "mappings": Path("/proc/self/maps").read_text().count("memfd:dtact"),
        "processes": sum(len(path.read_text().split()) for path in tasks if path.exists()),
        "segments": len(os.listdir("/dev/shm")),
    }


def main() -> int:
    """Kill them all."""
    total = int(sys.argv[1]) if sys.argv[1:] else 1000
    parents = total // 10
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    processes.Pool(1).close()
    before = traces()
    for seed in range(0, total - parents, PER_ROUND):
        kills = Round(min(PER_ROUND, total - parents - seed), seed)
        kills.run()
        counts += kills.counts
        wrong += kills.wrong
        del kills
    chance = random.Random(total)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(parents):
            left = kill_parent(chance.random() * 1.2, folder)
            counts["parents killed"] += 1
            wrong += [f"after the death of a parent: {left}"] if left else []
    deadline = time.monotonic() + 5
    while (after := traces()) != before and time.monotonic() < deadline:
        gc.collect()
        time.sleep(0.05)
    wrong += [f"left behind: {before} before, {after} after"] if after != before else []
    for what, count in counts.items():
        print(f"{count:9,} {what}")
    print(*([f"WRONG: {what}" for what in wrong[:20]] or ["no hang, no lost answer, nothing left"]), sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    if sys.argv[1:] == ["victim"]:
        victim()
    sys.exit(main())
