"""Rewrite rules and sets of them: one table feeds every engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias, final

from ..errors import RuleError
from ..expr import Expr, constant
from ._guards import Guard
from ._interval import Interval
from ._pattern import Binding, Pattern, is_variable

Label: TypeAlias = Literal["ieee", "real", "approx"]

LABELS: Final = ("ieee", "real", "approx")


@final
class RewriteRule:
    """`lhs` may be replaced by `rhs` where `guard` is proved.

    label  what is preserved: ``ieee``, every bit of the result for every input; ``real``, value and definedness
           over the finite reals; ``approx``, the value within `bound` (relative)
    guard  what must be proved of the variables; None: nothing
    why    the reason, for a person

    Raises RuleError for a missing or unknown label, a right side or guard with
    a variable that the left side does not bind, an `approx` rule without
    bound, and a left side that is a variable alone.
    """

    __slots__ = ("bound", "guard", "label", "lhs", "name", "rhs", "why")

    def __init__(
        self,
        name: str,
        lhs: Expr | Pattern,
        rhs: Expr | Pattern | float,
        *,
        label: Label | None = None,
        guard: Guard | None = None,
        why: str = "",
        bound: float | None = None,
    ) -> None:
        self.name, self.label, self.guard, self.why, self.bound = name, label, guard, why, bound
        self.lhs = lhs if isinstance(lhs, Pattern) else Pattern(lhs)
        self.rhs = rhs if isinstance(rhs, Pattern) else Pattern(_expression(rhs))
        self._check()

    def _check(self) -> None:
        where = f"rule {self.name!r}"
        if self.label not in LABELS:
            problem = "this rule has no label" if self.label is None else "no label is called so"
            raise RuleError(problem, where=where, wanted=f"label= one of {', '.join(LABELS)}", found=repr(self.label))
        if self.label == "approx" and self.bound is None:
            raise RuleError(
                "an approximate rule without a bound", where=where, wanted="bound=, the relative error", found="None"
            )
        left = self.lhs.expression
        if is_variable(left):
            raise RuleError(
                "this rule would match everything",
                where=where,
                wanted="an operator or a constant on the left",
                found=str(left),
            )
        used = set(self.rhs.variables)
        if self.guard is not None:
            used |= {claim.variable for claim in self.guard.claims()}
        if loose := sorted(used - self.lhs.variables):
            raise RuleError(
                "this rule uses a variable that its left side does not bind",
                where=where,
                wanted=f"variables of its left side: {', '.join(sorted(self.lhs.variables)) or 'it has none'}",
                found=", ".join(loose),
            )

    def holds(self, binding: Binding, known: Callable[[Expr], Interval]) -> bool:
        """Whether the guard is proved for a match."""
        return self.guard is None or self.guard.holds(lambda variable: known(binding[variable]))

    def apply(self, subject: Expr, known: Callable[[Expr], Interval]) -> Expr | None:
        """Return the subject rewritten at its root, or None: no match, or a guard that is not proved."""
        for binding in self.lhs.matches(subject):
            if self.holds(binding, known):
                return self.rhs.build(binding)
        return None

    def __repr__(self) -> str:
        guard = "" if self.guard is None else f" if {self.guard}"
        return f"<{self.name}: {self.lhs.expression} -> {self.rhs.expression}{guard} ({self.label})>"


def _expression(value: Expr | float) -> Expr:
    return value if isinstance(value, Expr) else constant(value)


@final
class RuleSet:
    """A table of rules in order, by topic. Sets add up with ``+``; a name stands for one rule only (RuleError)."""

    __slots__ = ("_by_operator", "name", "rules")

    def __init__(self, name: str, rules: Iterable[RewriteRule]) -> None:
        self.name, self.rules = name, tuple(rules)
        self._by_operator: dict[str, tuple[RewriteRule, ...]] = {}
        names: set[str] = set()
        for rule in self.rules:
            if rule.name in names:
                hint = "a name stands for one rule: rename one, or leave it out with without()"
                raise RuleError("two rules have one name", where=f"rules {name!r}", found=repr(rule.name), hint=hint)
            names.add(rule.name)
            operator = rule.lhs.expression.operator
            self._by_operator[operator] = (*self._by_operator.get(operator, ()), rule)

    def at(self, operator: str) -> tuple[RewriteRule, ...]:
        """Return the rules whose left side is an application of this operator, in order."""
        return self._by_operator.get(operator, ())

    def labelled(self, *labels: str) -> RuleSet:
        """Return the rules that have one of the labels."""
        return RuleSet(self.name, [rule for rule in self.rules if rule.label in labels])

    def without(self, *names: str) -> RuleSet:
        """Return the rules but those of these names."""
        return RuleSet(self.name, [rule for rule in self.rules if rule.name not in names])

    def __add__(self, other: RuleSet) -> RuleSet:
        fresh = [rule for rule in other.rules if rule not in self.rules]
        return RuleSet(f"{self.name}+{other.name}", (*self.rules, *fresh))

    def __iter__(self) -> Iterator[RewriteRule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    def __getitem__(self, name: str) -> RewriteRule:
        for rule in self.rules:
            if rule.name == name:
                return rule
        near = get_close_matches(name, [rule.name for rule in self.rules], 1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise RuleError(f"no rule of {self.name!r} is called {name!r}", hint=hint)

    def __contains__(self, name: object) -> bool:
        return any(rule.name == name for rule in self.rules)

    def __repr__(self) -> str:
        return f"<RuleSet {self.name}: {len(self.rules)} rules>"
