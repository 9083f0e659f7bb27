"""Exact folding: whole and rational constants are computed, everything else stays as written."""

from __future__ import annotations

from fractions import Fraction

from ..expr import Expr, apply, constant, walk
from ._exact import DEFAULT_BITS, bit_limit
from ._record import Exact, Operator
from ._registry import lookup


def fold(expression: Expr, *, bits: int = DEFAULT_BITS) -> Expr:
    """Replace every part that has an exact value by that value: ``2/6 + x`` becomes ``rational(1, 3) + x``.

    Floats, `pi` and results that are not rational stay. Where the exact result
    does not exist (``1/0``), the part stays too. Raises FoldError where a
    result would need more than `bits` bits, as in ``9^9^9^9``. Linear in unique nodes.
    """
    with bit_limit(bits):
        done: dict[Expr, Expr] = {}
        values: dict[Expr, Exact] = {}
        for node in walk(expression):
            done[node] = _fold_node(node, done, values)
        return done[expression]


def _fold_node(node: Expr, done: dict[Expr, Expr], values: dict[Expr, Exact]) -> Expr:
    if node.is_leaf:
        if exact_leaf(node.value):
            values[node] = node.value
        return node
    operands = node.operands
    if all(operand in values for operand in operands):
        result = fold_values(lookup(node.operator), *[values[operand] for operand in operands])
        if result is not None:
            values[node] = result
            return constant(result)
    folded = [done[operand] for operand in operands]
    if all(new is old or new == old for new, old in zip(folded, operands, strict=True)):
        return node
    return apply(node.operator, *folded)


def fold_values(record: Operator, *operands: Exact) -> Exact | None:
    """Return the exact result of one operator on exact operands, or None where there is none."""
    return None if record.fold is None else record.fold(*operands)


def exact_leaf(value: object) -> bool:
    """Whether a leaf's value is exact: an integer, a rational or a bool."""
    return isinstance(value, int | Fraction)
