"""Sums of any length: taken apart into terms with exact factors, and put together again in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cmp_to_key
from typing import Final, TypeAlias

from ..expr import Expr, apply, constant, precedes
from ._numbers import MINUS_ONE, ONE, ZERO, Number, inverse, number_of

ADDITIVE: Final = frozenset({"add", "sub", "neg"})
#: Operators of a term that may have a factor or terms of its own.
COMPOSED: Final = ADDITIVE | {"mul", "div", "integer", "rational", "float", "constant"}
Terms: TypeAlias = dict[Expr, Number]


def flatten_sum(node: Expr, opens: Callable[[Expr], bool]) -> Iterator[tuple[int, Expr]]:
    """Yield the terms of a sum with their signs; `opens` says whether an inner sum is taken apart too."""
    stack = [(1, node)]
    while stack:
        sign, part = stack.pop()
        operator = part.operator
        if operator not in ADDITIVE or (part is not node and part != node and not opens(part)):
            yield sign, part
            continue
        operands = part.operands
        if operator == "neg":
            stack.append((-sign, operands[0]))
        else:
            stack.append((sign if operator == "add" else -sign, operands[1]))
            stack.append((sign, operands[0]))


def split_factor(term: Expr) -> tuple[Number, Expr | None]:
    """Split a term into number and rest: 2*x, 3*x*y, x/3, -x, 5. The rest is None for a plain number."""
    factor = ONE
    while True:
        operator = term.operator
        if operator == "neg":
            factor, term = factor.times(MINUS_ONE), term.operands[0]
            continue
        if operator == "mul":
            taken, rest = _split_product(term)
            if rest is not None:
                factor, term = factor.times(taken), rest
                continue
        elif operator == "div":
            above, below = term.operands
            number = number_of(below)
            if number is not None and number.value:
                factor, term = factor.times(inverse(number)), above
                continue
        elif (number := number_of(term)) is not None:
            return factor.times(number), None
        return factor, term


def spine(product: Expr) -> list[Expr]:
    """Return the factors of a product built one by one, the first two in stored order."""
    rest = []
    a, b = product.operands
    while True:
        if b.operator == "mul":
            rest.append(a)
            a, b = b.operands
        elif a.operator == "mul":
            rest.append(b)
            a, b = a.operands
        else:
            return [a, b, *rest[::-1]]


def product_of(parts: list[Expr]) -> Expr:
    """Multiply factors one by one."""
    total = parts[0]
    for part in parts[1:]:
        total = apply("mul", total, part)
    return total


def _split_product(product: Expr) -> tuple[Number, Expr | None]:
    """Take the number out of a product; the rest is None where there is no number."""
    a, b = product.operands
    number = number_of(a) if a.is_leaf else None
    if number is not None:
        return number, b
    if a.operator != "mul" and b.operator != "mul":
        return ONE, None
    parts = spine(product)
    number = number_of(parts[0]) if parts[0].is_leaf else None
    return (ONE, None) if number is None else (number, product_of(parts[1:]))


def collect(sign: int, term: Expr, terms: Terms, constant_part: list[Number]) -> None:
    """Add a term, and the terms of a sum that it has become, to what was collected."""
    if term.operator not in COMPOSED:
        known = terms.get(term)
        terms[term] = (ONE if sign == 1 else MINUS_ONE) if known is None else known.plus(Number(sign))
        return
    stack = [(Number(sign), term)]
    while stack:
        factor, part = stack.pop()
        number, rest = split_factor(part)
        factor = factor.times(number)
        if rest is None:
            constant_part[0] = constant_part[0].plus(factor)
        elif rest.operator in ("add", "sub") and abs(factor.value) == 1:
            a, b = rest.operands
            stack.append((factor.times(MINUS_ONE) if rest.operator == "sub" else factor, b))
            stack.append((factor, a))
        else:
            terms[rest] = terms.get(rest, ZERO).plus(factor)


def taken_apart(node: Expr) -> tuple[Terms, Number]:
    """Return the terms of a sum with their factors, and its number."""
    terms: Terms = {}
    number = [ZERO]
    for sign, term in flatten_sum(node, lambda _: True):
        collect(sign, term, terms, number)
    return terms, number[0]


def in_order(parts: list[Expr]) -> list[Expr]:
    """Sort parts by the store's total order."""
    return sorted(parts, key=_KEY) if len(parts) > 1 else parts


_KEY = cmp_to_key(lambda a, b: 0 if a == b else -1 if precedes(a, b) else 1)


def build_sum(terms: Terms, constant_part: Number) -> Expr:
    """Return the sum of factor*term and a number: positive terms first, in order."""
    ordered = in_order(list(terms))
    positive = [scaled(term, terms[term]) for term in ordered if terms[term].value >= 0]
    below = [term for term in ordered if terms[term].value < 0]
    value = constant_part.value
    if value > 0 or not (terms or value):
        positive.append(constant_part.leaf())
    negative = [scaled(term, terms[term].times(MINUS_ONE)) for term in below]
    if value < 0:
        negative.append(constant_part.times(MINUS_ONE).leaf())
    if not positive:
        positive = [scaled(below[0], terms[below[0]]) if below else constant_part.leaf()]
        negative = negative[1:]
    total = positive[0]
    for term in positive[1:]:
        total = apply("add", total, term)
    for term in negative:
        total = apply("sub", total, term)
    return total


def scaled(term: Expr, factor: Number) -> Expr:
    """Return factor*term as a person writes it: 2*x, x/3, -x."""
    value = factor.value
    if value == 1:
        return term
    if value == -1:
        return apply("neg", term)
    leaf = factor.leaf()
    if leaf.operator != "rational":
        return _prefixed(leaf, term)
    above, below = term.operands if term.operator == "div" else (term, None)
    if value.numerator != 1 or above.operator != "integer":
        above = scaled(above, Number(value.numerator))
    denominator = constant(value.denominator)
    return apply("div", above, denominator if below is None else _prefixed(denominator, below))


def _prefixed(number: Expr, term: Expr) -> Expr:
    """Return number*term with the number first: 3*x*y is (3*x)*y."""
    if term.operator == "div":
        above, below = term.operands
        return apply("div", number if above.value == 1 else _prefixed(number, above), below)
    if term.operator != "mul":
        return apply("mul", number, term)
    first, second, *rest = spine(term)
    if precedes(_base(second), _base(first)):
        first, second = second, first
    return product_of([number, first, second, *rest])


def _base(factor: Expr) -> Expr:
    return factor.operands[0] if factor.operator == "pow" else factor
