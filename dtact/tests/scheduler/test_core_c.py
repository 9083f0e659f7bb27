"""The cheap task."""

from __future__ import annotations

import asyncio
import inspect
from contextvars import ContextVar, copy_context

import pytest

import dtact
from dtact import errors


async def give(value):
    await dtact.yield_now()
    return value


def test_tasks_run_and_hand_over_what_they_return(run):
    async def main():
        tasks = [dtact.spawn(give(index)) for index in range(100)]
        return [await task for task in tasks]

    assert run(main()) == list(range(100))


def test_any_number_of_parties_may_wait_for_a_task(run):
    async def main():
        task = dtact.spawn(give("one"))

        async def wait():
            return await task

        cheap = [dtact.spawn(wait()) for _ in range(3)]
        dear = [asyncio.create_task(wait()) for _ in range(3)]
        return [await each for each in [*cheap, *dear]]

    assert run(main()) == ["one"] * 6


def test_exceptions_reach_every_waiter_with_their_traceback(run):
    async def fail():
        raise LookupError("gone")

    async def main():
        task = dtact.spawn(fail())
        for _ in range(2):
            with pytest.raises(LookupError, match="gone") as caught:
                await task
            assert caught.traceback[-1].name == "fail"
        assert isinstance(task.exception(), LookupError)

    run(main())


def test_a_yield_made_in_a_cheap_task_lets_others_run_when_an_asyncio_task_awaits_it(run):
    seen = []

    async def dear(pause):
        asyncio.get_running_loop().call_soon(seen.append, "called")
        await pause
        return list(seen)

    async def cheap():
        return await asyncio.create_task(dear(dtact.yield_now()))

    async def main():
        return await dtact.spawn(cheap())

    assert run(main()) == ["called"]


VARIABLE: ContextVar[str] = ContextVar("VARIABLE", default="unset")


def test_contexts_do_not_leak_between_tasks(run):
    async def change(value):
        assert VARIABLE.get() == "parent"
        token = VARIABLE.set(value)
        await dtact.yield_now()
        assert VARIABLE.get() == value
        VARIABLE.reset(token)
        await dtact.yield_now()
        return VARIABLE.get()

    async def look():
        await dtact.yield_now()
        return VARIABLE.get()

    async def main():
        VARIABLE.set("parent")
        tasks = []
        for index in range(10):
            tasks += [dtact.spawn(change(f"{index}"), start=("later", "now")[index % 2]), dtact.spawn(look())]
        results = [await task for task in tasks]
        assert VARIABLE.get() == "parent"
        return results

    assert run(main()) == ["parent"] * 20


def test_a_token_of_an_unchanged_variable_can_be_given_back_after_others_ran(run):
    """Setting a variable to the value it has changes nothing that can be seen; its token binds all the same."""

    async def reset_later():
        token = VARIABLE.set("same")
        await dtact.yield_now()
        await dtact.yield_now()
        VARIABLE.reset(token)

    async def change():
        VARIABLE.set("other")
        await dtact.yield_now()

    async def main():
        VARIABLE.set("same")
        for task in [dtact.spawn(reset_later()), dtact.spawn(change()), dtact.spawn(reset_later())]:
            await task

    run(main())


def test_the_current_task_of_asyncio_is_the_cheap_task(run):
    async def who():
        await dtact.yield_now()
        return asyncio.current_task(), dtact.current_task()

    async def main():
        mine = asyncio.current_task()
        task = dtact.spawn(who())
        now = dtact.spawn(who(), start="now")
        assert asyncio.current_task() is mine
        assert await task == (task, task)
        assert await now == (now, now)
        assert asyncio.current_task() is mine
        assert dtact.current_task() is None

    run(main())


def test_what_is_no_coroutine_is_refused(run):
    async def main():
        coroutine = give(1)
        with pytest.raises(errors.NotAwaitableError, match="call the function"):
            dtact.spawn(give)
        with pytest.raises(errors.NotAwaitableError):
            dtact.spawn(asyncio.get_running_loop().create_future())
        await coroutine
        with pytest.raises(errors.CoroutineReuseError):
            dtact.spawn(coroutine)
        twice = give(2)
        first, second = dtact.spawn(twice), dtact.spawn(twice)
        assert await first == 2
        with pytest.raises(errors.CoroutineReuseError):
            await second

    run(main())


def test_spawning_outside_a_runtime_says_what_to_do():
    coroutine = give(1)
    with pytest.raises(errors.NoRuntimeError, match=r"dtact\.run"):
        dtact.spawn(coroutine)
    coroutine.close()


def test_tracing_tells_of_every_task_and_step(run):
    async def main():
        events = []
        scheduler = dtact.scheduler.current_scheduler()
        scheduler.on_event = lambda kind, task, ns: events.append((kind, task.get_name(), ns >= 0))
        scheduler.tracing = True
        task = dtact.spawn(give(1), name="traced")
        await task
        scheduler.tracing = False
        return events

    assert run(main()) == [(kind, "traced", True) for kind in ("spawn", "step", "step", "end")]


def test_statistics_count_what_happened(run):
    async def main():
        scheduler = dtact.scheduler.current_scheduler()
        tasks = [dtact.spawn(give(1), priority="low") for _ in range(70)]
        before = scheduler.statistics()
        for task in tasks:
            await task
        return before, scheduler.statistics()

    before, after = run(main())
    assert (before["live"], before["ready"][3], before["finished"]) == (70, 70, 0)
    assert (after["live"], after["finished"], after["yields"]) == (0, 70, 70)
    assert after["steps"] - before["steps"] >= 140  # the steps of main, an asyncio task, count as well
    assert after["longest_step"] > 0


def test_the_short_way_in_says_what_it_takes():
    assert list(inspect.signature(dtact.spawn).parameters) == [
        "coroutine",
        "priority",
        "name",
        "affinity",
        "start",
        "context",
    ]
    assert inspect.signature(dtact.yield_now).parameters == {}
    assert dtact.spawn.__doc__
    assert dtact.yield_now.__doc__
    with pytest.raises(TypeError, match="no arguments"):
        dtact.yield_now(1)


def test_a_task_that_cannot_enter_its_context_never_was(run):
    async def main():
        loop = asyncio.get_running_loop()
        before = loop.statistics()["live"] if hasattr(loop, "statistics") else None
        entered = copy_context()
        with pytest.raises(RuntimeError, match="already entered"):
            entered.run(lambda: dtact.spawn(give(1), start="now", context=entered))
        assert before is None or loop.statistics()["live"] == before
        assert asyncio.current_task() is not None
        return await dtact.spawn(give("after"), start="now")

    assert run(main()) == "after"


def test_an_asyncio_task_started_inside_a_cheap_one_gives_way_too(run):
    order = []

    async def inner():
        for _ in range(3):
            order.append("asyncio")
            await dtact.yield_now()

    async def cheap():
        task = asyncio.get_running_loop().create_task(inner())
        for _ in range(3):
            order.append("cheap")
            await dtact.yield_now()
        await task

    async def main():
        await dtact.spawn(cheap())

    run(main())
    assert order == ["cheap", "asyncio"] * 3
