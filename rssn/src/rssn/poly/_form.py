"""The one fraction of coprime polynomials that an expression is: what other rooms compare and rewrite with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..errors import OptionError
from ..expr import Expr, constant, symbol
from ._arithmetic import DEFAULT_TERMS, Poly, content
from ._gaussian import Gaussian
from ._ratio import Ratio, Runner
from ._read import read
from ._reading import Reading
from ._space import space_of


class Calculation:
    """Some expressions as fractions in one space."""

    def __init__(self, expressions: Sequence[Expr], terms: int, extra: Sequence[Expr] = ()) -> None:
        """`extra` are generators that the space has in any case."""
        expressions = [as_expression(expression) for expression in expressions]
        self.reading: Reading = read([*expressions, *extra], inverses=False)
        self.space, columns = space_of(self.reading, terms)
        self.arithmetic = self.space.arithmetic
        self.runner = Runner(self.reading, columns, self.arithmetic)
        self.ratios = self.runner.roots[: len(expressions)]
        self.gaussian = None if self.space.imaginary is None else Gaussian(self.arithmetic)

    def gcd(self, left: Poly, right: Poly) -> Poly:
        """Return a gcd over ℤ, or over ℤ[i] where i occurs."""
        return self.arithmetic.gcd(left, right) if self.gaussian is None else self.gaussian.gcd(left, right)

    def divide(self, left: Poly, right: Poly) -> Poly:
        """Return a quotient that is known to be a polynomial."""
        quotient = self.arithmetic.quotient(left, right) if self.gaussian is None else self.gaussian.divide(left, right)
        assert quotient is not None
        return quotient

    def factors(self, polynomial: Poly) -> tuple[Poly, list[tuple[Poly, int]]]:
        """Return a constant and irreducible factors with their powers, in an order that structure alone decides."""
        if self.gaussian is None:
            number, found = self.arithmetic.factor(polynomial)
            constant_factor = self.arithmetic.constant(number)
            for at, (factor, power) in enumerate(found):
                if factor.leading_coefficient() < 0:
                    found[at] = (-factor, power)
                    constant_factor = -constant_factor if power % 2 else constant_factor
        else:
            constant_factor, found = self.gaussian.factor(polynomial)
        return constant_factor, sorted(found, key=lambda pair: _order(pair[0]))

    def reduced(self, ratio: Ratio) -> Ratio:
        """Return a ratio in lowest terms, the denominator's first coefficient positive."""
        if ratio.above.is_zero():
            return Ratio(ratio.above)
        if ratio.below is None:
            return self.runner.lowest(ratio)
        above, below = ratio.above, self.below(ratio)
        common = self.gcd(above, below)
        above, below = self.divide(above, common), self.divide(below, common)
        if self.gaussian is not None:
            main = self.gaussian.primitive(below)
            unit = self.divide(below, main)
            # A constant left in the denominator becomes real: 1/(2 + i) is (2 - i)/5.
            above = self.arithmetic.multiply(above, self.gaussian.conjugate(unit))
            divisor = int(self.gaussian.norm(unit).leading_coefficient())
            below = main
        else:
            divisor = content(below)
            if below.leading_coefficient() < 0:
                divisor = -divisor
            below = below / divisor
        if divisor < 0:
            above, divisor = -above, -divisor
        return self.runner.lowest(Ratio(above, divisor, None if below.is_one() else below))

    def below(self, ratio: Ratio) -> Poly:
        """Return the whole denominator as a polynomial."""
        one = self.arithmetic.constant(1)
        return (ratio.below if ratio.below is not None else one) * ratio.divisor

    def quotient(self, ratio: Ratio) -> Expr:
        """Return a ratio as an expression: a sum, or a sum by a sum."""
        if ratio.below is None:
            return self.space.expression(ratio.above, ratio.divisor)
        return over(self.space.expression(ratio.above), self.space.expression(ratio.below * ratio.divisor))


def _order(polynomial: Poly) -> tuple[int, int, list[tuple[int, ...]], list[int]]:
    """Degree, then number of terms, then the terms: shorter factors stand first."""
    monomials = [tuple(-int(exponent) for exponent in monomial) for monomial in polynomial.monoms()]
    return int(polynomial.total_degree()), len(polynomial), monomials, [int(number) for number in polynomial.coeffs()]


def over(above: Expr, below: Expr) -> Expr:
    """Return above/below, or above where below is 1."""
    return above if below.value == 1 else above / below


