"""Cancel scopes in tasks of both grades."""

# ruff: noqa: PT012 -- what a block comes to is what is tested here, so it stands inside `raises`

from __future__ import annotations

import asyncio
import contextlib
import threading
import time

import pytest

import dtact
from dtact.errors import DelayError, NoRuntimeError, ScopeError
from dtact.groups import CancelScope, fail_after, fail_at, move_on_after, move_on_at, shield
from dtact.scheduler import Waiter

CREATORS = pytest.mark.parametrize("start", [dtact.spawn, asyncio.ensure_future], ids=["cheap", "asyncio"])
WAITS = {
    "sleep": lambda: asyncio.sleep(10),
    "yield": dtact.yield_now,
    "sleep(0)": lambda: asyncio.sleep(0),
    "waiter": lambda: Waiter(),
    "event": lambda: asyncio.Event().wait(),
    "task": lambda: dtact.spawn(asyncio.sleep(10)),
    "asyncio task": lambda: asyncio.ensure_future(asyncio.sleep(10)),
}


@pytest.mark.parametrize("way", WAITS)
def test_a_cancelled_scope_refuses_every_wait_until_it_is_left(everywhere, way):
    async def main():
        refused = 0
        with CancelScope() as scope:
            scope.cancel("enough")
            for _ in range(3):
                try:
                    await WAITS[way]()
                except asyncio.CancelledError:
                    refused += 1
            await WAITS[way]()
            refused = -1
        assert refused == 3
        assert scope.cancel_called
        assert scope.cancelled_caught
        assert not scope.timed_out
        await asyncio.sleep(0)
        await dtact.yield_now()

    everywhere(main())


@pytest.mark.parametrize("way", WAITS)
@CREATORS
def test_a_wait_in_progress_is_interrupted_and_the_next_one_too(run, start, way):
    async def main():
        seen = []

        async def work():
            with CancelScope() as scope:
                scopes.append(scope)
                try:
                    while True:
                        await WAITS[way]()
                finally:
                    with pytest.raises(asyncio.CancelledError):
                        await WAITS[way]()
                    seen.append("cleaned up")
            seen.append(scope.cancelled_caught)

        scopes = []
        task = start(work())
        await asyncio.sleep(0.001)
        scopes[0].cancel()
        await task
        assert seen == ["cleaned up", True]
        assert task.cancelling() == 0

    run(main())


@pytest.mark.parametrize("what", ["waiter", "future"])
@CREATORS
def test_what_was_handed_over_before_the_cancellation_is_not_lost(run, start, what):
    async def main():
        wanted = Waiter() if what == "waiter" else asyncio.get_running_loop().create_future()
        scopes, seen = [], []

        async def work():
            with CancelScope() as scope:
                scopes.append(scope)
                seen.append(await wanted)
                await asyncio.sleep(10)

        task = start(work())
        await asyncio.sleep(0.001)
        wanted.wake(5) if what == "waiter" else wanted.set_result(5)
        scopes[0].cancel()
        await task
        assert seen == [5]
        assert scopes[0].cancelled_caught

    run(main())


def test_the_reason_is_the_message_of_the_error(everywhere):
    async def main():
        with CancelScope() as scope:
            scope.cancel("enough")
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError as error:
                return error.args
        return None

    assert everywhere(main()) in (("enough",), ())


def test_a_scope_that_is_left_without_a_wait_leaks_nothing(everywhere):
    async def main():
        with CancelScope() as scope:
            scope.cancel()
        assert not scope.cancelled_caught
        await dtact.yield_now()
        await asyncio.sleep(0.001)
        scope.cancel()
        await asyncio.sleep(0.001)

    everywhere(main())


def test_the_outermost_cancelled_scope_catches(everywhere):
    async def main():
        with CancelScope() as outer:
            with CancelScope() as inner:
                outer.cancel()
                inner.cancel()
                await asyncio.sleep(1)
            raise AssertionError("went on inside a cancelled scope")
        assert outer.cancelled_caught
        assert not inner.cancelled_caught

    everywhere(main())


def test_an_inner_scope_catches_its_own_and_the_outer_goes_on(everywhere):
    async def main():
        with CancelScope() as outer:
            with CancelScope() as inner:
                inner.cancel()
                await asyncio.sleep(1)
            await asyncio.sleep(0)
        assert inner.cancelled_caught
        assert not outer.cancel_called

    everywhere(main())


def test_a_shield_holds_back_the_outer_cancellation_until_it_is_left(everywhere):
    async def main():
        order = []
        with CancelScope() as outer:
            with shield():
                outer.cancel()
                await asyncio.sleep(0.001)
                order.append("saved")
            order.append("left")
            await asyncio.sleep(0.001)
            order.append("never")
        assert order == ["saved", "left"]
        assert outer.cancelled_caught

    everywhere(main())


def test_a_shield_that_is_dropped_while_its_task_waits_lets_the_cancellation_in(run):
    async def main():
        async def work():
            with CancelScope() as outer, CancelScope(shield=True) as inner:
                scopes.extend([outer, inner])
                await asyncio.sleep(10)
            return outer.cancelled_caught, inner.cancelled_caught

        scopes = []
        task = dtact.spawn(work())
        await asyncio.sleep(0.001)
        scopes[0].cancel()
        await asyncio.sleep(0.001)
        assert not task.done()
        scopes[1].shield = False
        assert await task == (True, False)

    run(main())


