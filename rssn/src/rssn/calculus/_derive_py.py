"""Differentiate expressions as graphs, forward and in reverse. To read; `_derive_c.pyx` does the same natively.

Both directions visit each unique node once and run the terms of its operator's
rule, so the work is linear in unique nodes and nothing recurses.

Reverse mode carries a *mask* with each weight: the condition under which the
weight counts at all. A branch of where(c, a, b) gets its parent's weight as it
is, under the mask c; the mask is turned into a ``where`` only at the end. Were
the weight multiplied by 0 instead, an infinite slope in the branch not taken
would make 0*inf = NaN of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..expr import Expr, apply, walk
from ._make_py import ONE, ZERO, add, make, where
from ._program import Plan, Program, no_derivative, plan_of, registers

HIGHEST_LIFT = 16  # masks that a weight is moved out of


def forward(roots: Sequence[Expr], x: Expr) -> list[Expr]:
    """Return the derivative of each root by the symbol x."""
    change: dict[Expr, Expr] = {x: ONE}
    for node in walk(*roots):
        if any(operand in change for operand in node.operands):
            plan = plan_of(node.operator, len(node.operands))
            if plan is not None:
                _pass_up(node, plan, change)
    return [change.get(root, ZERO) for root in roots]


def _pass_up(node: Expr, plan: Plan, change: dict[Expr, Expr]) -> None:
    """Write the change of a node that depends on x, from those of its operands."""
    if plan.chosen:
        parts = [change.get(node.operands[number], ZERO) for number in plan.chosen]
        result = parts[-1]
        for condition, part in zip(conditions_of(plan, node)[::-1], parts[-2::-1], strict=True):
            result = where(condition, part, result)
        if result != ZERO:
            change[node] = result
        return
    total: Expr | None = None
    for term, operand in zip(plan.terms, node.operands, strict=True):
        if operand in change and term is not None:
            share = run_term(term, node, change[operand])
            total = share if total is None else add(total, share)
    if total is not None and total != ZERO:
        change[node] = total


def run_term(term: Program | str, node: Expr, seed: Expr) -> Expr:
    """The share of one operand, where the seed takes the place of G; DerivativeError where there is no such term."""
    if isinstance(term, str):
        raise no_derivative(node.operator, term)
    return _run(term, node, seed)[0]


def conditions_of(plan: Plan, node: Expr) -> list[Expr]:
    """The conditions of a choice, of its own operands."""
    assert plan.conditions is not None
    return _run(plan.conditions, node, ZERO)


def _run(program: Program, node: Expr, seed: Expr) -> list[Expr]:
    values = registers(program, node.operands, node, seed)
    for operator, places in program.steps:
        values.append(make(operator, [values[place] for place in places]))
    return [values[place] for place in program.answers]


# ---- reverse --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A condition, and what held before it. `whole` is both together, as an expression."""

    parent: Mask | None
    condition: Expr
    holds: bool
    whole: Expr


@dataclass(slots=True)
class Weight:
    """How much the root changes with a node: `value` where the mask holds (everywhere without one), else nothing."""

    mask: Mask | None
    value: Expr


def reverse(root: Expr, xs: Sequence[Expr]) -> list[Expr]:
    """Return the derivatives of one root by each of the symbols."""
    order = walk(root)
    active = _active(order, set(xs))
    weights: dict[Expr, Weight] = {root: Weight(None, ONE)}
    masks: dict[tuple[Mask | None, Expr, bool], Mask] = {}
    for node in reversed(order):
        if node in active and not node.is_leaf and node in weights:
            plan = plan_of(node.operator, len(node.operands))
            if plan is not None and plan.chosen:
                _pass_down_choice(node, plan, weights, active, masks)
            elif plan is not None:
                _pass_down(node, plan, weights, active, masks)
    return [_result(weights[x]) if x in weights and x in active else ZERO for x in xs]


def _active(order: Sequence[Expr], xs: set[Expr]) -> set[Expr]:
    """The nodes through which the root depends on any x."""
    active = set()
    for node in order:
        if node in xs or any(operand in active for operand in node.operands):
            active.add(node)
    return active


