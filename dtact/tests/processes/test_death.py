"""kill -9 of workers and of the parent: nobody hangs, no answer is lost, nothing is left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import processes_jobs as jobs
import pytest

from dtact import errors, processes
from dtact.processes._birth import Birth


@pytest.mark.parametrize(
    ("how", "number", "code"), [("exit", None, 7), ("kill", signal.SIGKILL, None), ("segv", signal.SIGSEGV, None)]
)
def test_a_dead_worker_fails_its_own_job_only(pool, how, number, code, capfd):
    before = [pool.submit(jobs.sleep, 0.05) for _ in range(4)]
    fatal = pool.submit(jobs.die, how)
    after = [pool.submit(jobs.sleep, 0.05) for _ in range(4)]
    with pytest.raises(errors.WorkerDied, match="while it ran die") as caught:
        fatal.result(20)
    assert (caught.value.signal, caught.value.exit_code, caught.value.job) == (number, code, "die")
    assert "last words" in caught.value.stderr
    assert [job.result(20) for job in before + after] == [0.05] * 8
    assert "last words" in capfd.readouterr().err


def test_a_workers_socket_is_open_until_its_answers_are_read(monkeypatch):
    seen = []
    reap = Birth.reap

    def watched(birth):
        reap(birth)
        seen.append((birth.peer.socket, birth.peer.socket.fileno()))

    monkeypatch.setattr(Birth, "reap", watched)
    with processes.Pool(1) as pool:
        answered, fatal = pool.submit(jobs.make, 1_000_000), pool.submit(jobs.die, "kill")
        assert len(answered.result(20)) == 1_000_000
        with pytest.raises(errors.WorkerDied):
            fatal.result(20)
    assert len(seen) >= 2
    assert all(descriptor >= 0 for _, descriptor in seen)
    assert [socket.fileno() for socket, _ in seen] == [-1] * len(seen)


def kill_at_random(kills: int, seed: int) -> None:
    """Workers are killed at random moments while threads submit all kinds of jobs; every job ends, rightly."""
    chance = random.Random(seed)
    array = processes.shared_array(20_000)
    array[:] = 1
    counts = {"right": 0, "died": 0, "wrong": 0}
    with processes.Pool(2) as pool:
        pool.submit(abs, -1).result(30)
        is_over = threading.Event()

        def work(number: int) -> None:
            mine = random.Random(number)
            while not is_over.is_set():
                batch = []
                for i in range(mine.randrange(1, 60)):
                    kind = mine.random()
                    if kind < 0.8:
                        batch.append((pool.submit(abs, -i), i))
                    elif kind < 0.9:
                        batch.append((pool.submit(jobs.total, array), 20_000.0))
                    elif kind < 0.95:
                        batch.append((pool.submit(len, b"x" * 100_000), 100_000))
                    else:
                        batch.append((pool.submit(jobs.sleep, 0.002), 0.002))
                for job, expected in batch:
                    try:
                        assert job.result(30) == expected
                        counts["right"] += 1
                    except errors.WorkerDied as error:
                        counts["died" if error.signal == signal.SIGKILL else "wrong"] += 1

        failures: list[BaseException] = []

        def guarded(number: int) -> None:
            try:
                work(number)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=guarded, args=(seed + k,)) for k in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(kills):
            time.sleep(chance.random() * 0.06)
            workers = pool.statistics().workers
            if workers:
                try:
                    os.kill(chance.choice(workers), signal.SIGKILL)
                except ProcessLookupError:
                    continue
        is_over.set()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        assert [str(failure) for failure in failures] == []
        assert pool.submit(abs, -1).result(30) == 1
    assert counts["right"] > 0
    assert counts["wrong"] == 0
    assert counts["died"] <= kills


@pytest.mark.usefixtures("nothing_left")
def test_kills_at_random_moments_lose_nothing():
    kill_at_random(50, 1)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.usefixtures("nothing_left")
def test_a_thousand_kills_at_random_moments_lose_nothing(seed):
    kill_at_random(100, 100 * seed)


def test_an_answer_given_before_the_death_is_delivered(pool):
    """Each job writes a line, then answers; whoever was told it died may have written, never the reverse."""
    jobs_ = [pool.submit(jobs.pid) for _ in range(100)]
    for pid in pool.statistics().workers:
        os.kill(pid, signal.SIGKILL)
    answered = died = 0
    for job in jobs_:
        try:
            job.result(20)
            answered += 1
        except errors.WorkerDied:
            died += 1
    assert answered + died == 100
    assert died <= 2


PARENT = """
    import sys, time
    sys.path[:] = {path!r}
    import processes_jobs as jobs
    from dtact import processes
    pool = processes.Pool(2)
    array = processes.shared_array(1_000_000)
    running = [pool.submit(jobs.sleep, 60) for _ in range(2)]
    pool2 = processes.Pool(1)
    pids = [*pool.statistics().workers, *pool2.statistics().workers]
    nested = pool2.submit(jobs.nested_pool).result()
    while len(pids) < 3:
        time.sleep(0.05)
        pids = [*pool.statistics().workers, *pool2.statistics().workers]
    print(*pids, flush=True)
    for i in range(10**9):
        pool2.submit(jobs.total, array).result()
"""


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.3])
def test_killing_the_parent_leaves_nothing(delay):
    before = set(os.listdir("/dev/shm"))
    code = textwrap.dedent(PARENT).format(path=sys.path)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(pids) == 3
    time.sleep(delay)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 5
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(is_alive(pid) for pid in pids)
    assert set(os.listdir("/dev/shm")) <= before


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # whoever adopted it has only to reap it


INTERRUPTED = """
    import sys
    sys.path[:] = {path!r}
    import processes_jobs as jobs
    from dtact import processes
    with processes.Pool(2) as pool:
        job = pool.submit(jobs.sleep, 60)
        print(*pool.statistics().workers, pool.submit(abs, -1).result(), flush=True)
        try:
            job.result()
        except KeyboardInterrupt:
            print("interrupted", pool.submit(abs, -7).result(), flush=True)
            raise SystemExit(3)
"""


def test_ctrl_c_interrupts_the_wait_and_not_the_workers():
    code = textwrap.dedent(INTERRUPTED).format(path=sys.path)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert parent.stdout is not None
    assert parent.stdout.readline()
    time.sleep(0.3)
    os.killpg(parent.pid, signal.SIGINT)
    assert parent.stdout.readline().split() == ["interrupted", "7"]
    assert parent.wait(10) == 3
    parent.stdout.close()