def test_a_shield_has_a_deadline_of_its_own(everywhere):
    async def main():
        with CancelScope() as outer, move_on_after(0.005, shield=True) as inner:
            outer.cancel()
            await asyncio.sleep(10)
        assert inner.cancelled_caught
        assert inner.timed_out
        assert not outer.cancelled_caught

    everywhere(main())


def test_deadlines_are_never_early_and_may_be_moved(everywhere):
    async def main():
        loop = asyncio.get_running_loop()
        began = loop.time()
        with move_on_after(0.01) as scope:
            await asyncio.sleep(10)
        assert scope.timed_out
        assert 0.01 <= loop.time() - began < 5

        with move_on_after(0.001) as scope:
            scope.deadline += 100
            await asyncio.sleep(0.01)
        assert not scope.cancel_called

        with move_on_at(loop.time() + 100) as scope:
            scope.deadline = loop.time()
            await asyncio.sleep(10)
        assert scope.cancelled_caught

        with move_on_at(loop.time() - 1) as scope:
            assert scope.cancel_called
            await asyncio.sleep(10)
        assert scope.cancelled_caught

    everywhere(main())


def test_fail_after_raises_only_if_its_own_time_was_up(everywhere):
    async def main():
        with pytest.raises(TimeoutError, match=r"not done within 0\.002 s"), fail_after(0.002):
            await asyncio.sleep(10)
        with fail_after(10):
            await asyncio.sleep(0)
        with fail_after(10) as scope:
            scope.cancel()
            await asyncio.sleep(10)
        assert scope.cancelled_caught
        with move_on_after(0.001), fail_after(10):
            await asyncio.sleep(10)
        with pytest.raises(TimeoutError), fail_at(asyncio.get_running_loop().time() + 0.001):
            await asyncio.sleep(10)
        with pytest.raises(LookupError), fail_after(0):
            raise LookupError

    everywhere(main())


def test_no_time_at_all_cancels_the_first_wait(everywhere):
    async def main():
        ran = []
        with move_on_after(0):
            ran.append(1)
            await asyncio.sleep(0)
            ran.append(2)
        assert ran == [1]

    everywhere(main())


# ---------------------------------------------------------------- asyncio's own cancellation


@CREATORS
def test_a_request_from_outside_passes_through_a_scope(run, start):
    async def main():
        async def work():
            with CancelScope() as scope:
                scopes.append(scope)
                await asyncio.sleep(10)
            seen.append("swallowed")

        scopes, seen = [], []
        task = start(work())
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()
        assert seen == []
        assert not scopes[0].cancelled_caught

    run(main())


@pytest.mark.parametrize("first", ["scope", "task"])
@CREATORS
def test_a_request_from_outside_is_not_swallowed_by_a_scope_that_is_cancelled_too(run, start, first):
    async def main():
        async def work():
            with CancelScope() as scope:
                scopes.append(scope)
                await asyncio.sleep(10)
            seen.append("swallowed")

        scopes, seen = [], []
        task = start(work())
        await asyncio.sleep(0.001)
        for who in (scopes[0], task) if first == "scope" else (task, scopes[0]):
            who.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == []

    run(main())


@CREATORS
def test_requests_are_counted_from_where_the_scope_began(run, start):
    """A task that cleans up after a request may use scopes, and they catch what is theirs."""

    async def main():
        async def work():
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                assert asyncio.current_task().cancelling() == 1
                with move_on_after(0.001) as scope:
                    await asyncio.sleep(10)
                assert scope.cancelled_caught
                raise

        task = start(work())
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelling() == 1

    run(main())


def test_asyncio_timeout_and_scopes_nest_both_ways(everywhere):
    async def main():
        with CancelScope() as scope:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.001):
                    await asyncio.sleep(10)
            await asyncio.sleep(0)
        assert not scope.cancel_called

        async with asyncio.timeout(10):
            with move_on_after(0.001) as scope:
                await asyncio.sleep(10)
            await asyncio.sleep(0)
        assert scope.cancelled_caught

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                with move_on_after(10) as scope:
                    await asyncio.sleep(10)
        assert not scope.cancel_called

    everywhere(main())


def test_a_cancelled_error_of_something_else_leaves_a_scope_that_is_not_cancelled(everywhere):
    async def main():
        task = dtact.spawn(asyncio.sleep(10))
        task.cancel()
        with pytest.raises(asyncio.CancelledError), CancelScope():
            await task

    everywhere(main())


# ---------------------------------------------------------------- threads, and work without progress


def test_a_scope_may_be_cancelled_from_another_thread(everywhere):
    async def main():
        with CancelScope() as scope:
            thread = threading.Thread(target=lambda: (time.sleep(0.01), scope.cancel()))
            thread.start()
            await asyncio.sleep(10)
        thread.join()
        assert scope.cancelled_caught

    everywhere(main())


