"""What a record's `derivative` slot holds: how a small change of each operand changes the result.

A rule is written as expressions over placeholders: `A`, `B`, `C` are the
operands, `R` is the result (so that exp can say "myself"), and `G` is what the
derivative is multiplied with. ``sin`` has the one term ``G * cos(A)``, ``div``
has ``G / B`` and ``-(R * (G / B))``. Each term is linear in `G`, and so one text
serves both directions: with `G` the change of an operand it is that operand's
share in the change of the result (forward); with `G` the weight of the result
it is the operand's share in that weight (reverse).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import DerivativeError, OperatorError
from ..expr import Expr, symbol, walk
from ..ops import Operator, lookup

G, R = symbol("?g"), symbol("?r")
A, B, C = symbol("?0"), symbol("?1"), symbol("?2")


def operand(number: int) -> Expr:
    """The placeholder of an operand, counted from 0: `A` is ``operand(0)``."""
    return symbol(f"?{number}")


@dataclass(frozen=True, slots=True)
class Partials:
    """A rule of an operator with a fixed number of operands: one term each, ``None`` for an operand without influence.

    A text in place of a term says why there is no such derivative: it becomes
    the DerivativeError of whoever needs it.
    """

    terms: tuple[Expr | str | None, ...]

    @classmethod
    def of(cls, *partials: Expr | None) -> Partials:
        """Make a rule from ordinary partial derivatives, without `G`."""
        return cls(tuple(None if partial is None else G * partial for partial in partials))


@dataclass(frozen=True, slots=True)
class Choice:
    """The result is one of the operands: number `operands[i]` where condition `i` is the first to hold, else the last.

    The derivative is the chosen operand's, and nothing of the others enters it.
    """

    conditions: tuple[Expr, ...]
    operands: tuple[int, ...]  # one more than conditions


@dataclass(frozen=True, slots=True)
class Choices:
    """A rule that chooses, for any number of operands: given their placeholders, say when which one is the result."""

    choose: Callable[[Sequence[Expr]], Choice]


@dataclass(frozen=True, slots=True)
class Flat:
    """The result is constant between jumps: whole numbers, truth values. The derivative is 0."""


Rule: TypeAlias = Partials | Choices | Flat


def rule_of(name: str, count: int) -> Partials | Choice | None:
    """Return the rule of an operator with `count` operands, None where the derivative is 0.

    Raises OperatorError where the slot is blank, or does not fit the operands.
    """
    record = lookup(name)
    rule = record.derivative
    if rule is None:
        raise OperatorError(f"the derivative of {name!r} is not known", hint="give the operator's record a derivative")
    if isinstance(rule, Flat):
        return None
    if isinstance(rule, Choices):
        return _checked_choice(record, rule.choose([operand(number) for number in range(count)]), count)
    if not isinstance(rule, Partials):
        raise OperatorError(f"the derivative of {name!r} is no rule", wanted="Partials, Choices or Flat")
    if len(rule.terms) != count:
        raise OperatorError(
            f"the derivative of {name!r} has {len(rule.terms)} terms", wanted=f"one for each of {count} operands"
        )
    _check_names(record, [term for term in rule.terms if isinstance(term, Expr)], count)
    return rule


def missing(name: str, reason: str) -> DerivativeError:
    """Make the error for a derivative that does not exist."""
    hint = "differentiate by another variable, or rewrite this part in other operators first"
    return DerivativeError(f"{name} has no such derivative", found=reason, hint=hint)


def _checked_choice(record: Operator, choice: Choice, count: int) -> Choice:
    fits = len(choice.operands) == len(choice.conditions) + 1
    if not fits or not all(0 <= number < count for number in choice.operands):
        raise OperatorError(f"the derivative of {record.name!r} chooses an operand that is not there")
    _check_names(record, choice.conditions, count, allowed=())
    return choice


def _check_names(record: Operator, terms: Sequence[Expr], count: int, allowed: Sequence[Expr] = (G, R)) -> None:
    known = {operand(number) for number in range(count)} | set(allowed)
    for node in walk(*terms):
        if node.operator == "symbol" and node not in known:
            raise OperatorError(
                f"the derivative of {record.name!r} names {node.name!r}",
                wanted="placeholders of its operands: A, B, C, R, G",
            )
