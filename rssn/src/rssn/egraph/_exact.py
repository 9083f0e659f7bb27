"""The least shared cost, exactly: branch and bound over which row each needed class takes.

A state is a set of decided classes and the classes they still need. Its bound
is what is decided plus, for every needed class, its cheapest row alone. The
greedy answer is where the search starts from and what it falls back to.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from ._extract_c import Extractor

STATES_A_LOOK = 256  # the clock is looked at once in so many states


class _Problem:
    """The rows that can matter, with what they cost alone and which classes they need."""

    def __init__(self, engine: Extractor, roots: list[int]) -> None:
        self.rows: dict[int, list[tuple[float, int, frozenset[int]]]] = {}
        self.least: dict[int, float] = {}
        stack = [engine.find(root) for root in roots]
        while stack:
            c = stack.pop()
            if c in self.rows:
                continue
            found = [(engine.own_cost(row), row, frozenset(engine.children(row))) for row in engine.members(c)]
            self.rows[c] = _undominated([row for row in found if c not in row[2]])
            self.least[c] = min(price for price, _, _ in self.rows[c])
            for _, _, children in self.rows[c]:
                stack.extend(children)


def _undominated(rows: list[tuple[float, int, frozenset[int]]]) -> list[tuple[float, int, frozenset[int]]]:
    """Drop rows that cost no less than another one and need all that it needs."""
    kept: list[tuple[float, int, frozenset[int]]] = []
    for row in sorted(rows, key=lambda row: (row[0], len(row[2]))):
        if not any(other[0] <= row[0] and other[2] <= row[2] for other in kept):
            kept.append(row)
    return kept


def exact_choice(
    engine: Extractor, roots: list[int], choice: Mapping[int, int], total: float, seconds: float
) -> tuple[dict[int, int], float, bool]:
    """Return the best choice found, its shared cost, and whether it is proved to be the least."""
    problem = _Problem(engine, roots)
    deadline = time.monotonic() + seconds
    best, best_total = dict(choice), total
    needed = frozenset(engine.find(root) for root in roots)
    # (decided classes and rows, cost of those, classes still needed)
    states: list[tuple[dict[int, tuple[int, frozenset[int]]], float, frozenset[int]]] = [({}, 0.0, needed)]
    looks = 0
    while states:
        looks += 1
        if looks % STATES_A_LOOK == 0 and time.monotonic() > deadline:
            return best, best_total, False
        decided, spent, open_classes = states.pop()
        if spent + sum(problem.least[c] for c in open_classes) >= best_total:
            continue
        if not open_classes:
            ordered = _in_order({c: children for c, (_, children) in decided.items()})
            if ordered is not None:
                best, best_total = {c: decided[c][0] for c in ordered}, spent
            continue
        # The class with the fewest rows first; dear rows are pushed first, so that cheap ones are tried first.
        c = min(open_classes, key=lambda each: (len(problem.rows[each]), each))
        for price, row, children in sorted(problem.rows[c], reverse=True, key=lambda each: each[0]):
            following = (open_classes - {c}) | (children - decided.keys() - {c})
            states.append(({**decided, c: (row, children)}, spent + price, following))
    return best, best_total, True


def _in_order(needs: Mapping[int, frozenset[int]]) -> list[int] | None:
    """Return the classes with children before users, or None if they need each other in a circle."""
    done: dict[int, None] = {}
    for start in needs:
        stack, on_way = [start], set()
        while stack:
            c = stack[-1]
            waiting = [child for child in needs[c] if child not in done]
            if c in done or not waiting:
                stack.pop()
                on_way.discard(c)
                done.setdefault(c)
            elif c in on_way:
                return None
            else:
                on_way.add(c)
                stack.extend(waiting)
    return list(done)