@CREATORS
def test_a_refused_wait_is_one_step_and_others_have_their_turns(run, start):
    """The runtime itself never reschedules without progress: steps are those that the stubborn task asks for."""

    async def main():
        loop = asyncio.get_running_loop()
        turns = refused = 0

        async def other():
            nonlocal turns
            for _ in range(100):
                turns += 1
                await dtact.yield_now()

        async def stubborn():
            nonlocal refused
            with CancelScope() as scope:
                scope.cancel()
                while refused < 100:
                    try:
                        await asyncio.sleep(10)
                    except asyncio.CancelledError:
                        refused += 1

        before = loop.statistics()["steps"]
        tasks = [start(stubborn()), start(other())]
        await asyncio.wait(tasks)
        assert (refused, turns) == (100, 100)
        assert loop.statistics()["steps"] - before <= 210

    run(main())


def test_asyncio_s_own_loops_around_cancelled_error_do_not_take_all_the_time(everywhere):
    """asyncio.TaskGroup waits on and on for its children, whatever it is refused: at some point it is let."""

    async def main():
        loop = asyncio.get_running_loop()

        async def slow():
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                await asyncio.sleep(0.2)

        before = loop.statistics()["steps"]
        with CancelScope() as scope:
            async with asyncio.TaskGroup() as group:
                group.create_task(slow())
                await asyncio.sleep(0)
                scope.cancel()
        assert scope.cancelled_caught
        assert loop.statistics()["steps"] - before < 1000 + 2 * 200 + 50

    everywhere(main())


def test_a_task_that_is_refused_very_often_is_still_refused(everywhere):
    async def main():
        refused = 0
        with CancelScope() as scope:
            scope.cancel()
            while refused < 1020:
                try:
                    await asyncio.sleep(10)
                except asyncio.CancelledError:
                    refused += 1
            assert asyncio.current_task().scope_cancelled is True
            await asyncio.sleep(10)
        assert scope.cancelled_caught
        await asyncio.sleep(0.002)

    everywhere(main())


def test_a_cancelled_scope_with_a_shielded_wait_inside_costs_nothing(everywhere):
    async def main():
        loop = asyncio.get_running_loop()
        with CancelScope() as outer, shield():
            outer.cancel()
            before = loop.statistics()["steps"]
            await asyncio.sleep(0.05)
            assert loop.statistics()["steps"] - before <= 3

    everywhere(main())


# ---------------------------------------------------------------- misuse


def test_times_that_are_none_are_typed_errors():
    for bad in (-1, float("nan"), "soon", None):
        with pytest.raises(DelayError):
            move_on_after(bad)
        with pytest.raises(DelayError):
            fail_after(bad)
    for bad in (float("nan"), "soon"):
        with pytest.raises(DelayError):
            move_on_at(bad)
        with pytest.raises(DelayError):
            CancelScope(deadline=bad)


def test_a_scope_outside_a_task_of_ours_says_so(run):
    with pytest.raises(NoRuntimeError), CancelScope():
        pass

    async def foreign():
        with CancelScope():
            pass

    with pytest.raises(ScopeError, match="not run by dtact"):
        asyncio.run(foreign())

    async def callback():
        done = asyncio.get_running_loop().create_future()

        def enter():
            with pytest.raises(ScopeError, match="no task is running"), CancelScope():
                pass
            done.set_result(None)

        asyncio.get_running_loop().call_soon(enter)
        await done

    run(callback())


def test_a_scope_is_entered_once(everywhere):
    async def main():
        scope = CancelScope()
        with scope:
            pass
        with pytest.raises(ScopeError, match="before"), scope:
            pass
        with pytest.raises(ScopeError, match="not entered"):
            scope.__exit__(None, None, None)

    everywhere(main())


def test_a_scope_left_out_of_order_says_so_and_the_rest_still_works(everywhere):
    async def main():
        outer, inner = CancelScope(), CancelScope()
        outer.__enter__()
        inner.__enter__()
        with pytest.raises(ScopeError, match="before one"):
            outer.__exit__(None, None, None)
        outer.cancel()
        await asyncio.sleep(0)
        inner.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.sleep(0)
        inner.__exit__(None, None, None)
        await asyncio.sleep(0)

    everywhere(main())


def test_a_scope_left_in_another_task_says_so(run):
    async def main():
        scope = CancelScope()

        async def enter():
            scope.__enter__()
            await asyncio.sleep(0.001)

        async def leave():
            scope.__exit__(None, None, None)

        first = dtact.spawn(enter())
        await dtact.yield_now()
        with pytest.raises(ScopeError, match="another task"):
            await dtact.spawn(leave())
        await first

    run(main())


def test_scopes_work_in_context_managers_made_of_generators(everywhere):
    @contextlib.contextmanager
    def limited():
        with move_on_after(0.001) as scope:
            yield scope

    @contextlib.asynccontextmanager
    async def limited_too():
        with move_on_after(0.001) as scope:
            yield scope

    async def main():
        with limited() as scope:
            await asyncio.sleep(10)
        assert scope.cancelled_caught
        async with limited_too() as scope:
            await asyncio.sleep(10)
        assert scope.cancelled_caught

    everywhere(main())
