"""Groups of N tiny children, and scopes, beside asyncio's and anyio's: alternately, in one process.

    python benchmarks/bench_groups.py [--quick] [NAME ...]

`dtact` spawns cheap tasks in `dtact.TaskGroup`, or makes asyncio tasks in it; the others make asyncio tasks in groups
of their own, on uvloop and on ours. Contexts are on everywhere; the collector is as Python starts it.
Prints one JSON line a row, in nanoseconds for each child, scope or item: the best of several.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib.util
import json
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

import dtact

clock = time.perf_counter
HAS_ANYIO = importlib.util.find_spec("anyio") is not None
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "dtact": lambda: dtact.new_event_loop(gc_policy="default"),
    "uvloop": uvloop.new_event_loop,
}


async def tiny() -> int:
    return 1


async def in_cheap_task(work: Coroutine[Any, Any, float]) -> float:
    return await dtact.spawn(work)


async def spawned(count: int) -> float:
    began = clock()
    async with dtact.TaskGroup() as group:
        tasks = [group.spawn(tiny()) for _ in range(count)]
    took = clock() - began
    assert sum(task.result() for task in tasks) == count
    return took


async def limited(count: int) -> float:
    began = clock()
    async with dtact.TaskGroup(limit=100) as group:
        tasks = [group.spawn(tiny()) for _ in range(count)]
    took = clock() - began
    assert sum(task.result() for task in tasks) == count
    return took


async def created(count: int, kind: Callable[[], Any] = dtact.TaskGroup) -> float:
    began = clock()
    async with kind() as group:
        tasks = [group.create_task(tiny()) for _ in range(count)]
    took = clock() - began
    assert sum(task.result() for task in tasks) == count
    return took


async def of_asyncio(count: int) -> float:
    return await created(count, asyncio.TaskGroup)


async def of_anyio(count: int) -> float:
    import anyio

    began = clock()
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(tiny)
    return clock() - began


async def scopes(count: int) -> float:
    began = clock()
    for _ in range(count):
        with dtact.move_on_after(10):
            pass
    return clock() - began


async def scopes_of_asyncio(count: int) -> float:
    began = clock()
    for _ in range(count):
        async with asyncio.timeout(10):
            pass
    return clock() - began


async def scopes_of_anyio(count: int) -> float:
    import anyio

    began = clock()
    for _ in range(count):
        with anyio.move_on_after(10):
            pass
    return clock() - began


async def double(item: int) -> int:
    return item * 2


async def mapped(count: int) -> float:
    began = clock()
    results = await dtact.map(double, range(count), limit=100)
    took = clock() - began
    assert results[-1] == count * 2 - 2
    return took


async def gathered(count: int) -> float:
    gate = asyncio.Semaphore(100)

    async def one(item: int) -> int:
        async with gate:
            return await double(item)

    began = clock()
    results = await asyncio.gather(*[one(item) for item in range(count)])
    took = clock() - began
    assert results[-1] == count * 2 - 2
    return took


# Row -> (side, loop, whether it runs in a cheap task, work).
Side = tuple[str, str, bool, Callable[[int], Coroutine[Any, Any, float]]]
ROWS: dict[str, list[Side]] = {
    "children": [
        ("dtact", "dtact", True, spawned),
        ("dtact, limit 100", "dtact", True, limited),
        ("dtact, asyncio tasks", "dtact", False, created),
        ("asyncio on dtact", "dtact", False, of_asyncio),
        ("asyncio on uvloop", "uvloop", False, of_asyncio),
        *([("anyio on uvloop", "uvloop", False, of_anyio)] if HAS_ANYIO else []),
    ],
    "scopes": [
        ("dtact", "dtact", True, scopes),
        ("asyncio.timeout on uvloop", "uvloop", False, scopes_of_asyncio),
        *([("anyio on uvloop", "uvloop", False, scopes_of_anyio)] if HAS_ANYIO else []),
    ],
    "map": [
        ("dtact", "dtact", True, mapped),
        ("gather and Semaphore on uvloop", "uvloop", False, gathered),
    ],
}


def run_once(side: Side, count: int) -> float:
    _, loop, cheap, work = side
    gc.collect()
    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(in_cheap_task(work(count)) if cheap else work(count))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *ROWS], default=[])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    for name in options.names or ROWS:
        for count in (1_000, 10_000) if options.quick else (1_000, 10_000, 100_000):
            best = dict.fromkeys((side[0] for side in ROWS[name]), float("inf"))
            for _ in range(3 if options.quick else 7):
                for side in ROWS[name]:
                    best[side[0]] = min(best[side[0]], run_once(side, count))
            row = {side: round(took / count * 1e9) for side, took in best.items()}
            print(json.dumps({"row": name, "count": count, "python": sys.version.split()[0], "ns": row}), flush=True)


if __name__ == "__main__":
    main()
