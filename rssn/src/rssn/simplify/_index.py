"""Rules made ready for an engine: looked up by operator and by the operators of the operands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, final

from ..expr import Expr, is_commutative
from ..rules import Interval, RewriteRule, RuleSet, is_variable

MOST_REMEMBERED: Final = 10_000


class Match(NamedTuple):
    """A rule that fires at a node, and what it makes of it."""

    rule: RewriteRule
    result: Expr


@final
class Index:
    """A rule set by shape: which rules can fire at a node is seen from two levels of operators."""

    __slots__ = ("_by_operator", "_fitting", "_leaves", "pairs", "rules")

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._by_operator: dict[str, list[tuple[RewriteRule, tuple[str, ...], bool]]] = {}
        self._fitting: dict[tuple[str, ...], tuple[RewriteRule, ...]] = {}
        #: by rule: the numbers and constants that must be among the operands of the operands
        self._leaves = {rule: needed for rule in rules if (needed := inner_leaves(rule.lhs.expression))}
        #: operator -> pairs of operand operators for which a rule has a left side; "" stands for anything
        self.pairs: dict[str, set[tuple[str, str]]] = {}
        for rule in rules:
            root = rule.lhs.expression
            shape = tuple("" if is_variable(operand) else operand.operator for operand in root.operands)
            swaps = len(shape) == 2 and is_commutative(root.operator)
            self._by_operator.setdefault(root.operator, []).append((rule, shape, swaps))
            if len(shape) == 2:
                pairs = self.pairs.setdefault(root.operator, set())
                pairs.add((shape[0], shape[1]))
                if swaps:
                    pairs.add((shape[1], shape[0]))

    def matches(self, node: Expr, known: Callable[[Expr], Interval]) -> Iterator[Match]:
        """Yield every rule that fires at this node, in the order of the table."""
        if node.operator not in self._by_operator:
            return
        below: set[Expr] | None = None
        for rule in self._fitting_rules(node):
            needed = self._leaves.get(rule)
            if needed is not None:
                if below is None:
                    below = {part for operand in node.operands for part in operand.operands}
                if not needed <= below:
                    continue
            for binding in rule.lhs.matches(node):
                if rule.holds(binding, known):
                    result = rule.rhs.build(binding)
                    if result != node:
                        yield Match(rule, result)

    def _fitting_rules(self, node: Expr) -> tuple[RewriteRule, ...]:
        """Return the rules whose two upper levels of operators fit; remembered by these operators."""
        key = (node.operator, *[operand.operator for operand in node.operands])
        fitting = self._fitting.get(key)
        if fitting is None:
            found = key[1:]
            rows = self._by_operator[node.operator]
            fitting = tuple(
                rule for rule, shape, swaps in rows if fits(shape, found) or (swaps and fits(shape, found[::-1]))
            )
            if len(self._fitting) < MOST_REMEMBERED:
                self._fitting[key] = fitting
        return fitting

    def may_pair(self, operator: str, first: Expr, second: Expr) -> bool:
        """Whether a rule for ``first operator second`` exists, as far as the operators of the two show."""
        pairs = self.pairs.get(operator)
        if pairs is None:
            return False
        a, b = first.operator, second.operator
        return (a, b) in pairs or ("", b) in pairs or (a, "") in pairs or ("", "") in pairs


def fits(shape: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Whether operands of these operators can match a shape."""
    if len(shape) != len(found):
        return False
    return all(not wanted or wanted == operator for wanted, operator in zip(shape, found, strict=True))


def inner_leaves(pattern: Expr) -> frozenset[Expr]:
    """Return the leaves of a pattern that are no variables and stand two levels down: the pi of sin(a + pi)."""
    below = [part for operand in pattern.operands for part in operand.operands]
    return frozenset(part for part in below if part.is_leaf and not is_variable(part))
