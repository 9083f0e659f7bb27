"""A pool runs jobs, says what went wrong, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import math
import os
import threading
import time

import processes_jobs as jobs
import pytest

from dtact import errors, processes
from dtact.processes import _birth


def test_a_job_returns_what_its_function_returns(pool):
    assert pool.submit(math.hypot, 3, 4).result(10) == 5.0
    assert pool.submit(int, "ff", base=16).result(10) == 255
    assert pool.submit("abc".upper).result(10) == "ABC"
    assert repr(pool.submit(abs, -1)).startswith("<Job abs ")


def test_an_exception_keeps_its_type_and_its_traceback(pool):
    with pytest.raises(KeyError, match="lost") as caught:
        pool.submit(jobs.fail, "lost").result(10)
    assert "raise KeyError(text)" in str(caught.value.__cause__)
    assert isinstance(pool.submit(jobs.fail, "x").exception(10), KeyError)


def test_an_exception_that_cannot_be_unpickled_arrives_by_its_name_and_text(pool):
    with pytest.raises(errors.RemoteError, match=r"processes_jobs\.Refusal: ab"):
        pool.submit(jobs.refuse).result(10)


def test_what_cannot_be_pickled_is_named_at_submit(pool):
    with pytest.raises(errors.TransferError, match=r"argument 2 of pow.*generator"):
        pool.submit(pow, 2, (x for x in "ab"))
    with pytest.raises(errors.TransferError, match="can't be called"):
        pool.submit(3)
    with pytest.raises(errors.TransferError, match=r"the result can't cross.*generator"):
        pool.submit(jobs.unpicklable).result(10)


def test_results_wait_for_a_given_time(pool):
    job = pool.submit(jobs.sleep, 0.3)
    with pytest.raises(TimeoutError, match="sleep has no result"):
        job.result(0.05)
    assert job.result(10) == 0.3
    assert job.done()
    assert not job.cancelled()


def test_a_job_that_has_not_begun_can_be_cancelled(pool):
    running = [pool.submit(jobs.sleep, 0.2) for _ in range(2)]
    time.sleep(0.05)
    waiting = [pool.submit(jobs.sleep, 0.2) for _ in range(8)]
    assert all(job.cancel() for job in waiting)
    assert waiting[0].cancelled()
    with pytest.raises(errors.JobCancelledError):
        waiting[0].result(1)
    assert not running[0].cancel()
    assert running[0].result(10) == 0.2
    assert pool.submit(abs, -1).result(10) == 1


def test_callbacks_run_once_and_their_errors_do_not_stop_others(pool):
    seen = []
    job = pool.submit(jobs.sleep, 0.05)
    job.add_done_callback(seen.append)
    job.add_done_callback(lambda _: seen.append(pool.submit(abs, -9)))  # submitting inside a callback
    deadline = time.monotonic() + 10
    while len(seen) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)  # nobody waits for a result: the keeper reads
    assert seen[0] is job
    assert seen[1].result(10) == 9


def test_many_threads_may_submit_and_wait(pool):
    wrong = []

    def work(base):
        batch = [pool.submit(abs, -(base + i)) for i in range(300)]
        wrong.extend(i for i, job in enumerate(batch) if job.result(30) != base + i)

    threads = [threading.Thread(target=work, args=(1000 * k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_coroutines_on_several_loops_wait_at_once(pool):
    async def main(base):
        one_by_one = [await pool.submit(abs, -(base + i)) for i in range(100)]

        async def one(i):
            return await pool.submit(abs, -i)

        together = await asyncio.gather(*(one(i) for i in range(100)))
        return one_by_one == list(range(base, base + 100)) and together == list(range(100))

    found = []
    threads = [threading.Thread(target=lambda k=k: found.append(asyncio.run(main(k)))) for k in range(3)]
    for thread in threads:
        thread.start()
    blocking = [pool.submit(abs, -i).result(30) for i in range(200)]
    for thread in threads:
        thread.join()
    assert found == [True] * 3
    assert blocking == list(range(200))


def test_a_cancelled_await_gives_the_job_back(pool):
    async def main():
        for _ in range(2):
            pool.submit(jobs.sleep, 2)
        await asyncio.sleep(0.05)
        job = pool.submit(jobs.sleep, 5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(awaiting(job), 0.05)
        return job.cancelled()

    async def awaiting(job):
        return await job

    assert asyncio.run(main())


def test_jobs_left_by_a_closed_loop_are_read_by_others(pool):
    kept = []

    async def main():
        kept.extend(pool.submit(abs, -i) for i in range(500))

    asyncio.run(main())
    assert pool.submit(abs, -1).result(10) == 1
    assert [job.result(10) for job in kept] == list(range(500))


def test_idle_workers_take_what_busy_ones_have_not_begun(pool):
    for job in [pool.submit(abs, -i) for i in range(200)]:
        job.result(10)  # the pool learns that jobs are short, and gives many ahead
    began = time.monotonic()
    long = pool.submit(jobs.sleep, 4)
    rest = [pool.submit(abs, -i) for i in range(60)]
    assert [job.result(10) for job in rest] == list(range(60))
    assert time.monotonic() - began < 3.5
    long.result(10)


@pytest.mark.usefixtures("nothing_left")
def test_a_pool_leaves_nothing():
    for _ in range(3):
        with processes.Pool(2) as pool:
            assert pool.submit(abs, -1).result(30) == 1
    pool = processes.Pool(1)
    pool.submit(jobs.sleep, 60)
    del pool
    gc.collect()


@pytest.mark.usefixtures("nothing_left")
def test_drain_returns_what_it_gave_up():
    pool = processes.Pool(1)
    done, late = pool.submit(abs, -1), pool.submit(jobs.sleep, 60)
    began = time.monotonic()
    assert pool.drain(0.5) == [late]
    assert time.monotonic() - began < 5
    assert done.result(0) == 1
    with pytest.raises(errors.PoolClosedError):
        late.result(0)
    with pytest.raises(errors.PoolClosedError):
        pool.submit(abs, 1)


@pytest.mark.usefixtures("nothing_left")
def test_a_pool_is_an_async_context_manager():
    async def main():
        async with processes.Pool(1) as pool:
            job = pool.submit(jobs.sleep, 0.1)
            assert await pool.submit(abs, -3) == 3
        assert job.result(0) == 0.1
        pool = processes.Pool(1)
        late = pool.submit(jobs.sleep, 60)
        assert await pool.drain_async(0.2) == [late]

    asyncio.run(main())


def test_the_initializer_runs_in_each_worker_and_threads_are_limited():
    with processes.Pool(2, initializer=jobs.set_ready, initargs=(42,), threads=3) as pool:
        assert pool.submit(jobs.get_ready).result(30) == 42
        assert pool.submit(jobs.environment, "OMP_NUM_THREADS").result(30) == os.environ.get("OMP_NUM_THREADS", "3")


@pytest.mark.usefixtures("nothing_left")
def test_a_worker_that_cannot_start_is_an_error_that_shows_why(capfd):
    with processes.Pool(1, initializer=jobs.fail_to_start) as pool:
        with pytest.raises(errors.WorkerStartError, match="this initializer always fails"):
            pool.submit(abs, -1).result(30)
        with pytest.raises(errors.WorkerStartError):
            pool.submit(abs, -1)
    assert "always fails" in capfd.readouterr().err


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.usefixtures("nothing_left")
def test_workers_that_end_as_soon_as_they_are_ready_are_not_started_for_ever(workers):
    with processes.Pool(workers, initializer=jobs.end_once_ready) as pool:
        with pytest.raises(errors.WorkerStartError, match=r"ready and ended.*exit code 7(?s:.*)ended on purpose"):
            pool.submit(abs, -1).result(30)
        assert pool.statistics().died <= 3 * workers + 2


@pytest.mark.usefixtures("nothing_left")
def test_a_job_that_kills_its_worker_is_not_the_end_of_the_pool():
    with processes.Pool(1) as pool:
        for _ in range(6):
            with pytest.raises(errors.WorkerDied):
                pool.submit(os._exit, 3).result(30)
        assert pool.submit(abs, -1).result(30) == 1


@pytest.mark.usefixtures("nothing_left")
def test_a_worker_with_another_build_says_so(monkeypatch):
    monkeypatch.setattr(_birth, "LAYOUT", (0, 1, 2))
    with processes.Pool(1) as pool, pytest.raises(errors.WorkerStartError, match="different builds of dtact"):
        pool.submit(abs, -1).result(30)


def test_nested_submit_is_refused_and_a_pool_of_its_own_works(pool):
    with pytest.raises(errors.ProcessError, match="no default pool"):
        pool.submit(jobs.nested).result(30)
    assert pool.submit(jobs.nested_pool).result(30) == 5


def test_numbers_out_of_range_are_typed_errors(pool):
    for wrong in (lambda: processes.Pool(0), lambda: processes.Pool(1.5), lambda: processes.Pool(1, threads=0)):
        with pytest.raises(errors.PoolLimitError):
            wrong()
    for wrong in (lambda: processes.Pool(1, queue=0), lambda: processes.Pool(1, when_full="hope")):
        with pytest.raises(errors.PoolLimitError):
            wrong()
    with pytest.raises(errors.PoolLimitError):
        pool.drain(-1)
    with pytest.raises(errors.PoolLimitError):
        processes.map(abs, [], limit=0, pool=pool)


def test_the_default_pool_starts_at_the_first_use():
    assert processes.submit(abs, -2).result(30) == 2
    assert list(processes.map(abs, [-1, -2])) == [1, 2]


def test_statistics_count(pool):
    before = pool.statistics()
    pool.submit(abs, -1).result(10)
    after = pool.statistics()
    assert after.submitted == before.submitted + 1
    assert after.completed == before.completed + 1
    assert len(after.workers) == 2


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_no_pool_and_does_no_harm(pool):
    child = os.fork()
    if child == 0:
        try:
            pool.submit(abs, -1)
        except errors.PoolClosedError:
            os._exit(42)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    assert pool.submit(abs, -1).result(10) == 1


def test_a_full_queue_makes_submit_wait_and_stays_within_its_bound():
    with processes.Pool(1, queue=50) as pool:
        waiting, many = [], []
        for number in range(2000):
            many.append(pool.submit(abs, -number))
            waiting.append(pool.statistics().waiting)
        assert [job.result(20) for job in many] == list(range(2000))
    assert max(waiting) <= 50


def test_a_full_queue_can_reject():
    with processes.Pool(1, queue=5, when_full="reject") as pool:
        blocker = pool.submit(jobs.sleep, 0.5)
        taken = []
        with pytest.raises(errors.PoolFullError, match=r"no room for another job, 5 are.*when_full='wait'"):
            taken.extend(pool.submit(abs, -1) for _ in range(100))
        assert pool.statistics().waiting == 5
        assert taken[-1].cancel()  # a place is free again
        again = pool.submit(abs, -2)
        assert blocker.result(20) == 0.5
        assert [job.result(20) for job in [*taken[:-1], again]] == [1] * (len(taken) - 1) + [2]


def test_many_large_arguments_do_not_use_up_the_descriptors(pool):
    held = []
    many = []
    for _ in range(600):
        many.append(pool.submit(len, b"x" * 70_000))
        held.append(len(os.listdir("/proc/self/fd")))
    assert [job.result(20) for job in many] == [70_000] * 600
    assert max(held) < 350


def test_a_coroutine_and_several_threads_may_meet_a_full_queue():
    with processes.Pool(2, queue=8) as pool:

        async def main():
            return [await job for job in [pool.submit(abs, -i) for i in range(300)]]

        found = []
        threads = [threading.Thread(target=lambda: found.append(asyncio.run(main()))) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert [job.result(20) for job in [pool.submit(abs, -i) for i in range(300)]] == list(range(300))
        for thread in threads:
            thread.join(20)
        assert found == [list(range(300))] * 3


def test_a_callback_is_not_held_up_by_a_full_queue():
    later = []
    with processes.Pool(1, queue=3) as pool:
        for number in range(30):
            job = pool.submit(abs, -number)
            job.add_done_callback(lambda _: later.extend(pool.submit(abs, -9) for _ in range(5)))
            job.result(20)
        assert [job.result(20) for job in list(later)] == [9] * len(later)
        assert len(later) >= 145


def test_closing_a_pool_ends_the_wait_for_room():
    pool = processes.Pool(1, queue=1)
    told = []

    def fill():
        try:
            while True:
                pool.submit(jobs.sleep, 60)
        except errors.PoolClosedError as error:
            told.append(error)

    thread = threading.Thread(target=fill)
    thread.start()
    time.sleep(0.3)
    pool.close()
    thread.join(20)
    assert len(told) == 1
