"""Cancelling cheap tasks: asyncio's rules, and nothing that was handed over is lost."""

from __future__ import annotations

import asyncio
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.scheduler import Waiter

# Before 3.13, asyncio's uncancel left a cancellation that was about to be delivered; ours takes it back everywhere.
KINDS = ["cancel", "wake", "turn", "swallow", "pass", *(["uncancel"] if sys.version_info >= (3, 13) else [])]
STEPS = st.lists(st.sampled_from(KINDS), min_size=1, max_size=12)


async def follow(steps, spawn):
    """Apply steps to a task that waits for one future after another; return all that can be seen of it."""
    loop, seen, futures = asyncio.get_running_loop(), [], []
    swallow = False

    async def work():
        for number in range(4):
            future = loop.create_future()
            futures.append(future)
            try:
                seen.append(await future)
            except asyncio.CancelledError as error:
                seen.append(("cancelled", number, error.args))
                if not swallow:
                    raise
        return "end"

    task = spawn(work())
    for step in steps:
        if step == "cancel":
            seen.append(task.cancel("why"))
        elif step == "uncancel":
            seen.append(task.uncancel())
        elif step == "wake" and futures and not futures[-1].done():
            futures[-1].set_result(len(futures))
        elif step == "turn":
            for _ in range(4):
                await asyncio.sleep(0)
        elif step in ("swallow", "pass"):
            swallow = step == "swallow"
        seen.append((task.done(), task.cancelling()))
    while not task.done():
        if futures and not futures[-1].done():
            futures[-1].set_result("last")
        await asyncio.sleep(0)
    seen.append((task.cancelled(), None if task.cancelled() else task.result()))
    return seen


@given(STEPS)
def test_a_cheap_task_is_cancelled_exactly_as_an_asyncio_task(steps):
    """The reference is asyncio's own task on asyncio's own loop."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        wanted = runner.run(follow(steps, asyncio.ensure_future))
    assert dtact.run(follow(steps, dtact.spawn), backend="selector") == wanted


def test_a_cancelled_waiter_refuses_what_comes(run):
    async def main():
        waiter = Waiter()

        async def wait():
            await waiter

        task = dtact.spawn(wait())
        await dtact.yield_now()
        assert task.waiting_on is waiter
        assert task.cancel()
        assert not waiter.wake("late")
        with pytest.raises(asyncio.CancelledError):
            await task

    run(main())


def test_a_value_that_was_handed_over_arrives_before_the_cancellation(run):
    async def main():
        waiter, seen = Waiter(), []

        async def wait():
            seen.append(await waiter)
            await dtact.yield_now()
            await asyncio.sleep(10)

        task = dtact.spawn(wait())
        await dtact.yield_now()
        assert waiter.wake("item")
        assert task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == ["item"]
        assert not waiter.lost

    run(main())


def test_the_first_wake_wins(run):
    async def main():
        waiter = Waiter()
        assert waiter.wake(1)
        assert not waiter.wake(2)
        assert not waiter.fail(ValueError())
        return await waiter

    assert run(main()) == 1


def test_a_scope_that_is_cancelled_refuses_every_wait_of_its_task(run):
    async def main():
        seen = []

        async def work():
            for way in (dtact.yield_now, lambda: asyncio.sleep(5), lambda: Waiter(), lambda: asyncio.sleep(0)):
                try:
                    await way()
                except asyncio.CancelledError:
                    seen.append("refused")

        task = dtact.spawn(work())
        task.scope_cancelled = True
        await task
        return seen

    assert run(main()) == ["refused"] * 4


def test_cancelling_passes_through_a_task_that_is_awaited(run):
    async def main():
        inner = dtact.spawn(asyncio.sleep(10))

        async def outer():
            await inner

        task = dtact.spawn(outer())
        await dtact.yield_now()
        await dtact.yield_now()
        task.cancel("all")
        with pytest.raises(asyncio.CancelledError, match="all"):
            await task
        assert inner.cancelled()

    run(main())


@pytest.mark.parametrize("spawn", [dtact.spawn, asyncio.ensure_future], ids=["cheap", "asyncio"])
def test_the_tools_of_asyncio_work_on_and_in_cheap_tasks(run, spawn):
    async def slow(value):
        await asyncio.sleep(0.001)
        return value

    async def fail_in_group():
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(10))
            raise LookupError

    async def work():
        assert await asyncio.gather(*[dtact.spawn(slow(index)) for index in range(3)]) == [0, 1, 2]
        assert await asyncio.wait_for(dtact.spawn(slow("w")), 5) == "w"
        assert await asyncio.shield(dtact.spawn(slow("s"))) == "s"
        done, pending = await asyncio.wait([dtact.spawn(slow(1)), dtact.spawn(asyncio.sleep(10))], timeout=0.05)
        assert len(done) == len(pending) == 1
        for task in pending:
            task.cancel()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await asyncio.sleep(10)
        async with asyncio.TaskGroup() as group:
            child = group.create_task(slow("c"))
        with pytest.raises(ExceptionGroup):
            await fail_in_group()
        return child.result(), asyncio.current_task().cancelling()

    async def main():
        return await spawn(work())

    assert run(main()) == ("c", 0)
