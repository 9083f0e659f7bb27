"""Simplifying without changing a bit: exact rows of the rule tables, and constants that floats compute exactly."""

from __future__ import annotations

import struct
from fractions import Fraction

from ..expr import Expr, apply, substitute, walk
from ..rules import UNKNOWN, Facts, Interval
from ._budget import Meter
from ._engine import fold_node
from ._index import Index
from ._trace import Step

_SINGLE = struct.Struct("f")
EXACT_ZERO = frozenset({"add", "sub"})  # where a zero of exact operands is +0, as the integer 0 is


def ieee_simple(expression: Expr, index: Index, meter: Meter, steps: list[Step] | None) -> Expr:
    """Return the expression with bit-exact rules applied bottom-up until none fires. Linear in unique nodes."""
    facts = Facts()

    def known(part: Expr) -> Interval:
        # Only what structure shows: ranges over the reals say nothing of NaN and infinities.
        return UNKNOWN._replace(boolean=facts.of(part).boolean)

    done: dict[Expr, Expr] = {}
    for node in walk(expression):
        if meter.is_spent:
            changed = {part: simple for part, simple in done.items() if part != simple}
            return substitute(expression, changed) if changed else expression
        simple = node if node.is_leaf else apply(node.operator, *[done[operand] for operand in node.operands])
        done[node] = _rewritten(simple, done, index, known, meter, steps)
    return done[expression]


def _rewritten(
    simple: Expr, done: dict[Expr, Expr], index: Index, known: object, meter: Meter, steps: list[Step] | None
) -> Expr:
    """Rewrite at the root, and inside what a rule has built, until nothing fires."""
    while not simple.is_leaf and meter.spend():
        folded = _exact(simple)
        name, result = ("exact-value", folded) if folded is not None else ("", None)
        if result is None:
            match = next(index.matches(simple, known), None)  # type: ignore[arg-type]
            if match is None:
                break
            name, result = match.rule.name, match.result
        if steps is not None:
            steps.append(Step("ieee", name, simple, result))
        fresh = [part for part in walk(result) if part not in done and part != result]
        for part in fresh:
            if not part.is_leaf:
                inner = apply(part.operator, *[done.get(operand, operand) for operand in part.operands])
                done[part] = inner
        if not result.is_leaf:
            result = apply(result.operator, *[done.get(operand, operand) for operand in result.operands])
        simple = result
    done.setdefault(simple, simple)
    return simple


def _exact(node: Expr) -> Expr | None:
    """Return the value of exact operands if floats of 32 bits hold them and the result, its sign of zero included.

    Then those of 64 bits do too, and both kinds of kernel compute just this value.
    """
    if any(not _is_float(operand.value) for operand in node.operands):
        return None
    folded = fold_node(node)
    if folded is None or isinstance(folded.value, bool):
        return folded
    if not _is_float(folded.value) or (folded.value == 0 and node.operator not in EXACT_ZERO):
        return None
    return folded


def _is_float(value: object) -> bool:
    if not isinstance(value, int | Fraction):
        return False
    try:
        return _SINGLE.unpack(_SINGLE.pack(value))[0] == value  # type: ignore[no-any-return]
    except OverflowError:
        return False
