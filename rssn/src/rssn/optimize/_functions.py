"""Powers, roots, logarithms and constants as products: the functions that products can go through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isfinite, log2
from typing import Final

from ..expr import Expr, apply, constant
from ..ops import evaluate
from ._product import NOTHING, ONE, Algebra, Product, part

_MOST_HALVES: Final = 15
# Functions of numbers that are computed when the form is built.
_COMPUTED: Final = frozenset(
    ("sqrt", "cbrt", "exp", "log", "log2", "log10", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
)


class Functions:
    """How products go through powers, roots and logarithms, as far as what is known of their parts allows."""

    def __init__(self, algebra: Algebra, roots: bool, finish: Callable[[Product], Expr]) -> None:
        self.algebra, self._roots, self._finish = algebra, roots, finish

    # Powers

    def power(self, base: Product, exponent: Product, literal: Expr) -> Product | None:
        """Return a power as a product, or None where it stays a power."""
        value = exponent.number if exponent.is_number else None
        if value is None:
            return self._exponential(base, exponent)
        if value.denominator == 1:
            return self.algebra.power(base, value.numerator) if value else None
        if value.denominator == 2 and abs(value.numerator) <= _MOST_HALVES:
            return self._half_power(base, value.numerator)
        if value.denominator == 4 and abs(value.numerator) <= _MOST_HALVES:
            return self._half_power(self._plain_root(base), value.numerator)
        if value.denominator == 3 and abs(value.numerator) <= _MOST_HALVES and literal.operator != "float":
            whole = self._finish(base)
            if self.algebra.nonnegative(whole):
                return self.algebra.power(part(apply("cbrt", whole)), value.numerator)
        return None

    def _half_power(self, base: Product, halves: int) -> Product | None:
        """Return base^(halves/2), for odd halves: whole powers of the base times its root."""
        root = self._plain_root(base)
        whole, positive = (abs(halves) - 1) // 2, halves > 0
        if not positive:
            # 1/(x^k*sqrt(x)): where the base is 0 or negative there is no value either way.
            found = self.algebra.inverse(root)
            rest = self.algebra.power(base, -whole) if whole else Product(ONE, NOTHING, NOTHING)
        else:
            found = root
            rest = self.algebra.power(base, whole) if whole else Product(ONE, NOTHING, NOTHING)
        return None if found is None or rest is None else self.algebra.times(found, rest)

    def _plain_root(self, base: Product) -> Product:
        return self.root(base) or part(apply("sqrt", self._finish(base)))

    def _exponential(self, base: Product, exponent: Product) -> Product | None:
        """Return a power of a positive number as an exponential."""
        if not base.is_number or base.number <= 0 or base.number == 1:
            return None
        value = base.number
        if value == 10:
            return part(apply("exp10", self._finish(exponent)))
        factor = Fraction(log2(value))
        return part(apply("exp2", self._finish(exponent._replace(number=exponent.number * factor))))

    # Roots

    def root(self, value: Product) -> Product | None:
        """Return a square root as a product, or None where it stays the root of the whole."""
        if value.is_number or not self._roots or value.number < 0:
            return None
        if not value.below and all(power % 2 == 0 for power in value.above.values()):
            return self._times_root_of_number(value.number, self._sizes(value.above), {})
        if not value.below or any(power % 2 for power in value.below.values()):
            return None
        # A square below the line comes out: it may not be 0 inside either.
        inside = self._finish(value._replace(below=NOTHING))
        return Product(ONE, {apply("sqrt", inside): 1}, self._sizes(value.below))

    def _times_root_of_number(self, value: Fraction, above: dict[Expr, int], below: dict[Expr, int]) -> Product:
        if value == 1:
            return Product(ONE, above, below)
        return Product(self._computed(apply("sqrt", constant(value))) or ONE, above, below)

    def _sizes(self, powers: object) -> dict[Expr, int]:
        """Return the roots of even powers: powers of absolute values, where it matters."""
        found: dict[Expr, int] = {}
        assert isinstance(powers, dict)
        for base, power in powers.items():
            half = power // 2
            size = base if half % 2 == 0 or self.algebra.nonnegative(base) else apply("abs", base)
            found[size] = found.get(size, 0) + half
        return found

    # Logarithms

    def logarithms(self, terms: Sequence[Product]) -> list[Product]:
        """Return the terms of a sum with log(a) + log(b) as log(a*b): all but one of a, b, ... must be positive."""
        logs = [at for at, term in enumerate(terms) if self._logarithm(term) is not None and abs(term.number) == ONE]
        if len(logs) < 2:
            return list(terms)
        known = [at for at in logs if self.algebra.facts.of(self._inside(terms[at])).is_positive]
        unknown = [at for at in logs if at not in known]
        joined = known + unknown[:1]
        if len(joined) < 2:
            return list(terms)
        above: list[Expr] = []
        below: list[Expr] = []
        for at in joined:
            (above if terms[at].number > 0 else below).append(self._inside(terms[at]))
        value = _product_of(above) if above else constant(1)
        if below:
            value = value / _product_of(below)
        rest = [term for at, term in enumerate(terms) if at not in joined]
        return [*rest, part(apply("log", value))]

    def _logarithm(self, term: Product) -> Expr | None:
        if term.below or len(term.above) != 1:
            return None
        base, power = next(iter(term.above.items()))
        return base if power == 1 and base.operator == "log" else None

    def _inside(self, term: Product) -> Expr:
        return next(iter(term.above)).operands[0]

    # Constants

    def constant_value(self, value: Product) -> Product:
        """Return a function of a number, or pi, as the number that a kernel would compute."""
        base = next(iter(value.above))
        if base.operator in _COMPUTED and base.operands[0].is_leaf:
            found = self._computed(base)
            if found is not None:
                return Product(value.number * found, NOTHING, NOTHING)
        return value

    def _computed(self, expression: Expr) -> Fraction | None:
        if expression.free_symbols:
            return None
        found = evaluate(expression)
        return Fraction(found) if isinstance(found, float) and isfinite(found) and found else None


def _product_of(parts: Sequence[Expr]) -> Expr:
    result = parts[0]
    for each in parts[1:]:
        result = result * each
    return result
