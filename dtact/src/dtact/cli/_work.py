"""What `dtact bench` measures."""

from __future__ import annotations

import asyncio
import ctypes
from collections.abc import Awaitable, Callable

from dtact import mesh
from dtact.channels import Channel
from dtact.fibers import fiber, wait
from dtact.scheduler import spawn, yield_now


async def nothing() -> None:
    """Do nothing."""


async def tasks(count: int) -> None:
    """Spawn them, then await all."""
    for task in [spawn(nothing()) for _ in range(count)]:
        await task


async def asyncio_tasks(count: int) -> None:
    """The same by `asyncio.create_task`."""
    for task in [asyncio.create_task(nothing()) for _ in range(count)]:
        await task


async def yields(count: int) -> None:
    """Ten tasks that give way in turn."""

    async def work() -> None:
        for _ in range(count // 10):
            await yield_now()

    for task in [spawn(work()) for _ in range(10)]:
        await task


async def messages(count: int) -> None:
    """Through a channel of 64."""
    channel: Channel[int] = Channel(64)

    async def produce() -> None:
        for number in range(count):
            await channel.send(number)

    task = spawn(produce())
    for _ in range(count):
        await channel.receive()
    await task


async def fibers(count: int) -> None:
    """Start fibers, then await all."""
    for task in [fiber(int) for _ in range(count)]:
        await task


async def fiber_switches(count: int) -> None:
    """Ten fibers that give way in turn."""

    def work() -> None:
        for _ in range(count // 10):
            wait(yield_now())

    for task in [fiber(work) for _ in range(10)]:
        await task


async def jobs(count: int) -> None:
    """Submit native jobs of nothing at once, and wait for all."""
    await mesh.submit_many(ctypes.CDLL(None).abs, 0, stride=0, count=count)


WORK: dict[str, tuple[Callable[[int], Awaitable[object]], int]] = {
    "dtact.spawn, run and await a task": (tasks, 100_000),
    "asyncio.create_task, run and await a task": (asyncio_tasks, 100_000),
    "yield_now, to another of ten tasks": (yields, 200_000),
    "a message through a channel of 64": (messages, 100_000),
    "dtact.fiber, run and await a fiber": (fibers, 50_000),
    "a switch to another of ten fibers": (fiber_switches, 100_000),
    "a native job of nothing, of many": (jobs, 1_000_000),
}
