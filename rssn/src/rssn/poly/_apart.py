"""apart: partial fractions in one variable, over the rational functions of all others.

A polynomial in x is a list of coefficients, lowest first, each a `Ratio` in
lowest terms that is free of x. The denominator's irreducible powers are
separated by Euclid's algorithm: A/(Q·R) = (A·S mod Q)/Q + …, S·R = 1 modulo Q.
"""

from __future__ import annotations

from ..errors import PolynomialError
from ..expr import Expr, apply, constant
from ._arithmetic import DEFAULT_TERMS, Poly
from ._form import Calculation, as_expression, over
from ._partial import partial_fractions
from ._products import product
from ._ratio import Ratio
from ._univariate import calculate, refuse_hidden, split

Row = list[Ratio]

# Nanoseconds: for each coefficient of a row that meets another; with numbers alone, for each pair, and for degree².
_STEP, _PAIR, _SQUARE = 500, 50, 2000


def apart(expression: Expr, variable: Expr | str | None = None, *, terms: int = DEFAULT_TERMS) -> Expr:
    """Return the partial fractions of a rational function of `variable`: 1/(x^2 - 1) is 1/(2*(x - 1)) - 1/(2*(x + 1)).

    Denominators are powers of polynomials that are irreducible over the rational numbers;
    coefficients may contain anything but the variable, which may be left out where there is
    only one symbol. Cancels first: generic, as `cancel`. And coefficients divide by what is 0
    where two factors meet: 1/(x*(x + y)), as 1/(x*y) - 1/(y*(x + y)), loses the points with
    y = 0. Raises PolynomialError where x hides in a part like sin(x), or where 1j occurs.
    """
    expression = as_expression(expression)
    if variable is None:
        found = sorted(expression.free_symbols, key=str)
        if len(found) > 1:
            raise PolynomialError("apart needs the variable", found=", ".join(map(str, found)))
        if not found:
            return expression
        variable = found[0]
    calculation, (place,) = calculate([expression], [variable], terms)
    if calculation.gaussian is not None:
        raise PolynomialError("partial fractions are over the rational numbers, and 1j occurs", found=repr(expression))
    ratio = calculation.reduced(calculation.ratios[0])
    refuse_hidden(calculation, ratio, place, expression)
    return _Apart(calculation, place).fractions(ratio)


