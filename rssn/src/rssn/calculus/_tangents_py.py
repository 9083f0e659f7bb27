"""Derivatives of several roots by several symbols, forward, with what they share worked out once. To read;
`_tangents_c.pyx` does the same natively.

A node that depends on the symbols only through one other node, its *base*, has
one derivative by that base, whatever the symbol: in a function of r = sqrt(x^2 +
y^2 + z^2) all that follows r is differentiated by r once. Nodes where the ways
from several bases meet are bases themselves; they know what they inherit from
each, and only they are looked at again for each symbol.

A choice is a base too. Its branches are multiplied out before one is chosen,
never after: a 0 that stands for "not here" must not meet an infinite slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..expr import Expr, apply, walk
from ._derive_py import conditions_of, run_term
from ._make_py import ONE, ZERO, add, make, number_of, where
from ._program import Plan, plan_of


@dataclass(frozen=True, slots=True)
class Way:
    """What a node inherits from a base: its derivative by it."""

    factor: Expr
    base: Expr


@dataclass(frozen=True, slots=True)
class Meeting:
    """A base that is no symbol: the sum over its ways, or a choice between them. None: a branch without influence."""

    node: Expr
    ways: tuple[Way | None, ...]
    conditions: tuple[Expr, ...] = ()
    chooses: bool = False


def forward_all(roots: Sequence[Expr], xs: Sequence[Expr], *, triangle: bool = False) -> list[list[Expr]]:
    """Return for each symbol the derivatives of the roots; with `triangle` for the k-th symbol those from k on."""
    order = walk(*roots)
    ways: dict[Expr, Way] = {x: Way(ONE, x) for x in xs}
    meetings: list[Meeting] = []
    for node in order:
        if any(part in ways for part in node.operands):
            plan = plan_of(node.operator, len(node.operands))
            if plan is not None:
                _find_ways(node, plan, ways, meetings)
    last = _last_root(roots, ways, meetings)
    return [
        _by_symbol(roots[row:] if triangle else roots, x, ways, [m for m in meetings if last.get(m.node, -1) >= row])
        for row, x in zip(range(len(xs)) if triangle else [0] * len(xs), xs, strict=True)
    ]


def _find_ways(node: Expr, plan: Plan, ways: dict[Expr, Way], meetings: list[Meeting]) -> None:
    if plan.chosen:
        _find_choice(node, plan, ways, meetings)
        return
    found: dict[Expr, Expr] = {}
    for term, part in zip(plan.terms, node.operands, strict=True):
        if part in ways and term is not None:
            way = ways[part]
            share = run_term(term, node, way.factor)
            if share != ZERO:
                found[way.base] = add(found[way.base], share) if way.base in found else share
    known = [Way(factor, base) for base, factor in found.items() if factor != ZERO]
    if len(known) == 1:
        ways[node] = known[0]
    elif known:
        ways[node] = Way(ONE, node)
        meetings.append(Meeting(node, tuple(known)))


def _find_choice(node: Expr, plan: Plan, ways: dict[Expr, Way], meetings: list[Meeting]) -> None:
    chosen = [ways.get(node.operands[number]) for number in plan.chosen]
    bases = {way.base for way in chosen if way is not None}
    if not bases:
        return
    conditions = conditions_of(plan, node)
    only = bases.pop() if len(bases) == 1 else None
    if only is not None and only.operator == "symbol":
        factor = _chosen(conditions, [ZERO if way is None else way.factor for way in chosen])
        if factor != ZERO:
            ways[node] = Way(factor, only)
        return
    ways[node] = Way(ONE, node)
    meetings.append(Meeting(node, tuple(chosen), tuple(conditions), True))


def _chosen(conditions: Sequence[Expr], values: Sequence[Expr]) -> Expr:
    result = values[-1]
    for condition, value in zip(reversed(conditions), reversed(values[:-1]), strict=True):
        result = where(condition, value, result)
    return result


def _last_root(roots: Sequence[Expr], ways: dict[Expr, Way], meetings: list[Meeting]) -> dict[Expr, int]:
    """For each base the place of the last root that depends on it."""
    last: dict[Expr, int] = {}
    for place, root in enumerate(roots):
        if root in ways:
            last[ways[root].base] = place
    for meeting in reversed(meetings):
        place = last.get(meeting.node, -1)
        for way in meeting.ways:
            if way is not None and last.get(way.base, -1) < place:
                last[way.base] = place
    return last


def _by_symbol(roots: Sequence[Expr], x: Expr, ways: dict[Expr, Way], meetings: Sequence[Meeting]) -> list[Expr]:
    change: dict[Expr, Expr] = {x: ONE}
    for meeting in meetings:
        shares = [
            product(way.factor, change[way.base]) if way is not None and way.base in change else ZERO
            for way in meeting.ways
        ]
        if meeting.chooses:
            total = _chosen(meeting.conditions, shares)
        else:
            total = ZERO
            for share in shares:
                total = add(total, share)
        if total != ZERO:
            change[meeting.node] = total
    result = []
    for root in roots:
        way = ways.get(root)
        result.append(product(way.factor, change[way.base]) if way is not None and way.base in change else ZERO)
    return result


def product(factor: Expr, change: Expr) -> Expr:
    """factor*change, so that both stay what they are and are shared; only signs move outwards."""
    flips = False
    if factor.operator == "neg":
        factor, flips = factor.operands[0], True
    if change.operator == "neg":
        change, flips = change.operands[0], not flips
    if number_of(factor) is not None or number_of(change) is not None:
        result = make("mul", [factor, change])
    else:
        result = apply("mul", factor, change)
    return make("neg", [result]) if flips else result
