"""A generator may not yield while a scope or group of its own is open."""

from __future__ import annotations

import asyncio

import pytest

from dtact.errors import ScopeError
from dtact.groups import CancelScope, TaskGroup, move_on_after


async def scope_around():
    yield 0
    with CancelScope():
        await asyncio.sleep(0)
        try:
            yield 1
        finally:
            await asyncio.sleep(0)


async def group_around():
    async with TaskGroup() as group:
        group.create_task(asyncio.sleep(0))
        yield 1


async def nested_around():
    with move_on_after(1) as scope:
        for index in range(3):
            with open("/dev/null") as file:
                if scope.cancel_called:
                    yield file, index
    yield 2


def plain_around():
    with CancelScope():
        yield 1


@pytest.mark.parametrize("make", [scope_around, group_around, nested_around])
def test_a_yield_inside_is_refused_before_anything_is_entered(everywhere, make):
    async def main():
        with pytest.raises(ScopeError, match=rf"generator {make.__name__} yields at line \d+ inside"):
            async for _ in make():
                pass
        await asyncio.sleep(0)
        with CancelScope() as scope:
            scope.cancel()
            await asyncio.sleep(1)
        assert scope.cancelled_caught

    everywhere(main())


def test_plain_generators_are_refused_too(everywhere):
    async def main():
        with pytest.raises(ScopeError, match="yields at line"):
            list(plain_around())

    everywhere(main())


async def between():
    for number in range(3):
        with move_on_after(1):
            try:
                await asyncio.sleep(0)
            except LookupError:
                number = -1
        yield number
    async with TaskGroup() as group:
        group.spawn(asyncio.sleep(0))
    yield 3
    with open("/dev/null"):
        yield 4


def test_yields_outside_the_block_are_welcome(everywhere):
    async def main():
        assert [item async for item in between()] == [0, 1, 2, 3, 4]

    everywhere(main())


class Awaited:
    """An awaitable made of a plain generator: its `yield from` is an await."""

    def __await__(self):
        with move_on_after(1):
            yield from asyncio.sleep(0.001).__await__()
        return 5


def test_an_await_written_as_a_generator_is_no_yield(everywhere):
    async def main():
        assert await Awaited() == 5

    everywhere(main())


def test_a_scope_open_across_a_yield_by_other_means_is_noticed_when_it_is_left(everywhere):
    async def hidden():
        scope = CancelScope()
        scope.__enter__()
        yield 1
        scope.__exit__(None, None, None)

    async def main():
        generator = hidden()
        await anext(generator)
        with pytest.raises(ScopeError, match="before one that was entered inside"), CancelScope():
            async for _ in generator:
                pass

    everywhere(main())
