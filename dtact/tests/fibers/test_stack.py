"""The stacks of fibers: reused, ended with their loop, and never a leak."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import weakref

import pytest

import dtact
from dtact import errors
from dtact.scheduler import Waiter


def loop_with(*functions):
    """Run a loop with fibers of these functions until each waits; return it, neither finished nor closed."""
    loop = dtact.new_event_loop()

    async def main():
        for function in functions:
            dtact.fiber(function)
        await asyncio.sleep(0.001)

    loop.run_until_complete(main())
    return loop


def test_a_suspended_fiber_is_ended_when_its_loop_closes():
    events = []

    def work():
        try:
            dtact.wait(Waiter())
        except BaseException as error:
            events.append(type(error).__name__)
            raise
        finally:
            events.append("left")

    loop_with(work).close()
    assert events == ["GreenletExit", "left"]


def test_a_fiber_that_waits_again_while_its_loop_closes_gets_a_typed_error():
    events = []

    def stubborn():
        try:
            dtact.wait(Waiter())
        finally:
            try:
                dtact.wait(Waiter())
            except errors.NotInFiberError as error:
                events.append(str(error))

    async def again():
        try:
            await Waiter()
        finally:
            await Waiter()

    loop_with(stubborn, lambda: dtact.wait(again())).close()
    assert len(events) == 1


def test_what_a_fiber_raises_while_its_loop_closes_is_reported():
    seen = []

    def work():
        try:
            dtact.wait(Waiter())
        finally:
            raise ValueError("late")

    loop = loop_with(work)
    loop.set_exception_handler(lambda _, context: seen.append(context["exception"]))
    loop.close()
    assert [str(error) for error in seen] == ["late"]


def test_a_fiber_that_never_began_is_dropped_with_its_loop():
    loop = dtact.new_event_loop()

    async def main():
        return dtact.fiber(print)

    task = loop.run_until_complete(main())
    loop.close()
    assert task.done()


def test_what_a_fiber_held_is_let_go_when_it_ends():
    class Thing:
        pass

    thing = Thing()
    watched = weakref.ref(thing)

    async def main(thing):
        task = dtact.fiber(lambda _: dtact.wait(asyncio.sleep(0)), thing)
        del thing
        await task
        return task

    coroutine = main(thing)
    del thing
    task = dtact.run(coroutine)
    assert task.done()
    assert watched() is None


def resident() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def burst(count, width):
    def work():
        dtact.wait(dtact.yield_now())

    for _ in range(count // width):
        for task in [dtact.fiber(work) for _ in range(width)]:
            await task


@pytest.mark.parametrize("count", [100_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("width", [1, 1000])
def test_many_fibers_leave_memory_flat(count, width):
    """A thousand at once is more than the stacks that are kept: the others end each time."""

    async def main():
        await burst(10_000, width)
        gc.collect()
        before = resident()
        await burst(count, width)
        gc.collect()
        return resident() - before

    assert dtact.run(main()) < 8e6


def test_cancelled_and_failed_fibers_leak_nothing():
    def fails():
        dtact.wait(dtact.yield_now())
        raise ValueError

    def waits():
        dtact.wait(Waiter())

    async def round_of(count):
        tasks = [dtact.fiber(fails if index % 2 else waits) for index in range(count)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(ValueError, asyncio.CancelledError):
                await task

    async def main():
        for _ in range(50):
            await round_of(200)
        gc.collect()
        before = resident()
        for _ in range(400):
            await round_of(200)
        gc.collect()
        return resident() - before

    assert dtact.run(main()) < 8e6
