"""Rules compiled for running: each term as a list of steps over numbered registers.

Registers of a program for `count` operands: 0 to count - 1 the operands, count
the result, count + 1 what the term is multiplied with (G), then the constants,
then one for each step. `answers` are the registers to read at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..expr import Expr, walk
from ._rule import Choice, G, Partials, R, missing, operand, rule_of


@dataclass(frozen=True, slots=True)
class Program:
    """One term, or all conditions of a choice. A step is an operator's name and the registers of its operands."""

    constants: tuple[Expr, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]
    answers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one operator with a given number of operands is differentiated.

    `terms` has for each operand a program, ``None`` where it has no influence,
    or the reason why there is no derivative. A choice has `conditions`, all in
    one program, and the operands `chosen`; it has no terms.
    """

    terms: tuple[Program | str | None, ...] = ()
    conditions: Program | None = None
    chosen: tuple[int, ...] = ()


def plan_of(name: str, count: int) -> Plan | None:
    """Return the plan of an operator, None where the derivative is 0; errors as of `rule_of`."""
    rule = rule_of(name, count)
    if rule is None:
        return None
    if isinstance(rule, Choice):
        return Plan((), _compile(rule.conditions, count), rule.operands)
    assert isinstance(rule, Partials)
    return Plan(tuple(_compile((term,), count) if isinstance(term, Expr) else term for term in rule.terms))


def no_derivative(name: str, term: str) -> Exception:
    """Make the error for a term that is a reason."""
    return missing(name, term)


def _compile(terms: Sequence[Expr], count: int) -> Program:
    place = {operand(number): number for number in range(count)} | {R: count, G: count + 1}
    nodes = [node for node in walk(*terms) if node not in place]
    constants = tuple(node for node in nodes if node.is_leaf)
    steps = [node for node in nodes if not node.is_leaf]
    place.update({node: count + 2 + number for number, node in enumerate([*constants, *steps])})
    return Program(constants, tuple(_step(node, place) for node in steps), tuple(place[term] for term in terms))


def _step(node: Expr, place: dict[Expr, int]) -> tuple[str, tuple[int, ...]]:
    return node.operator, tuple(place[part] for part in node.operands)


def registers(program: Program, operands: Sequence[Expr], result: Expr, seed: Expr) -> list[Expr]:
    """Return the registers before the first step. The seed takes the place of G; conditions do not read it."""
    return [*operands, result, seed, *program.constants]
