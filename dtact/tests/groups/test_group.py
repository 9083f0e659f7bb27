"""Task groups: children of both grades, services, limits, errors as asyncio's."""

# ruff: noqa: PT012 -- what a block comes to is what is tested here, so it stands inside `raises`

from __future__ import annotations

import asyncio
import gc
import warnings

import pytest

import dtact
from dtact.groups import CancelScope, TaskGroup, move_on_after, shield

GRADES = pytest.mark.parametrize("grade", ["spawn", "create_task"])
CREATORS = pytest.mark.parametrize("start", [dtact.spawn, asyncio.ensure_future], ids=["cheap", "asyncio"])


async def value(result, delay=0.0):
    await asyncio.sleep(delay)
    return result


async def failing(kind, delay=0.0):
    await asyncio.sleep(delay)
    raise kind


@GRADES
def test_a_group_waits_for_its_children_and_they_keep_their_results(everywhere, grade):
    async def main():
        async with TaskGroup() as group:
            tasks = [getattr(group, grade)(value(number, 0.001)) for number in range(20)]
            late = []

            async def more():
                late.append(getattr(group, grade)(value("late", 0.002)))

            group.spawn(more())
        assert [task.result() for task in tasks] == list(range(20))
        assert late[0].result() == "late"

    everywhere(main())


def test_children_are_of_the_grade_that_was_asked_for(everywhere):
    async def main():
        async with TaskGroup() as group:
            cheap = group.spawn(value(1), name="cheap", priority="high")
            true = group.create_task(value(2), name="true")
            now = group.spawn(value(3), start="now")
        assert isinstance(cheap, dtact.Task)
        assert cheap.get_name() == "cheap"
        assert cheap.priority == dtact.Priority.HIGH
        assert isinstance(true, asyncio.Task)
        assert true.get_name() == "true"
        assert (cheap.result(), true.result(), now.result()) == (1, 2, 3)

    everywhere(main())


def test_leaving_does_not_touch_the_loop_if_all_children_are_done(everywhere):
    async def main():
        order = []
        async with TaskGroup() as group:
            group.spawn(value(1))
            await asyncio.sleep(0.005)
            asyncio.get_running_loop().call_soon(order.append, "loop")
        order.append("left")
        async with TaskGroup():
            pass
        order.append("empty")
        await asyncio.sleep(0)
        assert order == ["left", "empty", "loop"]

    everywhere(main())


# ---------------------------------------------------------------- errors


@GRADES
def test_the_first_failure_cancels_the_rest_and_the_body(everywhere, grade):
    async def main():
        with pytest.raises(ExceptionGroup, match="unhandled errors in a TaskGroup") as caught:
            async with TaskGroup() as group:
                slow = getattr(group, grade)(value(1, 10))
                getattr(group, grade)(failing(LookupError(1), 0.001))
                await asyncio.sleep(10)
        assert [repr(error) for error in caught.value.exceptions] == ["LookupError(1)"]
        assert slow.cancelled()
        assert asyncio.current_task().cancelling() == 0
        await asyncio.sleep(0)

    everywhere(main())


@GRADES
def test_all_failures_are_in_the_group_that_of_the_body_too(everywhere, grade):
    async def stubborn():
        try:
            await asyncio.sleep(10)
        finally:
            raise KeyError("while cancelled")

    async def main():
        with pytest.raises(ExceptionGroup) as caught:
            async with TaskGroup() as group:
                getattr(group, grade)(stubborn())
                await asyncio.sleep(0.001)
                raise LookupError("body")
        assert {repr(error) for error in caught.value.exceptions} == {
            "LookupError('body')",
            "KeyError('while cancelled')",
        }

    everywhere(main())


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_passes_bare_from_the_body(everywhere, kind):
    async def main():
        slow = None
        try:
            async with TaskGroup() as group:
                slow = group.spawn(value(1, 10))
                group.spawn(failing(LookupError()))
                await dtact.yield_now()
                await dtact.yield_now()
                raise kind
        except kind:
            return slow.cancelled()

    assert everywhere(main())


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
@GRADES
def test_what_ends_the_program_passes_bare_from_a_child(run, kind, grade):
    seen = []

    async def main():
        try:
            async with TaskGroup() as group:
                getattr(group, grade)(failing(kind(), 0.001))
                await asyncio.sleep(10)
        except BaseException as error:
            seen.append(type(error))
            raise

    with pytest.raises(kind):
        run(main())
    assert seen in ([kind], [asyncio.CancelledError])


