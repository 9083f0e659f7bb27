"""Assumptions: what the caller promises of symbols and expressions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias, final

from ..errors import AssumptionError
from ..expr import Expr, symbol, walk
from ._feasible import Row, is_feasible
from ._guards import Claim
from ._interval import ANYTHING, Interval, down, up
from ._linear import LINEAR, Key, Linear, Scaled, form_of, linear_node, scaled

Item: TypeAlias = "Expr | Claim | Assumptions"


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised of one combination of parts: exact bounds, values it never takes, whether it is whole."""

    low: Fraction | None = None
    high: Fraction | None = None
    low_open: bool = False
    high_open: bool = False
    excluded: frozenset[Fraction] = frozenset()
    integer: bool = False

    def both(self, other: Promise) -> Promise:
        """Return what holds if both promises do."""
        low, low_open = _tighter(self.low, self.low_open, other.low, other.low_open, 1)
        high, high_open = _tighter(self.high, self.high_open, other.high, other.high_open, -1)
        both = Promise(low, high, low_open, high_open, self.excluded | other.excluded, self.integer or other.integer)
        return both._whole() if both.integer else both

    def _whole(self) -> Promise:
        low, high = self.low, self.high
        if low is not None:
            low = Fraction(math.floor(low) + 1 if self.low_open else math.ceil(low))
        if high is not None:
            high = Fraction(math.ceil(high) - 1 if self.high_open else math.floor(high))
        return replace(self, low=low, high=high, low_open=False, high_open=False)

    @property
    def is_empty(self) -> bool:
        """Whether no value can keep the promise."""
        if self.low is None or self.high is None:
            return False
        if self.low == self.high:
            return self.low_open or self.high_open or self.low in self.excluded
        return self.low > self.high

    def interval(self, scale: Fraction, offset: Fraction) -> Interval:
        """Return what is known of ``scale * T + offset``."""
        low = None if self.low is None else scale * self.low + offset
        high = None if self.high is None else scale * self.high + offset
        low_open, high_open = self.low_open, self.high_open
        if scale < 0:
            low, high, low_open, high_open = high, low, high_open, low_open
        below, above = -math.inf if low is None else down(low), math.inf if high is None else up(high)
        constant = None
        if low is not None and low == high:
            constant = low.numerator if low.denominator == 1 else low
        whole = self.integer and scale.denominator == 1 and offset.denominator == 1
        return Interval(
            below,
            above,
            low_open or (low is not None and below != low),
            high_open or (high is not None and above != high),
            integer=whole,
            nonzero=-offset / scale in self.excluded,
            constant=constant,
        )


def _tighter(
    a: Fraction | None, a_open: bool, b: Fraction | None, b_open: bool, side: int
) -> tuple[Fraction | None, bool]:
    if a is None or b is None:
        return (b, b_open) if a is None else (a, a_open)
    if a == b:
        return a, a_open or b_open
    return (a, a_open) if (a - b) * side > 0 else (b, b_open)


@final
class Assumptions:
    """A consistent set of promises, immutable.

    Made of comparisons (``x > 0``, ``ne(x, 1)``, ``x < y``, joined by ``&``),
    of claims (``integer(n)``, ``positive(x)``), and of other assumptions.
    Raises AssumptionError if two contradict each other, or for an expression
    that is no comparison.
    """

    __slots__ = ("promises", "said")

    def __init__(self, *items: Item) -> None:
        self.promises: dict[Key, Promise] = {}
        self.said: tuple[Expr | Claim, ...] = ()
        for item in items:
            if isinstance(item, Assumptions):
                for key, promise in item.promises.items():
                    self._add(key, promise, *item.said)
                self.said += item.said
            elif isinstance(item, Claim):
                self._claim(item)
            elif isinstance(item, Expr):
                for comparison in _conjuncts(item):
                    self._compare(comparison)
            else:
                raise AssumptionError("this is no assumption", found=repr(item)[:80], wanted="a comparison or a claim")
        if any(len(key) > 1 for key in self.promises) and not is_feasible(self._rows()):
            raise _contradiction(self.said)

    def _rows(self) -> Iterator[Row]:
        """Yield the promised bounds as linear inequalities."""
        for key, promise in self.promises.items():
            terms = dict(key)
            if promise.high is not None:
                yield Row(terms, promise.high, promise.high_open)
            if promise.low is not None:
                yield Row({part: -factor for part, factor in terms.items()}, -promise.low, promise.low_open)

    def _claim(self, claim: Claim) -> None:
        subject = symbol(claim.subject) if isinstance(claim.subject, str) else claim.subject
        promise = PROMISES.get(claim.word)
        if promise is None:
            wanted = ", ".join(PROMISES)
            raise AssumptionError(f"{claim.word!r} can't be assumed", wanted=wanted, found=str(claim))
        place = scaled(_form(subject))
        self.said += (claim,)
        if place is None:
            known = _form(subject).constant
            place, promise = Scaled(frozenset(), Fraction(1), Fraction(0)), promise.both(Promise(known, known))
        self._add(place.key, _moved(promise, place), claim)

    def _compare(self, comparison: Expr) -> None:
        if comparison.operator not in RELATIONS:
            if comparison.operator == "constant" and comparison.name == "true":
                return
            if comparison.operator == "constant" and comparison.name == "false":
                raise _contradiction((*self.said, comparison))
            raise AssumptionError(
                "this is no comparison",
                wanted="such as x > 0 or ne(x, 1), joined by `and`",
                found=repr(comparison),
                hint="what holds in one case or another: simplify each case by itself",
            )
        self.said += (comparison,)
        left, right = comparison.operands
        place = scaled(_form(left - right))
        promise = RELATIONS[comparison.operator]
        if place is None:
            known = _form(left - right).constant
            place, promise = Scaled(frozenset(), Fraction(1), Fraction(0)), promise.both(Promise(known, known))
        self._add(place.key, _moved(promise, place), comparison)

    def _add(self, key: Key, promise: Promise, *saying: Expr | Claim) -> None:
        both = self.promises.get(key, Promise()).both(promise)
        if both.is_empty:
            raise _contradiction((*self.said, *saying))
        self.promises[key] = both

    def known(self, place: Scaled) -> Interval | None:
        """Return what is promised of an expression with this linear form, or None."""
        promise = self.promises.get(place.key)
        return None if promise is None else promise.interval(place.scale, place.offset)

    def of_symbol(self, node: Expr) -> Interval:
        """Return what is promised of a symbol or another part by itself."""
        promise = self.promises.get(frozenset(((node, Fraction(1)),)))
        return ANYTHING if promise is None else promise.interval(Fraction(1), Fraction(0))

    def __add__(self, other: Assumptions) -> Assumptions:
        return Assumptions(self, other)

    def __bool__(self) -> bool:
        return bool(self.promises)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assumptions) and self.promises == other.promises

    def __hash__(self) -> int:
        return hash(frozenset(self.promises.items()))

    def __repr__(self) -> str:
        return f"Assumptions({', '.join(map(str, self.said))})"

    def __str__(self) -> str:
        return _text(self.said)


