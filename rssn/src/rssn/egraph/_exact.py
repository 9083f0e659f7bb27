"""The least shared cost, exactly: branch and bound over which row each needed class takes.

What every choice must contain is worked out first: a class needs what all its
rows need. The classes that a state must still pay for, each at its cheapest
row, bound it from below; the greedy answer bounds it from above. Between the
two the problem is made smaller before the search and by what it finds: rows
that cost more and need more than another, that need themselves, or that can't
be part of anything cheaper than the best known.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from ._extract_c import Extractor

STATES_A_LOOK: Final = 64  # the clock is looked at once in so many states
CLASSES_A_LOOK: Final = 64
MOST_ROUNDS: Final = 20  # of reducing
MOST_CLASSES: Final = 30_000


@dataclass(slots=True)
class _Row:
    """A row: what it costs alone, its number, and the classes it needs, as a set of bits."""

    price: float
    number: int
    needs: int


class _OutOfTimeError(Exception):
    """The deadline has passed, or is sure to."""


class _Problem:
    """Classes by place, with the rows that can matter. Sets of classes are integers, a bit for each place."""

    def __init__(self, engine: Extractor, roots: list[int], deadline: float) -> None:
        self.deadline = deadline
        found: dict[int, list[tuple[float, int, list[int]]]] = {}
        stack = [engine.find(root) for root in roots]
        while stack:
            c = stack.pop()
            if c in found:
                continue
            if len(found) % CLASSES_A_LOOK == 0:
                self.look()
            if len(found) > MOST_CLASSES:
                raise _OutOfTimeError  # sets of so many would fill the memory
            found[c] = [(engine.own_cost(row), row, engine.children(row)) for row in engine.members(c)]
            stack.extend(child for _, _, children in found[c] for child in children)
        # Few rows first: the lowest open place is where the search branches.
        self.names = sorted(found, key=lambda c: (len(found[c]), c))
        place = {c: i for i, c in enumerate(self.names)}
        self.rows = [
            [_Row(price, row, _bits(place[child] for child in children)) for price, row, children in found[c]]
            for c in self.names
        ]
        self.roots = _bits(place[engine.find(root)] for root in roots)
        self.must = [1 << i for i in range(len(self.names))]
        self.least: list[float] = []
        self.empty = 0  # classes that have no row left
        self.groups: list[tuple[float, int]] = []

    def look(self) -> None:
        """Raise _OutOfTimeError after the deadline."""
        if time.monotonic() > self.deadline:
            raise _OutOfTimeError

    # ---- bounds -----------------------------------------------------------------------------------------------------

    def price_of(self, classes: int) -> float:
        """Return what a set of classes costs at least: each its cheapest row."""
        return sum(price * (classes & members).bit_count() for price, members in self.groups)

    def needed_by(self, classes: int) -> int:
        """Return what every choice for a set of classes contains."""
        found = 0
        for i in _places(classes):
            found |= self.must[i]
        return found

    def reduce(self, best: float) -> None:
        """Drop what can't be part of a choice cheaper than `best`, until nothing more goes."""
        for _ in range(MOST_ROUNDS):
            self.look()
            self._weigh()
            if not self._drop(best):
                return

    def _weigh(self) -> None:
        """Work out the cheapest row of each class, and what each class needs whatever is chosen."""
        self.least = [min((row.price for row in rows), default=0.0) for rows in self.rows]
        self.empty = _bits(i for i, rows in enumerate(self.rows) if not rows)
        groups: dict[float, int] = {}
        for i, price in enumerate(self.least):
            groups[price] = groups.get(price, 0) | 1 << i
        self.groups = list(groups.items())
        changed, passes = True, 0
        while changed and passes < MOST_ROUNDS:
            changed, passes = False, passes + 1
            for i, rows in enumerate(self.rows):
                if i % CLASSES_A_LOOK == 0:
                    self.look()
                common = -1
                for row in rows:
                    common &= self.needed_by(row.needs)
                grown = self.must[i] | (common if rows else 0)
                changed |= grown != self.must[i]
                self.must[i] = grown

    def _drop(self, best: float) -> bool:
        """Drop rows; whether one went."""
        always = self.needed_by(self.roots)
        dropped = False
        reached = self._reachable()
        for i, rows in enumerate(self.rows):
            if i % CLASSES_A_LOOK == 0:
                self.look()
            kept: list[_Row] = []
            for row in sorted(rows, key=lambda row: (row.price, row.needs.bit_count())) if reached >> i & 1 else ():
                needs = self.needed_by(row.needs)
                whole = self.price_of(always | 1 << i | needs) - self.least[i] + row.price
                is_circular = needs >> i & 1
                is_beaten = any(other.price <= row.price and not other.needs & ~row.needs for other in kept)
                is_hopeless = bool(needs & self.empty) or whole >= best
                if not (is_circular or is_beaten or is_hopeless):
                    kept.append(row)
            dropped |= len(kept) < len(rows)
            self.rows[i] = kept
        return dropped

    def _reachable(self) -> int:
        found, stack = self.roots, list(_places(self.roots))
        while stack:
            for row in self.rows[stack.pop()]:
                fresh = row.needs & ~found
                found |= fresh
                stack.extend(_places(fresh))
        return found


