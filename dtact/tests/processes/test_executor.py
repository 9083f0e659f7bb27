"""The pool behind concurrent.futures: what code written for ProcessPoolExecutor expects."""

from __future__ import annotations

import asyncio
import concurrent.futures as futures
import subprocess
import sys
import textwrap
import threading
import time

import processes_jobs as jobs
import pytest

from dtact import errors, processes
from dtact.processes._executor import LightFuture


@pytest.fixture(scope="module")
def executor():
    with processes.Executor(2) as shared:
        yield shared


def test_it_is_an_executor_that_futures_work_with(executor):
    assert isinstance(executor, futures.Executor)
    many = [executor.submit(jobs.sleep, 0.01 * (i % 3)) for i in range(12)]
    done, late = futures.wait(many, timeout=20)
    assert len(done) == 12
    assert late == set()
    assert sorted(job.result() for job in futures.as_completed(many)) == sorted(0.01 * (i % 3) for i in range(12))
    assert all(isinstance(job, futures.Future) for job in many)


def test_map_takes_several_iterables_chunks_and_a_timeout(executor):
    assert list(executor.map(pow, range(10), range(10))) == list(map(pow, range(10), range(10)))
    assert list(executor.map(pow, range(40), range(40), chunksize=7)) == list(map(pow, range(40), range(40)))
    with pytest.raises(futures.TimeoutError):
        list(executor.map(jobs.sleep, [0, 0, 3], timeout=0.5))
    with pytest.raises(ValueError, match="chunksize"):
        executor.map(abs, [1], chunksize=0)
    results = executor.map(divmod, [1, 1], [1, 0])
    assert next(results) == (1, 0)
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_asyncio_runs_functions_in_it(executor):
    async def main():
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(executor, abs, -i) for i in range(50)))

    assert asyncio.run(main()) == list(range(50))


def test_a_wait_that_blocks_the_loop_ends_too(executor):
    async def main():
        future = executor.submit(abs, -3)
        return futures.wait([future], timeout=20).done == {future}

    assert asyncio.run(main())


def test_a_future_that_has_not_begun_can_be_cancelled():
    with processes.Executor(1) as executor:
        first = [executor.submit(jobs.sleep, 0.3) for _ in range(3)]
        last = executor.submit(jobs.sleep, 5)
        assert last.cancel()
        assert last.cancelled()
        assert [future.result(20) for future in first] == [0.3] * 3


def test_a_dead_worker_is_a_broken_executor_for_its_own_future_only(executor):
    fatal, other = executor.submit(jobs.die, "kill"), executor.submit(abs, -1)
    error = fatal.exception(20)
    assert isinstance(error, errors.WorkerDied)
    assert isinstance(error, futures.BrokenExecutor)
    assert other.result(20) == 1
    assert executor.submit(abs, -2).result(20) == 2


@pytest.mark.usefixtures("nothing_left")
def test_shutdown_finishes_or_cancels():
    executor = processes.Executor(1)
    kept = [executor.submit(jobs.sleep, 0.05) for _ in range(5)]
    executor.shutdown(wait=False)
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(abs, 1)
    assert [future.result(20) for future in kept] == [0.05] * 5
    executor = processes.Executor(1)
    many = [executor.submit(jobs.sleep, 0.2) for _ in range(20)]
    began = time.monotonic()
    executor.shutdown(cancel_futures=True)
    assert time.monotonic() - began < 3
    assert sum(future.cancelled() for future in many) >= 15


@pytest.mark.usefixtures("nothing_left")
def test_a_dropped_executor_finishes_its_work():
    executor = processes.Executor(1)
    results = executor.map(abs, range(-5, 5))
    del executor
    assert list(results) == [5, 4, 3, 2, 1, 0, 1, 2, 3, 4]


def test_the_interpreter_ends_after_the_work(tmp_path):
    code = textwrap.dedent(f"""
        import sys
        sys.path[:] = {sys.path!r}
        import processes_jobs as jobs
        from dtact import processes
        executor = processes.Executor(1)
        for word in "abc":
            executor.submit(jobs.append_line, {str(tmp_path / "out")!r}, word)
    """)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert (tmp_path / "out").read_text() == "a\nb\nc\n"


def test_the_initializer_runs():
    with processes.Executor(1, initializer=jobs.set_ready, initargs=("yes",)) as other:
        assert other.submit(jobs.get_ready).result(20) == "yes"


def test_other_ways_to_start_are_refused():
    with pytest.raises(errors.PoolLimitError):
        processes.Executor(max_tasks_per_child=3)


def test_a_future_that_nobody_waits_for_makes_no_condition():
    future = LightFuture()
    assert future.set_running_or_notify_cancel()
    assert (future.running(), future.done()) == (True, False)
    future.set_result(7)
    assert (future.running(), future.done(), future.result(), future.exception()) == (False, True, 7, None)
    assert future._made is not None  # exception() waits as the base does
    with pytest.raises(futures.InvalidStateError):
        future.set_result(8)


def test_futures_that_are_cancelled_fail_or_are_asked_too_early():
    future = LightFuture()
    assert future.cancel()
    assert future.cancelled()
    assert not future.set_running_or_notify_cancel()
    with pytest.raises(futures.CancelledError):
        future.result()
    future = LightFuture()
    with pytest.raises(TimeoutError):
        future.result(0.01)
    future.set_exception(ZeroDivisionError("no"))
    with pytest.raises(ZeroDivisionError):
        future.result()


def test_no_result_is_missed_whenever_it_comes():
    missed = []
    for turn in range(2000):
        future = LightFuture()
        called = []
        waiter = threading.Thread(target=lambda f=future: missed.append(f.result(10) is None))
        if turn % 2:
            waiter.start()
            future.add_done_callback(called.append)
            future.set_result(turn)
        else:
            setter = threading.Thread(target=future.set_result, args=(turn,))
            setter.start()
            waiter.start()
            future.add_done_callback(called.append)
            setter.join(10)
        waiter.join(10)
        assert called == [future]
    assert missed == [False] * 2000
