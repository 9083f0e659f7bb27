"""The expression store: operations from Python, bytes a node, collections, and passes over a million nodes."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from typing import Any

from measure import Report, once_each, race

from rssn.expr import Expr, collect, linearize, statistics, substitute, symbol, symbols, walk

STEPS = 400  # of two operations each
OPERATIONS_S, NODE_BYTES, LINEARIZE_S = 0.08e-3, 48, 1.0


class Nothing:
    """What Python itself asks for two calls of an operator that returns a new object."""

    __slots__ = ()

    def __mul__(self, _: object) -> Nothing:
        return Nothing()

    def __add__(self, _: object) -> Nothing:
        return Nothing()


def chain(start: Any, y: Any, z: Any, steps: int = STEPS) -> Any:
    """Return ((start*y + z)*y + z)…"""
    for _ in range(steps):
        start = start * y + z
    return start


def operations(report: Report) -> None:
    """The same loop over expressions, over floats, and over a class that does nothing."""
    x, y, z = symbols("x y z")
    if chain(x, y, z, 2) != (x * y + z) * y + z:
        raise SystemExit("the chain is not the expression it should be")
    collect()  # a store as small as a user's, and no larger table than it needs
    fresh = once_each(lambda number: chain(symbol(f"start {number}"), y, z), range(report.rounds(40)))
    kept = chain(x, y, z)
    times = race(
        {
            "rssn": lambda: chain(x, y, z),
            "floats": lambda: chain(0.5, 0.999, 0.3),
            "an empty class": lambda: chain(Nothing(), None, None),
            "x + 1.5": lambda: x + 1.5,
        },
        rounds=report.rounds(),
    )
    report.absolute("800 operations, new nodes", fresh, at_most=OPERATIONS_S)
    for peer in ("floats", "an empty class"):
        report.ratio("800 operations, nodes that exist", times["rssn"], times[peer], peer=peer)
    report.absolute("x + 1.5", times["x + 1.5"])
    del kept


def node_bytes(report: Report) -> None:
    """The most that a node takes while the store grows, measured where each part of it has just grown."""
    x, y, z = symbols("x y z")
    collect()
    most, e = 0.0, x
    for _ in range(20 if report.quick else 1000):
        e = chain(e, y, z, 500)
        found = statistics()
        most = max(most, found.bytes / found.slots) if found.slots > 100_000 or report.quick else most
    report.absolute("bytes a node, at most", most, at_most=NODE_BYTES, unit="bytes")


def collections(report: Report) -> None:
    """One collection where everything lives, and one where nothing does; then a churn with its collections."""
    steps = 5_000 if report.quick else 500_000
    x, y, z = symbols("x y z")
    big = chain(x, y, z, steps)
    live = once_each(lambda _: collect(), range(report.rounds()))
    report.absolute("a collection, all nodes live, per node", live / statistics().slots)
    slots = statistics().slots
    del big
    start = time.perf_counter()
    collect()
    report.absolute("a collection, no node live, per node", (time.perf_counter() - start) / slots)
    kept = [symbol("x") ** number + y for number in range(2_000)]
    churn = once_each(lambda number: [x - number * 10**6 - k for k in range(steps // 10)], range(report.rounds()))
    report.absolute("an operation of a churn, collections included", churn / (2 * (steps // 10)))
    del kept


def passes(report: Report) -> None:
    """Passes over a chain of a million nodes."""
    steps = 5_000 if report.quick else 500_000
    x, y, z = symbols("x y z")
    big = chain(x, y, z, steps)
    data = pickle.dumps(big)
    if pickle.loads(data) != big or walk(big)[-1] != big:
        raise SystemExit("the expression does not come back from its pickle")
    work: dict[str, Callable[[Expr], object]] = {
        "walk": walk,
        "substitute": lambda e: substitute(e, {"x": 2.0}),
        "linearize": linearize,
        "pickle": pickle.dumps,
        "unpickle": lambda _: pickle.loads(data),
    }
    for name, function in work.items():
        best = once_each(lambda _, function=function: function(big), range(report.rounds()))
        limit = LINEARIZE_S if name == "linearize" else None
        report.absolute(f"{name}, {2 * steps:,} nodes", best, at_most=limit)
    small = chain(x, y, z, steps // 20)
    report.absolute(f"str, {steps // 10:,} nodes", once_each(lambda _: str(small), range(report.rounds(3))))


def main() -> None:
    """Memory first, while the store is small."""
    report = Report("expr")
    node_bytes(report)
    operations(report)
    collections(report)
    passes(report)
    report.finish()


if __name__ == "__main__":
    main()
