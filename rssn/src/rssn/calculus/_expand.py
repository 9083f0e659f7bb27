"""The expansion of a whole expression, node by node, without recursion over the expression.

A node whose expansion does not exist keeps its SeriesError, which counts only
if somebody uses the node: a branch that is not taken may have any singularity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from ..errors import SeriesError
from ..expr import Expr, walk
from . import _coefficient as number
from ._coefficient import NotRealError, of_expr
from ._expansions import EXPANSIONS, is_true, regular
from ._laurent import ZERO, Arithmetic, FinerError, Laurent, MoreTermsError, UnknownExpansionError, monomial
from ._other_forms import other_form
from ._rule import Choice, G, Partials, R, operand, rule_of

Outcome: TypeAlias = Laurent | SeriesError

DEEPEST_RULES = 40  # rules that use operators which are themselves expanded by their rules


def expand(a: Arithmetic, root: Expr, x: Expr, at_x: Laurent) -> Laurent:
    """Return the series of `root` where that of the symbol x is `at_x`. SeriesError where there is none."""
    outcome = _walk(a, (root,), {x: at_x}, 0)[0]
    if isinstance(outcome, SeriesError):
        raise outcome
    return outcome


def _walk(a: Arithmetic, roots: Sequence[Expr], given: Mapping[Expr, Laurent], depth: int) -> list[Outcome]:
    """Expand roots over the series of some leaves; what depends on none of those is a coefficient."""
    order = walk(*roots)
    uses = Counter(part for node in order for part in set(node.operands))
    uses.update(roots)
    outcomes: dict[Expr, Outcome] = {node: given[node] for node in order if node in given}
    for node in order:
        parts = node.operands
        if any(part in outcomes for part in parts):
            known = [outcomes[part] if part in outcomes else monomial(of_expr(part)) for part in parts]
            outcomes[node] = _attempt(a, node, known, depth)
        for part in set(parts):
            uses[part] -= 1
            if not uses[part]:
                outcomes.pop(part, None)
    return [outcomes[root] if root in outcomes else monomial(of_expr(root)) for root in roots]


def _attempt(a: Arithmetic, node: Expr, operands: Sequence[Outcome], depth: int) -> Outcome:
    try:
        return _apply(a, node.operator, operands, depth)
    except SeriesError as error:
        if not depth:  # deeper down it is a part of a rule
            error.found = error.found or f"{node!r}"[:100]
        return error.with_traceback(None)


def _apply(a: Arithmetic, name: str, operands: Sequence[Outcome], depth: int) -> Laurent:
    form = other_form(a, name, operands)
    if form is not None:
        given = {operand(place): x for place, x in enumerate(_need(operands))}
        return _need(_walk(a, (form,), given, depth + 1))[0]
    expansion = EXPANSIONS.get(name)
    if expansion is not None:
        return expansion(a, *_need(operands))
    rule = rule_of(name, len(operands))
    if isinstance(rule, Choice):
        return _choose(a, rule, operands, depth)
    series = [regular(a, x, name) for x in _need(operands)]
    first = number.apply(name, *[x[0] for x in series])
    if all(x.is_constant for x in series):
        return monomial(first)
    if rule is None:
        raise SeriesError(f"where {name} jumps is not known")
    return _by_rule(a, name, rule, series, first, depth)


def _need(operands: Sequence[Outcome]) -> list[Laurent]:
    for outcome in operands:
        if isinstance(outcome, SeriesError):
            raise outcome
    return [outcome for outcome in operands if isinstance(outcome, Laurent)]


def _choose(a: Arithmetic, choice: Choice, operands: Sequence[Outcome], depth: int) -> Laurent:
    """The operand that is the result around the point. Only conditions up to the first that holds are looked at."""
    given = {operand(place): x for place, x in enumerate(operands) if isinstance(x, Laurent)}
    for condition, chosen in zip(choice.conditions, choice.operands, strict=False):
        place = next((k for k in range(len(operands)) if condition == operand(k)), None)
        outcome = _walk(a, (condition,), given, depth)[0] if place is None else operands[place]
        if is_true(a, _need([outcome])[0]):
            return _need([operands[chosen]])[0]
    return _need([operands[choice.operands[-1]]])[0]


def _by_rule(
    a: Arithmetic, name: str, rule: Partials, operands: Sequence[Laurent], first: number.Plain, depth: int
) -> Laurent:
    """The value at the point and then the integral of the derivative's rule.

    A rule that names its own result gives one more term each time it is run.
    """
    if depth >= DEEPEST_RULES:
        raise UnknownExpansionError(f"no expansion of {name} is known")
    result = Laurent(0, (first,) if first != 0 else (), 1)
    if a.limit <= 1:
        return result
    # The integral needs a term less of what is under it, so rules that lead to each other come to an end.
    below = replace(a, limit=a.limit - 1)
    names_itself = any(isinstance(term, Expr) and R in walk(term) for term in rule.terms)
    for _ in range(a.limit if names_itself else 1):
        try:
            result = a.integral(_slope(below, name, rule, operands, result, depth), first)
        except (MoreTermsError, UnknownExpansionError, FinerError, NotRealError):
            raise
        except SeriesError:
            raise SeriesError(f"{name} has a branch point there") from None
        if result.stop is None or result.stop >= a.limit:
            break
    return result


def _slope(
    a: Arithmetic, name: str, rule: Partials, operands: Sequence[Laurent], result: Laurent, depth: int
) -> Laurent:
    """The derivative by t: each term with G the derivative of its operand."""
    total = ZERO
    for place, (term, x) in enumerate(zip(rule.terms, operands, strict=True)):
        slope = a.derivative(x)
        if slope == ZERO or term is None:
            continue
        if isinstance(term, str):
            raise SeriesError(f"{name} has no derivative by operand {place}: {term}")
        given = {operand(k): series for k, series in enumerate(operands)} | {R: result, G: slope}
        total = a.add(total, _need(_walk(a, (term,), given, depth + 1))[0])
    return total
