"""Beam search and random restarts over the neighbours of an expression: one rule applied anywhere in it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final, NamedTuple, final

from ..expr import Expr, substitute, walk
from ..rules import RewriteRule, RuleSet
from ._engine import Engine
from ._index import Index, Match
from ._trace import Step

PATIENCE: Final = 3  # rounds without progress after which a beam gives up
WALK: Final = 4  # rewrites of a random walk before it is made simple
NODES_A_STEP: Final = 16  # a neighbour of a large expression counts as many steps
ARITHMETIC: Final = frozenset({"add", "sub", "mul", "div", "neg", "pow"})


class Hop(NamedTuple):
    """How a state was reached: from which one, by which match at which part."""

    state: Expr
    match: Match
    part: Expr


@final
class Search:
    """Looks beyond the nearest simple form: rules that make an expression longer first are tried too."""

    def __init__(self, engine: Engine, rules: RuleSet) -> None:
        self.engine = engine
        self.index = Index(rules)
        self.steps: list[Step] = []

    def neighbours(self, expression: Expr) -> Iterator[tuple[Hop, Expr]]:
        """Yield every expression that one rule makes, and how."""
        known = self.engine.facts.of
        order = walk(expression)
        price = 1 + len(order) // NODES_A_STEP
        for part in order:
            for match in self.index.matches(part, known):
                if not self.engine.meter.spend(price):
                    return
                yield Hop(expression, match, part), substitute(expression, {part: match.result})

    def beam(self, expression: Expr, width: int) -> Expr:
        """Keep the `width` best expressions of each round; a round looks at all neighbours of all of them."""
        costs, best = self.engine.costs, self._greedy(expression)
        reached: dict[Expr, Hop | None] = {expression: None, best: None}
        front, idle = [expression, best], 0
        while front and idle < PATIENCE and not self.engine.meter.is_spent:
            ranked: dict[Expr, tuple[float, float]] = {}
            idle += 1
            for state in front:
                for hop, other in self.neighbours(state):
                    if other in reached:
                        continue
                    reached[other] = hop
                    simple = self.engine.simple(other)
                    ranked[other] = costs.of(simple), costs.of(other)
                    if costs.of(simple) < costs.of(best):
                        best, idle = simple, 0
                        self._note("beam", _way(other, reached), other, expression)
            # Equal ones stay in the order in which they were found, which only structure decides.
            front = sorted(ranked, key=ranked.__getitem__)[:width]
        return best

    def restart(self, expression: Expr, restarts: int, seed: int) -> Expr:
        """From the input and the best so far in turn, walk a few random rewrites and make the end simple; repeat."""
        best = self._greedy(expression)
        chance = random.Random(seed)
        for attempt in range(restarts):
            if self.engine.meter.is_spent:
                break
            state = expression if attempt % 2 else best
            way: list[Hop] = []
            for _ in range(chance.randint(1, WALK)):
                around = list(self.neighbours(state))
                if not around:
                    break
                hop, state = chance.choice(around)
                way.append(hop)
                simple = self.engine.simple(state)
                if self.engine.costs.of(simple) < self.engine.costs.of(best):
                    best = simple
                    self._note("restart", way, state, expression)
        return best

    def _greedy(self, expression: Expr) -> Expr:
        best = self.engine.simple(expression)
        if self.engine.trace is not None:
            self.steps = list(self.engine.trace.steps(expression))
        return best

    def _note(self, name: str, way: list[Hop], end: Expr, expression: Expr) -> None:
        """Record the way to a state, from the input or from what was the best until now, and on to its simple form."""
        trace = self.engine.trace
        if trace is not None:
            hops = [Step(name, hop.match.rule.name, hop.part, hop.match.result) for hop in way]
            before = [] if way[0].state == expression else self.steps
            self.steps = [*before, *hops, *trace.steps(end)]


def backwards(rules: RuleSet) -> RuleSet:
    """Return the rules that say as much from right to left, so read: exp(a + b) is exp(a)*exp(b).

    Under its guard both sides of a rule have the same values and have one at the same points, so the other
    direction needs no more. Its left side must bind every variable, and say more than "a sum".
    """
    return RuleSet(
        f"{rules.name}-backwards",
        [
            RewriteRule(f"{rule.name}-backwards", rule.rhs, rule.lhs, label=rule.label, guard=rule.guard, why=rule.why)
            for rule in rules
            if rule.label == "real"
            and rule.rhs.variables >= rule.lhs.variables
            and any(part.operands and part.operator not in ARITHMETIC for part in walk(rule.rhs.expression))
        ],
    )


def _way(state: Expr, reached: dict[Expr, Hop | None]) -> list[Hop]:
    way = []
    while (hop := reached[state]) is not None:
        way.append(hop)
        state = hop.state
    return way[::-1]