def test_a_group_of_base_exceptions_is_a_base_exception_group(everywhere):
    class Odd(BaseException):
        pass

    async def main():
        with pytest.raises(BaseExceptionGroup) as caught:
            async with TaskGroup() as group:
                group.spawn(failing(Odd()))
        assert not isinstance(caught.value, ExceptionGroup)

    everywhere(main())


@GRADES
def test_a_child_that_is_cancelled_alone_is_no_failure(everywhere, grade):
    async def main():
        async with TaskGroup() as group:
            task = getattr(group, grade)(value(1, 10))
            other = group.spawn(value(2, 0.001))
            await dtact.yield_now()
            task.cancel()
        assert task.cancelled()
        assert other.result() == 2

    everywhere(main())


def test_a_failure_that_was_raised_is_not_reported_as_lost(everywhere):
    async def main():
        reports = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        with pytest.raises(ExceptionGroup):
            async with TaskGroup() as group:
                group.spawn(failing(LookupError()))
                group.create_task(failing(KeyError()))
        gc.collect()
        assert reports == []

    everywhere(main())


# ---------------------------------------------------------------- cancelling


@GRADES
def test_cancelling_a_group_ends_it_without_an_exception(everywhere, grade):
    async def main():
        async with TaskGroup() as group:
            task = getattr(group, grade)(value(1, 10))
            await asyncio.sleep(0.001)
            group.cancel()
            await asyncio.sleep(10)
            raise AssertionError("the body went on")
        assert task.cancelled()
        await asyncio.sleep(0)

        async with TaskGroup() as group:
            task = getattr(group, grade)(value(1, 10))
            group.cancel("never mind")
        assert task.cancelled()

    everywhere(main())


def test_a_child_may_cancel_its_group(everywhere):
    async def main():
        async with TaskGroup() as group:

            async def stop():
                await asyncio.sleep(0.001)
                group.cancel()
                await asyncio.sleep(10)

            tasks = [group.spawn(stop()), group.spawn(value(1, 10))]
        assert all(task.cancelled() for task in tasks)

    everywhere(main())


@GRADES
def test_a_child_that_had_not_started_never_starts_and_nothing_warns(everywhere, grade):
    async def main():
        ran = []

        async def work():
            ran.append(1)

        with warnings.catch_warnings():
            warnings.simplefilter("error")
            async with TaskGroup(limit=2) as group:
                tasks = [getattr(group, grade)(work()) for _ in range(5)]
                group.cancel()
                tasks.append(getattr(group, grade)(work()))
            gc.collect()
        assert all(task.cancelled() for task in tasks)
        assert ran == []

    everywhere(main())


def test_every_wait_of_a_child_is_refused_in_a_cancelled_group(everywhere):
    async def main():
        refused = []

        async def stubborn():
            for _ in range(3):
                try:
                    await asyncio.sleep(10)
                except asyncio.CancelledError:
                    refused.append(1)
            with shield():
                await asyncio.sleep(0.001)
            return "done"

        async with TaskGroup() as group:
            task = group.spawn(stubborn())
            await asyncio.sleep(0.001)
            group.cancel()
        assert len(refused) == 3
        assert task.result() == "done"

    everywhere(main())


def test_a_scope_around_a_group_reaches_its_children_and_their_scopes(everywhere):
    async def main():
        async def child():
            with CancelScope(), CancelScope():
                await asyncio.sleep(10)

        async def grandchild():
            async with TaskGroup() as inner:
                deep.append(inner.spawn(child()))
                deep.append(inner.create_task(child()))

        deep = []
        with move_on_after(0.005) as scope:
            async with TaskGroup() as group:
                tasks = [group.spawn(child()), group.create_task(child()), group.spawn(grandchild())]
        assert scope.cancelled_caught
        assert all(task.cancelled() for task in [*tasks, *deep])
        assert len(deep) == 2

    everywhere(main())


def test_a_shield_in_a_child_holds_the_group_open(everywhere):
    async def main():
        order = []

        async def saving():
            with shield():
                await asyncio.sleep(0.005)
                order.append("saved")

        with move_on_after(0.001):
            async with TaskGroup() as group:
                group.spawn(saving())
        order.append("left")
        assert order == ["saved", "left"]

    everywhere(main())


def test_a_group_has_a_deadline(everywhere):
    async def main():
        async with TaskGroup() as group:
            group.scope.deadline = asyncio.get_running_loop().time() + 0.001
            task = group.spawn(value(1, 10))
        assert task.cancelled()
        assert group.scope.timed_out

    everywhere(main())


