"""Tasks, yields, callbacks and timers beside asyncio and uvloop, alternately in one process.

    python benchmarks/bench_spawn.py [--quick] [--rust] [NAME ...]

Contexts are on everywhere. Collector: "default" leaves Python's on all sides as it starts; "policy" is dtact's on its
side and no collections at all on the others. `--rust` also runs the Tokio program in benchmarks/peers/tokio, if cargo
is there. Prints one JSON line a row, times in nanoseconds for each task, yield, call or timer: the best of several.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import uvloop

import dtact

clock = time.perf_counter
PEER = Path(__file__).parents[2] / "benchmarks" / "peers" / "tokio"


def new_loop(name: str, collector: str) -> asyncio.AbstractEventLoop:
    """A loop by its name in the rows, with the collector as the row says."""
    if name == "asyncio":
        return asyncio.SelectorEventLoop()
    if name == "uvloop":
        return uvloop.new_event_loop()
    backend = "selector" if name == "dtact-selector" else "uvloop"
    return dtact.new_event_loop(backend, gc_policy="runtime" if collector == "policy" else "default")


async def tiny() -> int:
    return 1


async def spawn_all(count: int, start: Callable[[Any], Awaitable[int]]) -> float:
    began = clock()
    tasks = [start(tiny()) for _ in range(count)]
    total = 0
    for task in tasks:
        total += await task
    took = clock() - began
    assert total == count
    return took / count * 1e9


async def spawn_all_now(count: int) -> float:
    start = dtact.spawn
    began = clock()
    tasks = [start(tiny(), start="now") for _ in range(count)]
    total = 0
    for task in tasks:
        total += await task
    took = clock() - began
    assert total == count
    return took / count * 1e9


async def spawn_with(how: str, count: int) -> float:
    """Spawn and await from a task of the same kind."""
    if how == "create_task":
        return await spawn_all(count, asyncio.create_task)
    if how == "eager" and sys.version_info >= (3, 12):
        loop = asyncio.get_running_loop()
        is_ours = type(loop).__module__.startswith("dtact")
        loop.set_task_factory(asyncio.eager_task_factory if is_ours else eager_factory)
        return await spawn_all(count, asyncio.create_task)
    return await dtact.spawn(spawn_all(count, dtact.spawn) if how == "spawn" else spawn_all_now(count))


def eager_factory(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> Any:
    """As asyncio's own, which before 3.13.3 refuses a keyword that uvloop hands on."""
    options.pop("eager_start", None)
    return asyncio.eager_task_factory(loop, coro, **options)  # type: ignore[attr-defined]  # 3.12


async def count_switches(tasks: int, each: int, give_way: Callable[[], Any], start: Callable[[Any], Any]) -> int:
    """Yields in turn; returns after how many of them another task had run."""
    last = -1
    others = 0

    async def work(me: int) -> None:
        nonlocal last, others
        for _ in range(each):
            last = me
            await give_way()
            others += last != me

    for task in [start(work(index)) for index in range(tasks)]:
        await task
    return others


async def switches(tasks: int, each: int, give_way: Callable[[], Any], start: Callable[[Any], Any]) -> float:
    """The same work without the counting."""

    async def work() -> None:
        for _ in range(each):
            await give_way()

    began = clock()
    for task in [start(work()) for _ in range(tasks)]:
        await task
    return (clock() - began) / (tasks * each) * 1e9


async def yields(how: str, count: int, run: Callable[..., Coroutine[Any, Any, float]] = switches) -> float:
    """The best of several runs in one loop, if they are short: what comes before a loop's first leaves cold caches. The
    Rust program too makes all its runs in one runtime."""
    tasks, best = count // 100, float("inf")
    for _ in range(10 if run is switches and count <= 1_000 else 1):
        if how == "spawn":
            took = await dtact.spawn(run(tasks, 100, dtact.yield_now, dtact.spawn))
        else:
            took = await run(tasks, 100, lambda: asyncio.sleep(0), asyncio.create_task)
        best = min(best, took)
    return best


def seen_switches(count: int) -> dict[str, float]:
    """After how many of so many yields another task had run, by loop and way; nearly all, or it is no race."""
    seen: dict[str, float] = {}
    for loop, hows in BOTH.items():
        for how in hows:
            with asyncio.Runner(loop_factory=partial(new_loop, loop, "default")) as runner:
                seen[f"{loop} {how}".strip()] = runner.run(yields(how, count, count_switches))
    if min(seen.values()) < count * 98 // 100:
        raise SystemExit(f"yields that let no other task run: {seen} of {count}")
    return seen


