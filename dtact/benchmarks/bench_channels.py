"""Channels and locks between two coroutines, beside asyncio's on asyncio and uvloop, alternately in one process.

    python benchmarks/bench_channels.py [--rust] [NAME ...]

"dtact" is two cheap tasks on the uvloop backend, "create_task" the same channel between two asyncio tasks, "threads"
from a thread to a task. `--rust` also runs the Tokio program in benchmarks/peers/tokio, which needs cargo. Prints one
JSON line a row, times in nanoseconds for each message (ping-pong: two a round) or acquisition: the best of several.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import uvloop

import dtact

clock = time.perf_counter
PEER = Path(__file__).parents[2] / "benchmarks" / "peers" / "tokio"
COUNT, REPEATS = 100_000, 5
Start = Callable[[Coroutine[Any, Any, Any]], Awaitable[Any]]


class Queue(Protocol):
    """What the cases need of a channel."""

    def send(self, item: int, /) -> Awaitable[None]: ...
    def receive(self) -> Awaitable[int]: ...


class AsyncioQueue:
    """asyncio.Queue under our names, without a call in between."""

    def __init__(self, capacity: int) -> None:
        queue = asyncio.Queue[int](capacity)
        self.send, self.receive = queue.put, queue.get


async def ping_pong(make: Callable[[int], Queue], start: Start) -> float:
    to, back, rounds = make(64), make(64), COUNT // 2

    async def echo() -> None:
        for _ in range(rounds):
            await back.send(await to.receive())

    began = clock()
    task = start(echo())
    for number in range(rounds):
        await to.send(number)
        assert await back.receive() == number
    await task
    return (clock() - began) / (2 * rounds) * 1e9


async def stream(capacity: int, make: Callable[[int], Queue], start: Start) -> float:
    channel, total = make(capacity), 0

    async def produce() -> None:
        for number in range(COUNT):
            await channel.send(number)

    began = clock()
    task = start(produce())
    for _ in range(COUNT):
        total += await channel.receive()
    await task
    assert total == COUNT * (COUNT - 1) // 2
    return (clock() - began) / COUNT * 1e9


async def lock(make: Callable[[], Any], start: Start) -> float:
    """Uncontended."""

    async def use() -> float:
        held = make()
        began = clock()
        for _ in range(COUNT):
            async with held:
                pass
        return (clock() - began) / COUNT * 1e9

    return float(await start(use()))


async def from_thread() -> float:
    channel = dtact.Channel[int](64)

    def produce() -> None:
        for number in range(COUNT):
            channel.send(number).block()
        channel.close()

    began = clock()
    thread = asyncio.get_running_loop().run_in_executor(None, produce)

    async def consume() -> int:
        return sum([number async for number in channel])

    assert await dtact.spawn(consume()) == COUNT * (COUNT - 1) // 2
    await thread
    return (clock() - began) / COUNT * 1e9


async def in_cheap_task(case: Callable[[Any, Start], Coroutine[Any, Any, float]], make: Any) -> float:
    return await dtact.spawn(case(make, dtact.spawn))


def run(name: str, side: str) -> float:
    case: Any = {"ping-pong": ping_pong, "stream 64": partial(stream, 64), "stream 1": partial(stream, 1), "lock": lock}
    ours, theirs = (dtact.Lock, asyncio.Lock) if name == "lock" else (dtact.Channel, AsyncioQueue)
    if side in ("asyncio", "uvloop"):
        factory = asyncio.SelectorEventLoop if side == "asyncio" else uvloop.new_event_loop
        with asyncio.Runner(loop_factory=factory) as runner:
            return float(runner.run(case[name](theirs, asyncio.ensure_future)))
    if side == "create_task":
        return float(dtact.run(case[name](ours, asyncio.ensure_future), backend="uvloop"))
    if side == "threads":
        return float(dtact.run(from_thread(), backend="uvloop"))
    return float(
        dtact.run(in_cheap_task(case[name], ours), backend="selector" if side == "dtact-selector" else "uvloop")
    )


SIDES = ("asyncio", "uvloop", "dtact", "dtact-selector", "create_task")
CASES = {"ping-pong": SIDES, "stream 64": (*SIDES, "threads"), "stream 1": SIDES, "lock": SIDES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--rust", action="store_true", help="run the Tokio program as well")
    options = parser.parse_args()
    for name in options.names or CASES:
        best: dict[str, float] = {}
        for _ in range(REPEATS):
            for side in CASES[name]:
                took = run(name, side)
                best[side] = min(took, best.get(side, took))
        row = {"python": sys.version.split()[0], "case": name, "count": COUNT}
        print(json.dumps(row | {"ns": {side: round(took, 1) for side, took in best.items()}}), flush=True)
    if options.rust:
        command = ["cargo", "run", "--release", "--quiet", "--manifest-path", str(PEER / "Cargo.toml")]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
