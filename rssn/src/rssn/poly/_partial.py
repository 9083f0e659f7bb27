"""Partial fractions where the variable is the only generator: FLINT's rational polynomials do what `_apart.py` does."""

from __future__ import annotations

import flint

from ._arithmetic import Arithmetic, Poly
from ._ratio import Ratio

# Numerators over the powers of one factor, the first power first.
Digits = list[Ratio]


def partial_fractions(
    arithmetic: Arithmetic, place: int, above: Poly, divisor: Poly, factors: list[tuple[Poly, int]]
) -> tuple[Ratio, list[Digits]]:
    """Return the polynomial part of above/(divisor·product of factors), and for each factor its numerators."""
    bases = [_dense(factor, place) for factor, _ in factors]
    mains = [base**power for base, (_, power) in zip(bases, factors, strict=True)]
    below = flint.fmpq_poly([1])
    for main in mains:
        below *= main
    whole, rest = divmod(_dense(above, place) / int(divisor.leading_coefficient()), below)
    found = []
    for base, main, (_, power) in zip(bases, mains, factors, strict=True):
        _, inverse, _ = (below // main).xgcd(main)
        numerator = rest * inverse % main
        digits = []
        for _ in range(power):
            numerator, digit = divmod(numerator, base)
            digits.append(_sparse(arithmetic, place, digit))
        found.append(digits[::-1])
    return _sparse(arithmetic, place, whole), found


def _dense(polynomial: Poly, place: int) -> flint.fmpq_poly:
    row = [0] * (1 + max(0, int(polynomial.degrees()[place])))
    for exponents, number in polynomial.to_dict().items():
        row[int(exponents[place])] = int(number)
    return flint.fmpq_poly(row)


def _sparse(arithmetic: Arithmetic, place: int, polynomial: flint.fmpq_poly) -> Ratio:
    key = [0] * arithmetic.width
    terms: dict[tuple[int, ...], int] = {}
    for power, number in enumerate(polynomial.numer()):
        if number:
            key[place] = power
            terms[tuple(key)] = int(number)
    return Ratio(arithmetic.from_terms(terms), int(polynomial.denom()))
