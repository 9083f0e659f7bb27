"""Jobs: each runs once, is waited for from threads and tasks, and what can't be done is a typed error."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import sys
import threading
import time
from array import array
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact import errors, mesh

JOB = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    before = mesh.thread_count()
    yield
    mesh.set_thread_count(before)
    assert mesh.drain(10)


@pytest.fixture
def busy(bodies: ctypes.CDLL) -> Iterator[Callable[[], None]]:
    """Keep both workers busy until called."""
    mesh.set_thread_count(2)
    gate = (ctypes.c_int64 * 2)()  # open, and how many have come to it
    jobs = [mesh.submit(bodies.wait_for_it, ctypes.byref(gate), worker=worker) for worker in range(2)]
    while gate[1] < 2:  # or a thread that makes room in a full queue would take one of them
        time.sleep(0.001)

    def let_go() -> None:
        gate[0] = 1
        for job in jobs:
            assert job.wait(10)

    yield let_go
    let_go()


@given(st.integers(0, 3000), st.integers(1, 5))
def test_every_item_is_run_exactly_once(bodies: ctypes.CDLL, count: int, threads: int) -> None:
    mesh.set_thread_count(threads)
    runs = np.zeros(count, np.int64)
    job = mesh.submit_many(bodies.add_one, runs)
    assert job.wait(10)
    assert job.done()
    assert job.result() is None
    assert runs.tolist() == [1] * count


@given(st.integers(1, 200))
def test_single_jobs_run_once_each(bodies: ctypes.CDLL, count: int) -> None:
    runs = (ctypes.c_int64 * count)()
    jobs = [mesh.submit(bodies.add_one, ctypes.addressof(runs) + 8 * at) for at in range(count)]
    assert all(job.wait(10) for job in jobs)
    assert list(runs) == [1] * count


def test_items_may_lie_at_any_distance(bodies: ctypes.CDLL) -> None:
    runs = np.zeros((100, 3), np.int64)
    mesh.submit_many(bodies.add_one, runs.ctypes.data + 8, stride=24, count=100).wait()
    mesh.submit_many(bodies.add_one, runs.ctypes.data + 99 * 24, stride=-24, count=50).wait()
    mesh.submit_many(bodies.add_one, ctypes.c_void_p(runs.ctypes.data + 16), stride=0, count=7).wait()
    assert runs[:, 1].tolist() == [1] * 100
    assert runs[:, 0].tolist() == [0] * 50 + [1] * 50
    assert runs[0, 2] == 7


def test_jobs_are_spread_over_the_workers(bodies: ctypes.CDLL) -> None:
    """More jobs than the workers take at once while they still believe that jobs are short."""
    mesh.set_thread_count(3)
    threads = array("q", [0] * 90)
    mesh.submit_many(bodies.note_thread, threads).wait(10)
    assert len(set(threads)) == 3
    singles = array("q", [0] * 90)
    base = singles.buffer_info()[0]
    for job in [mesh.submit(bodies.note_thread, base + 8 * at) for at in range(90)]:
        job.wait(10)
    assert len(set(singles)) == 3
    assert threading.get_native_id() not in set(threads) | set(singles)


def test_what_a_job_uses_lives_until_it_is_done(bodies: ctypes.CDLL, busy: Callable[[], None]) -> None:
    runs = np.zeros(1000, np.int64)
    watched = sys.getrefcount(runs)
    mesh.submit_many(bodies.add_one, runs)  # and thrown away
    gc.collect()
    assert sys.getrefcount(runs) > watched
    busy()
    assert mesh.drain(10)
    mesh.submit(bodies.add_one, runs.ctypes.data).wait(10)
    assert sys.getrefcount(runs) == watched
    assert runs.tolist() == [2] + [1] * 999


def test_a_python_callback_runs_too() -> None:
    seen: list[int] = []
    body = JOB(seen.append)
    for job in [mesh.submit(body, at) for at in range(1, 6)]:
        assert job.wait(10)
    assert sorted(seen) == [1, 2, 3, 4, 5]


def test_wait_gives_up_in_time(bodies: ctypes.CDLL, busy: Callable[[], None]) -> None:
    job = mesh.submit(bodies.add_one, ctypes.byref(ctypes.c_int64()))
    start = time.monotonic()
    assert not job.wait(0.02)
    assert 0.02 <= time.monotonic() - start < 5
    assert not job.wait(0)
    assert not job.wait(-1)
    assert repr(job) == "<dtact.mesh.Job pending>"
    with pytest.raises(errors.JobStateError, match="not done"):
        job.result()
    busy()
    assert job.wait()


# ---------------------------------------------------------------- awaiting


@pytest.mark.parametrize("run", [asyncio.run, dtact.run], ids=["asyncio", "dtact"])
def test_a_task_awaits_jobs(bodies: ctypes.CDLL, run: Callable[..., object]) -> None:
    async def one(at: int) -> None:
        cell = ctypes.c_int64(at)
        await mesh.submit(bodies.add_one, ctypes.byref(cell))
        assert cell.value == at + 1

    async def main() -> None:
        for at in range(50):
            await one(at)
        await asyncio.gather(*(one(at) for at in range(300)))
        runs = np.zeros(10_000, np.int64)
        job = mesh.submit_many(bodies.add_one, runs)
        await asyncio.gather(wait(job), wait(job), wait(job))
        await job
        assert runs.tolist() == [1] * 10_000

    async def wait(job: mesh.Job[None]) -> None:
        await job

    run(main())
    run(main())


def test_a_cheap_task_awaits_jobs(bodies: ctypes.CDLL) -> None:
    async def one(at: int) -> int:
        cell = ctypes.c_int64(at)
        await mesh.submit(bodies.add_one, ctypes.byref(cell))
        return cell.value

    async def main() -> list[int]:
        tasks = [dtact.spawn(one(at)) for at in range(200)]
        return [await task for task in tasks]

    assert dtact.run(main()) == list(range(1, 201))


def test_a_cancelled_waiter_leaves_the_job_alone(bodies: ctypes.CDLL, busy: Callable[[], None]) -> None:
    async def main() -> None:
        cell = ctypes.c_int64()
        job = mesh.submit(bodies.add_one, ctypes.byref(cell))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await job
        assert not job.done()
        busy()
        await job
        assert cell.value == 1

    asyncio.run(main())


# ---------------------------------------------------------------- map


def test_map_runs_a_native_function_in_place(bodies: ctypes.CDLL) -> None:
    values = np.arange(1000.0)
    chunks = np.array_split(values, 7)
    job = mesh.map(bodies.double_all, chunks)
    assert job.wait(10)
    assert [id(chunk) for chunk in job.result()] == [id(chunk) for chunk in chunks]
    assert values.tolist() == (2 * np.arange(1000.0)).tolist()
    assert mesh.map(bodies.double_all, []).result() == []


def test_map_calls_python_with_each_chunk() -> None:
    threads = set()

    def add(a: int, b: int) -> int:
        threads.add(threading.get_native_id())
        return a + b

    async def main() -> None:
        assert await mesh.map(add, ((at, 1) for at in range(20))) == list(range(1, 21))
        assert await mesh.map(str, [1, 2]) == ["1", "2"]

    asyncio.run(main())
    assert threading.get_native_id() not in threads


def test_what_a_python_chunk_raises_comes_out() -> None:
    def fail(at: int) -> int:
        if at % 3 == 2:
            raise ValueError(f"chunk {at}")
        return at

    job = mesh.map(fail, range(9))
    assert job.wait(10)
    with pytest.raises(ValueError, match="chunk 2"):
        job.result()


def test_map_wants_memory_it_may_write(bodies: ctypes.CDLL) -> None:
    with pytest.raises(errors.JobError, match="writable"):
        mesh.map(bodies.double_all, [b"read only"])
    with pytest.raises(errors.JobError, match="writable"):
        mesh.map(bodies.double_all, [object()])
    with pytest.raises(errors.JobError, match="not a native function"):
        mesh.map(17.5, [b""])


# ---------------------------------------------------------------- full, closed, forked, wrong


def test_a_full_queue_is_an_error_or_drops_or_waits(bodies: ctypes.CDLL, busy: Callable[[], None]) -> None:
    cell = ctypes.c_int64()
    jobs: list[mesh.Job[None]] = []

    def fill() -> None:
        while len(jobs) < 100_000:
            jobs.append(mesh.submit(bodies.add_one, ctypes.byref(cell), when_full="reject"))

    with pytest.raises(errors.QueueFullError, match="no room"):
        fill()
    assert 4096 <= len(jobs) < 10_000
    before = mesh.dropped_jobs()
    last = mesh.submit(bodies.add_one, ctypes.byref(cell), when_full="shed")
    assert mesh.dropped_jobs() == before + 1
    dropped = [job for job in jobs if job.done()]
    assert len(dropped) == 1
    with pytest.raises(errors.JobDroppedError, match="full queue"):
        dropped[0].result()
    with pytest.raises(errors.JobDroppedError):
        dropped[0].wait()
    helped = mesh.submit(bodies.add_one, ctypes.byref(cell))  # this thread makes room by running some
    assert cell.value > 0
    busy()
    assert all(job.wait(10) for job in [*jobs, last, helped] if job is not dropped[0])
    assert cell.value == len(jobs) - 1 + 2


def test_a_closed_mesh_takes_no_jobs(bodies: ctypes.CDLL) -> None:
    cell = ctypes.c_int64()
    assert mesh.close(10)
    try:
        with pytest.raises(errors.MeshClosedError, match="reopen"):
            mesh.submit(bodies.add_one, ctypes.byref(cell))
    finally:
        mesh.reopen()
    mesh.submit(bodies.add_one, ctypes.byref(cell)).wait(10)
    assert cell.value == 1


def test_drain_gives_up_in_time(busy: Callable[[], None]) -> None:
    assert mesh.pending_jobs() == 2
    assert not mesh.drain(0.01)
    busy()
    assert mesh.drain()
    with pytest.raises(errors.CountError, match="time to wait"):
        mesh.drain(-1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # fork() beside threads is the point
def test_a_job_of_the_parent_is_lost_in_a_child(bodies: ctypes.CDLL, busy: Callable[[], None]) -> None:
    cell = ctypes.c_int64()
    job = mesh.submit(bodies.add_one, ctypes.byref(cell))
    child = os.fork()
    if child == 0:
        try:
            assert job.done()
            assert mesh.pending_jobs() == 0
            try:
                job.wait()
            except errors.JobLostError:
                mesh.submit(bodies.add_one, ctypes.byref(cell)).wait(10)
                os._exit(int(cell.value != 1))
        finally:
            os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    busy()
    assert job.wait(10)
    assert cell.value == 1


@pytest.mark.parametrize("function", [0, None, "name", len, 1.5, -1])
def test_what_is_no_native_function_is_an_error(function: object) -> None:
    for submit in (mesh.submit, mesh.submit_many):
        with pytest.raises(errors.JobError):
            submit(function, array("q", [0]))


def test_wrong_arguments_are_typed_errors(bodies: ctypes.CDLL) -> None:
    with pytest.raises(errors.JobError, match="not an array"):
        mesh.submit_many(bodies.add_one, object())
    with pytest.raises(errors.JobError, match="not an array"):
        mesh.submit_many(bodies.add_one, np.zeros((4, 4), np.int64)[:, 1])
    with pytest.raises(errors.JobError, match="belong together"):
        mesh.submit_many(bodies.add_one, 64, stride=8)
    with pytest.raises(errors.CountError, match="count"):
        mesh.submit_many(bodies.add_one, 64, stride=8, count=-1)
    with pytest.raises(errors.CountError, match="policy"):
        mesh.submit(bodies.add_one, None, when_full="drop")  # type: ignore[arg-type]
    with pytest.raises(errors.CountError, match="worker"):
        mesh.submit(bodies.add_one, None, worker=-1)
    with pytest.raises(TypeError, match="made by"):
        mesh.Job()


def test_statistics_count_the_jobs_of_each_worker(bodies: ctypes.CDLL) -> None:
    mesh.set_thread_count(2)
    cell = ctypes.c_int64()
    before = sum(row.ran for row in mesh.worker_statistics())
    for job in [mesh.submit(bodies.add_one, ctypes.byref(cell)) for _ in range(40)]:
        job.wait(10)
    assert mesh.drain(10)
    rows = mesh.worker_statistics()
    assert sum(row.ran for row in rows) - before == 40
    assert [row.worker for row in rows] == [*range(len(rows) - 1), -1]
