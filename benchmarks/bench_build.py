"""Expressions built from Python: 800 operations, bytes a node, and memory given back."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Callable
from typing import Any

from measure import Report, once_each
from memory import resident_bytes
from peers import optional

import rssn

STEPS = 400
OPERATIONS_S = 0.08e-3
NODE_BYTES = 48
HELD_NODES = 65_536
NEW = itertools.count()


def chain(start: Any, y: Any, z: Any, steps: int) -> Any:
    """Return ((start*y + z)*y + z)…: two operations a step."""
    for _ in range(steps):
        start = start * y + z
    return start


def builder(symbol: Callable[[str], Any]) -> Callable[[int], Any]:
    """Return a function that builds the chain on a start no chain had before."""
    y, z = symbol("y"), symbol("z")
    return lambda number: chain(symbol(f"s{number}"), y, z, STEPS)


def peers() -> dict[str, Callable[[int], Any]]:
    """Return what builds the chain in each peer that is installed."""
    found = {}
    if alkahest := optional("alkahest"):
        # A pool of its own each time, so that nothing is there already.
        found["alkahest"] = lambda number: builder(alkahest.ExprPool().symbol)(number)
    for name in ("symengine", "sympy"):
        if module := optional(name):
            found[name] = builder(module.Symbol)
    return found


def operations(report: Report) -> None:
    """800 operations that make 800 new nodes, and the same again where they exist."""
    build, rounds = builder(rssn.symbol), report.rounds(40)
    point = {f"s{10**6}": 0.5, "y": 0.25, "z": 1.0}
    if abs(build(10**6).evaluate(point) - chain(0.5, 0.25, 1.0, STEPS)) > 1e-12:
        raise SystemExit("the chain has the wrong value")
    ours = once_each(build, itertools.islice(NEW, rounds))
    report.absolute("800 operations, new nodes", ours, at_most=OPERATIONS_S)
    kept = build(0)
    again = once_each(lambda _: build(0), range(rounds))
    report.absolute("800 operations, nodes that exist", again)
    del kept
    for peer, theirs in peers().items():
        best = once_each(theirs, itertools.islice(NEW, 7 if not report.quick and peer != "sympy" else 1))
        report.ratio("800 operations, new nodes", ours, best, peer=peer)


def memory(report: Report) -> None:
    """A million nodes: what they cost, and what is left after the last handle goes."""
    steps = 5_000 if report.quick else 500_000
    gc.collect()
    rssn.expr.collect()
    before, empty = resident_bytes(), rssn.expr.statistics()
    big = chain(rssn.symbol("start"), rssn.symbol("y"), rssn.symbol("z"), steps)
    full, grown = rssn.expr.statistics(), resident_bytes() - before
    nodes = full.live - empty.live
    report.absolute("bytes a node, by the store's own count", full.bytes / full.live, at_most=NODE_BYTES, unit="bytes")
    report.absolute("bytes a node, by the growth of the process", grown / nodes, unit="bytes")
    del big
    rssn.expr.collect()
    left = rssn.expr.statistics()
    report.absolute(
        "nodes held after the last handle went", left.slots, at_most=2 * left.live + HELD_NODES, unit="nodes"
    )
    report.absolute("bytes kept by the process, of those grown", (resident_bytes() - before) / grown, unit="of 1")


def main() -> None:
    """Memory first, while the process is small."""
    report = Report("build")
    memory(report)
    operations(report)
    report.finish()


if __name__ == "__main__":
    main()
