"""Guards: what must be *proved* of the parts a rule binds before it may fire. Unknown is not enough.

A claim is a word about a subject: ``nonzero("?a")`` in a rule's guard is
about what the pattern variable matched, ``nonzero(x)`` in a list of
assumptions about an expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from ..errors import RuleError
from ..expr import Expr
from ._interval import Interval

Lookup: TypeAlias = Callable[[str], Interval]

#: word -> whether what is known of a value proves it
WORDS: dict[str, Callable[[Interval], bool]] = {
    "nonzero": lambda known: known.is_nonzero,
    "positive": lambda known: known.is_positive,
    "negative": lambda known: known.is_negative,
    "nonnegative": lambda known: known.is_nonnegative,
    "nonpositive": lambda known: known.is_nonpositive,
    "integer": lambda known: known.integer,
    "even": lambda known: isinstance(known.constant, int) and known.constant % 2 == 0,
    "odd": lambda known: isinstance(known.constant, int) and known.constant % 2 == 1,
    "number": lambda known: known.constant is not None,
    "boolean": lambda known: known.boolean,
    "real": lambda known: known.defined,
    "defined_everywhere": lambda known: known.defined,
}


@dataclass(frozen=True, slots=True)
class Claim:
    """One word about one subject: a pattern variable (``"?a"``), a symbol's name, or an expression."""

    word: str
    subject: str | Expr

    def holds(self, lookup: Lookup) -> bool:
        """Whether this is proved, where `lookup` says what is known of a pattern variable."""
        return WORDS[self.word](lookup(self.variable))

    @property
    def variable(self) -> str:
        """The pattern variable this is about; RuleError if it is about an expression."""
        if isinstance(self.subject, str) and self.subject.startswith("?"):
            return self.subject
        raise RuleError("a guard speaks of pattern variables", found=str(self.subject), wanted='a name such as "?a"')

    def claims(self) -> Iterator[Claim | Bound]:
        """Yield the single claims this consists of."""
        yield self

    def __str__(self) -> str:
        return f"{self.subject} {self.word}"


@dataclass(frozen=True, slots=True)
class Bound:
    """A pattern variable compared with a number: `relation` is one of < <= > >=."""

    variable: str
    relation: str
    number: int | Fraction

    def holds(self, lookup: Lookup) -> bool:
        """Whether this is proved."""
        known, number = lookup(self.variable), self.number
        if self.relation == ">=":
            return known.low >= number
        if self.relation == ">":
            return known.low > number or (known.low == number and known.low_open)
        if self.relation == "<=":
            return known.high <= number
        return known.high < number or (known.high == number and known.high_open)

    def claims(self) -> Iterator[Claim | Bound]:
        """Yield the single claims this consists of."""
        yield self

    def __str__(self) -> str:
        return f"{self.variable} {self.relation} {self.number}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of some guards."""

    parts: tuple[Guard, ...]

    def holds(self, lookup: Lookup) -> bool:
        """Whether all parts are proved."""
        return all(part.holds(lookup) for part in self.parts)

    def claims(self) -> Iterator[Claim | Bound]:
        """Yield the single claims this consists of."""
        for part in self.parts:
            yield from part.claims()

    def __str__(self) -> str:
        return " and ".join(f"({part})" if isinstance(part, AnyOf) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of some guards."""

    parts: tuple[Guard, ...]

    def holds(self, lookup: Lookup) -> bool:
        """Whether one part is proved."""
        return any(part.holds(lookup) for part in self.parts)

    def claims(self) -> Iterator[Claim | Bound]:
        """Yield the single claims this consists of."""
        for part in self.parts:
            yield from part.claims()

    def __str__(self) -> str:
        return " or ".join(map(str, self.parts))


Guard: TypeAlias = Claim | Bound | AllOf | AnyOf


def nonzero(subject: str | Expr) -> Claim:
    """The subject is nowhere 0."""
    return Claim("nonzero", subject)


def positive(subject: str | Expr) -> Claim:
    """The subject is above 0 wherever it is defined."""
    return Claim("positive", subject)


def negative(subject: str | Expr) -> Claim:
    """The subject is below 0 wherever it is defined."""
    return Claim("negative", subject)


def nonnegative(subject: str | Expr) -> Claim:
    """The subject is 0 or above wherever it is defined."""
    return Claim("nonnegative", subject)


def nonpositive(subject: str | Expr) -> Claim:
    """The subject is 0 or below wherever it is defined."""
    return Claim("nonpositive", subject)


def integer(subject: str | Expr) -> Claim:
    """The subject is a whole number wherever it is defined."""
    return Claim("integer", subject)


def even(subject: str) -> Claim:
    """The subject is a literal even number."""
    return Claim("even", subject)


def odd(subject: str) -> Claim:
    """The subject is a literal odd number."""
    return Claim("odd", subject)


def number(subject: str) -> Claim:
    """The subject is a number whose exact value is known."""
    return Claim("number", subject)


def boolean(subject: str) -> Claim:
    """The subject is a truth value: a comparison, or logic."""
    return Claim("boolean", subject)


def real(subject: str | Expr) -> Claim:
    """The subject is a finite real number; so is every symbol, unasked."""
    return Claim("real", subject)


def defined_everywhere(subject: str) -> Claim:
    """The subject has a finite real value wherever the assumptions hold."""
    return Claim("defined_everywhere", subject)


def above(subject: str, number: int | Fraction) -> Bound:
    """The subject is above a number."""
    return Bound(subject, ">", number)


def at_least(subject: str, number: int | Fraction) -> Bound:
    """The subject is a number or above it."""
    return Bound(subject, ">=", number)


def below(subject: str, number: int | Fraction) -> Bound:
    """The subject is below a number."""
    return Bound(subject, "<", number)


def at_most(subject: str, number: int | Fraction) -> Bound:
    """The subject is a number or below it."""
    return Bound(subject, "<=", number)


def all_of(*guards: Guard) -> Guard:
    """Every one of the guards."""
    return guards[0] if len(guards) == 1 else AllOf(guards)


def any_of(*guards: Guard) -> Guard:
    """At least one of the guards."""
    return guards[0] if len(guards) == 1 else AnyOf(guards)