Masks = dict[tuple[Mask | None, Expr, bool], Mask]


def _pass_down(node: Expr, plan: Plan, weights: dict[Expr, Weight], active: set[Expr], masks: Masks) -> None:
    weight = weights[node]
    for term, operand in zip(plan.terms, node.operands, strict=True):
        if operand in active and term is not None:
            share = run_term(term, node, weight.value)
            if share != ZERO:
                _collect(weights, operand, Weight(weight.mask, share), masks)


def _pass_down_choice(node: Expr, plan: Plan, weights: dict[Expr, Weight], active: set[Expr], masks: Masks) -> None:
    weight = weights[node]
    chain, pending = weight.mask, []
    for condition, number in zip(conditions_of(plan, node), plan.chosen[:-1], strict=True):
        pending.append((number, _mask(masks, chain, condition, True)))
        chain = _mask(masks, chain, condition, False)
    # The last first: two halves of one condition meet again where both lead to the same operand.
    for number, mask in [(plan.chosen[-1], chain), *reversed(pending)]:
        if node.operands[number] in active:
            _collect(weights, node.operands[number], Weight(mask, weight.value), masks)


def _mask(masks: Masks, parent: Mask | None, condition: Expr, holds: bool) -> Mask:
    key = (parent, condition, holds)
    if key not in masks:
        here = condition if holds else apply("not", condition)
        masks[key] = Mask(parent, condition, holds, here if parent is None else apply("and", parent.whole, here))
    return masks[key]


def _collect(weights: dict[Expr, Weight], operand: Expr, new: Weight, masks: Masks) -> None:
    """Add a weight to those that a node has got already."""
    old = weights.get(operand)
    if old is None:
        weights[operand] = new
        return
    if operand.is_leaf:
        # Nothing multiplies the weight of a symbol any more, so a 0 where its mask fails does no harm.
        old, new = _lifted(old, new), _lifted(new, old)
    if old.mask is new.mask:
        weights[operand] = Weight(old.mask, add(old.value, new.value))
    elif _are_halves(old.mask, new.mask):
        assert old.mask is not None
        yes, no = (old, new) if old.mask.holds else (new, old)
        weights[operand] = Weight(old.mask.parent, where(old.mask.condition, yes.value, no.value))
    else:
        total = add(_settled(old), _settled(new))
        both = None
        if old.mask is not None and new.mask is not None:
            both = _mask(masks, None, apply("or", old.mask.whole, new.mask.whole), True)
        weights[operand] = Weight(both, total)


def _are_halves(a: Mask | None, b: Mask | None) -> bool:
    if a is None or b is None:
        return False
    return a.parent is b.parent and a.condition == b.condition and a.holds != b.holds


def _lifted(weight: Weight, other: Weight) -> Weight:
    """The weight under the outer mask that equals the other's, or is its other half; as it was if there is none."""
    mask = weight.mask
    for _ in range(HIGHEST_LIFT):
        if mask is None or mask is other.mask or _are_halves(mask, other.mask):
            break
        mask = mask.parent
    if mask is not other.mask and not _are_halves(mask, other.mask):
        return weight
    return _moved_out(weight, mask)


def _moved_out(weight: Weight, outer: Mask | None) -> Weight:
    """The weight under an outer one of its masks: 0 where an inner one does not hold."""
    value, inner = weight.value, weight.mask
    while inner is not outer:
        assert inner is not None
        value = where(inner.condition, value, ZERO) if inner.holds else where(inner.condition, ZERO, value)
        inner = inner.parent
    return Weight(outer, value)


def _result(weight: Weight) -> Expr:
    """The weight of a symbol as an expression: under few masks as nested choices, as forward mode makes them."""
    mask = weight.mask
    for _ in range(HIGHEST_LIFT):
        if mask is None:
            return _moved_out(weight, None).value
        mask = mask.parent
    return _settled(weight)


def _settled(weight: Weight) -> Expr:
    """The weight as an expression: 0 where its mask does not hold."""
    return weight.value if weight.mask is None else where(weight.mask.whole, weight.value, ZERO)
