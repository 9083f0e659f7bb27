"""Coroutines, fibers, native jobs and worker processes on one timeline. The picture in docs/timeline.svg is made by

dtact run --trace timeline.json dtact/examples/timeline.py
dtact trace timeline.json --svg dtact/docs/timeline.svg --from 63 --to 82    # before: the workers start
"""

from __future__ import annotations

import ctypes
import time

import dtact

USLEEP = ctypes.CDLL(None).usleep  # a C function that takes a number: any other would do


def compute(milliseconds: float) -> None:
    """Use the processor for a while."""
    end = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < end:
        pass


async def reader(channel: dtact.Channel[int]) -> None:
    """A coroutine: takes what comes, and works on it."""
    async for _ in channel:
        compute(0.3)


def importer(channel: dtact.Channel[int], pool: dtact.processes.Pool) -> None:
    """An ordinary function in a fiber: it waits for a worker process, then for room in the channel."""
    for number in range(4):
        dtact.wait(pool.submit(time.sleep, 0.002))
        compute(0.2)
        for item in range(number):
            dtact.wait(channel.send(item))


async def kernels() -> None:
    """A coroutine that waits for C functions on threads without the GIL."""
    for _ in range(5):
        await dtact.mesh.submit(USLEEP, 1500)
        compute(0.2)


async def main() -> None:
    """Start them all, and wait for their end."""
    channel: dtact.Channel[int] = dtact.Channel(2)
    with dtact.processes.Pool(2) as pool:
        await pool.submit(abs, 1)  # the workers have started
        async with dtact.TaskGroup(services=[reader(channel) for _ in range(2)]) as group:
            group.spawn(kernels(), name="kernels")
            for number in range(2):
                group.add(dtact.fiber(importer, channel, pool, name=f"importer {number}"))


if __name__ == "__main__":
    dtact.run(main())
