"""A function over many items, some at a time: as a list, and as a stream."""

from __future__ import annotations

import asyncio
import contextvars
import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dtact
from dtact.errors import LimitError, NotAwaitableError, RuntimeStateError
from dtact.groups import CancelScope, map, move_on_after, shield


class Gauge:
    """A function that counts how many of its calls run at a time."""

    def __init__(self, delays=None, failing=()):
        self.running = self.most = self.started = 0
        self.delays, self.failing, self.cancelled = delays, failing, []

    async def __call__(self, item):
        self.started += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            if self.delays is None:
                await dtact.yield_now()
            else:
                await asyncio.sleep(self.delays[item])
            if item in self.failing:
                raise LookupError(item)
        except asyncio.CancelledError:
            self.cancelled.append(item)
            raise
        finally:
            self.running -= 1
        return item * 2


@pytest.mark.parametrize("limit", [None, 1, 3, 100])
@pytest.mark.parametrize("ordered", [True, False])
def test_a_list_of_results_and_a_stream_have_all_of_them(everywhere, limit, ordered):
    async def main():
        gauge = Gauge()
        assert sorted(await map(gauge, range(20), limit=limit, ordered=ordered)) == list(range(0, 40, 2))
        assert gauge.most <= (limit or 20)
        found = [result async for result in map(gauge, iter(range(20)), limit=limit, ordered=ordered)]
        assert sorted(found) == list(range(0, 40, 2))
        if ordered:
            assert found == sorted(found)
        assert gauge.most == min(limit or 20, 20)
        assert await map(gauge, [], limit=limit, ordered=ordered) == []
        assert [result async for result in map(gauge, [], limit=limit, ordered=ordered)] == []

    everywhere(main())


def test_results_come_in_the_order_of_items_or_of_ends(everywhere):
    async def main():
        delays = [0.02, 0.001, 0.01]
        assert await map(Gauge(delays), range(3)) == [0, 2, 4]
        assert await map(Gauge(delays), range(3), ordered=False) == [2, 4, 0]
        assert [result async for result in map(Gauge(delays), range(3))] == [0, 2, 4]
        assert [result async for result in map(Gauge(delays), range(3), ordered=False)] == [2, 4, 0]

    everywhere(main())


@given(
    turns=st.lists(st.integers(0, 4), max_size=12),
    limit=st.none() | st.integers(1, 5),
    ordered=st.booleans(),
    stream=st.booleans(),
)
def test_any_mix_of_lengths_limits_and_orders_gives_every_result_once(turns, limit, ordered, stream):
    async def main():
        running = most = 0

        async def work(pair):
            nonlocal running, most
            running += 1
            most = max(most, running)
            for _ in range(pair[1]):
                await dtact.yield_now()
            running -= 1
            return pair[0]

        run = map(work, enumerate(turns), limit=limit, ordered=ordered)
        found = [result async for result in run] if stream else await run
        assert (found if ordered else sorted(found)) == list(range(len(turns)))
        assert most <= (limit or len(turns))

    dtact.run(main())


@pytest.mark.parametrize("ordered", [True, False])
def test_a_stream_is_never_ahead_of_its_user_by_more_than_the_limit(everywhere, ordered):
    async def main():
        gauge, handed = Gauge(), 0
        async for _ in map(gauge, range(50), limit=4, ordered=ordered):
            handed += 1
            assert gauge.started <= handed + 4
            await asyncio.sleep(0)

    everywhere(main())


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("stream", [True, False])
def test_the_first_failure_cancels_the_others_and_is_raised_as_it_is(everywhere, ordered, stream):
    async def main():
        gauge = Gauge([10, 10, 0.001, 10], failing=[2])
        run = map(gauge, range(4), ordered=ordered)
        with pytest.raises(LookupError, match="2"):
            _ = [result async for result in run] if stream else await run
        assert sorted(gauge.cancelled) == [0, 1, 3]
        assert gauge.running == 0

    everywhere(main())


