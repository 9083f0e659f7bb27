"""Polynomials in chosen variables: degree, coefficients, collect, horner, resultant."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import OptionError, PolynomialError
from ..expr import Expr, apply, constant
from ._arithmetic import DEFAULT_TERMS, Poly
from ._form import Calculation, generator, over
from ._ratio import Ratio
from ._reading import Exponents

Variables = Expr | str | Sequence[Expr | str]


def degree(expression: Expr, variable: Expr | str | None = None, *, terms: int = DEFAULT_TERMS) -> int:
    """Return the degree in `variable`, or the total degree in all generators; -1 for the zero polynomial.

    All generators together are symbols, constants and parts like sin(x), so that x + sin(x)^2 has the degree 2.
    Raises PolynomialError where the expression is no polynomial in `variable`, or has a denominator.
    """
    calculation, places = calculate([expression], [] if variable is None else [variable], terms)
    if variable is None:
        ratio = calculation.reduced(calculation.ratios[0])
        _refuse_denominator(calculation, ratio, range(len(calculation.space.bases)), expression)
    else:
        ratio = _polynomial(calculation, 0, places, expression)
    if ratio.above.is_zero():
        return -1
    if variable is not None:
        return int(ratio.above.degrees()[places[0]])
    counted = ratio.above.degrees()
    imaginary = calculation.space.imaginary
    if imaginary is None or not counted[imaginary]:
        return int(ratio.above.total_degree())
    return max(
        sum(int(exponent) for at, exponent in enumerate(monomial) if at != imaginary)
        for monomial in ratio.above.monoms()
    )


def coefficients(
    expression: Expr, *variables: Expr | str, terms: int = DEFAULT_TERMS
) -> dict[int | tuple[int, ...], Expr]:
    """Return the coefficients that are not 0, by power of the variable, highest first.

    With several variables the keys are tuples of powers. Coefficients may
    contain anything but the variables. Raises PolynomialError where the
    expression is no polynomial in them.
    """
    if not variables:
        raise OptionError("coefficients needs the variables to look at", hint="for example coefficients(e, 'x')")
    calculation, places = calculate([expression], variables, terms)
    ratio = _polynomial(calculation, 0, places, expression)
    parts = split(calculation, ratio.above, places)
    order = sorted(parts, key=lambda powers: (-sum(powers), tuple(-power for power in powers)))
    found = {powers: calculation.reduced(Ratio(parts[powers], ratio.divisor, ratio.below)) for powers in order}
    return {
        powers[0] if len(variables) == 1 else powers: calculation.quotient(value) for powers, value in found.items()
    }


def collect(expression: Expr, variables: Variables, *, terms: int = DEFAULT_TERMS) -> Expr:
    """Return `expression` as a polynomial in `variables`, each power once with all that multiplies it.

    `a*x + b*x + x^2` by x is `x^2 + (a + b)*x`. In a rational function whose
    denominator contains a variable, numerator and denominator are collected.
    Everything is expanded first; nothing is cancelled. Raises as `expand`.
    """
    listed = _listed(variables)
    calculation, places = calculate([expression], listed, terms)
    ratio = calculation.ratios[0]
    bases = [calculation.space.bases[place] for place in places]
    if ratio.below is None or all(ratio.below.degrees()[place] == 0 for place in places):
        return _collected(calculation, ratio, places, bases)
    below = Ratio(ratio.below * ratio.divisor)
    return over(
        _collected(calculation, Ratio(ratio.above), places, bases), _collected(calculation, below, places, bases)
    )


def _collected(calculation: Calculation, ratio: Ratio, places: list[int], bases: list[Expr]) -> Expr:
    parts = split(calculation, ratio.above, places)
    context = calculation.arithmetic.context
    total: Expr | None = None
    for powers in sorted(parts, key=lambda powers: (-sum(powers), tuple(-power for power in powers))):
        value = calculation.runner.total([Ratio(parts[powers], ratio.divisor, ratio.below)])
        if len(value.above) > 1:
            term = calculation.quotient(value)
            for base, power in zip(bases, powers, strict=True):
                term = term * (base if power == 1 else apply("pow", base, power)) if power else term
            total = term if total is None else total + term
            continue
        above = value.above
        for place, power in zip(places, powers, strict=True):
            above = above * context.gen(place) ** power
        negative = total is not None and above.leading_coefficient() < 0
        term = calculation.quotient(Ratio(-above if negative else above, value.divisor, value.below))
        total = term if total is None else total - term if negative else total + term
    return constant(0) if total is None else total


def horner(expression: Expr, variables: Variables | None = None, *, terms: int = DEFAULT_TERMS) -> Expr:
    """Return a polynomial in nested form: `x^3 + 2*x^2 + 3` is `(x + 2)*x^2 + 3`.

    The coefficients of the first variable are nested by the second, and so on;
    without `variables`, all generators by name. A denominator is expanded and
    divides the whole. Raises as `expand`.
    """
    listed = [] if variables is None else _listed(variables)
    calculation, places = calculate([expression], listed, terms)
    ratio = calculation.ratios[0]
    if variables is None:
        places = [at for at in range(len(calculation.space.bases)) if at != calculation.space.imaginary]
    if calculation.space.floats:
        return over(
            _nested(calculation, ratio, places),
            constant(1) if ratio.below is None else calculation.space.expression(ratio.below),
        )
    return over(
        _nested(calculation, Ratio(ratio.above), places), calculation.space.expression(calculation.below(ratio))
    )


# A value and whether it stands for its negative.
Signed = tuple[Expr, bool]


def _nested(calculation: Calculation, ratio: Ratio, places: list[int]) -> Expr:
    """Nest the numerator, by the last variable first: what is left are the coefficients of the one before."""
    done: dict[Exponents, Signed] = {}
    for powers, part in split(calculation, ratio.above, places).items():
        negative = len(part) == 1 and part.leading_coefficient() < 0
        done[powers] = calculation.space.expression(-part if negative else part, ratio.divisor), negative
    for place in reversed(places):
        base = calculation.space.bases[place]
        groups: dict[Exponents, dict[int, Signed]] = {}
        for powers, value in done.items():
            groups.setdefault(powers[:-1], {})[powers[-1]] = value
        done = {powers: _nest(group, base) for powers, group in groups.items()}
    result, negative = done.get((), (constant(0), False))
    return -result if negative else result


def _nest(values: dict[int, Signed], base: Expr) -> Signed:
    """Return Σ value·base^power in nested form."""
    powers = sorted(values, reverse=True)
    total, negative = values[powers[0]]
    for power, following in zip(powers, [*powers[1:], 0], strict=True):
        step = power - following
        if step:
            factor = base if step == 1 else apply("pow", base, step)
            total = factor if total.value == 1 else total * factor
        if following in values and following != power:
            value, value_negative = values[following]
            total = -total if negative else total
            total, negative = total - value if value_negative else total + value, False
    return total, negative


def resultant(left: Expr, right: Expr, variable: Expr | str, *, terms: int = DEFAULT_TERMS) -> Expr:
    """Return the resultant of two polynomials in `variable`: 0 exactly where they have a common root.

    Coefficients may be rational functions of anything else. Raises
    PolynomialError where one is no polynomial in `variable`, or over ℤ[i].
    With the zero polynomial it is 0, and 1 of two numbers.
    """
    calculation, places = calculate([left, right], [variable], terms)
    first = _polynomial(calculation, 0, places, left)
    second = _polynomial(calculation, 1, places, right)
    if calculation.gaussian is not None:
        raise PolynomialError("resultants are over the rational numbers, and 1j occurs")
    place = places[0]
    found = calculation.arithmetic.resultant(first.above, second.above, place)
    degrees = [max(0, int(ratio.above.degrees()[place])) for ratio in (first, second)]
    arithmetic = calculation.arithmetic
    below = arithmetic.multiply(
        arithmetic.power(calculation.below(first), degrees[1]), arithmetic.power(calculation.below(second), degrees[0])
    )
    return calculation.quotient(calculation.reduced(Ratio(found, 1, below)))


# ---- what they share


def _listed(variables: Variables) -> list[Expr | str]:
    return [variables] if isinstance(variables, Expr | str) else list(variables)


def calculate(
    expressions: Sequence[Expr], variables: Sequence[Expr | str], terms: int
) -> tuple[Calculation, list[int]]:
    """Return the calculation of some expressions, and the places of the variables in it."""
    bases = [generator(variable) for variable in variables]
    if len(set(bases)) < len(bases):
        raise OptionError("a variable is named twice", found=", ".join(map(str, bases)))
    calculation = Calculation(expressions, terms, bases)
    for base in bases:
        if base not in calculation.space.place:
            raise PolynomialError("this is not a variable", found=repr(base), wanted="a symbol, or a part like sin(x)")
    return calculation, [calculation.space.place[base] for base in bases]


def _polynomial(calculation: Calculation, which: int, places: Sequence[int], expression: Expr) -> Ratio:
    """Return an expression whose denominator has none of the variables, in lowest terms."""
    ratio = calculation.reduced(calculation.ratios[which])
    _refuse_denominator(calculation, ratio, places, expression)
    for place in places:
        refuse_hidden(calculation, ratio, place, expression)
    return ratio


def _refuse_denominator(calculation: Calculation, ratio: Ratio, places: Sequence[int], expression: Expr) -> None:
    for place in places:
        if ratio.below is not None and ratio.below.degrees()[place] > 0:
            raise PolynomialError(
                f"this is no polynomial in {calculation.space.bases[place]}",
                found=repr(expression),
                hint="it has a denominator: apply together, and treat numerator and denominator apart",
            )


def refuse_hidden(calculation: Calculation, ratio: Ratio, place: int, expression: Expr) -> None:
    """Raise where the variable hides in another generator that occurs, as x in sin(x)."""
    variable = calculation.space.bases[place]
    for at, base in enumerate(calculation.space.bases):
        if at == place or base.is_leaf or variable not in base.free_symbols:
            continue
        if ratio.above.degrees()[at] > 0 or (ratio.below is not None and ratio.below.degrees()[at] > 0):
            raise PolynomialError(f"this is no polynomial in {variable}: it contains {base!r}", found=repr(expression))


def split(calculation: Calculation, polynomial: Poly, places: Sequence[int]) -> dict[Exponents, Poly]:
    """Return the parts of a polynomial by the powers of some generators, which the parts no longer contain."""
    groups: dict[Exponents, dict[Exponents, int]] = {}
    for exponents, number in polynomial.to_dict().items():
        powers = tuple(int(exponents[place]) for place in places)
        rest = [int(exponent) for exponent in exponents]
        for place in places:
            rest[place] = 0
        groups.setdefault(powers, {})[tuple(rest)] = int(number)
    return {powers: calculation.arithmetic.context.from_dict(terms) for powers, terms in groups.items()}
