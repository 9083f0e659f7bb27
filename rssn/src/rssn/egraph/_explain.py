"""Why two expressions are equal: a chain of steps, each one rule at one place, that anyone can replay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ..errors import FoldError, RuleError
from ..expr import Expr, apply, constant, substitute
from ..ops import fold
from ..rules import Assumptions, Facts, Guard, Interval, RewriteRule
from ._closure import CONGRUENT, CROSSED, FOLDED, Closure, pairing
from ._compile import LEAF, NUMBER, TUPLE
from ._laws import ConditionalRule
from ._ring import Ring
from ._ring_closure import BOUNDED, RING, only_value
from ._rules import MultiRule

if TYPE_CHECKING:
    from ._saturate import Report

MOST_STEPS = 20_000
#: Reasons that are no rules, and what their steps are called.
NO_RULE: Final = {FOLDED: "arithmetic", RING: "collect", BOUNDED: "bounds"}
MOST_WITNESSES = 40  # members of a class that are asked what they show


@dataclass(frozen=True, slots=True)
class Witness:
    """What a guard rests on: `expression`, equal to what `variable` stands for, of which it is seen to hold."""

    variable: str
    expression: Expr
    proof: Explanation


@dataclass(frozen=True, slots=True)
class Step:
    """One rewrite: `before` becomes `after` by `rule` at `position`, a path of operand numbers into `before`.

    What stands there becomes `into`. `rule` is None for arithmetic on numbers. `is_forward` is False if the rule
    is read from right to left. `substitution` says what its variables stand
    for. `witnesses` carry the guard where it does not show on what the
    variables stand for; `premises` are the other patterns of a rule of several;
    `test` is the Python condition of a `ConditionalRule`.
    """

    rule: RewriteRule | MultiRule | None
    name: str
    is_forward: bool
    substitution: Mapping[str, Expr]
    position: tuple[int, ...]
    into: Expr
    before: Expr
    after: Expr
    witnesses: tuple[Witness, ...] = ()
    premises: tuple[Explanation, ...] = ()
    test: Callable[..., bool] | None = None

    def __str__(self) -> str:
        return f"{self.before} = {self.after}    ({self.name}{'' if self.is_forward else ', backwards'})"


@dataclass(frozen=True, slots=True)
class Explanation:
    """A chain of equal expressions from `start` to `goal`, under `assumptions`."""

    start: Expr
    goal: Expr
    steps: tuple[Step, ...]
    assumptions: Assumptions

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __str__(self) -> str:
        return "\n".join([str(self.start), *(f"= {step.after}    ({step.name})" for step in self.steps)])


class Instance(NamedTuple):
    """An equation that a rule gave: which, what its variables stood for, and which of its pairs."""

    rule: RewriteRule | MultiRule
    test: Callable[..., bool] | None
    substitution: dict[str, Expr]


class _Frame(NamedTuple):
    """A place in an expression: operand `at` of an application, whose other operands are as they are by now."""

    operator: str
    operands: tuple[Expr, ...]
    at: int
    outer: _Frame | None


class Explainer:
    """The equations of one traced run, closed again with their reasons."""

    def __init__(self, report: Report) -> None:
        self.report, self.facts = report, Facts(report.assumptions)
        self.closure = self._closure()
        self._expressions: dict[int, Any] = {}
        self._asked: set[tuple[Expr, Expr]] = set()
        for why, classes in self._story():
            self._tell(why, classes)

    def _closure(self) -> Closure:
        """Return what closes the equations."""
        return Closure()

    def _story(self) -> list[Any]:
        """Return the unions that are equations by themselves."""
        return self.report.core.story()

    def _expression(self, c: int) -> Any:
        """Return what a class was born as; the tail of an operator's operands is a tuple."""
        made, stack = self._expressions, [c]
        while stack:
            each = stack[-1]
            op, payload = self.report.core.birth(each)
            if waiting := [child for child in self._operands(op, payload) if child not in made]:
                stack.extend(waiting)
                continue
            made[each] = self._node(op, payload, made)
            stack.pop()
        return made[c]

    def _operands(self, op: int, payload: Any) -> list[int]:
        """Return the classes that a birth speaks of."""
        return [] if op in (NUMBER, LEAF) else payload

    def _node(self, op: int, payload: Any, made: dict[int, Any]) -> Any:
        """Return what a class was born as, its operands being made."""
        if op == NUMBER:
            return constant(payload)
        if op == LEAF:
            return self.report.leaf(payload)
        flat = [p for child in payload for p in (made[child] if isinstance(made[child], tuple) else (made[child],))]
        return tuple(flat) if op == TUPLE else apply(self.report.operator_names[op], *flat)

    def _tell(self, why: int, classes: tuple[int, ...]) -> None:
        """Add the equations of one union."""
        if why < 0:
            return
        source, names = self.report.rules.sources[why], self.report.rules.variables[why]
        found = {name: self._expression(c) for name, c in zip(names, classes, strict=True)}
        substitution = {name: e for name, e in found.items() if isinstance(e, Expr)}
        test = source.test if isinstance(source, ConditionalRule) else None
        rule = source.rule if isinstance(source, ConditionalRule) else source
        if rule is None:
            return  # a rule of order, which expressions do not see
        for left, right in pairs_of(rule):
            before, after = substitute(left, substitution), substitute(right, substitution)
            if before != after:
                self.closure.equate(before, after, Instance(rule, test, substitution))

    # ---- proofs -----------------------------------------------------------------------------------------------------

    def explain(self, start: Expr, goal: Expr) -> Explanation:
        """Return the steps from one expression to another; RuleError if they were not proved equal."""
        self.closure.add(start)
        self.closure.add(goal)
        if not self.closure.are_equal(start, goal):
            raise RuleError("these were not proved equal", found=f"{start} and {goal}")
        return Explanation(start, goal, tuple(self._steps(start, goal)), self.report.assumptions)

    def _steps(self, start: Expr, goal: Expr) -> Iterator[Step]:
        stack: list[tuple[Expr, Expr, _Frame | None]] = [(start, goal, None)]
        count = 0
        while stack:
            left, right, place = stack.pop()
            if left == right:
                continue
            todo: list[tuple[Expr, Expr, _Frame | None]] = []
            path = self.closure.path(left, right)
            if len(path) > 1:
                stack += [(a, b, place) for a, b, _, _ in reversed(path)]
                continue
            ((a, b, reason, is_turned),) = path
            if reason in (CONGRUENT, CROSSED):
                operands = list(a.operands)
                for i, x, y in pairing(a, b, reason):
                    todo.append((x, y, _Frame(a.operator, tuple(operands), i, place)))
                    operands[i] = y
                stack += reversed(todo)
                continue
            count += 1
            if count > MOST_STEPS:
                raise RuleError("the explanation is too long", wanted=f"at most {MOST_STEPS} steps")
            yield self._step(a, b, reason, not is_turned, place)

    def _step(self, a: Expr, b: Expr, reason: Any, is_forward: bool, place: _Frame | None) -> Step:
        before, position = _whole(a, place)
        after, _ = _whole(b, place)
        if isinstance(reason, str):
            return Step(None, NO_RULE[reason], is_forward, {}, position, b, before, after)
        rule: RewriteRule | MultiRule = reason.rule
        witnesses = self._witnesses(rule.guard, reason.substitution)
        premises = tuple(self.explain(x, y) for x, y in premises_of(rule, reason.substitution))
        return Step(
            rule,
            rule.name,
            is_forward,
            reason.substitution,
            position,
            b,
            before,
            after,
            witnesses,
            premises,
            reason.test,
        )

    def _witnesses(self, guard: Guard | None, substitution: Mapping[str, Expr]) -> tuple[Witness, ...]:
        """Return equal expressions on which a guard shows, where it does not show on the parts themselves."""
        if guard is None or guard.holds(lambda variable: self.facts.of(substitution[variable])):
            return ()
        found: dict[str, list[Expr]] = {claim.variable: [] for claim in guard.claims()}
        for variable, shown in found.items():
            part = substitution[variable]
            self._look_for_members(part)
            for member in self.closure.members[self.closure.find(part)][:MOST_WITNESSES]:
                known = _together(self.facts, part, shown)
                if member != part and known.meet(self.facts.of(member)) != known:
                    shown.append(member)
        if not guard.holds(lambda variable: _together(self.facts, substitution[variable], found.get(variable, []))):
            raise RuleError("a guard rests on more than can be shown", wanted=str(guard), found=str(substitution))
        return tuple(
            Witness(variable, member, self._proof(substitution[variable], member))
            for variable, shown in found.items()
            for member in shown
        )

    def _look_for_members(self, part: Expr) -> None:
        """Put into the class of a part what may show more of it; here nothing."""

    def _proof(self, part: Expr, member: Expr) -> Explanation:
        """Explain a witness; its proof may not rest on itself."""
        if (part, member) in self._asked:
            raise RuleError("a guard rests on what it guards", found=f"{part} and {member}")
        self._asked.add((part, member))
        try:
            return self.explain(part, member)
        finally:
            self._asked.discard((part, member))


