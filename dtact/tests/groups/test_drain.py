"""Waiting for what runs, and naming what does not end."""

from __future__ import annotations

import asyncio

import pytest

import dtact
from dtact.errors import DelayError
from dtact.groups import TaskGroup, drain, move_on_after


def test_what_ends_in_time_is_not_named(everywhere):
    async def main():
        tasks = [dtact.spawn(asyncio.sleep(0.001)) for _ in range(3)]
        assert await drain(10) == []
        assert all(task.done() for task in tasks)

    everywhere(main())


def test_what_does_not_end_is_cancelled_and_named_with_its_group(everywhere):
    async def main():
        async def server():
            async with TaskGroup(name="connections") as group:

                async def handle():
                    with move_on_after(100):
                        await asyncio.sleep(100)

                group.spawn(handle(), name="first")
                await asyncio.sleep(100)

        task = dtact.spawn(server(), name="server")
        await asyncio.sleep(0.001)
        left = await drain(0.005)
        found = {item.name: item.group for item in left}
        assert found["server"] is None
        assert found["first"].name == "connections"
        assert {item.task for item in left} >= {task}
        await asyncio.sleep(0.001)
        assert all(item.task.cancelled() for item in left)

    everywhere(main())


def test_a_negative_time_is_a_typed_error(everywhere):
    async def main():
        for bad in (-1, float("nan")):
            with pytest.raises(DelayError):
                await drain(bad)

    everywhere(main())
