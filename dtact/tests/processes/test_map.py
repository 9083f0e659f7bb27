"""map keeps order, takes items as they are needed, and ends as it should."""

from __future__ import annotations

import asyncio
from itertools import count

import processes_jobs as jobs
import pytest

from dtact import errors, processes


@pytest.mark.parametrize("chunks", [None, 1, 7])
@pytest.mark.parametrize("limit", [None, 1, 10])
def test_results_come_in_order_in_threads_and_coroutines(pool, chunks, limit):
    items = range(300 if limit is None else 40)

    async def collect():
        return [item async for item in processes.map(abs, items, chunks=chunks, limit=limit, pool=pool)]

    assert list(processes.map(abs, items, chunks=chunks, limit=limit, pool=pool)) == list(items)
    assert asyncio.run(collect()) == list(items)


def test_unordered_results_are_all_there(pool):
    async def collect():
        return [item async for item in processes.map(abs, range(500), ordered=False, pool=pool)]

    assert sorted(processes.map(abs, range(500), ordered=False, pool=pool)) == list(range(500))
    assert sorted(asyncio.run(collect())) == list(range(500))
    times = [0.4, 0.0, 0.0, 0.0]
    assert list(processes.map(jobs.sleep, times, ordered=False, chunks=1, pool=pool))[-1] == 0.4


def test_items_are_taken_as_they_are_needed(pool):
    taken = []

    def items():
        for item in count():
            taken.append(item)
            yield item

    results = processes.map(abs, items(), limit=5, chunks=1, pool=pool)
    assert [next(results) for _ in range(20)] == list(range(20))
    assert len(taken) <= 26
    results.close()
    with pytest.raises(StopIteration):
        next(results)


def test_an_exception_comes_after_the_results_before_it(pool):
    results = processes.map(int, ["1", "2", "x", "4"], chunks=4, pool=pool)
    assert [next(results), next(results)] == [1, 2]
    with pytest.raises(ValueError, match="invalid literal"):
        next(results)
    with pytest.raises(StopIteration):
        next(results)


def test_a_dead_worker_ends_the_map(pool):
    with pytest.raises(errors.WorkerDied):
        list(processes.map(jobs.die, ["kill"], pool=pool))
    assert list(processes.map(abs, [-1], pool=pool)) == [1]


def test_a_function_that_cannot_cross_is_named(pool):
    with pytest.raises(errors.TransferError, match="run_chunk"):
        list(processes.map((item for item in ()).send, [1], pool=pool))
