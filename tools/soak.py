"""A long run compressed to minutes: many tasks of every kind, and flat memory.

    python tools/soak.py [TASKS]          # 100,000,000 unless told otherwise

Waves of tasks that sleep, fail, are cancelled, wait for each other, keep cyclic garbage and set context variables, on
`dtact.spawn` and on `create_task`; the size of the process is printed every tenth of the way, and the processor time of
three idle seconds at the end. Ends with 1 if the process is larger at the end than after the first tenth by more than a
fifth plus 16 MB, or if idling takes more than a millisecond.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import sys
import time
from pathlib import Path
from typing import Any

import dtact

WAVE = 10_000
IDLE_S = 1e-3
PAGE = os.sysconf("SC_PAGE_SIZE")
number: contextvars.ContextVar[int] = contextvars.ContextVar("number")


def resident() -> int:
    """The bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


class Node:
    """Garbage that only the cycle collector finds."""

    def __init__(self) -> None:
        self.me = self
        self.load = [0] * 16


async def tiny() -> int:
    """The smallest task."""
    return 1


async def busy(index: int) -> int:
    """A task of one of several kinds, by its number."""
    kind = index % 8
    if kind == 0:
        number.set(index)
    elif kind == 1:
        await dtact.yield_now()
    elif kind == 2:
        Node()
    elif kind == 3:
        await dtact.spawn(tiny())
    elif kind == 4:
        await asyncio.create_task(tiny())
    elif kind == 5 and index % 64 == 5:
        await asyncio.sleep(0.0001)
    elif kind == 6 and index % 64 == 6:
        raise LookupError(index)
    elif kind == 7 and index % 64 == 7:
        await asyncio.sleep(60)
    return 1


async def wave(start: Any) -> None:
    """Start many at once, cancel some, and wait for all."""
    tasks = [start(busy(index)) for index in range(WAVE)]
    await asyncio.sleep(0)
    for index in range(7, WAVE, 64):
        tasks[index].cancel()
    for index, task in enumerate(tasks):
        try:
            await task
        except LookupError:
            assert index % 64 == 6
        except asyncio.CancelledError:
            assert index % 64 == 7


async def idle(seconds: float) -> float:
    """Return the processor time of doing nothing for so long, once what idleness starts (a collection) is over."""
    await asyncio.sleep(0.5)
    before = time.process_time()
    await asyncio.sleep(seconds)
    return time.process_time() - before


async def main(total: int) -> int:
    """Run waves of both kinds until so many tasks have ended; return the exit code."""
    began, first, done, next_print = time.monotonic(), 0, 0, total // 10
    starts = (dtact.spawn, dtact.spawn, dtact.spawn, asyncio.create_task)
    waves = 0
    while done < total:
        await wave(starts[waves % 4])
        waves += 1
        done += WAVE
        if done >= next_print:
            size = resident()
            first = first or size
            print(f"{done:>12,} tasks  {time.monotonic() - began:7.1f} s  {size / 1e6:7.1f} MB", flush=True)
            next_print += total // 10
    assert dtact.scheduler.current_scheduler().statistics()["live"] <= 1
    is_flat = resident() < first * 1.2 + 16e6
    used = await idle(3)
    print(f"{used * 1e3:.2f} ms of processor time in 3 idle seconds")
    return 0 if is_flat and used <= IDLE_S else 1


if __name__ == "__main__":
    sys.exit(dtact.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000_000)))