#: What a comparison promises of left - right.
RELATIONS = {
    "lt": Promise(high=Fraction(0), high_open=True),
    "le": Promise(high=Fraction(0)),
    "gt": Promise(low=Fraction(0), low_open=True),
    "ge": Promise(low=Fraction(0)),
    "eq": Promise(Fraction(0), Fraction(0)),
    "ne": Promise(excluded=frozenset((Fraction(0),))),
}

#: What a word promises of its subject.
PROMISES = {
    "positive": RELATIONS["gt"],
    "negative": RELATIONS["lt"],
    "nonnegative": RELATIONS["ge"],
    "nonpositive": RELATIONS["le"],
    "nonzero": RELATIONS["ne"],
    "integer": Promise(integer=True),
    "real": Promise(),
}


def _moved(promise: Promise, place: Scaled) -> Promise:
    """Turn a promise of ``scale * T + offset`` into one of T."""
    scale, offset = place.scale, place.offset
    low = None if promise.low is None else (promise.low - offset) / scale
    high = None if promise.high is None else (promise.high - offset) / scale
    low_open, high_open = promise.low_open, promise.high_open
    if scale < 0:
        low, high, low_open, high_open = high, low, high_open, low_open
    excluded = frozenset((value - offset) / scale for value in promise.excluded)
    # That 2*n is whole says nothing of n itself.
    whole = promise.integer and abs(scale) == 1 and offset.denominator == 1
    return Promise(low, high, low_open, high_open, excluded, whole)


def _contradiction(said: Iterable[Expr | Claim]) -> AssumptionError:
    return AssumptionError(
        "assumptions contradict each other",
        wanted="some numbers that keep them all",
        found=_text(said),
        hint="leave one of them out; those of the surrounding `assuming` blocks count too",
    )


def _text(said: Iterable[Expr | Claim]) -> str:
    return " and ".join(dict.fromkeys(map(str, said)))


def _conjuncts(expression: Expr) -> Iterator[Expr]:
    stack = [expression]
    while stack:
        node = stack.pop()
        if node.operator == "and":
            stack.extend(reversed(node.operands))
        else:
            yield node


def _form(expression: Expr) -> Linear:
    forms: dict[Expr, Linear] = {}
    for node in walk(expression):
        if node.operator in LINEAR:
            forms[node] = linear_node(node, forms)
    return form_of(expression, forms)


NOTHING = Assumptions()
_current: ContextVar[Assumptions] = ContextVar("assumptions", default=NOTHING)


def current() -> Assumptions:
    """Return what the surrounding ``with assuming(...)`` blocks promise."""
    return _current.get()


@contextmanager
def assuming(*items: Item) -> Iterator[Assumptions]:
    """Within the block, assume this as well: ``with assuming(x > 0, integer(n)): ...``.

    Each thread and each task has assumptions of its own. Raises AssumptionError
    if these contradict each other or those of the blocks around.
    """
    inside = Assumptions(_current.get(), *items)
    token = _current.set(inside)
    try:
        yield inside
    finally:
        _current.reset(token)


def gather(assume: Item | Iterable[Item] | None) -> Assumptions:
    """Return what an ``assume=`` option and the surrounding blocks promise together."""
    around = _current.get()
    if assume is None:
        return around
    if not isinstance(assume, Expr | Claim | Assumptions | Iterable):
        raise AssumptionError("this is no assumption", found=repr(assume)[:80], wanted="a comparison, a claim or text")
    items = [assume] if isinstance(assume, Expr | Claim | Assumptions) else list(assume)
    return Assumptions(around, *items)
