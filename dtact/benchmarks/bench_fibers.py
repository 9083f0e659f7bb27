"""Fibers beside gevent's greenlets, alternately in one process.

    python benchmarks/bench_fibers.py [--quick]

Needs greenlet and gevent. `spawn`: start N functions that do nothing and wait for all. `switch`: K functions give way
in turn, each time to another. `deep`: the same, thirty calls down. Prints one JSON line a row, nanoseconds a function
or a switch: the best of several, and how many times faster dtact is.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable

import gevent

import dtact

clock = time.perf_counter


def nothing() -> None:
    pass


class Turns:
    """Who had the last turn, so that every switch is seen to reach another."""

    def __init__(self) -> None:
        self.last = -1
        self.others = 0

    def work(self, me: int, each: int, depth: int, give_way: Callable[[], object]) -> None:
        if depth:
            self.work(me, each, depth - 1, give_way)
            return
        for _ in range(each):
            self.last = me
            give_way()
            self.others += self.last != me


def give_way() -> None:
    dtact.wait(dtact.yield_now())


def spawn_dtact(count: int, _: int) -> float:
    async def main() -> float:
        began = clock()
        for task in [dtact.fiber(nothing) for _ in range(count)]:
            await task
        return (clock() - began) / count

    async def inside() -> float:
        return await dtact.spawn(main())

    return dtact.run(inside())


def spawn_gevent(count: int, _: int) -> float:
    began = clock()
    gevent.joinall([gevent.spawn(nothing) for _ in range(count)])
    return (clock() - began) / count


def switch_dtact(tasks: int, depth: int) -> float:
    turns, each = Turns(), 100_000 // tasks

    async def main() -> float:
        began = clock()
        for task in [dtact.fiber(turns.work, me, each, depth, give_way) for me in range(tasks)]:
            await task
        return (clock() - began) / (each * tasks)

    took = dtact.run(main())
    assert turns.others >= tasks * (each - 2), turns.others
    return took


def switch_gevent(tasks: int, depth: int) -> float:
    turns, each = Turns(), 100_000 // tasks
    began = clock()
    gevent.joinall([gevent.spawn(turns.work, me, each, depth, gevent.sleep) for me in range(tasks)])
    took = (clock() - began) / (each * tasks)
    assert turns.others >= tasks * (each - 2), turns.others
    return took


ROWS: list[tuple[str, Callable[[int, int], float], Callable[[int, int], float], int, int]] = [
    ("spawn", spawn_dtact, spawn_gevent, 1_000, 0),
    ("spawn", spawn_dtact, spawn_gevent, 100_000, 0),
    ("switch", switch_dtact, switch_gevent, 2, 0),
    ("switch", switch_dtact, switch_gevent, 10, 0),
    ("switch", switch_dtact, switch_gevent, 1_000, 0),
    ("deep", switch_dtact, switch_gevent, 10, 30),
]


def main() -> None:
    """Run the rows."""
    parser = argparse.ArgumentParser(description="fibers beside gevent")
    parser.add_argument("--quick", action="store_true", help="three rounds instead of seven")
    options = parser.parse_args()
    for name, ours, theirs, count, depth in ROWS:
        best = [float("inf"), float("inf")]
        for _ in range(3 if options.quick else 7):
            best[0] = min(best[0], ours(count, depth))
            best[1] = min(best[1], theirs(count, depth))
        row = {"row": name, "count": count, "depth": depth, "dtact_ns": round(best[0] * 1e9)}
        print(json.dumps({**row, "gevent_ns": round(best[1] * 1e9), "times": round(best[1] / best[0], 2)}), flush=True)


if __name__ == "__main__":
    main()
