"""The generators of one calculation, and the way back from polynomials in them to expressions."""

from __future__ import annotations

from fractions import Fraction

from ..expr import Expr, constant
from ._arithmetic import DEFAULT_TERMS, Arithmetic, Poly
from ._build import build_polynomial, build_terms
from ._reading import Exponents, Number, Reading, lowest


class Space:
    """Bases of the generators, the arithmetic in them, and how results are shown.

    `inverse[i]` says that generator i stands for 1/bases[i]. With `floats`, a
    coefficient that is not whole is shown as a float where a float has exactly
    that value.
    """

    def __init__(self, bases: list[Expr], inverse: list[bool], floats: bool, terms: int = DEFAULT_TERMS) -> None:
        self.bases, self.inverse, self.floats = bases, inverse, floats
        place = {base: at for at, base in enumerate(bases) if not inverse[at]}
        self.place = place
        self.imaginary = place.get(constant("1j"))
        self.arithmetic = Arithmetic(len(bases), terms, self.imaginary)
        self._plain = not any(inverse) and self.imaginary is None

    def expression(self, polynomial: Poly, divisor: int = 1) -> Expr:
        """Return polynomial/divisor as a sum: terms by degree and then by name."""
        if self._plain and divisor == 1 and not self.floats:
            return build_polynomial(polynomial, self.bases)
        numbers = [self.number(int(number), divisor) for number in polynomial.coeffs()]
        monomials = [tuple(map(int, monomial)) for monomial in polynomial.monoms()]
        if not self.bases:
            monomials = [() for _ in monomials]
        if not self._plain:
            order = sorted(range(len(numbers)), key=lambda at: self._rank(monomials[at]))
            numbers, monomials = [numbers[at] for at in order], [monomials[at] for at in order]
        return build_terms(numbers, monomials, self.bases, self.inverse if any(self.inverse) else None)

    def number(self, number: int, divisor: int = 1) -> Number | float:
        """Return a coefficient as it is shown."""
        value = lowest(Fraction(number, divisor)) if divisor != 1 else number
        if self.floats and isinstance(value, Fraction):
            try:
                shown = value.numerator / value.denominator
            except OverflowError:
                return value
            return shown if Fraction(shown) == value else value
        return value

    def _rank(self, monomial: Exponents) -> tuple[int, tuple[int, ...], int]:
        """What orders terms: reciprocals lower the degree, the imaginary unit leaves it as it is."""
        degree, imaginary = 0, 0
        row = []
        for at, exponent in enumerate(monomial):
            if at == self.imaginary:
                imaginary = exponent
                continue
            degree += -exponent if self.inverse[at] else exponent
            row.append(exponent if self.inverse[at] else -exponent)
        return -degree, tuple(row), imaginary


def space_of(reading: Reading, terms: int) -> tuple[Space, list[tuple[int, bool]]]:
    """Return a space without reciprocals for a reading, and for each column its generator and whether it divides."""
    place: dict[Expr, int] = {}
    columns = [(place.setdefault(base, len(place)), below) for base, below in _with_flags(reading)]
    return Space(list(place), [False] * len(place), reading.floats, terms), columns


def _with_flags(reading: Reading) -> list[tuple[Expr, bool]]:
    return list(zip(reading.bases, reading.inverse, strict=True))
