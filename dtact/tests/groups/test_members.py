"""What is in a group: limits, services, members that run already; and groups used wrongly."""

# ruff: noqa: PT012 -- what a block comes to is what is tested here, so it stands inside `raises`

from __future__ import annotations

import asyncio
import contextvars
import gc
import warnings

import pytest

import dtact
from dtact.errors import CoroutineReuseError, LimitError, NotAwaitableError, RuntimeStateError, ScopeError
from dtact.groups import CancelScope, TaskGroup, move_on_after, shield
from dtact.scheduler import Waiter

GRADES = pytest.mark.parametrize("grade", ["spawn", "create_task"])


async def value(result, delay=0.0):
    await asyncio.sleep(delay)
    return result


async def failing(kind, delay=0.0):
    await asyncio.sleep(delay)
    raise kind


# ---------------------------------------------------------------- limits


@GRADES
def test_children_beyond_the_limit_wait_for_their_turn_in_order(everywhere, grade):
    async def main():
        order, running, most = [], 0, 0

        async def work(number):
            nonlocal running, most
            running += 1
            most = max(most, running)
            order.append(number)
            await asyncio.sleep(0.001)
            running -= 1
            return number

        async with TaskGroup(limit=3) as group:
            tasks = [getattr(group, grade)(work(number)) for number in range(20)]
        assert most == 3
        assert order == list(range(20))
        assert [task.result() for task in tasks] == order

    everywhere(main())


def test_a_child_that_is_cancelled_while_it_waits_for_its_turn_takes_none(everywhere):
    async def main():
        async with TaskGroup(limit=1) as group:
            tasks = [group.spawn(value(number, 0.002)) for number in range(4)]
            await dtact.yield_now()
            assert tasks[2].state == "waiting"
            tasks[2].cancel()
            await dtact.yield_now()
            await dtact.yield_now()
            assert tasks[2].cancelled()
        assert [task.result() for task in tasks if not task.cancelled()] == [0, 1, 3]

    everywhere(main())


def test_children_of_both_grades_share_the_limit_and_failures_free_places(everywhere):
    async def main():
        ran = []

        async def work(number):
            ran.append(number)
            await asyncio.sleep(0)
            if number == 0:
                asyncio.current_task().cancel()
                await asyncio.sleep(0)

        async with TaskGroup(limit=1) as group:
            for number in range(6):
                (group.create_task if number % 2 else group.spawn)(work(number))
        assert ran == list(range(6))

    everywhere(main())


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "many"])
def test_a_limit_that_is_none_is_a_typed_error(limit):
    with pytest.raises(LimitError):
        TaskGroup(limit=limit)


# ---------------------------------------------------------------- services


def test_services_live_until_body_and_children_have_ended(everywhere):
    async def main():
        order = []

        async def serve():
            try:
                await asyncio.sleep(10)
            finally:
                order.append("service")

        async def child():
            await asyncio.sleep(0.005)
            order.append("child")

        async with TaskGroup(services=[serve()]) as group:
            service = group.start_service(serve(), name="second")
            group.spawn(child())
            order.append("body")
        assert order == ["body", "child", "service", "service"]
        assert service.cancelled()
        assert service.get_name() == "second"

    everywhere(main())


def test_services_serve_until_the_children_of_a_cancelled_group_have_ended(everywhere):
    async def main():
        order = []

        async def serve():
            try:
                await asyncio.sleep(10)
            finally:
                order.append("service")

        async def child():
            try:
                await asyncio.sleep(10)
            finally:
                with shield():
                    await asyncio.sleep(0.002)
                order.append("child")

        async with TaskGroup(services=[serve()]) as group:
            group.spawn(child())
            await asyncio.sleep(0.001)
            group.cancel()
        assert order == ["child", "service"]

    everywhere(main())


def test_a_failing_service_ends_the_group_and_one_that_returns_does_not(everywhere):
    async def main():
        with pytest.raises(ExceptionGroup):
            async with TaskGroup() as group:
                group.start_service(failing(LookupError(), 0.001))
                await asyncio.sleep(10)
        async with TaskGroup(services=[value(1)]) as group:
            task = group.spawn(value(2, 0.002))
        assert task.result() == 2

    everywhere(main())


def test_a_service_may_start_children_on_its_way_out(everywhere):
    async def main():
        late = []
        async with TaskGroup() as group:

            async def serve():
                try:
                    await asyncio.sleep(10)
                finally:
                    late.append(group.spawn(value("late", 0.001)))

            group.start_service(serve())
            await asyncio.sleep(0.001)
        assert late[0].result() == "late"

    everywhere(main())


# ---------------------------------------------------------------- members that run already


