"""Sums as a constant plus multiples of parts: how `x - 1` and `2 - 2*x` are seen to speak of the same thing."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from ..expr import Expr, precedes

MOST_TERMS = 8  # a longer sum counts as one opaque part, so that a walk stays linear in the nodes

Key: TypeAlias = frozenset[tuple[Expr, Fraction]]


class Linear(NamedTuple):
    """``constant`` plus the sum of ``factor * part``; parts are not sums, differences or multiples."""

    constant: Fraction
    terms: dict[Expr, Fraction]


class Scaled(NamedTuple):
    """``scale * T + offset``, where `key` names the combination T, whose first part has factor 1."""

    key: Key
    scale: Fraction
    offset: Fraction


ZERO, ONE = Fraction(0), Fraction(1)


def linear_node(node: Expr, forms: dict[Expr, Linear]) -> Linear:
    """Return the linear form of a node whose operands' forms are known."""
    operator, operands = node.operator, node.operands
    if not operands:
        value = node.value
        exact = isinstance(value, int | Fraction) or (isinstance(value, float) and math.isfinite(value))
        return Linear(Fraction(value), {}) if exact else Linear(ZERO, {node: ONE})
    found = None
    if operator == "neg":
        found = _combined(Linear(ZERO, {}), forms[operands[0]], -ONE)
    elif operator in ("add", "sub"):
        found = _combined(forms[operands[0]], forms[operands[1]], ONE if operator == "add" else -ONE)
    elif operator == "mul":
        a, b = forms[operands[0]], forms[operands[1]]
        if not a.terms or not b.terms:
            factor, other = (a.constant, b) if not a.terms else (b.constant, a)
            found = _combined(Linear(ZERO, {}), other, factor)
    elif operator == "div" and not (b := forms[operands[1]]).terms and b.constant:
        found = _combined(Linear(ZERO, {}), forms[operands[0]], 1 / b.constant)
    if found is None or len(found.terms) > MOST_TERMS:
        return Linear(ZERO, {node: ONE})
    return found


def _combined(a: Linear, b: Linear, factor: Fraction) -> Linear:
    terms = dict(a.terms)
    for part, amount in b.terms.items():
        total = terms.get(part, ZERO) + factor * amount
        if total:
            terms[part] = total
        else:
            terms.pop(part, None)
    return Linear(a.constant + factor * b.constant, terms)


def scaled(form: Linear) -> Scaled | None:
    """Split a form into scale, combination and offset; None for a plain number."""
    first = None
    for part in form.terms:
        if first is None or precedes(part, first):
            first = part
    if first is None:
        return None
    scale = form.terms[first]
    return Scaled(frozenset((part, amount / scale) for part, amount in form.terms.items()), scale, form.constant)
