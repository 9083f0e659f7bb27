"""Run a reading: each step becomes a fraction of polynomials over ℤ, and nothing is cancelled but whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

from ..errors import ZeroPolynomialError
from ._arithmetic import Arithmetic, Poly, content
from ._reading import Exponents, Product, Reading, Sum, Terms, number_power

# For each column of the reading: the generator it becomes, and whether it stands below the line.
Columns = list[tuple[int, bool]]


@dataclass(slots=True)
class Ratio:
    """above / (divisor · below): `divisor` is a positive integer, `below` is None where it would be 1."""

    above: Poly
    divisor: int = 1
    below: Poly | None = None


class Runner:
    """Computes the values of the steps, each once."""

    def __init__(self, reading: Reading, columns: Columns, arithmetic: Arithmetic) -> None:
        self.arithmetic, self.columns = arithmetic, columns
        self.is_same = columns == [(at, False) for at in range(arithmetic.width)]
        self.values: dict[int, Ratio] = {}
        used = [
            [place for place, _ in (step.parts if isinstance(step, Sum) else step.factors)] for step in reading.steps
        ]
        # For each step the last one that needs its value, so that it can be let go.
        last = {before: place for place, needed in enumerate(used) for before in needed}
        last.update((root, len(used)) for root in reading.roots)
        for place, step in enumerate(reading.steps):
            self.values[place] = self._sum(step) if isinstance(step, Sum) else self._product(step)
            for before in used[place]:
                if last[before] == place:
                    del self.values[before]
                    last[before] = -1
        self.roots = [self.values[root] for root in reading.roots]

    # ---- steps

    def _sum(self, step: Sum) -> Ratio:
        parts = [self._terms(step.terms)] if step.terms else []
        for place, sign in step.parts:
            value = self.values[place]
            parts.append(value if sign == 1 else Ratio(value.above * sign, value.divisor, value.below))
        return self.total(parts)

    def _product(self, step: Product) -> Ratio:
        result: Ratio | None = None
        for place, exponent in step.factors:
            factor = self.power(self.values[place], exponent)
            result = factor if result is None else self.product(result, factor)
        assert result is not None
        if step.number == 1 and not any(step.exponents):
            return result
        return self.product(self._terms({step.exponents: step.number} if step.number else {}), result)

    def _terms(self, terms: Terms) -> Ratio:
        """Return a sum of terms; a column below the line makes it a fraction."""
        fractions = [number.denominator for number in terms.values() if isinstance(number, Fraction)]
        divisor = lcm(*fractions)
        whole: dict[Exponents, int] = (
            {exponents: int(number * divisor) for exponents, number in terms.items()} if fractions else terms  # type: ignore[assignment]  # they are all integers then
        )
        if self.is_same:
            return Ratio(self.arithmetic.reduced(self.arithmetic.from_terms(whole)), divisor)
        return self._mapped(whole, divisor)

    def _mapped(self, terms: dict[Exponents, int], divisor: int) -> Ratio:
        """Move terms into the generators of the space."""
        width = self.arithmetic.width
        rows = [([0] * width, [0] * width, number) for number in terms.values()]
        for (above, below, _), exponents in zip(rows, terms, strict=True):
            for (place, divides), exponent in zip(self.columns, exponents, strict=True):
                if divides and place == self.arithmetic.imaginary:
                    above[place] += 3 * exponent  # 1/i is i^3
                elif divides:
                    below[place] += exponent
                else:
                    above[place] += exponent
        common = [max(row) for row in zip(*(below for _, below, _ in rows), strict=True)] if rows else []
        merged: dict[Exponents, int] = {}
        for above, below, number in rows:
            key = tuple(up + all_down - down for up, all_down, down in zip(above, common, below, strict=True))
            merged[key] = merged.get(key, 0) + number
        merged = {key: number for key, number in merged.items() if number}
        polynomial = self.arithmetic.reduced(self.arithmetic.from_terms(merged))
        return Ratio(polynomial, divisor, self.arithmetic.from_terms({tuple(common): 1}) if any(common) else None)

    # ---- arithmetic of fractions

    def total(self, parts: list[Ratio]) -> Ratio:
        """Return a sum over a common denominator, the least that needs no factors."""
        if len(parts) == 1:
            return self.lowest(parts[0])
        if all(part.below is None for part in parts):
            divisor = lcm(*(part.divisor for part in parts))
            scaled = [
                part.above if part.divisor == divisor else part.above * (divisor // part.divisor) for part in parts
            ]
            return self.lowest(Ratio(self.arithmetic.total(scaled), divisor))
        while len(parts) > 1:
            odd = parts[-1:] if len(parts) % 2 else []
            parts = [self._pair(left, right) for left, right in zip(parts[::2], parts[1::2], strict=False)] + odd
        return self.lowest(parts[0])

    def _pair(self, left: Ratio, right: Ratio) -> Ratio:
        divisor = lcm(left.divisor, right.divisor)
        first, second = left.above * (divisor // left.divisor), right.above * (divisor // right.divisor)
        if left.below == right.below:
            return Ratio(first + second, divisor, left.below)
        one = self.arithmetic.constant(1)
        down, other = left.below or one, right.below or one
        common = self.arithmetic.gcd(down, other)
        down = self.arithmetic.quotient(down, common)
        first = self.arithmetic.multiply(first, self.arithmetic.quotient(other, common))
        second = self.arithmetic.multiply(second, down)
        return Ratio(first + second, divisor, self.arithmetic.multiply(down, other))

    def product(self, left: Ratio, right: Ratio) -> Ratio:
        """Return a product."""
        below = left.below if right.below is None else right.below
        if left.below is not None and right.below is not None:
            below = self.arithmetic.multiply(left.below, right.below)
        above = self.arithmetic.multiply(left.above, right.above)
        return self.lowest(Ratio(above, left.divisor * right.divisor, below))

    def power(self, base: Ratio, exponent: int) -> Ratio:
        """Return base^exponent. Raises ZeroPolynomialError where that divides by zero."""
        if exponent == 1:
            return base
        if exponent < 0:
            base = self.reciprocal(base)
        size = abs(exponent)
        below = None if base.below is None else self.arithmetic.power(base.below, size)
        divisor = 1 if base.divisor == 1 else int(number_power(base.divisor, size))
        return Ratio(self.arithmetic.power(base.above, size), divisor, below)

    def reciprocal(self, value: Ratio) -> Ratio:
        """Return 1/value, with the whole content of the new denominator in `divisor`."""
        if value.above.is_zero():
            raise ZeroPolynomialError("a division by a polynomial that is zero")
        number = content(value.above)
        below = value.above / number
        if below.leading_coefficient() < 0:
            number, below = -number, -below
        above = self.arithmetic.constant(value.divisor) if value.below is None else value.below * value.divisor
        if number < 0:
            number, above = -number, -above
        return self.lowest(Ratio(above, number, None if below.is_one() else below))

    def lowest(self, value: Ratio) -> Ratio:
        """Return a ratio with `divisor` and the whole content of the numerator reduced."""
        if value.divisor == 1:
            return value
        common = gcd(value.divisor, content(value.above))
        if common in (0, 1):
            return value if common else Ratio(value.above, 1, value.below)
        return Ratio(value.above / common, value.divisor // common, value.below)
