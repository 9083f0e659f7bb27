"""Whether linear inequalities can hold together: parts are eliminated one by one (Fourier and Motzkin), exactly."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final, NamedTuple

from ..expr import Expr

MOST_ROWS: Final = 300  # more than this, and nothing is decided


class Row(NamedTuple):
    """The sum of ``factor*part`` is at most `bound`, or below it."""

    terms: dict[Expr, Fraction]
    bound: Fraction
    strict: bool


def is_feasible(rows: Iterable[Row]) -> bool:
    """Whether some real numbers fulfil all rows; True as well where that would take too long to tell."""
    left = list(rows)
    while True:
        if any(not row.terms and (row.bound < 0 or (row.strict and row.bound == 0)) for row in left):
            return False
        left = [row for row in left if row.terms]
        if not left:
            return True
        uses: dict[Expr, list[int]] = {}
        for row in left:
            for part, factor in row.terms.items():
                uses.setdefault(part, [0, 0])[factor > 0] += 1
        part = min(uses, key=lambda each: uses[each][0] * uses[each][1])
        if uses[part][0] * uses[part][1] + len(left) > MOST_ROWS:
            return True
        left = _without(part, left)


def _without(part: Expr, rows: list[Row]) -> list[Row]:
    """Return what the rows say of the other parts: each upper bound of the part is above each lower one."""
    kept = [row for row in rows if part not in row.terms]
    above = [row for row in rows if row.terms.get(part, 0) > 0]
    below = [row for row in rows if row.terms.get(part, 0) < 0]
    return kept + [_sum(part, upper, lower) for upper in above for lower in below]


def _sum(part: Expr, upper: Row, lower: Row) -> Row:
    u, v = -lower.terms[part], upper.terms[part]
    terms = {key: u * factor for key, factor in upper.terms.items()}
    for key, factor in lower.terms.items():
        terms[key] = terms.get(key, Fraction(0)) + v * factor
    kept = {key: factor for key, factor in terms.items() if factor}
    return Row(kept, u * upper.bound + v * lower.bound, upper.strict or lower.strict)