def test_tasks_futures_and_other_awaitables_become_members(everywhere):
    class Job:
        def __init__(self):
            self.waiter, self.stopped = Waiter(), False

        def __await__(self):
            return self.waiter.__await__()

        def cancel(self):
            self.stopped = True

    async def main():
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        done = Job()
        async with TaskGroup() as group:
            members = [
                group.add(dtact.spawn(value(1, 0.001))),
                group.add(loop.create_task(value(2, 0.001))),
                group.add(future),
                group.add(value(4)),
                group.add(done),
                group.add(dtact.spawn(value(6), start="now")),
            ]
            assert members[2] is future
            loop.call_later(0.001, future.set_result, 3)
            loop.call_later(0.001, done.waiter.wake, 5)
        assert [member.result() for member in members] == [1, 2, 3, 4, 5, 6]

        job, future = Job(), loop.create_future()
        async with TaskGroup() as group:
            tasks = [
                group.add(item) for item in (dtact.spawn(value(1, 10)), future, job, loop.create_task(value(1, 10)))
            ]
            await asyncio.sleep(0.001)
            group.cancel()
        assert all(task.cancelled() for task in tasks)
        assert job.stopped

        with move_on_after(0.001):
            async with TaskGroup() as group:
                future = group.add(loop.create_future())
        assert future.cancelled()

    everywhere(main())


def test_a_member_that_fails_ends_the_group(everywhere):
    async def main():
        with pytest.raises(ExceptionGroup):
            async with TaskGroup() as group:
                group.add(dtact.spawn(failing(LookupError())))
                await asyncio.sleep(10)
        future = asyncio.get_running_loop().create_future()
        with pytest.raises(ExceptionGroup):
            async with TaskGroup() as group:
                group.add(future)
                future.set_exception(LookupError())
                await asyncio.sleep(10)

    everywhere(main())


def test_a_member_inside_scopes_of_its_own_is_cancelled_there(everywhere):
    async def main():
        async def work():
            with move_on_after(10) as scope:
                await asyncio.sleep(10)
            return scope.cancelled_caught

        task = dtact.spawn(work(), start="now")
        async with TaskGroup() as group:
            group.add(task)
            group.cancel()
        assert task.cancelled()

    everywhere(main())


def test_a_task_of_one_group_can_be_a_member_of_another(everywhere):
    async def main():
        async with TaskGroup() as outer:
            task = outer.spawn(value(1, 10))
            other = outer.spawn(value(2, 0.002))
            async with TaskGroup() as inner:
                inner.add(task)
                inner.add(other)
                await asyncio.sleep(0)
                inner.cancel()
        assert task.cancelled()
        assert other.cancelled()

    everywhere(main())


# ---------------------------------------------------------------- misuse


def test_a_group_is_used_inside_its_block_and_coroutines_are_closed(everywhere):
    async def main():
        group = TaskGroup()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(RuntimeStateError, match="not been entered"):
                group.spawn(value(1))
            async with group:
                with pytest.raises(ScopeError, match="already been entered"):
                    await group.__aenter__()
            for start in (group.spawn, group.create_task, group.start_service, group.add):
                with pytest.raises(RuntimeStateError, match="is finished"):
                    start(value(1))
            gc.collect()

    everywhere(main())


def test_what_cannot_be_awaited_is_refused(everywhere):
    async def main():
        async with TaskGroup() as group:
            for bad in (1, value, None):
                with pytest.raises(NotAwaitableError):
                    group.spawn(bad)
                with pytest.raises(NotAwaitableError):
                    group.add(bad)
            with pytest.raises(TypeError):
                group.create_task(1)
            used = value(1)
            group.spawn(used)
            await asyncio.sleep(0.001)
            with pytest.raises(CoroutineReuseError):
                group.spawn(used)
            task = dtact.spawn(value(1))
            group.add(task)
            with pytest.raises(RuntimeStateError, match="already"):
                group.add(task)

    everywhere(main())


def test_a_group_left_out_of_order_says_so_and_cancels_its_children(everywhere):
    async def main():
        group, scope = TaskGroup(), CancelScope()
        await group.__aenter__()
        task = group.spawn(value(1, 10))
        scope.__enter__()
        with pytest.raises(ScopeError, match="before one"):
            await group.__aexit__(None, None, None)
        scope.__exit__(None, None, None)
        await asyncio.sleep(0.001)
        assert task.cancelled()

    everywhere(main())


def test_a_group_shows_its_name_and_state(everywhere):
    async def main():
        group = TaskGroup(name="mine")
        assert repr(group) == "<TaskGroup 'mine' new>"
        async with group:
            group.spawn(value(1))
            assert repr(group) == "<TaskGroup 'mine' entered children=1>"
            group.cancel()
            assert "cancelled" in repr(group)
        assert repr(group) == "<TaskGroup 'mine' ended>"

    everywhere(main())


def test_variables_of_one_child_are_not_seen_by_another(everywhere):
    variable = contextvars.ContextVar("variable", default=0)

    async def main():
        async def work(number):
            before = variable.get()
            variable.set(number)
            await asyncio.sleep(0)
            return before, variable.get()

        async with TaskGroup(limit=2) as group:
            tasks = [group.spawn(work(number)) for number in range(1, 6)]
        assert [task.result() for task in tasks] == [(0, number) for number in range(1, 6)]

    everywhere(main())
