"""Ranges of comparisons, logic, conditions, minimum and maximum, rounding and remainders."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Final

from .. import ops
from ._interval import TRUTH, Interval, point
from ._intervals_arithmetic import ARITHMETIC, div
from ._intervals_functions import FUNCTIONS


def _decided(found: bool | None, *operands: Interval) -> Interval:
    defined = all(operand.defined for operand in operands)
    return (TRUTH if found is None else point(found))._replace(defined=defined)


def _is_below(a: Interval, b: Interval) -> bool:
    """Whether every a is below every b."""
    return a.high < b.low or (a.high == b.low and (a.high_open or b.low_open))


def _less(a: Interval, b: Interval) -> Interval:
    return _decided(True if _is_below(a, b) else False if b.high <= a.low else None, a, b)


def _less_equal(a: Interval, b: Interval) -> Interval:
    return _decided(True if a.high <= b.low else False if _is_below(b, a) else None, a, b)


def _equal(a: Interval, b: Interval) -> Interval:
    if _is_below(a, b) or _is_below(b, a) or _excludes(a, b) or _excludes(b, a):
        return _decided(False, a, b)
    same = a.constant is not None and a.constant == b.constant
    return _decided(True if same else None, a, b)


def _excludes(a: Interval, b: Interval) -> bool:
    return b.constant is not None and b.constant not in a


def _not(a: Interval) -> Interval:
    truth = _truth(a)
    return _decided(None if truth is None else not truth, a)


def _truth(a: Interval) -> bool | None:
    """A number as a condition is true unless it is 0."""
    return True if a.is_nonzero else False if a.low == a.high == 0 else None


def _and(a: Interval, b: Interval) -> Interval:
    truths = _truth(a), _truth(b)
    return _decided(False if False in truths else True if truths == (True, True) else None, a, b)


def _or(a: Interval, b: Interval) -> Interval:
    truths = _truth(a), _truth(b)
    return _decided(True if True in truths else False if truths == (False, False) else None, a, b)


def _where(condition: Interval, yes: Interval, no: Interval) -> Interval:
    truth = _truth(condition)
    found = yes.join(no) if truth is None else yes if truth else no
    return found._replace(defined=found.defined and condition.defined)


def _piecewise(*operands: Interval) -> Interval:
    *pairs, result = operands
    for condition, value in zip(pairs[-2::-2], pairs[-1::-2], strict=True):
        result = _where(condition, value, result)
    return result


def _test_of_kind(_: Interval) -> Interval:
    """isnan and its kin look at floats, overflow included, so over the reals nothing is decided; always defined."""
    return TRUTH


def _smaller(a: Interval, b: Interval) -> Interval:
    found = a.join(b)
    if a.high != b.high:
        high, high_open = min((a.high, a.high_open), (b.high, b.high_open))
    else:
        high, high_open = a.high, a.high_open or b.high_open
    return found._replace(high=high, high_open=high_open, boolean=False, constant=None)


def _larger(a: Interval, b: Interval) -> Interval:
    mirrored = _smaller(ARITHMETIC["neg"](a), ARITHMETIC["neg"](b))
    found: Interval = ARITHMETIC["neg"](mirrored)
    return found


def _clamp(x: Interval, low: Interval, high: Interval) -> Interval:
    return _smaller(_larger(x, low), high)


def _sign(a: Interval) -> Interval:
    low = 1.0 if a.is_positive else 0.0 if a.is_nonnegative else -1.0
    high = -1.0 if a.is_negative else 0.0 if a.is_nonpositive else 1.0
    return Interval(low, high, defined=a.defined, integer=True, nonzero=a.is_nonzero)


def _rounded(function: Callable[[float], int]) -> Callable[[Interval], Interval]:
    def found(a: Interval) -> Interval:
        low = a.low if math.isinf(a.low) else float(function(a.low))
        high = a.high if math.isinf(a.high) else float(function(a.high))
        return Interval(low, high, defined=a.defined, integer=True)

    return found


def _frac(a: Interval) -> Interval:
    low, high = (0.0 if a.is_nonnegative else -1.0), (0.0 if a.is_nonpositive else 1.0)
    return Interval(low, high, low < 0, high > 0, a.defined)


def _copysign(a: Interval, b: Interval) -> Interval:
    size = ARITHMETIC["abs"](a)
    defined = a.defined and b.defined
    if b.is_positive:
        return Interval(size.low, size.high, size.low_open, size.high_open, defined, a.integer, a.nonzero)
    if b.is_negative:
        return Interval(-size.high, -size.low, size.high_open, size.low_open, defined, a.integer, a.nonzero)
    high = size.high
    return Interval(-high, high, size.high_open, size.high_open, defined, a.integer, a.is_nonzero)


def _mod(a: Interval, b: Interval) -> Interval:
    """The remainder has the sign of b and is smaller."""
    low, high = (0.0 if b.is_nonnegative else b.low), (0.0 if b.is_nonpositive else b.high)
    defined = a.defined and b.defined and b.is_nonzero
    return Interval(low, high, low < 0, high > 0, defined, a.integer and b.integer)


def _floordiv(a: Interval, b: Interval) -> Interval:
    quotient = div(a, b)
    found = _rounded(math.floor)(quotient)
    return found._replace(defined=quotient.defined)


CHOICE: Final[dict[str, Callable[..., Interval]]] = {
    "lt": _less,
    "le": _less_equal,
    "gt": lambda a, b: _less(b, a),
    "ge": lambda a, b: _less_equal(b, a),
    "eq": _equal,
    "ne": lambda a, b: _not(_equal(a, b)),
    "and": _and,
    "or": _or,
    "not": _not,
    "where": _where,
    "piecewise": _piecewise,
    "isnan": _test_of_kind,
    "isfinite": _test_of_kind,
    "isinf": _test_of_kind,
    "min": lambda *operands: reduce(_smaller, operands),
    "max": lambda *operands: reduce(_larger, operands),
    "clamp": _clamp,
    "sign": _sign,
    "floor": _rounded(math.floor),
    "ceil": _rounded(math.ceil),
    "round": _rounded(round),
    "trunc": _rounded(math.trunc),
    "frac": _frac,
    "copysign": _copysign,
    "mod": _mod,
    "floordiv": _floordiv,
}

#: The range of every operator's result over boxes; these fill the `interval` slots.
INTERVALS: Final[dict[str, Callable[..., Interval]]] = {**ARITHMETIC, **FUNCTIONS, **CHOICE}

for _name, _rule in INTERVALS.items():
    ops.fill(_name, "interval", _rule)