def test_a_function_or_an_iterable_that_fails_cancels_what_runs(everywhere):
    async def main():
        gauge = Gauge([10] * 5)

        def items():
            yield 1
            yield 2
            raise KeyError("items")

        with pytest.raises(KeyError):
            await map(gauge, items())
        # They never started, so nobody counts them.
        assert gauge.running == gauge.started == 0

        def plain(item):
            if item == 2:
                raise KeyError("fn")
            return gauge(item)

        with pytest.raises(KeyError):
            async for _ in map(plain, range(5), limit=3):
                pass
        with pytest.raises(NotAwaitableError, match="not async"):
            await map(lambda item: item, range(3))

    everywhere(main())


def test_breaking_off_cancels_the_rest(everywhere):
    async def main():
        gauge = Gauge([0, 10, 10, 10])
        async for result in map(gauge, range(4)):
            assert result == 0
            break
        await dtact.yield_now()
        await asyncio.sleep(0)
        assert sorted(gauge.cancelled) == [1, 2, 3]

        gauge = Gauge([0, 10, 10, 10])
        async with map(gauge, range(4)) as results:
            async for _ in results:
                break
        assert sorted(gauge.cancelled) == [1, 2, 3]

    everywhere(main())


@pytest.mark.parametrize("stream", [True, False])
def test_a_scope_around_reaches_the_tasks_and_waits_for_their_end(everywhere, stream):
    async def main():
        ended = []

        async def work(item):
            try:
                await asyncio.sleep(10)
            finally:
                with shield():
                    await asyncio.sleep(0.001)
                ended.append(item)

        with move_on_after(0.002) as scope:
            run = map(work, range(3))
            _ = [result async for result in run] if stream else await run
        assert scope.cancelled_caught
        assert sorted(ended) == [0, 1, 2]

    everywhere(main())


@pytest.mark.parametrize("start", [dtact.spawn, asyncio.ensure_future], ids=["cheap", "asyncio"])
def test_a_request_from_outside_cancels_the_tasks_and_passes(run, start):
    async def main():
        gauge = Gauge([10] * 3)

        async def work():
            await map(gauge, range(3))

        task = start(work())
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sorted(gauge.cancelled) == [0, 1, 2]

    run(main())


def test_a_stream_that_outlives_its_scope_is_cancelled_with_it(everywhere):
    async def main():
        gauge = Gauge([0, 10, 10])
        with CancelScope():
            results = map(gauge, range(3))
            assert await anext(results) == 0
        await asyncio.sleep(0.001)
        assert sorted(gauge.cancelled) == [1, 2]
        await results.aclose()

    everywhere(main())


def test_each_call_has_variables_of_its_own(everywhere):
    variable = contextvars.ContextVar("variable", default=0)

    async def work(item):
        before = variable.get()
        variable.set(item)
        await asyncio.sleep(0)
        return before

    async def main():
        variable.set(7)
        return await map(work, range(5), limit=2)

    assert everywhere(main()) == [7] * 5


def test_limits_that_are_none_and_a_second_use_are_typed_errors(everywhere):
    for limit in (0, -1, 2.5, True):
        with pytest.raises(LimitError):
            map(Gauge(), [], limit=limit)

    async def main():
        run = map(Gauge(), range(3))
        await run
        with pytest.raises(RuntimeStateError, match="used before"):
            await run
        assert [result async for result in run] == []

    everywhere(main())


def test_failures_after_the_first_are_reported_once(everywhere):
    async def main():
        reports = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context["exception"]))

        async def work(item):
            try:
                await asyncio.sleep(10 if item else 0)
            finally:
                raise LookupError(item)

        with pytest.raises(LookupError, match="0"):
            await map(work, range(2))
        gc.collect()
        assert [error.args for error in reports] == [(1,)]

    everywhere(main())
