"""Explanations over n-ary rows: the laws that fired, as equations, closed with those of sums and products."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import RuleError
from ..expr import Expr, substitute
from ._compile import PRODUCT, SUM
from ._explain import NO_RULE, Explainer, Explanation, Instance, Step
from ._extract import product_of, sum_of
from ._forms import parts_of
from ._laws import ConditionalRule
from ._ring_closure import RING, RingClosure

if TYPE_CHECKING:
    from ._saturate import Report

Parts = list[tuple[Expr, Fraction]]


class NaryExplainer(Explainer):
    """The equations of one traced run over n-ary rows."""

    closure: RingClosure

    def __init__(self, report: Report, *, by_laws: bool = True) -> None:
        """Without `by_laws`, only what follows from the laws of sums and products is explained."""
        super().__init__(report)
        self._untold = report.core.laws_told() if by_laws else []  # type: ignore[attr-defined]

    def _closure(self) -> RingClosure:
        return RingClosure(self.facts)

    def _story(self) -> list[Any]:
        return []

    def _operands(self, op: int, payload: Any) -> list[int]:
        return [c for c, _ in payload] if op in (SUM, PRODUCT) else super()._operands(op, payload)

    def _node(self, op: int, payload: Any, made: dict[int, Any]) -> Any:
        if op == SUM:
            return sum_of([(made[c], factor) for c, factor in payload])
        if op == PRODUCT:
            return product_of([(made[c], factor) for c, factor in payload])
        return super()._node(op, payload, made)

    def _tell_law(self, law: int, classes: tuple[int, ...], scale: Fraction, row: Parts) -> None:
        """Add the equation of one match, and the sum or product that it was found in, before and after."""
        source, names = self.report.rules.sources[law], self.report.rules.variables[law]
        test = source.test if isinstance(source, ConditionalRule) else None
        rule: Any = source.rule if isinstance(source, ConditionalRule) else source
        substitution = {name: self._expression(c) for name, c in zip(names, classes, strict=True)}
        left = substitute(rule.lhs.expression, substitution)
        right = substitute(rule.rhs.expression, substitution)
        if left == right:
            return
        self.closure.equate(left, right, Instance(rule, test, substitution))
        if not row:
            return
        shape = parts_of(left)
        is_sum = shape is None or shape.is_sum
        write = sum_of if is_sum else product_of
        rest = self._rest(row, left, scale, is_sum)
        for each in (write(row), write([(left, scale), *rest]), write([(right, scale), *rest])):
            self.closure.add(each)

    def _rest(self, row: Parts, left: Expr, scale: Fraction, is_sum: bool) -> Parts:
        """Return what is left of a row once a multiple of the left side is taken out of it."""
        rest = list(row)
        for part, factor in _flat(left, is_sum):
            at = next((i for i, (each, _) in enumerate(rest) if self._is_same(each, part)), None)
            if at is None:
                return [*row, (left, -scale)]
            rest[at] = rest[at][0], rest[at][1] - factor * scale
        return [(each, factor) for each, factor in rest if factor]

    def _is_same(self, left: Expr, right: Expr) -> bool:
        if left == right:
            return True
        self.closure.add(left)
        self.closure.add(right)
        return self.closure.are_equal(left, right) or self.closure.ring.are_same(left, right)

    def _look_for_members(self, part: Expr) -> None:
        self.closure.rewrite(part)

    def explain(self, start: Expr, goal: Expr) -> Explanation:
        """Return the steps from one expression to another; RuleError if they were not proved equal.

        What the run did first is looked at first: few equations make short proofs.
        """
        self.closure.add(start)
        self.closure.add(goal)
        batch = 1
        while not self.closure.close(start, goal, closely=not self._untold):
            if not self._untold:
                raise RuleError("these were not proved equal", found=f"{start} and {goal}")
            for law, classes, scale, parts in self._untold[:batch]:
                self._tell_law(law, classes, scale, [(self._expression(c), factor) for c, factor in parts])
            del self._untold[:batch]
            batch *= 2
        return self._shortened(super().explain(start, goal))

    def _shortened(self, explanation: Explanation) -> Explanation:
        """Go from each expression at once to the last one that the laws of sums and products make of it."""
        states = [explanation.start, *(step.after for step in explanation)]
        keys = [self.closure.ring.key(state) for state in states]
        last = {key: i for i, key in enumerate(keys)}
        steps: list[Step] = []
        at = 0
        while at < len(explanation):
            far = last[keys[at]]
            if far == at or keys[at] is None:
                steps.append(explanation.steps[at])
                at += 1
                continue
            if states[far] != states[at]:
                before, after = states[at], states[far]
                steps.append(Step(None, NO_RULE[RING], True, {}, (), after, before, after))
            at = far
        return replace(explanation, steps=tuple(steps))


def _flat(expression: Expr, is_sum: bool) -> Parts:
    """Return the parts of a sum or product of any depth."""
    found: Parts = []
    stack = [(expression, Fraction(1))]
    while stack:
        node, factor = stack.pop()
        parts = parts_of(node)
        if parts is None or parts.is_sum != is_sum:
            found.append((node, factor))
        else:
            stack += [(part, amount * factor) for part, amount in parts.parts]
    return found