async def sleep_zero(how: str, count: int) -> float:
    async def chain() -> float:
        began = clock()
        for _ in range(count):
            await asyncio.sleep(0)
        return (clock() - began) / count * 1e9

    return await (dtact.spawn(chain()) if how == "spawn" else asyncio.create_task(chain()))


async def soon(_how: str, count: int) -> float:
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    seen = 0

    def call() -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            done.set()

    began = clock()
    for _ in range(count):
        loop.call_soon(call)
    await done.wait()
    return (clock() - began) / count * 1e9


async def threadsafe(_how: str, count: int) -> float:
    """From another thread, which holds the GIL as long as the interpreter lets it."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    seen = 0

    def call() -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            done.set()

    def produce() -> None:
        for _ in range(count):
            loop.call_soon_threadsafe(call)

    thread = threading.Thread(target=produce)
    began = clock()
    thread.start()
    await done.wait()
    took = clock() - began
    thread.join()
    return took / count * 1e9


async def timers(_how: str, count: int) -> float:
    """Schedule and cancel."""
    loop = asyncio.get_running_loop()

    def call() -> None:
        raise AssertionError

    began = clock()
    for _ in range(count):
        loop.call_later(10, call).cancel()
    return (clock() - began) / count * 1e9


async def many_timers(_how: str, count: int) -> float:
    """Schedule all, then cancel all."""
    loop = asyncio.get_running_loop()
    began = clock()
    handles = [loop.call_later(10 + index % 997, str) for index in range(count)]
    for handle in handles:
        handle.cancel()
    return (clock() - began) / count * 1e9


TASKS = {"asyncio": ["create_task"], "uvloop": ["create_task"], "dtact": ["spawn", "now", "create_task"]}
if sys.version_info >= (3, 12):
    for ways in TASKS.values():
        ways.append("eager")
PLAIN = {"asyncio": [""], "uvloop": [""], "dtact": [""], "dtact-selector": [""]}
BOTH = PLAIN | {"dtact": ["", "spawn"]}
CASES: dict[str, tuple[Callable[[str, int], Any], tuple[int, ...], dict[str, list[str]], int]] = {
    "spawn": (spawn_with, (1_000, 10_000, 100_000, 1_000_000), TASKS, 7),
    "yields": (yields, (1_000, 100_000), BOTH, 9),
    "sleep(0)": (sleep_zero, (100_000,), BOTH, 5),
    "call_soon": (soon, (100_000,), PLAIN, 5),
    "call_soon_threadsafe": (threadsafe, (100_000,), PLAIN, 5),
    "timer, cancelled": (timers, (100_000,), PLAIN, 5),
    "timers, then cancelled": (many_timers, (100_000,), PLAIN, 5),
}


def measure(name: str, count: int, policy: str) -> dict[str, float]:
    """The best time of each loop and way, taken in turns."""
    case, _, ways, repeats = CASES[name]
    repeats = {1_000: repeats * 20, 10_000: repeats * 4, 1_000_000: 2}.get(count, repeats)
    best: dict[str, float] = {}
    for _ in range(repeats):
        for loop, hows in ways.items():
            for how in hows:
                gc.collect()
                with asyncio.Runner(loop_factory=partial(new_loop, loop, policy)) as runner:
                    if policy == "policy" and not loop.startswith("dtact"):
                        gc.disable()
                    took = runner.run(case(how, count))
                    gc.enable()
                label = f"{loop} {how}".strip()
                best[label] = min(took, best.get(label, took))
    return {label: round(took, 1) for label, took in best.items()}


def rust(arguments: list[str]) -> None:
    """Build and run the Tokio program; it prints rows of the same form."""
    command = ["cargo", "run", "--release", "--quiet", "--manifest-path", str(PEER / "Cargo.toml"), "--", *arguments]
    subprocess.run(command, check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--quick", action="store_true", help="no more than 100,000 of anything")
    parser.add_argument("--rust", action="store_true", help="run the Tokio program as well")
    options = parser.parse_args()
    for name in options.names or CASES:
        for count in CASES[name][1]:
            if options.quick and count > 100_000:
                continue
            for policy in ("default", "policy") if name == "spawn" else ("default",):
                row: dict[str, Any] = {
                    "python": sys.version.split()[0],
                    "case": name,
                    "count": count,
                    "collector": policy,
                }
                if name == "yields":
                    row["seen"] = seen_switches(count)
                print(json.dumps(row | {"ns": measure(name, count, policy)}), flush=True)
    if options.rust:
        rust(["quick"] if options.quick else [])


if __name__ == "__main__":
    main()