def _together(facts: Facts, part: Expr, others: list[Expr]) -> Interval:
    known = facts.of(part)
    for other in others:
        known = known.meet(facts.of(other))
    return known


def _whole(part: Expr, place: _Frame | None) -> tuple[Expr, tuple[int, ...]]:
    """Return the whole expression with a part in its place, and the path to it."""
    position: list[int] = []
    while place is not None:
        operands = [*place.operands[: place.at], part, *place.operands[place.at + 1 :]]
        outer = apply(place.operator, *operands)
        # Where two operands are the same, it is the one meant; else a commutative operator may have put it elsewhere.
        position.append(place.at if outer.operands[place.at] == part else outer.operands.index(part))
        part, place = outer, place.outer
    return part, tuple(reversed(position))


def pairs_of(rule: RewriteRule | MultiRule) -> list[tuple[Expr, Expr]]:
    """Return the pairs of expressions that a rule makes equal."""
    if isinstance(rule, MultiRule):
        return list(rule.right)
    return [(rule.lhs.expression, rule.rhs.expression)]


def premises_of(rule: RewriteRule | MultiRule, substitution: Mapping[str, Expr]) -> list[tuple[Expr, Expr]]:
    """Return what must be equal for a rule of several patterns: each variable, and its pattern's instance."""
    if isinstance(rule, RewriteRule):
        return []
    return [(substitution[name], substitute(pattern, substitution)) for name, pattern in rule.left.items()]


