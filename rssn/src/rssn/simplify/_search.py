"""Beam search and random restarts over the neighbours of an expression: one rule applied anywhere in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final, final

from ..expr import Expr, substitute, walk
from ..rules import RuleSet
from ._engine import Engine, Step
from ._index import Index, Match

PATIENCE: Final = 3  # rounds without progress after which a beam gives up
WALK: Final = 4  # rewrites of a random walk before it is made simple


@final
class Search:
    """Looks beyond the nearest simple form: rules that make an expression longer first are tried too."""

    def __init__(self, engine: Engine, rules: RuleSet) -> None:
        self.engine = engine
        self.index = Index(rules)

    def neighbours(self, expression: Expr) -> Iterator[tuple[Match, Expr, Expr]]:
        """Yield every expression that one rule makes, with the rule and the part it was applied to."""
        known = self.engine.facts.of
        for part in walk(expression):
            for match in self.index.matches(part, known):
                if not self.engine.meter.spend():
                    return
                yield match, part, substitute(expression, {part: match.result})

    def beam(self, expression: Expr, width: int) -> Expr:
        """Keep the `width` best expressions of each round; a round looks at all neighbours of all of them."""
        best = self.engine.simple(expression)
        seen = {expression, best}
        front = [expression, best]
        idle = 0
        while front and idle < PATIENCE and not self.engine.meter.is_spent:
            ranked: dict[Expr, tuple[float, float]] = {}
            improved = False
            for state in front:
                for match, part, other in self.neighbours(state):
                    if other in seen:
                        continue
                    seen.add(other)
                    simple = self.engine.simple(other)
                    cost = self.engine.costs.of(simple)
                    ranked[other] = (cost, self.engine.costs.of(other))
                    if cost < self.engine.costs.of(best):
                        best, improved = simple, True
                        self._note("beam", match, part, state, simple)
            front = sorted(ranked, key=lambda each: (*ranked[each], str(each)))[:width]
            idle = 0 if improved else idle + 1
        return best

    def restart(self, expression: Expr, restarts: int, seed: int) -> Expr:
        """From the best so far, walk a few random rewrites and make the end simple; repeat."""
        best = self.engine.simple(expression)
        chance = random.Random(seed)
        for attempt in range(restarts):
            if self.engine.meter.is_spent:
                break
            state = expression if attempt % 2 else best
            for _ in range(chance.randint(1, WALK)):
                around = list(self.neighbours(state))
                if not around:
                    break
                match, part, state = chance.choice(around)
                simple = self.engine.simple(state)
                if self.engine.costs.of(simple) < self.engine.costs.of(best):
                    self._note("restart", match, part, best, simple)
                    best = simple
        return best

    def _note(self, name: str, match: Match, part: Expr, before: Expr, after: Expr) -> None:
        if self.engine.steps is not None:
            self.engine.steps.append(Step(name, match.rule.name, part, match.result))
            self.engine.steps.append(Step(name, "made-simple", before, after))
