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
#: Operators that make a form of their operands' forms; a node of any other is a part by itself.
LINEAR = frozenset({"add", "sub", "neg", "mul", "div"})


def form_of(node: Expr, forms: dict[Expr, Linear]) -> Linear:
    """Return the linear form of a node, which is in `forms` unless the node is a part by itself or a leaf."""
    form = forms.get(node)
    return linear_node(node, forms) if form is None else form


def linear_node(node: Expr, forms: dict[Expr, Linear]) -> Linear:
    """Return the linear form of a node; `forms` has those of its operands that are no leaves and no parts."""
    operator, operands = node.operator, node.operands
    if not operands:
        value = node.value
        exact = isinstance(value, int | Fraction) or (isinstance(value, float) and math.isfinite(value))
        return Linear(Fraction(value), {}) if exact else Linear(ZERO, {node: ONE})
    found = None
    if operator not in LINEAR:
        pass
    elif operator == "neg":
        found = combination(Linear(ZERO, {}), form_of(operands[0], forms), -ONE)
    elif operator in ("add", "sub"):
        sign = ONE if operator == "add" else -ONE
        found = combination(form_of(operands[0], forms), form_of(operands[1], forms), sign)
    elif operator == "mul":
        a, b = form_of(operands[0], forms), form_of(operands[1], forms)
        if not a.terms or not b.terms:
            factor, other = (a.constant, b) if not a.terms else (b.constant, a)
            found = combination(Linear(ZERO, {}), other, factor)
    elif operator == "div" and not (b := form_of(operands[1], forms)).terms and b.constant:
        found = combination(Linear(ZERO, {}), form_of(operands[0], forms), 1 / b.constant)
    if found is None or len(found.terms) > MOST_TERMS:
        return Linear(ZERO, {node: ONE})
    return found


def combination(a: Linear, b: Linear, factor: Fraction) -> Linear:
    """Return a + factor*b."""
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
