"""Equalities that polynomial algebra proposes: sums of the input, factored. They are told to the graph before it runs.

Rules find a product in its expansion only where the terms share factors:
x^2 + 2x + 1 is none of those, and x^2 - 1 needs a rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..errors import RssnError
from ..expr import Expr, walk
from ..poly import factor
from ..rules import Facts
from ._forms import number

MOST_NODES: Final = 400  # of a sum that is factored
MOST_TERMS: Final = 4000
_SUMS: Final = ("add", "sub", "neg")


def proposals(roots: Sequence[Expr], facts: Facts) -> Iterator[tuple[Expr, Expr]]:
    """Yield each sum of the expressions with its factors, where that changes no domain."""
    order = list(dict.fromkeys(node for root in roots for node in walk(root)))
    inner = {operand for node in order if node.operator in _SUMS for operand in node.operands}
    for node in order:
        is_outer_sum = node.operator in _SUMS[:2] and (node not in inner or node in roots)
        if is_outer_sum and _is_polynomial(node, facts):
            try:
                found = factor(node, terms=MOST_TERMS)
            except RssnError:
                continue
            if found != node:
                yield node, found


def _is_polynomial(expression: Expr, facts: Facts) -> bool:
    """Whether an expression is a polynomial, with exact coefficients, over parts that have a value everywhere.

    Else a part that cancels could take its domain with it.
    """
    seen: set[Expr] = set()
    stack = [expression]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        operator, operands = node.operator, node.operands
        if len(seen) > MOST_NODES or operator == "float":
            return False
        if operator in _SUMS or operator == "mul":
            stack += operands
        elif (operator == "div" and number(operands[1])) or (operator == "pow" and _is_count(operands[1])):
            stack.append(operands[0])
        elif not facts.of(node).defined:
            return False
    return True


def _is_count(exponent: Expr) -> bool:
    return exponent.operator == "integer" and 1 <= exponent.value <= 16
