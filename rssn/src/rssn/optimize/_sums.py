"""Sums of products as expressions: in the order given, nested by common parts, or factored, whichever costs least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import isfinite
from typing import Final

from ..errors import RssnError
from ..expr import Expr, walk
from ..poly import expand, factor
from ._model import cost
from ._product import NOTHING, ONE, ZERO, Product, merged

MOST_NESTED: Final = 120
_MOST_FACTORED, _MOST_DEGREE, _SHORT_NUMBER = 40, 16, 10**6
_MOST_EXPANDED: Final = 80
_POLYNOMIAL: Final = frozenset(("add", "sub", "mul", "neg", "pow", "div"))

Finish = Callable[[Product], Expr]


def flat(terms: Sequence[Product], finish: Finish) -> Expr:
    """Return a sum term by term: what is no product first, so that every product fuses into the sum."""
    order = sorted(range(len(terms)), key=lambda at: (_fuses(terms[at]), terms[at].number < 0, at))
    listed = [terms[at] for at in order]
    total: Expr | None = None
    for term in listed:
        negative = term.number < 0
        if total is None:
            total = finish(term)
        elif negative:
            total = total - finish(term._replace(number=-term.number))
        else:
            total = total + finish(term)
    assert total is not None
    return total


def _fuses(term: Product) -> bool:
    """Say whether the last step of a term is a multiplication."""
    if term.below:
        return False
    return sum(term.above.values()) + (abs(term.number) != ONE) > 1


def nested(terms: Sequence[Product], finish: Finish) -> Expr:
    """Return a sum in which what most terms have in common is taken out, again and again: Horner's form and its kin."""
    stack, taken = [list(terms)], []
    while True:
        group = _common_group(stack[-1])
        if group:
            rest = [term for at, term in enumerate(stack[-1]) if at not in group]
            inner, common = _taken_out([stack[-1][at] for at in sorted(group)])
            stack[-1] = rest
            taken.append(common)
            stack.append(inner)
            continue
        done = flat(stack.pop(), finish)
        if not stack:
            return done
        common = taken.pop()
        stack[-1].append(common._replace(above=merged(common.above, {done: 1})))


def _common_group(terms: Sequence[Product]) -> set[int]:
    """Return the terms that share the part which most of them have above; none where no part is shared."""
    places: dict[Expr, list[int]] = {}
    for at, term in enumerate(terms):
        if not term.below:
            for base in term.above:
                places.setdefault(base, []).append(at)
    best = max(places.values(), key=len, default=[])
    return set(best) if len(best) > 1 else set()


def _taken_out(terms: Sequence[Product]) -> tuple[list[Product], Product]:
    """Return terms without what all of them have, and that."""
    common = {
        base: min(term.above[base] for term in terms)
        for base in terms[0].above
        if all(base in term.above for term in terms)
    }
    value = terms[0].number
    if value == ZERO or any(abs(term.number) != abs(value) for term in terms):
        value = ONE  # terms times 0 stand for what may be undefined
    inner = []
    for term in terms:
        rest = {base: power - common.get(base, 0) for base, power in term.above.items()}
        above = {base: power for base, power in rest.items() if power}
        inner.append(Product(term.number / value, above, NOTHING))
    return inner, Product(value, common, NOTHING)


def collected(terms: Sequence[Product], is_defined: Callable[[Expr], bool]) -> list[Product]:
    """Return terms of which no two differ by a number alone. What cancels and may be undefined stays, times 0."""
    totals: dict[object, Product] = {}
    for term in terms:
        before = totals.get(term.key)
        totals[term.key] = term if before is None else before._replace(number=before.number + term.number)
    kept = [
        term
        for term in totals.values()
        if term.number or term.below or not all(is_defined(base) for base in term.above)
    ]
    return kept or [Product(ZERO, NOTHING, NOTHING)]


def polynomial_forms(terms: Sequence[Product], flat_form: Expr, has_sums: bool) -> list[Expr]:
    """Return other forms of a sum of polynomial terms by exact algebra: factored, and multiplied out where new."""
    if not 1 < len(terms) <= _MOST_FACTORED or any(term.below for term in terms):
        return []
    if not all(map(_is_short, terms)) or _degree(flat_form) > _MOST_DEGREE:
        return []
    found = []
    try:
        if has_sums:
            found.append(expand(flat_form, terms=_MOST_EXPANDED))
        found.append(factor(flat_form, terms=_MOST_EXPANDED))
    except (RssnError, OverflowError):  # FLINT refuses to sort factors with numbers beyond 64 bits
        pass
    functions = _functions(flat_form)
    return [form for form in found if form != flat_form and _functions(form) <= functions]


def _functions(form: Expr) -> set[Expr]:
    """Return the applications in an expression that are no polynomials: what is inside them stays as it was chosen."""
    return {node for node in walk(form) if node.operands and node.operator not in _POLYNOMIAL}


def _degree(form: Expr) -> float:
    """Return a bound on the degree of the polynomial that an expression is, functions counted as variables."""
    degrees: dict[Expr, float] = {}
    for node in walk(form):
        operands = node.operands
        if node.operator in ("add", "sub", "neg"):
            degrees[node] = max(degrees[operand] for operand in operands)
        elif node.operator == "mul":
            degrees[node] = degrees[operands[0]] + degrees[operands[1]]
        elif node.operator == "pow":
            exponent = operands[1].value
            is_whole = isinstance(exponent, int | float) and isfinite(exponent) and exponent == int(exponent)
            degrees[node] = degrees[operands[0]] * abs(exponent) if is_whole else 1
        elif node.operator == "div":
            degrees[node] = degrees[operands[0]] + degrees[operands[1]]
        else:
            degrees[node] = 0 if isinstance(node.value, int | float | Fraction) else 1
    return degrees[form]


def _is_short(term: Product) -> bool:
    return term.number.denominator < _SHORT_NUMBER and abs(term.number.numerator) < _SHORT_NUMBER


def cheapest(forms: Sequence[Expr]) -> Expr:
    """Return the form that costs least by itself; the first of equals."""
    return min(forms, key=lambda form: cost([form])) if len(forms) > 1 else forms[0]
