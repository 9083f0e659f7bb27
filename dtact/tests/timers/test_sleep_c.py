"""Sleeps: never early, on both backends, in both kinds of task."""

from __future__ import annotations

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.errors import DelayError, NoRuntimeError, RuntimeStateError
from dtact.timers import now, sleep, sleep_until

SPAWN = {"cheap": dtact.spawn, "asyncio": asyncio.ensure_future}
each_kind = pytest.mark.parametrize("spawn", SPAWN.values(), ids=SPAWN)


async def nap(seconds):
    began = time.monotonic()
    await sleep(seconds)
    return time.monotonic() - began - seconds


@each_kind
def test_none_is_early(run, spawn):
    async def main():
        tasks = [spawn(nap(0.001 + index * 19e-6)) for index in range(1000)]
        return [await task for task in tasks]

    assert min(run(main())) >= 0


@each_kind
def test_after_a_long_idle_none_is_early(run, spawn):
    """Timers that count ticks of a clock of their own catch up at once after an idle time; ours have no such clock."""

    async def main():
        await asyncio.sleep(0.3)
        return await spawn(nap(0.05))

    assert 0 <= run(main()) < 1


@given(st.lists(st.integers(0, 20), max_size=30))
def test_sleepers_wake_in_the_order_of_their_times(milliseconds):
    """Equal times in the order in which the sleeps began."""

    async def main():
        woken, start = [], now() + 0.005

        async def until(index, time):
            await sleep_until(start + time / 1000)
            woken.append((time, index))

        tasks = [dtact.spawn(until(index, time)) for index, time in enumerate(milliseconds)]
        for task in tasks:
            await task
        assert woken == sorted(woken)

    dtact.run(main())


@each_kind
def test_zero_and_the_past_yield_once(run, spawn):
    async def main():
        for wait in (lambda: sleep(0), lambda: sleep_until(now() - 5), lambda: sleep_until(float("-inf"))):
            order = []

            async def work(name, wait=wait, order=order):
                order.append(name)
                await wait()
                order.append(name)

            tasks = [spawn(work("a")), spawn(work("b"))]
            for task in tasks:
                await task
            assert order == ["a", "b", "a", "b"]

    run(main())


@each_kind
def test_a_cancelled_sleep_leaves_the_heap(run, spawn):
    async def main():
        scheduler = asyncio.get_running_loop()._scheduler
        before = scheduler.statistics()["timers"]
        tasks = [spawn(nap(1000)) for _ in range(1000)]
        for _ in range(3):
            await asyncio.sleep(0)
        assert scheduler.statistics()["timers"] == before + 1000
        for task in tasks:
            task.cancel()
        for task in tasks:
            with pytest.raises(asyncio.CancelledError):
                await task
        assert scheduler.statistics()["timers"] == before

    run(main())


def test_for_ever_is_a_time(run):
    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await sleep(float("inf"))

    run(main())


def test_a_sleep_begins_when_it_is_awaited(run):
    async def main():
        wait = sleep(0.02)
        time.sleep(0.02)
        began = time.monotonic()
        await wait
        assert time.monotonic() - began >= 0.02
        with pytest.raises(RuntimeStateError):
            await wait

    run(main())


@pytest.mark.parametrize("bad", [-1, -1e-9, float("nan"), "1", None, 10**400])
def test_a_delay_is_a_number_that_is_not_negative(bad):
    with pytest.raises(DelayError):
        sleep(bad)
    if bad not in (-1, -1e-9):
        with pytest.raises(DelayError):
            sleep_until(bad)


def test_outside_a_runtime_it_says_what_to_use():
    async def main():
        await sleep(1)

    with (
        pytest.raises(NoRuntimeError, match=r"asyncio\.sleep"),
        asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
    ):
        runner.run(main())
    with pytest.raises(NoRuntimeError, match=r"time\.sleep"):
        sleep(1).block()
