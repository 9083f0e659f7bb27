"""CPython's own tests of task groups pass with ours; and what its issues told about cancellation."""

# ruff: noqa: PT012 -- what a block comes to is what is tested here, so it stands inside `raises`

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

import dtact
from dtact.groups import TaskGroup

SUITE = Path(__file__).with_name("groups_suite.py")
has_suite = pytest.mark.skipif(
    importlib.util.find_spec("test.test_asyncio") is None, reason="this interpreter came without its tests"
)
CREATORS = pytest.mark.parametrize("start", [dtact.spawn, asyncio.ensure_future], ids=["cheap", "asyncio"])


@has_suite
def test_asyncio_s_tests_of_task_groups_pass_with_ours(backend):
    done = subprocess.run(
        [sys.executable, str(SUITE), backend], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert "OK" in done.stderr


async def cleaning(seconds):
    try:
        await asyncio.sleep(10)
    finally:
        # As asyncio's edge would let it: here only under a shield.
        with dtact.shield():
            await asyncio.sleep(seconds)


def test_a_timeout_around_a_cancelled_group_that_takes_too_long_to_end_is_a_timeout(everywhere):
    async def main():
        async with asyncio.timeout(0.01):
            async with TaskGroup() as group:
                group.create_task(cleaning(0.03))
                group.spawn(cleaning(0.03))
                await asyncio.sleep(0.001)
                group.cancel()

    with pytest.raises(TimeoutError):
        everywhere(main())


@CREATORS
def test_the_message_of_a_request_that_comes_after_cancelling_a_group_is_kept(run, start):
    async def main():
        async def body():
            async with TaskGroup() as group:
                group.create_task(cleaning(0.01))
                await asyncio.sleep(0.001)
                group.cancel()

        task = start(body())
        await asyncio.sleep(0.005)
        task.cancel("outside")
        with pytest.raises(asyncio.CancelledError, match="outside"):
            await task

    run(main())


@pytest.mark.parametrize("grade", ["spawn", "create_task"])
def test_a_failure_in_an_inner_group_does_not_hide_the_outer_group_s_cancellation(everywhere, grade):
    """The inner group's errors are caught, and the outer group still ends: at the next wait."""

    async def fail(delay, error):
        await asyncio.sleep(delay)
        raise error

    async def main():
        went_on = []
        with pytest.raises(ExceptionGroup) as caught:
            async with TaskGroup() as outer:
                getattr(outer, grade)(fail(0, LookupError()))
                try:
                    async with TaskGroup() as inner:
                        getattr(inner, grade)(fail(0, KeyError()))
                        await asyncio.sleep(10)
                except* KeyError:
                    pass
                await asyncio.sleep(1)
                went_on.append(1)
        assert [type(error) for error in caught.value.exceptions] == [LookupError]
        assert went_on == []

    everywhere(main())


@CREATORS
def test_both_a_parent_s_failure_and_a_nested_failure_in_asyncio_s_own_groups_inside_ours(run, start):
    async def fail(error):
        raise error

    async def main():
        async def work():
            async with TaskGroup() as outer:
                outer.spawn(fail(LookupError()))
                async with asyncio.TaskGroup() as inner:
                    inner.create_task(fail(KeyError()))
                    await asyncio.sleep(10)

        with pytest.raises(ExceptionGroup) as caught:
            await start(work())
        assert caught.value.subgroup(LookupError) is not None

    run(main())


@CREATORS
def test_cancelling_a_task_deep_in_groups_ends_every_level(run, start):
    async def main():
        ended = []

        async def nest(depth):
            try:
                async with TaskGroup() as group:
                    if depth:
                        await nest(depth - 1)
                    else:
                        group.spawn(asyncio.sleep(10))
                        await asyncio.sleep(10)
            finally:
                ended.append(depth)

        task = start(nest(5))
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ended == list(range(6))
        assert task.cancelling() == 1

    run(main())