class _Apart:
    def __init__(self, calculation: Calculation, place: int) -> None:
        self.calculation, self.place = calculation, place
        self.variable = calculation.space.bases[place]
        self.one = Ratio(calculation.arithmetic.constant(1))

    def fractions(self, ratio: Ratio) -> Expr:
        if ratio.below is None or ratio.below.degrees()[self.place] == 0:
            return self.calculation.quotient(ratio)
        content, factors = self.calculation.factors(ratio.below)
        free = self.calculation.arithmetic.multiply(content, self.calculation.arithmetic.constant(ratio.divisor))
        own = []
        for factor, power in factors:
            if factor.degrees()[self.place] > 0:
                if self.row(factor)[-1].above.leading_coefficient() < 0:
                    factor, free = -factor, -free if power % 2 else free
                own.append((factor, power))
            else:
                free = self.calculation.arithmetic.multiply(free, self.calculation.arithmetic.power(factor, power))
        self.check(ratio, len(own))
        if self.is_alone(ratio.above) and self.is_alone(ratio.below):
            return self.of_numbers(ratio.above, free, own)
        above = [self.quotient(value, Ratio(free)) for value in self.row(ratio.above)]
        below = self.row(self.calculation.arithmetic.constant(1))
        for factor, power in own:
            below = self.times(below, self.power(self.row(factor), power))
        whole, above = self.divide(above, below)
        total = self.polynomial(whole)
        for factor, power in own:
            for exponent, digit in enumerate(self.separate(above, below, factor, power), 1):
                if digit:
                    total = self.plus(total, self.assembled(digit), factor, exponent)
        return constant(0) if total is None else total

    def check(self, ratio: Ratio, count: int) -> None:
        """Raise TermLimitError where rows would be too long, or too much work."""
        assert ratio.below is not None
        arithmetic = self.calculation.arithmetic
        high, low = int(ratio.above.degrees()[self.place]), int(ratio.below.degrees()[self.place])
        arithmetic.check_count(max(high - low, low) + 1)
        if self.is_alone(ratio.above) and self.is_alone(ratio.below):
            steps = _SQUARE * low * low + _PAIR * (high + 1) * (low + 1)
        else:
            steps = _STEP * (low * low * count + (high + 1) * (low + 1))
        arithmetic.check_steps(steps, "partial fractions", ratio.above, ratio.below)

    def is_alone(self, polynomial: Poly) -> bool:
        """Return whether no generator but the variable occurs."""
        return not any(degree for at, degree in enumerate(polynomial.degrees()) if at != self.place)

    def of_numbers(self, above: Poly, divisor: Poly, factors: list[tuple[Poly, int]]) -> Expr:
        whole, found = partial_fractions(self.calculation.arithmetic, self.place, above, divisor, factors)
        total = None if whole.above.is_zero() else self.calculation.quotient(whole)
        for (factor, _), digits in zip(factors, found, strict=True):
            for exponent, digit in enumerate(digits, 1):
                if not digit.above.is_zero():
                    total = self.plus(total, digit, factor, exponent)
        return constant(0) if total is None else total

    def separate(self, above: Row, below: Row, factor: Poly, power: int) -> list[Row]:
        """Return the numerators of the fractions whose denominators are powers of one factor, the first power first."""
        base = self.row(factor)
        main = self.power(base, power)
        rest = self.divide(below, main)[0]
        numerator = self.divide(self.times(above, self.inverse(rest, main)), main)[1]
        digits = []
        for _ in range(power):
            numerator, digit = self.divide(numerator, base)
            digits.append(digit)
        return digits[::-1]

    # ---- back to expressions

    def plus(self, total: Expr | None, value: Ratio, factor: Poly, exponent: int) -> Expr:
        negative = total is not None and value.above.leading_coefficient() < 0
        if negative:
            value = Ratio(-value.above, value.divisor, value.below)
        space, arithmetic = self.calculation.space, self.calculation.arithmetic
        below = arithmetic.constant(value.divisor) if value.below is None else value.below * value.divisor
        content, factors = self.calculation.factors(below)
        divisor = product(space, content, 1, [*factors, (factor, exponent)])
        term = over(space.expression(value.above), divisor)
        if total is None:
            return term
        return total - term if negative else total + term

    def assembled(self, row: Row) -> Ratio:
        """Return Σ row[k]·x^k as one ratio."""
        x = self.calculation.arithmetic.context.gen(self.place)
        parts = [Ratio(value.above * x**power, value.divisor, value.below) for power, value in enumerate(row)]
        return self.calculation.reduced(self.calculation.runner.total(parts))

    def polynomial(self, row: Row) -> Expr | None:
        """Return the part that is a polynomial in the variable, by its powers."""
        if not row:
            return None
        if all(value.below is None for value in row):
            return self.calculation.quotient(self.assembled(row))
        total: Expr | None = None
        for power in range(len(row) - 1, -1, -1):
            if row[power].above.is_zero():
                continue
            value = self.calculation.quotient(row[power])
            factor = self.variable if power == 1 else apply("pow", self.variable, power)
            term = value if not power else factor if value.value == 1 else value * factor
            total = term if total is None else total + term
        return total

    # ---- polynomials in the variable

    def row(self, polynomial: Poly) -> Row:
        parts = split(self.calculation, polynomial, [self.place])
        zero = Ratio(self.calculation.arithmetic.constant(0))
        row = [zero] * (1 + max((powers[0] for powers in parts), default=-1))
        for (power,), part in parts.items():
            row[power] = Ratio(part)
        return row

    def quotient(self, left: Ratio, right: Ratio) -> Ratio:
        runner = self.calculation.runner
        return self.calculation.reduced(runner.product(left, runner.reciprocal(right)))

    def times(self, left: Row, right: Row) -> Row:
        if not left or not right:
            return []
        runner = self.calculation.runner
        sums: list[list[Ratio]] = [[] for _ in range(len(left) + len(right) - 1)]
        for i, first in enumerate(left):
            for k, second in enumerate(right):
                if not (first.above.is_zero() or second.above.is_zero()):
                    sums[i + k].append(runner.product(first, second))
        return _trimmed([self.calculation.reduced(runner.total(parts or [Ratio(first.above * 0)])) for parts in sums])

    def take(self, rest: Row, right: Row, factor: Ratio, shift: int) -> None:
        """Subtract factor·x^shift·right from a row, in place."""
        runner = self.calculation.runner
        rest += [Ratio(factor.above * 0)] * (len(right) + shift - len(rest))
        for at, value in enumerate(right):
            if not value.above.is_zero():
                part = runner.product(factor, value)
                part = Ratio(-part.above, part.divisor, part.below)
                rest[at + shift] = self.calculation.reduced(runner.total([rest[at + shift], part]))
        _trimmed(rest)

    def divide(self, left: Row, right: Row) -> tuple[Row, Row]:
        quotient: dict[int, Ratio] = {}
        rest = list(left)
        while len(rest) >= len(right):
            shift = len(rest) - len(right)
            quotient[shift] = self.quotient(rest[-1], right[-1])
            self.take(rest, right, quotient[shift], shift)
        zero = Ratio(self.one.above * 0)
        return [quotient.get(at, zero) for at in range(1 + max(quotient, default=-1))], rest

    def power(self, base: Row, exponent: int) -> Row:
        result = [self.one]
        for _ in range(exponent):
            result = self.times(result, base)
        return result

    def inverse(self, value: Row, modulus: Row) -> Row:
        """Return 1/value modulo a polynomial that is prime to it."""
        first, second = modulus, self.divide(value, modulus)[1]
        old: Row = []
        new: Row = [self.one]
        while len(second) > 1:
            quotient, rest = self.divide(first, second)
            first, second = second, rest
            following = list(old)
            self.take(following, self.times(quotient, new), self.one, 0)
            old, new = new, following
        return [self.quotient(coefficient, second[0]) for coefficient in new]


def _trimmed(row: Row) -> Row:
    while row and row[-1].above.is_zero():
        row.pop()
    return row
