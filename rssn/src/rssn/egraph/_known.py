"""Between the engine's facts (bits and bounds) and `rules.Interval`, the record that decides guards."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from ..errors import RuleError
from ..rules import AllOf, AnyOf, Bound, Claim, Guard, Interval, combined
from ._compile import (
    ABOVE,
    AT_LEAST,
    AT_MOST,
    BELOW,
    BOOLEAN,
    DEFINED,
    HAS_FACTS,
    INTEGER,
    IS_EVEN,
    IS_NUMBER,
    IS_ODD,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    OR_ELSE,
    Condition,
    Vocabulary,
)

Known: TypeAlias = tuple[int, float, float, Any]

_BITS = {
    "nonzero": NONZERO,
    "positive": NONZERO | NONNEGATIVE,
    "negative": NONZERO | NONPOSITIVE,
    "nonnegative": NONNEGATIVE,
    "nonpositive": NONPOSITIVE,
    "integer": INTEGER,
    "boolean": BOOLEAN,
    "real": DEFINED,
    "defined_everywhere": DEFINED,
}
_WORDS = {"number": IS_NUMBER, "even": IS_EVEN, "odd": IS_ODD}
_RELATIONS = {">=": AT_LEAST, ">": ABOVE, "<=": AT_MOST, "<": BELOW}


def to_engine(known: Interval) -> Known:
    """Return (bits, low, high, number or None) of an interval."""
    bits = (
        (DEFINED if known.defined else 0)
        | (NONZERO if known.is_nonzero else 0)
        | (NONNEGATIVE if known.is_nonnegative else 0)
        | (NONPOSITIVE if known.is_nonpositive else 0)
        | (INTEGER if known.integer else 0)
        | (BOOLEAN if known.boolean else 0)
    )
    return bits, known.low, known.high, known.constant if known.defined else None


def from_engine(known: Known) -> Interval:
    """Return the interval of what the engine knows of a class."""
    bits, low, high, number = known
    nonzero = bool(bits & NONZERO)
    low = max(low, 0.0) if bits & NONNEGATIVE else low
    high = min(high, 0.0) if bits & NONPOSITIVE else high
    exact = None
    if number is not None:
        exact = number.numerator if number.denominator == 1 else number
    return Interval(
        low,
        high,
        nonzero and low == 0.0,
        nonzero and high == 0.0,
        defined=bool(bits & DEFINED),
        integer=bool(bits & INTEGER),
        nonzero=nonzero,
        boolean=bool(bits & BOOLEAN),
        constant=exact,
    )


class Inference:
    """What the engine asks when it does not know an operator: the operator's own interval rule."""

    def __init__(self, words: Vocabulary) -> None:
        self._words = words
        self._names: dict[int, str] = {}

    def __call__(self, op: int, operands: tuple[Known, ...]) -> Known | None:
        """Return the facts of an operator's result from those of its operands; None for what never has a value."""
        if any(low > high for _, low, high, _ in operands):
            return None
        if op not in self._names:
            self._names = {number: name for (name, _), number in self._words.operators.items()}
        return to_engine(combined(self._names[op], [from_engine(known) for known in operands]))


def conditions(guard: Guard | None, name: str) -> tuple[Condition, ...]:
    """Return a guard as alternatives of claims, which the engine checks itself."""
    if guard is None:
        return ()
    found: list[Condition] = []
    for alternative in _alternatives(guard):
        if found:
            found.append(Condition(OR_ELSE, ""))
        found += [_condition(claim, name) for claim in alternative]
    return tuple(found)


def _alternatives(guard: Guard) -> list[list[Claim | Bound]]:
    """Return the disjunctive form of a guard."""
    if isinstance(guard, AnyOf):
        return [each for part in guard.parts for each in _alternatives(part)]
    if isinstance(guard, AllOf):
        found: list[list[Claim | Bound]] = [[]]
        for part in guard.parts:
            found = [left + right for left in found for right in _alternatives(part)]
        return found
    return [[guard]]


def _condition(claim: Claim | Bound, rule: str) -> Condition:
    if isinstance(claim, Bound):
        number = float(claim.number)
        if number != claim.number or not math.isfinite(number):
            raise RuleError("a bound must be a number that a float holds", where=rule, found=str(claim))
        return Condition(_RELATIONS[claim.relation], claim.variable, value=number)
    if claim.word in _BITS:
        return Condition(HAS_FACTS, claim.variable, _BITS[claim.word])
    if claim.word in _WORDS:
        return Condition(_WORDS[claim.word], claim.variable)
    raise RuleError(f"the e-graph does not know what {claim.word!r} means", where=rule)