def _bits(places: Iterator[int]) -> int:
    found = 0
    for place in places:
        found |= 1 << place
    return found


def _places(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


# ---- the search -----------------------------------------------------------------------------------------------------


class _Search:
    """Depth first, one row a step; a step that is taken back leaves no trace."""

    def __init__(self, problem: _Problem, best: float) -> None:
        self.problem, self.best = problem, best
        self.choice: dict[int, _Row] | None = None
        self._chosen: dict[int, _Row] = {}
        self._decided = 0

    def run(self) -> None:
        """Look at everything that may be cheaper than the best; _OutOfTimeError leaves the best so far."""
        problem = self.problem
        # (place, its rows still to try, cheap ones last, what is open and what is spent before the place is decided)
        stack: list[tuple[int, list[_Row], int, float]] = []
        self._open(problem.roots, 0.0, stack)
        looks = 0
        while stack:
            looks += 1
            if looks % STATES_A_LOOK == 0:
                problem.look()
            place, rows, open_places, spent = stack[-1]
            if place in self._chosen:
                del self._chosen[place]
                self._decided &= ~(1 << place)
            if not rows:
                stack.pop()
                continue
            row = rows.pop()
            self._chosen[place] = row
            self._decided |= 1 << place
            self._open((open_places | row.needs) & ~self._decided, spent + row.price, stack)

    def _open(self, open_places: int, spent: float, stack: list[tuple[int, list[_Row], int, float]]) -> None:
        """Go on to the next class that needs a row, or note that all have one."""
        problem = self.problem
        if not open_places:
            if spent < self.best:
                self.best, self.choice = spent, dict(self._chosen)
            return
        needed = problem.needed_by(open_places) & ~self._decided
        if spent + problem.price_of(needed) >= self.best:
            return
        place = (open_places & -open_places).bit_length() - 1
        rest = needed & ~(1 << place)
        found = []
        for row in problem.rows[place]:
            bound = spent + row.price + problem.price_of(rest | problem.needed_by(row.needs) & ~self._decided)
            if bound < self.best and not self._needs_itself(place, row.needs):
                found.append((bound, row.needs.bit_count(), row.number, row))
        found.sort(key=lambda each: each[:3], reverse=True)
        stack.append((place, [row for *_, row in found], open_places, spent))

    def _needs_itself(self, place: int, needs: int) -> bool:
        """Whether what is chosen leads from these classes back to a place."""
        seen, fresh = 0, needs & self._decided
        while fresh:
            seen |= fresh
            following = 0
            for i in _places(fresh):
                following |= self._chosen[i].needs
            if following >> place & 1:
                return True
            fresh = following & self._decided & ~seen
        return bool(needs >> place & 1)


def exact_choice(
    engine: Extractor, roots: list[int], choice: Mapping[int, int], total: float, seconds: float
) -> tuple[dict[int, int], float, bool]:
    """Return the best choice found, its shared cost, and whether it is proved to be the least.

    `choice` and its `total` are where the search starts from and what it falls
    back to when its `seconds` are over. Sums of prices are compared as floats.
    """
    best, cheapest = dict(choice), total
    search: _Search | None = None
    is_least = False
    try:
        problem = _Problem(engine, roots, time.monotonic() + seconds)
        problem.reduce(total)
        search = _Search(problem, total)
        search.run()
        is_least = True
    except _OutOfTimeError:
        pass
    if search is not None and search.choice is not None:
        names, found = search.problem.names, search.choice
        needs = {i: frozenset(_places(row.needs)) for i, row in found.items()}
        best = {names[i]: found[i].number for i in _in_order(needs)}
        cheapest = search.best
    return best, cheapest, is_least


def _in_order(needs: Mapping[int, frozenset[int]]) -> list[int]:
    """Return places with those they need before them; there is no circle."""
    done: dict[int, None] = {}
    for start in needs:
        stack = [start]
        while stack:
            place = stack[-1]
            waiting = [each for each in needs[place] if each not in done]
            if place in done or not waiting:
                stack.pop()
                done.setdefault(place)
            else:
                stack.extend(waiting)
    return list(done)
