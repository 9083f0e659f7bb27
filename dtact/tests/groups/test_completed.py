"""Awaitables in the order of their ends, and the first of them."""

from __future__ import annotations

import asyncio
import gc

import pytest

import dtact
from dtact.errors import LimitError
from dtact.groups import as_completed, move_on_after, race, shield
from dtact.scheduler import Waiter


async def value(result, delay=0.0):
    await asyncio.sleep(delay)
    return result


async def failing(kind, delay=0.0):
    await asyncio.sleep(delay)
    raise kind


def test_tasks_come_in_the_order_of_their_ends_and_failures_are_their_own(everywhere):
    async def main():
        waiters = [Waiter() for _ in range(4)]

        async def told(index, result):
            await waiters[index]
            return result

        async def conduct():
            for waiter in waiters:
                await asyncio.sleep(0.001)
                waiter.wake("waiter")

        task = dtact.spawn(told(1, "cheap"))
        true = asyncio.ensure_future(told(0, "true"))
        awaitables = [told(3, "slow"), task, true, failing(LookupError()), waiters[2]]
        conductor = dtact.spawn(conduct())
        found = [done async for done in as_completed(awaitables)]
        await conductor
        assert isinstance(found[0].exception(), LookupError)
        assert [done.result() for done in found[1:]] == ["true", "cheap", "waiter", "slow"]
        assert found[1] is true
        assert found[2] is task

    everywhere(main())


def test_no_more_than_the_limit_run_at_a_time(everywhere):
    async def main():
        running = most = 0

        async def work(number):
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0)
            running -= 1
            return number

        found = [done.result() async for done in as_completed((work(n) for n in range(10)), limit=3)]
        assert sorted(found) == list(range(10))
        assert most == 3

    everywhere(main())


def test_breaking_off_cancels_what_was_started_here_and_nothing_else(everywhere):
    async def main():
        before = dtact.spawn(value(1, 10))
        true = asyncio.ensure_future(value(1, 10))
        cancelled = []

        async def work():
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                cancelled.append(1)
                raise

        # The last one waits for its turn, and is closed without a warning.
        async with as_completed([value(0), before, true, work(), work()], limit=4) as ended:
            async for done in ended:
                assert done.result() == 0
                break
        gc.collect()
        assert cancelled in ([1], [1, 1])
        assert not before.done()
        assert not true.done()
        before.cancel()
        true.cancel()

    everywhere(main())


def test_limits_that_are_none_are_typed_errors_and_close_the_coroutines(everywhere):
    async def main():
        with pytest.raises(LimitError):
            as_completed([value(1)], limit=0)
        gc.collect()
        assert [done async for done in as_completed([])] == []

    everywhere(main())


# ---------------------------------------------------------------- race


def test_the_first_result_wins_and_the_others_are_waited_for(everywhere):
    async def main():
        ended = []

        async def slow():
            try:
                await asyncio.sleep(10)
            finally:
                with shield():
                    await asyncio.sleep(0.002)
                ended.append("slow")

        true = asyncio.ensure_future(value(1, 10))
        future = asyncio.get_running_loop().create_future()
        assert (
            await race(slow(), value("first", 0.001), failing(LookupError()), dtact.spawn(slow()), true, future)
            == "first"
        )
        assert ended == ["slow", "slow"]
        assert true.cancelled()
        assert future.cancelled()

    everywhere(main())


def test_a_race_that_is_won_at_once_starts_nobody_else(everywhere):
    async def main():
        ran = []

        async def now():
            return "now"

        async def late():
            ran.append(1)
            return "late"

        assert await race(now(), late(), late()) == "now"
        gc.collect()
        assert ran == []

    everywhere(main())


def test_if_nobody_wins_all_failures_are_raised_in_order(everywhere):
    async def main():
        with pytest.raises(ExceptionGroup, match="nobody won the race") as caught:
            await race(failing(LookupError(), 0.002), failing(ValueError()))
        assert [type(error) for error in caught.value.exceptions] == [LookupError, ValueError]
        dead = dtact.spawn(value(1, 10))
        dead.cancel()
        with pytest.raises(BaseExceptionGroup) as caught:
            await race(dead, failing(ValueError()))
        assert [type(error) for error in caught.value.exceptions] == [asyncio.CancelledError, ValueError]
        assert await race(dead, value(2)) == 2

    everywhere(main())


def test_a_race_inside_a_scope_is_cancelled_as_a_whole(everywhere):
    async def main():
        tasks = [dtact.spawn(value(1, 10)), asyncio.ensure_future(value(1, 10))]
        with move_on_after(0.001) as scope:
            await race(*tasks, value(1, 10))
        assert scope.cancelled_caught
        assert all(task.cancelled() for task in tasks)

        with move_on_after(0):
            await race(value(1), value(2))
        gc.collect()

    everywhere(main())


def test_nothing_to_race_is_a_typed_error(everywhere):
    async def main():
        with pytest.raises(LimitError):
            await race()

    everywhere(main())