def test_waiting_for_stubborn_children_in_a_cancelled_scope_takes_no_steps(everywhere):
    async def main():
        loop = asyncio.get_running_loop()

        async def stubborn():
            with shield():
                await asyncio.sleep(0.05)

        with CancelScope() as scope:
            async with TaskGroup() as group:
                group.spawn(stubborn())
                group.create_task(stubborn())
                await asyncio.sleep(0.001)
                scope.cancel()
                before = loop.statistics()["steps"]
        assert loop.statistics()["steps"] - before <= 12

    everywhere(main())


# ---------------------------------------------------------------- requests from outside


@CREATORS
@pytest.mark.parametrize("when", ["body", "join"])
def test_a_request_from_outside_cancels_the_children_and_passes(run, start, when):
    async def main():
        children = []

        async def work():
            async with TaskGroup() as group:
                children.append(group.spawn(value(1, 10)))
                children.append(group.create_task(value(1, 10)))
                if when == "body":
                    await asyncio.sleep(10)
            children.append("swallowed")

        task = start(work())
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()
        assert [child.cancelled() for child in children] == [True, True]

    run(main())


@CREATORS
@pytest.mark.parametrize("order", ["group first", "request first"])
def test_cancelling_a_group_never_swallows_a_request_from_outside(run, start, order):
    async def main():
        async def work():
            async with TaskGroup() as group:
                groups.append(group)
                await asyncio.sleep(10)
            seen.append("swallowed")

        groups, seen = [], []
        task = start(work())
        await asyncio.sleep(0.001)
        if order == "group first":
            groups[0].cancel()
            task.cancel()
        else:
            task.cancel()
            groups[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == []
        assert task.cancelling() == 1

    run(main())


@CREATORS
def test_a_request_that_comes_while_a_cancelled_group_waits_for_its_children_passes(run, start):
    async def main():
        async def saving():
            with shield():
                await asyncio.sleep(0.01)

        async def work():
            async with TaskGroup() as group:
                groups.append(group)
                group.spawn(saving())
                await asyncio.sleep(10)
            seen.append("swallowed")

        groups, seen = [], []
        task = start(work())
        await asyncio.sleep(0.002)
        groups[0].cancel()
        await asyncio.sleep(0.002)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == []

    run(main())


@CREATORS
def test_cancelling_an_inner_group_and_the_task_around_loses_neither(run, start):
    """The inner group ends as it was told, the outer one and the task by the request."""

    async def main():
        async def work():
            async with TaskGroup() as outer:
                async with TaskGroup() as inner:
                    groups.extend([outer, inner])
                    await asyncio.sleep(10)
                seen.append("between")
                await asyncio.sleep(10)
            seen.append("swallowed")

        groups, seen = [], []
        task = start(work())
        await asyncio.sleep(0.001)
        groups[1].cancel()
        await asyncio.sleep(0.001)
        assert seen == ["between"]
        groups[0].cancel()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == ["between"]

    run(main())


@CREATORS
def test_a_request_hidden_by_errors_comes_again_at_the_next_wait(run, start):
    async def main():
        async def breaking():
            try:
                await asyncio.sleep(10)
            finally:
                raise LookupError

        async def work():
            try:
                async with TaskGroup() as group:
                    group.spawn(breaking())
                    await asyncio.sleep(10)
            except* LookupError:
                seen.append("errors")
            assert asyncio.current_task().cancelling() == 1
            await asyncio.sleep(10)
            seen.append("swallowed")

        seen = []
        task = start(work())
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert seen == ["errors"]

    run(main())


def test_a_failing_child_and_a_timeout_around_are_told_apart(everywhere):
    async def main():
        with pytest.raises(ExceptionGroup):
            async with asyncio.timeout(10):
                async with TaskGroup() as group:
                    group.spawn(failing(LookupError(), 0.001))
                    await asyncio.sleep(10)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                async with TaskGroup() as group:
                    group.spawn(value(1, 10))
        async with asyncio.TaskGroup() as other, TaskGroup() as group:
            other.create_task(value(1))
            group.cancel()
        await asyncio.sleep(0)

    everywhere(main())


def test_a_cancelled_error_of_something_else_leaves_the_group(everywhere):
    async def main():
        dead = dtact.spawn(value(1, 10))
        dead.cancel()
        with pytest.raises(asyncio.CancelledError):
            async with TaskGroup() as group:
                task = group.spawn(value(1, 10))
                await dead
        assert task.cancelled()

    everywhere(main())
