"""Passes for conditions: branches made simple under their own condition, and conditions that others decide.

Where a branch is taken its condition holds, and those before it failed. A
comparison that has a value has its sides defined, so both are known there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol, TypeAlias

from ..expr import Expr, apply, constant, free_symbols
from ..rules import Facts, Interval
from ._cost import Costs

LARGEST_BRANCH: Final = 400.0  # the cost up to which a branch is looked at again

#: What is true of two sides where a comparison is false.
FAILED: Final = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}

Proposal: TypeAlias = tuple[str, Expr]


class View(Protocol):
    """What these passes see of the engine."""

    facts: Facts
    costs: Costs

    def under(self, conditions: Sequence[Expr], part: Expr, /) -> Expr:
        """Return the simple form of a part where conditions hold as well; the part itself if they can't hold."""

    def known_under(self, conditions: Sequence[Expr], part: Expr, /) -> Interval | None:
        """Return what is known of a part where conditions hold as well; None if they can't hold."""


def holding(condition: Expr, truth: bool) -> list[Expr]:
    """Return the comparisons that hold where a condition has this truth value; none, if nothing follows."""
    found, stack = [], [(condition, truth)]
    while stack:
        node, wanted = stack.pop()
        operator, operands = node.operator, node.operands
        if operator == "not":
            stack.append((operands[0], not wanted))
        elif operator in FAILED:
            found.append(node if wanted else apply(FAILED[operator], *operands))
        elif operator == ("and" if wanted else "or"):
            stack += [(operand, wanted) for operand in reversed(operands)]
    return found


def branches(node: Expr, view: View) -> Iterator[Proposal]:
    """Conditions under the failure of those before them, branches also under their own; and what is decided so."""
    kept: list[Expr] = []
    failed: list[Expr] = []
    *pairs, otherwise = node.operands
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        simple = _refined(failed, condition, view)
        if simple.value is False:
            continue
        taken = _refined([*failed, *holding(condition, True)], value, view)
        if simple.value is True:
            otherwise = taken
            break
        kept += simple, taken
        failed += holding(condition, False)
    else:
        otherwise = _refined(failed, otherwise, view)
    proposal = apply("where" if len(kept) == 2 else node.operator, *kept, otherwise) if kept else otherwise
    if proposal != node:
        yield "under-condition", proposal


def _refined(conditions: list[Expr], part: Expr, view: View) -> Expr:
    if part.is_leaf or not conditions or view.costs.of(part) > LARGEST_BRANCH:
        return part
    if free_symbols(*conditions).isdisjoint(free_symbols(part)):
        return part
    return view.under(conditions, part)


def implied(node: Expr, view: View) -> Iterator[Proposal]:
    """One side of a conjunction or disjunction that the other decides: x > 0 and x > 1, x > 0 or x <= 0."""
    is_and = node.operator == "and"
    for first, second in (node.operands, node.operands[::-1]):
        conditions = holding(first, is_and)
        if not conditions or not view.facts.is_defined(second):
            continue
        if free_symbols(*conditions).isdisjoint(free_symbols(second)):
            continue
        known = view.known_under(conditions, second)
        if known is None or known.constant is None:
            continue
        if bool(known.constant) == is_and:
            if first.operator in FAILED or view.facts.of(first).boolean:
                yield "implied", first
        elif view.facts.is_defined(first):
            yield "implied", constant(not is_and)
