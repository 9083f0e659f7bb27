"""Products as expressions, each built once, with a count of what divides and of which powers are used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..expr import Expr, apply, constant
from ._product import ONE, Powers, Product, as_constant, raised


class Expressions:
    """The expressions of one pass. It knows nothing of the pass, so that both are freed with the last use of them."""

    def __init__(self, values: dict[Expr, Product]) -> None:
        self._values = values  # what each expression stands for; what is finished here is added
        self._finished: dict[object, Expr] = {}
        self.divisors: Counter[Expr] = Counter()
        self.used: Counter[tuple[Expr, int]] = Counter()
        self.popular: Counter[tuple[Expr, int]] = Counter()
        self.inverted: frozenset[Expr] = frozenset()

    def finish(self, value: Product) -> Expr:
        """Return a product as an expression."""
        key = (value.number, *value.key)
        found = self._finished.get(key)
        if found is None:
            found = self._finished[key] = self._built(value)
            self._values.setdefault(found, value)
        return found

    def _built(self, value: Product) -> Expr:
        for base in value.below:
            self.divisors[base] += 1
        inverted = [(base, power) for base, power in value.below.items() if base in self.inverted]
        below = self._factors({base: power for base, power in value.below.items() if base not in self.inverted})
        above = self._factors(value.above)
        above += [raised(apply("div", constant(1), base), power) for base, power in inverted]
        leading = value.number
        negative = leading == -ONE and bool(above or below)
        if leading not in (ONE, -ONE) or not above:
            if negative and not above:
                negative = False
            above.append(as_constant(leading))
        result = chained(above)
        if below:
            result = result / chained(below)
        return -result if negative else result

    def _factors(self, powers: Powers) -> list[Expr]:
        items = list(powers.items())
        self.used.update(items)
        items.sort(key=lambda item: -self.popular[item])
        return [raised(base, power) for base, power in items]


def chained(factors: Sequence[Expr]) -> Expr:
    """Return the product of some factors, from the left."""
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result