# ---- checking -------------------------------------------------------------------------------------------------------


def check_explanation(explanation: Explanation) -> None:
    """Replay an explanation with nothing but its rules and what is known of expressions; RuleError at the first flaw.

    Every step must start where the one before it ended, be an instance of its
    rule at its place, and have its guard proved.
    """
    facts = Facts(explanation.assumptions)
    at = explanation.start
    for step in explanation.steps:
        if step.before != at:
            raise RuleError("a step does not start where the one before it ended", where=step.name, found=str(step))
        _check_step(step, facts)
        at = step.after
    if at != explanation.goal:
        raise RuleError("the last step does not reach the goal", found=str(at), wanted=str(explanation.goal))


def _check_step(step: Step, facts: Facts) -> None:
    before, after = step.before, step.after
    outer: list[tuple[Expr, int]] = []
    for index in step.position:
        outer.append((before, index))
        before = before.operands[index]
    made = _result(step, before, facts)
    for node, index in reversed(outer):
        made = apply(node.operator, *(made if i == index else operand for i, operand in enumerate(node.operands)))
    if made != after:
        raise RuleError("a step does not give what it says", where=step.name, found=str(made), wanted=str(after))
    if step.rule is not None:
        _check_guard(step, step.rule.guard, facts)
        for (left, right), premise in zip(premises_of(step.rule, step.substitution), step.premises, strict=True):
            if (premise.start, premise.goal) != (left, right):
                raise RuleError("a premise is about something else", where=step.name)
            check_explanation(premise)


def _result(step: Step, part: Expr, facts: Facts) -> Expr:
    """Return what a step makes of the part it stands on."""
    if step.rule is None:
        if step.name not in _CHECKS:
            raise RuleError("nothing is known of such a step", where=step.name)
        return _CHECKS[step.name](step, part, facts)
    for left, right in pairs_of(step.rule):
        left, right = substitute(left, step.substitution), substitute(right, step.substitution)
        if not step.is_forward:
            left, right = right, left
        if left == part:
            return right
    raise RuleError("a step is no instance of its rule", where=step.name, found=str(part))


def _ring_laws(step: Step, part: Expr, facts: Facts) -> Expr:
    """Order, grouping, distribution, like terms and powers: asked at other points than those of the search."""
    if not Ring(facts, seed=1).are_same(part, step.into):
        raise RuleError("a step does not follow from the laws of sums and products", where=step.name, found=str(step))
    return step.into


def _arithmetic(step: Step, part: Expr, _facts: Facts) -> Expr:
    """Fold the part, or, backwards, what it becomes."""
    before, after = (part, step.into) if step.is_forward else (step.into, part)
    try:
        is_right = fold(before) == after
    except FoldError as error:
        raise RuleError("arithmetic that can't be done", where=step.name, found=str(before)) from error
    if not is_right:
        raise RuleError("arithmetic that is wrong", where=step.name, found=str(before), wanted=str(after))
    return step.into


def _bounds(step: Step, part: Expr, facts: Facts) -> Expr:
    """The part, or, backwards, what it becomes, can only be that number."""
    before, after = (part, step.into) if step.is_forward else (step.into, part)
    if only_value(before, facts) != after:
        raise RuleError("bounds leave other values", where=step.name, found=str(before), wanted=str(after))
    return step.into


_CHECKS: Final = {NO_RULE[FOLDED]: _arithmetic, NO_RULE[RING]: _ring_laws, NO_RULE[BOUNDED]: _bounds}


def _check_guard(step: Step, guard: Guard | None, facts: Facts) -> None:
    if guard is None and step.test is None:
        return
    known = {name: facts.of(part) for name, part in step.substitution.items()}
    for witness in step.witnesses:
        proof = witness.proof
        if (proof.start, proof.goal) != (step.substitution[witness.variable], witness.expression):
            raise RuleError("a witness is about something else", where=step.name)
        check_explanation(proof)
        known[witness.variable] = known[witness.variable].meet(facts.of(witness.expression))
    if guard is not None and not guard.holds(lambda variable: known[variable]):
        raise RuleError("a guard is not proved", where=step.name, found=str(step.substitution), wanted=str(guard))
    if step.test is not None and not step.test(known):
        raise RuleError("a condition is not proved", where=step.name, found=str(step.substitution))
