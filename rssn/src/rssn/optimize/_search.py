"""The search: forms by recipes and from other engines, priced by the model, the cheapest that passes the check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ..errors import RssnError
from ..expr import Expr, constant, count_nodes, walk
from ..jit import schedule
from ..rules import Facts
from ._check import Original
from ._divisions import joined
from ._model import cost, estimate
from ._product import TooLarge
from ._rewrite import Pass, Recipe, Shared
from ._table import CostTable

# A form must be cheaper by this share: less could be the model's error.
MARGIN: Final = 0.06
# What waits for one division instead of several waits longer: such a form must win by more.
JOINED: Final = 1.08
# Nodes visited, built or priced per second of budget, on a processor of today.
_NODES_PER_S: Final = 60_000
_MOST_TOGGLED_SUMS, _MOST_CHECKED, _MOST_JOINED = 6, 40, 5

Engine = Callable[[Expr, Facts], Iterable[Expr]]

# Each with the operators without which it changes nothing.
_CHOICES: Final[tuple[tuple[dict[str, object], tuple[str, ...]], ...]] = (
    ({"fractions": "fractions"}, ("div", "pow")),
    ({"fractions": "same"}, ("div", "pow")),
    ({"fractions": "none"}, ("div", "pow")),
    ({"reciprocals": True}, ("div", "pow")),
    ({"exact": False}, ("add", "sub")),
    ({"roots": False}, ("sqrt",)),
    ({"exponentials": False}, ("exp",)),
    ({"logarithms": False}, ("log",)),
    ({"unshared": True}, ("add", "sub")),
    ({"nested": False}, ("add", "sub")),
)


class Search:
    """One expression's forms with their prices. Work is counted in nodes, so that a slow moment changes no answer."""

    def __init__(self, root: Expr, facts: Facts, arguments: Sequence[str], table: CostTable, seconds: float) -> None:
        self.root, self.facts, self.arguments, self.table = root, facts, arguments, table
        self.left = int(seconds * _NODES_PER_S)
        self.shared = Shared(facts)
        self.prices: dict[Expr, float] = {}
        self.price(root)
        # What every form has to pay: a row, its columns and its result.
        self.floor = estimate(schedule([root], arguments), table).floor

    def price(self, form: Expr) -> float:
        """Return the cost of a form in nanoseconds per row; infinite for one that can't be compiled."""
        found = self.prices.get(form)
        if found is None:
            self.left -= count_nodes(form)
            try:
                found = cost([form], self.arguments, self.table)
            except RssnError:
                found = float("inf")
            self.prices[form] = found
        return found

    def run(self, engines: Sequence[Engine]) -> Expr:
        """Return the cheapest form found that may stand for the original, perhaps the original itself."""
        if self.prices[self.root] * (1 - MARGIN) <= self.floor:
            return self.root
        self._explore(self.root)
        for engine in engines:
            if self.left <= 0:
                break
            for form in engine(self.root, self.facts):
                if form not in self.prices:
                    self.price(form)
                    self._explore(form)
        best = sorted(self.prices, key=self.prices.__getitem__)[:_MOST_JOINED]
        for form in best:
            together = joined(form)
            if together is not None and together not in self.prices:
                self.prices[together] = self.price(together) * JOINED
        return self._accepted()

    def _explore(self, start: Expr) -> None:
        """Try recipes from a form: one choice after the other, kept where it pays."""
        recipe = Recipe()
        best, first = self._tried(start, recipe)
        if first is None:
            recipe = Recipe(exponentials=False, roots=False, exact=False)
            best, first = self._tried(start, recipe)
        if first is None:
            return
        toggles = [{"apart": frozenset([at])} for at in range(1, min(first.fraction_sums, _MOST_TOGGLED_SUMS) + 1)]
        present = {node.operator for node in walk(start)}
        choices = [choice for choice, needed in _CHOICES if not present.isdisjoint(needed)]
        for choice in (*choices, *(toggles if len(toggles) > 1 else ())):
            if self.left <= 0:
                return
            changed = recipe._replace(**choice)
            if "apart" in choice:
                changed = changed._replace(apart=recipe.apart | changed.apart)
            price, _ = self._tried(start, changed)
            if price < best:
                best, recipe = price, changed

    def _tried(self, start: Expr, recipe: Recipe) -> tuple[float, Pass | None]:
        """Return the price of a recipe's form: the better of two, the second ordered by what the first shares."""
        try:
            first = Pass(start, recipe, self.shared)
            form = first.run()
            price = self.price(form)
            built = first.expressions
            again = [base for base, count in built.divisors.items() if count > 1] if recipe.reciprocals else []
            if again or any(count > 1 for count in built.used.values()):
                second = Pass(start, recipe, self.shared)
                price = min(price, self.price(second.run(built.used, again)))
        except TooLarge:
            return float("inf"), None
        finally:
            self.left -= self.shared.work
            self.shared.work = 0
        return price, first

    def _accepted(self) -> Expr:
        """Return the cheapest form that passes the check; the original, where none is cheaper by the margin."""
        limit = self.prices[self.root] * (1 - MARGIN)
        cheaper = sorted((form for form, price in self.prices.items() if price <= limit), key=self.prices.__getitem__)
        if not cheaper:
            return self.root
        original = Original(self.root, self.facts)
        for form in cheaper[:_MOST_CHECKED]:
            kept = form
            for symbol in original.lost(form):
                kept = kept + constant(0) * symbol  # a NaN, or an infinity, makes it NaN as before
            if self.price(kept) <= limit and original.accepts(kept):
                return kept
        return self.root
