"""What CPython's own tests of tasks (see conformance) do not ask of ours."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from dtact.loop import new_event_loop
from dtact.scheduler import Waiter, current_task, spawn, yield_now

variable: contextvars.ContextVar[int] = contextvars.ContextVar("variable", default=0)


@pytest.fixture(params=["uvloop", "selector"])
def run(request: pytest.FixtureRequest) -> Callable[..., Any]:
    def call(main: Any) -> Any:
        with asyncio.Runner(loop_factory=lambda: new_event_loop(request.param)) as runner:
            return runner.run(main)

    return call


async def nothing() -> None: ...


def test_it_is_an_asyncio_task_and_listed_as_one_while_it_runs(run: Callable[..., Any]) -> None:
    async def main() -> None:
        task = asyncio.create_task(nothing(), name="named")
        assert isinstance(task, asyncio.Task)
        assert asyncio.all_tasks() == {task, asyncio.current_task()}
        await task
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert task.get_name() == "named"

    run(main())


def test_a_running_task_stays_alive_though_nobody_holds_it(run: Callable[..., Any]) -> None:
    ended = []

    async def work() -> None:
        await asyncio.sleep(0.01)
        ended.append(True)

    async def main() -> None:
        seen = weakref.ref(asyncio.create_task(work()))
        gc.collect()
        assert seen() is not None
        await asyncio.sleep(0.03)
        gc.collect()
        assert seen() is None

    run(main())
    assert ended == [True]


def test_contexts_are_shared_but_changes_stay_private(run: Callable[..., Any]) -> None:
    """Tasks that start from the same variables may take turns in one context: nobody must notice."""

    async def work(value: int, keep: bool) -> tuple[int, int, int]:
        before = variable.get()
        token = variable.set(value)
        await asyncio.sleep(0)
        during = variable.get()
        if not keep:
            variable.reset(token)
        await asyncio.sleep(0)
        return before, during, variable.get()

    async def main() -> None:
        variable.set(7)
        tasks = [asyncio.create_task(work(value, value % 2 == 0)) for value in range(50)]
        for value, task in enumerate(tasks):
            assert await task == (7, value, value if value % 2 == 0 else 7)
        assert variable.get() == 7
        assert [task.get_context()[variable] for task in tasks[:4]] == [0, 7, 2, 7]

    run(main())


def test_the_first_who_waits_comes_before_later_callbacks(run: Callable[..., Any]) -> None:
    order = []

    async def wait_for(task: asyncio.Task[None], name: str) -> None:
        await task
        order.append(name)

    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(0.001))
        waiting = [asyncio.create_task(wait_for(task, name)) for name in "abc"]
        await asyncio.sleep(0)
        task.add_done_callback(lambda _: order.append("callback"))
        await asyncio.wait(waiting)

    run(main())
    assert order == ["a", "b", "c", "callback"]


def test_who_waits_is_listed_as_a_callback(run: Callable[..., Any]) -> None:
    async def wait_for(task: asyncio.Task[None]) -> None:
        await task

    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(0.001))
        waiting = asyncio.create_task(wait_for(task))
        await asyncio.sleep(0)
        assert len(task._callbacks) == 1  # type: ignore[attr-defined]
        assert waiting._fut_waiter is task  # type: ignore[attr-defined]
        await waiting

    run(main())


def test_cancelling_who_waits_cancels_what_it_waits_for(run: Callable[..., Any]) -> None:
    async def wait_for(task: asyncio.Task[None]) -> None:
        await task

    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(10))
        waiting = asyncio.create_task(wait_for(task))
        await asyncio.sleep(0)
        waiting.cancel("enough")
        with pytest.raises(asyncio.CancelledError, match="enough"):
            await waiting
        assert task.cancelled()

    run(main())


def test_a_task_started_at_once_runs_before_create_task_returns(run: Callable[..., Any]) -> None:
    seen: list[object] = []

    async def work() -> int:
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
        return 3

    async def main() -> None:
        me = asyncio.current_task()
        task = asyncio.get_running_loop().create_task(work(), eager_start=True)
        assert seen == [task]
        assert asyncio.current_task() is me
        assert await task == 3

    run(main())


def test_another_task_factory_makes_the_tasks(run: Callable[..., Any]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(lambda loop, coro, **options: asyncio.Task(coro, loop=loop, **options))
        task = asyncio.create_task(nothing(), name="theirs")
        assert type(task) is asyncio.Task
        assert task.get_name() == "theirs"
        await task
        with pytest.raises(TypeError, match="callable"):
            loop.set_task_factory(3)  # type: ignore[arg-type]
        loop.set_task_factory(None)
        assert loop.get_task_factory() is None

    run(main())


def test_a_task_that_a_cheap_task_starts_at_once_waits_on_its_own(run: Callable[..., Any]) -> None:
    async def main() -> None:
        waiter = Waiter()

        async def wait() -> object:
            assert current_task() is None
            return await waiter

        async def start() -> object:
            me = current_task()
            task = asyncio.get_running_loop().create_task(wait(), eager_start=True)
            assert current_task() is me
            await asyncio.sleep(0)
            waiter.wake(5)
            return await task

        assert await spawn(start()) == 5

    run(main())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio's tasks do not start at once")
def test_a_task_of_asyncios_own_that_a_cheap_task_starts_at_once_waits_on_its_own(run: Callable[..., Any]) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()

        async def wait(waiter: Waiter) -> object:
            assert current_task() is None
            await yield_now()
            assert await spawn(nothing(), start="now") is None
            assert isinstance(asyncio.current_task(), asyncio.Task)
            return await waiter

        async def wait_at_once(waiter: Waiter) -> object:
            return await waiter

        async def start() -> list[object]:
            me: Any = current_task()
            waiters = [Waiter(), Waiter()]
            tasks = [
                asyncio.Task(work(waiter), loop=loop, eager_start=True)
                for work, waiter in zip((wait, wait_at_once), waiters, strict=True)
            ]
            assert current_task() is me
            assert asyncio.current_task() is me
            await yield_now()
            for number, waiter in enumerate(waiters):
                loop.call_later(0.005, waiter.wake, number)
            return [await task for task in tasks]

        assert await spawn(start()) == [0, 1]

    run(main())


def test_a_task_left_behind_by_a_closed_loop_is_reported() -> None:
    loop = new_event_loop("selector")
    messages: list[str] = []
    loop.set_exception_handler(lambda _, context: messages.append(context["message"]))

    async def forever() -> None:
        await loop.create_future()

    async def main() -> None:
        loop.create_task(forever())
        await asyncio.sleep(0)

    loop.run_until_complete(main())
    loop.close()
    gc.collect()
    assert messages == ["Task was destroyed but it is pending!"]


def test_tasks_that_start_at_once_have_variables_of_their_own(run: Callable[..., Any]) -> None:
    async def keep(value: int) -> int:
        variable.set(value)
        await asyncio.sleep(0)
        return variable.get()

    async def look() -> int:
        return variable.get()

    async def ask() -> int:
        task: Any = asyncio.current_task()
        context = task.get_context()
        variable.set(7)
        return int(context.get(variable))

    async def main() -> tuple[list[int], int]:
        def start(coroutine: Any) -> Any:
            return asyncio.get_running_loop().create_task(coroutine, eager_start=True)

        variable.set(1)
        tasks = [start(keep(value)) for value in range(10, 15)]
        others = [start(look()), start(ask()), start(look())]
        assert [task.done() for task in others] == [True] * 3
        return [await task for task in (*tasks, *others)], variable.get()

    assert run(main()) == ([10, 11, 12, 13, 14, 1, 7, 1], 1)


@pytest.mark.parametrize("backend", ["uvloop", "selector"])
@pytest.mark.parametrize("pauses", [False, True])
@pytest.mark.parametrize("how", ["ours", "of the standard library", "callback"])
def test_an_error_nobody_asked_for_is_reported_in_the_context_of_what_failed(
    how: str, pauses: bool, backend: str
) -> None:
    if sys.version_info < (3, 12) and (backend == "selector" or how == "of the standard library"):
        pytest.skip("asyncio reports in the context of what failed since 3.12")
    seen, tasks = [], []

    def callback() -> None:
        variable.set(7)
        raise ZeroDivisionError

    async def fail() -> None:
        if pauses:
            await asyncio.sleep(0)
        callback()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, report: seen.append((variable.get(), type(report["exception"]))))
        if how == "callback":
            loop.call_soon(callback)
        elif how == "ours":
            tasks.append(loop.create_task(fail()))
        else:
            tasks.append(asyncio.Task(fail()))
        tasks.clear()
        await asyncio.sleep(0.002)

    with asyncio.Runner(loop_factory=lambda: new_event_loop(backend)) as runner:
        runner.run(main())
    assert seen == [(7, ZeroDivisionError)]
