"""Who runs next: rings, ageing, and giving way."""

from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact import errors

AGE_LIMIT = 61


def model(levels):
    """The order in which tasks of these priorities, all ready at once, get their first turn; by their number."""
    rings = [[index for index, level in enumerate(levels) if level == ring] for ring in range(4)]
    passed, order = [0, 0, 0, 0], []
    while any(rings):
        top = next(level for level in range(4) if rings[level])
        chosen = top
        for level in range(3, top, -1):
            if rings[level]:
                passed[level] += 1
                if passed[level] > AGE_LIMIT:
                    chosen = level
                    break
        passed[chosen] = 0
        order.append(rings[chosen].pop(0))
    return order


async def record(order, index):
    order.append(index)


@given(st.lists(st.integers(0, 3), max_size=400))
def test_priorities_and_ageing_follow_the_model(levels):
    order = []

    async def main():
        for task in [dtact.spawn(record(order, index), priority=level) for index, level in enumerate(levels)]:
            await task

    async def outer():
        await dtact.spawn(main(), priority="critical")

    dtact.run(outer(), backend="selector")
    # The task that waits for the others takes turns as well; it is of the highest priority and counts as one of them.
    assert sorted(order) == list(range(len(levels)))
    for level in range(4):
        mine = [index for index in order if levels[index] == level]
        assert mine == sorted(mine), "first come, first served"
    if len(set(levels)) > 1:
        lowest = max(levels)
        runs = [len(list(group)) for low, group in groupby(order, lambda index: levels[index] == lowest) if not low]
        assert all(length <= AGE_LIMIT + 1 + levels.count(0) for length in runs[:1])


def test_the_model_says_what_runs_when_nothing_else_takes_turns():
    levels = [1, 2, 3] * 100
    order = []

    async def main():
        for index, level in enumerate(levels):
            dtact.spawn(record(order, index), priority=level)
        await dtact.spawn(record([], None), priority="low")

    dtact.run(main(), backend="selector")
    assert order == model(levels)


@pytest.mark.parametrize("flood", ["critical", "high"])
def test_a_flood_of_higher_priority_starves_nobody(run, flood):
    async def busy(turns):
        while turns["low"] < 10:
            turns["flood"] += 1
            await dtact.yield_now()

    async def slow(turns):
        for _ in range(10):
            turns["low"] += 1
            await dtact.yield_now()

    async def main():
        turns = {"flood": 0, "low": 0}
        tasks = [dtact.spawn(busy(turns), priority=flood) for _ in range(3)]
        tasks.append(dtact.spawn(slow(turns), priority="low"))
        for task in tasks:
            await task
        return turns["flood"]

    assert 0 < run(main()) <= 62 * 12


def test_every_yield_lets_others_run(run):
    async def main():
        last, others = -1, 0

        async def work(me):
            nonlocal last, others
            for _ in range(100):
                last = me
                await dtact.yield_now()
                others += last != me

        for task in [dtact.spawn(work(me)) for me in range(10)]:
            await task
        return others

    assert run(main()) >= 10 * 99


def test_yield_to_runs_that_task_next(run):
    async def main():
        order = []

        async def note(name):
            order.append(name)
            await dtact.yield_now()
            order.append(name + "2")

        async def leader():
            first, second, third = (dtact.spawn(note(name)) for name in "abc")
            await dtact.yield_to(third)
            order.append("leader")
            for task in (first, second, third):
                await task
            with pytest.raises(errors.FinishedTaskError):
                await dtact.yield_to(third)
            with pytest.raises(errors.NotAwaitableError):
                await dtact.yield_to("a name")

        await dtact.spawn(leader())
        return order

    assert run(main()) == ["c", "a", "b", "leader", "c2", "a2", "b2"]


def test_an_unknown_priority_is_refused(run):
    async def main():
        for wrong in ("urgent", 4, -1, 1.5):
            coroutine = record([], 0)
            with pytest.raises(ValueError, match="priority"):
                dtact.spawn(coroutine, priority=wrong)
            coroutine.close()

    run(main())


def test_callbacks_and_tasks_run_in_the_order_they_came(run):
    async def main():
        order = []
        scheduler = dtact.scheduler.current_scheduler()
        for index in range(20):
            if index % 2:
                scheduler.loop.call_soon(order.append, index)
            else:
                dtact.spawn(record(order, index))
        await dtact.yield_now()
        return order

    assert run(main()) == list(range(20))
