"""Truth values and numbers: a kernel gives them as results of different types."""

from __future__ import annotations

from ..expr import Expr
from ..ops import lookup


def is_truth(expression: Expr) -> bool:
    """Whether an expression is a truth value: a comparison, logic, or a choice between truth values alone."""
    stack, seen = [expression], {expression}
    while stack:
        node = stack.pop()
        if node.is_leaf:
            if not isinstance(node.value, bool):
                return False
        elif node.operator in ("where", "piecewise"):
            operands = node.operands
            fresh = [part for part in (*operands[1::2], operands[-1]) if part not in seen]
            seen.update(fresh)
            stack += fresh
        elif lookup(node.operator).result != "bool":
            return False
    return True
