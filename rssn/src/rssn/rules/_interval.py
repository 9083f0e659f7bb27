"""What is known of a value: its range, and whether it is whole, never zero, a truth value, defined everywhere.

Over the finite reals: an `Interval` encloses every value that an expression
takes *where it is defined*; `defined` says that this is everywhere. Bounds are
floats rounded outwards, so they enclose; an exact value rides along where
there is one. This one record decides every guard of every rule.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from ..errors import AssumptionError

Exact: TypeAlias = int | Fraction

INF = math.inf


class Interval(NamedTuple):
    """The values between `low` and `high`, both finite or infinite, with what else holds of all of them.

    `low_open` and `high_open` leave the bound itself out. `nonzero` leaves 0
    out, `integer` leaves all but whole numbers out, `boolean` says that the
    value is a comparison's. `defined`: the expression has a finite real value
    wherever the assumptions hold. `constant`: the exact value, where known.
    """

    low: float = -INF
    high: float = INF
    low_open: bool = False
    high_open: bool = False
    defined: bool = True
    integer: bool = False
    nonzero: bool = False
    boolean: bool = False
    constant: Exact | None = None

    @property
    def is_nonzero(self) -> bool:
        """Whether 0 is known not to be among the values."""
        return self.nonzero or self.is_positive or self.is_negative

    @property
    def is_positive(self) -> bool:
        """Whether all values are above 0."""
        return self.low > 0 or (self.low == 0 and (self.low_open or self.nonzero))

    @property
    def is_negative(self) -> bool:
        """Whether all values are below 0."""
        return self.high < 0 or (self.high == 0 and (self.high_open or self.nonzero))

    @property
    def is_nonnegative(self) -> bool:
        """Whether no value is below 0."""
        return self.low >= 0

    @property
    def is_nonpositive(self) -> bool:
        """Whether no value is above 0."""
        return self.high <= 0

    @property
    def is_empty(self) -> bool:
        """Whether no value is left at all: what was assumed can't be."""
        if self.low > self.high or (self.low == self.high and (self.low_open or self.high_open)):
            return True
        if self.low == self.high == 0 and self.nonzero:
            return True
        return self.integer and math.isfinite(self.low) and math.isfinite(self.high) and _no_whole_number(self)

    @property
    def sign(self) -> int | None:
        """-1, 0 or 1 where all values have that sign, else None."""
        if self.is_positive:
            return 1
        if self.is_negative:
            return -1
        return 0 if self.low == self.high == 0 else None

    def meet(self, other: Interval) -> Interval:
        """Return what is known of a value when both are: the common part.

        Two intervals of the same expression, or of two that are equal wherever either is defined.
        """
        if self.low == other.low:
            low, low_open = self.low, self.low_open or other.low_open
        else:
            low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        if self.high == other.high:
            high, high_open = self.high, self.high_open or other.high_open
        else:
            high, high_open = min((self.high, self.high_open), (other.high, other.high_open))
        return Interval(
            low,
            high,
            low_open,
            high_open,
            self.defined or other.defined,
            self.integer or other.integer,
            self.nonzero or other.nonzero,
            self.boolean or other.boolean,
            other.constant if self.constant is None else self.constant,
        )

    def join(self, other: Interval) -> Interval:
        """Return what is known of a value that is one of two: the smallest interval around both."""
        if self.low == other.low:
            low, low_open = self.low, self.low_open and other.low_open
        else:
            low, low_open = min((self.low, self.low_open), (other.low, other.low_open))
        if self.high == other.high:
            high, high_open = self.high, self.high_open and other.high_open
        else:
            high, high_open = max((self.high, self.high_open), (other.high, other.high_open))
        return Interval(
            low,
            high,
            low_open,
            high_open,
            self.defined and other.defined,
            self.integer and other.integer,
            self.is_nonzero and other.is_nonzero,
            self.boolean and other.boolean,
            self.constant if self.constant == other.constant else None,
        )

    def __contains__(self, value: object) -> bool:
        """Whether a number may be among the values."""
        if not isinstance(value, int | float | Fraction):
            return False
        inside = self.low <= value <= self.high
        at_open = (value == self.low and self.low_open) or (value == self.high and self.high_open)
        return inside and not at_open and not (value == 0 and self.nonzero) and not (self.integer and value % 1 != 0)

    def __str__(self) -> str:
        left, right = (
            "(" if self.low_open or self.low == -INF else "[",
            ")" if self.high_open or self.high == INF else "]",
        )
        return f"{left}{self.low:g}, {self.high:g}{right}"


def _no_whole_number(values: Interval) -> bool:
    first, last = math.ceil(values.low), math.floor(values.high)
    first += first == values.low and values.low_open
    last -= last == values.high and values.high_open
    return first > last or (first == last == 0 and values.nonzero)


ANYTHING = Interval()
UNKNOWN = Interval(defined=False)
TRUTH = Interval(0.0, 1.0, integer=True, boolean=True)


def point(value: Exact | float) -> Interval:
    """Return the interval of one exact number; UNKNOWN for an infinity or NaN, which are not finite reals."""
    if isinstance(value, bool):
        return Interval(float(value), float(value), integer=True, boolean=True, constant=int(value), nonzero=value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return UNKNOWN
        value = Fraction(value)
    if isinstance(value, Fraction) and value.denominator == 1:
        value = value.numerator
    low, high = down(value), up(value)
    return Interval(
        low, high, low != value, high != value, integer=isinstance(value, int), nonzero=value != 0, constant=value
    )


def between(low: Exact | float, high: Exact | float, *, low_open: bool = False, high_open: bool = False) -> Interval:
    """Return the interval between two exact bounds, rounded outwards; AssumptionError if it would hold no number."""
    below, above = down(low), up(high)
    found = Interval(below, above, low_open or below != low, high_open or above != high)
    if low > high or found.is_empty:
        raise AssumptionError("no number lies between these bounds", found=f"{low} and {high}")
    return found


def down(value: Exact | float) -> float:
    """Return the largest float not above an exact number."""
    try:
        nearest = float(value)
    except OverflowError:
        return -INF if value < 0 else math.nextafter(INF, 0)
    return math.nextafter(nearest, -INF) if nearest > value else nearest


def up(value: Exact | float) -> float:
    """Return the smallest float not below an exact number."""
    return -down(-value)