def as_expression(value: object) -> Expr:
    """Return an operand of a public function as an expression: a number may stand for one, text may not."""
    if isinstance(value, str):
        raise OptionError("this is text, not an expression", found=repr(value)[:80], hint="rssn.parse reads it")
    return value if isinstance(value, Expr) else constant(value)


def generator(variable: Expr | str) -> Expr:
    """Return the generator that a caller names: an expression, or the symbol of that name."""
    if isinstance(variable, str):
        return symbol(variable)
    if not isinstance(variable, Expr):
        raise OptionError("a variable is a symbol, or its name", found=repr(variable)[:80])
    return variable


class PolyForm:
    """An expression as numerator/denominator: coprime polynomials with whole coefficients in `generators`.

    Two expressions are the same rational function of the same generators
    exactly if their forms are equal. Where they are *defined* may differ:
    the form is defined wherever `denominator` is not 0, the expression only
    where none of `divisors` is 0, and where each of `dropped` is defined.
    """

    def __init__(self, expression: Expr, terms: int = DEFAULT_TERMS) -> None:
        self._terms = terms
        self._calculation = Calculation([expression], terms)
        self._given = self._calculation.ratios[0]
        self._ratio = self._calculation.reduced(self._given)

    @property
    def generators(self) -> tuple[Expr, ...]:
        """Return what the expression is a rational function of: symbols, pi, 1j, and parts such as sin(x)."""
        return tuple(self._calculation.space.bases)

    @cached_property
    def numerator(self) -> Expr:
        """Return the numerator, expanded; with whole coefficients."""
        return self._calculation.space.expression(self._ratio.above)

    @cached_property
    def denominator(self) -> Expr:
        """Return the denominator, expanded; with whole coefficients."""
        return self._calculation.space.expression(self._calculation.below(self._ratio))

    @cached_property
    def expression(self) -> Expr:
        """Return the form as an expression, `numerator/denominator`; a constant denominator divides each term."""
        return self._calculation.quotient(self._ratio)

    @property
    def divisors(self) -> tuple[Expr, ...]:
        """Return every part that the expression divides by: it is defined only where none of them is 0."""
        return tuple(dict.fromkeys(self._calculation.reading.divisors))

    @cached_property
    def cancelled(self) -> tuple[Expr, ...]:
        """Return the factors of divisors that the form no longer divides by, irreducible and each once.

        Where none of them is 0, expression and form are defined alike (see `dropped`).
        Raises ZeroPolynomialError where the expression is defined nowhere, as 1/(1/(x - x)) is not.
        """
        divisors = self.divisors
        if not divisors:
            return ()
        # What was divided by may have gone with its term, as in 0/x: so it is not looked for in the result's history.
        calculation = Calculation([self.denominator, *divisors], self._terms)
        kept, *ratios = [ratio.above for ratio in calculation.ratios]
        found: dict[Expr, None] = {}
        for above in ratios:
            for factor, _ in calculation.factors(above)[1]:
                if calculation.gcd(kept, factor).is_constant():
                    found[calculation.space.expression(factor)] = None
        return tuple(found)

    @property
    def dropped(self) -> tuple[Expr, ...]:
        """Return the generators that occur in the expression but no longer in the form, as in `log(x) - log(x)`."""
        used = [False] * len(self.generators)
        for polynomial in (self._ratio.above, self._calculation.below(self._ratio)):
            for at, degree in enumerate(polynomial.degrees()[: len(used)]):
                used[at] = used[at] or degree > 0
        return tuple(base for base, is_used in zip(self.generators, used, strict=True) if not is_used)

    @property
    def is_zero(self) -> bool:
        """Return whether the form is 0."""
        return self._ratio.above.is_zero()

    @property
    def number(self) -> Expr | None:
        """Return the number that the form is, as a leaf, or None where a generator is left."""
        return self.expression if self.expression.is_leaf and self.expression.value is not None else None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PolyForm):
            return NotImplemented
        return (self.numerator, self.denominator) == (other.numerator, other.denominator)

    def __hash__(self) -> int:
        return hash((self.numerator, self.denominator))

    def __repr__(self) -> str:
        return f"PolyForm({self.expression!r})"


def polynomial_form(expression: Expr, *, terms: int = DEFAULT_TERMS) -> PolyForm:
    """Return `expression` as one fraction of coprime polynomials; see `PolyForm`.

    Nothing below a generator is rewritten. Raises TermLimitError,
    ZeroPolynomialError (a division by zero) and PolynomialError (infinity, NaN).
    """
    return PolyForm(expression, terms)
