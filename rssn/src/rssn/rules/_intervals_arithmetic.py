"""Ranges of sums, products, quotients and powers: bounds rounded outwards, and where the result is defined."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Final, TypeAlias

from ._interval import INF, UNKNOWN, Interval, point

#: a bound and whether it is left out
End: TypeAlias = tuple[float, bool]

LARGEST: Final = math.nextafter(INF, 0)
SMALL: Final = 2.0**53  # whole numbers below it are exact, and so are their sums and products if these are below it


def wide(value: float, ulps: int = 1) -> tuple[float, float]:
    """Return two floats around a number computed with an error of at most `ulps` units in the last place."""
    if value != value or math.isinf(value):
        return (
            (-INF, INF)
            if value != value
            else (math.nextafter(INF, 0), INF)
            if value > 0
            else (-INF, -math.nextafter(INF, 0))
        )
    margin = ulps * math.ulp(value)
    return math.nextafter(value - margin, -INF), math.nextafter(value + margin, INF)


def build(low: End, high: End, *, defined: bool, integer: bool = False, nonzero: bool = False) -> Interval:
    """Make an interval from two ends."""
    return Interval(low[0], high[0], low[1], high[1], defined, integer, nonzero)


def _sum_end(a: float, a_open: bool, b: float, b_open: bool, side: int) -> End:
    if math.isinf(a) or math.isinf(b):
        return side * INF, True
    total = a + b
    if math.isinf(total):
        # Beyond the largest float: outwards is infinite, inwards the largest float itself.
        return (total, True) if total * side > 0 else (math.copysign(LARGEST, total), True)
    shifted = total - a
    error = (a - (total - shifted)) + (b - shifted)
    if error == 0:
        return total, a_open or b_open
    return (math.nextafter(total, side * INF) if error * side > 0 else total), True


def add(a: Interval, b: Interval) -> Interval:
    """The range of a + b."""
    low = _sum_end(a.low, a.low_open, b.low, b.low_open, -1)
    high = _sum_end(a.high, a.high_open, b.high, b.high_open, 1)
    return build(low, high, defined=a.defined and b.defined, integer=a.integer and b.integer)


def neg(a: Interval) -> Interval:
    """The range of -a."""
    return Interval(-a.high, -a.low, a.high_open, a.low_open, a.defined, a.integer, a.nonzero)


def sub(a: Interval, b: Interval) -> Interval:
    """The range of a - b."""
    return add(a, neg(b))


def _product_ends(u: End, v: End) -> tuple[End, End]:
    """Return the product of two bounds as a lower and as an upper end."""
    (a, a_open), (b, b_open) = u, v
    if a == 0 or b == 0:
        # 0 times anything, an unbounded other side included: reached if the 0 is.
        reached = (a == 0 and not a_open) or (b == 0 and not b_open)
        return (0.0, not reached), (0.0, not reached)
    product = a * b
    if math.isinf(a) or math.isinf(b):
        return (product, True), (product, True)
    if abs(product) < SMALL and a.is_integer() and b.is_integer():
        return (product, a_open or b_open), (product, a_open or b_open)
    below, above = wide(product, 0)
    return (below, True), (above, True)


def _corners(found: list[tuple[End, End]], *, defined: bool, integer: bool, nonzero: bool) -> Interval:
    low = min((end[0] for end in found), key=lambda end: (end[0], end[1]))
    high = max((end[1] for end in found), key=lambda end: (end[0], not end[1]))
    return build(low, high, defined=defined, integer=integer, nonzero=nonzero)


def _ends(a: Interval) -> tuple[End, End]:
    return (a.low, a.low_open), (a.high, a.high_open)


def mul(a: Interval, b: Interval) -> Interval:
    """The range of a * b: the extremes of the products of the bounds."""
    found = [_product_ends(u, v) for u in _ends(a) for v in _ends(b)]
    nonzero = a.is_nonzero and b.is_nonzero
    return _corners(found, defined=a.defined and b.defined, integer=a.integer and b.integer, nonzero=nonzero)


def reciprocal(b: Interval) -> Interval:
    """The range of 1/b; defined where b is and has no zero."""
    defined = b.defined and b.is_nonzero
    if b.low < 0 < b.high:
        return Interval(defined=defined, nonzero=True)
    if b.low >= 0:
        low, high = _inverse(b.high, b.high_open, -1), _inverse(b.low, b.low_open, 1)
        return build(low, high, defined=defined, nonzero=True)
    mirrored = reciprocal(neg(b))
    return neg(mirrored)._replace(defined=defined)


def _inverse(bound: float, is_open: bool, side: int) -> End:
    if bound == 0:
        return INF, True
    if math.isinf(bound):
        return 0.0, True
    value = 1.0 / bound
    if math.frexp(bound)[0] == 0.5 and 0 < value < INF:
        return value, is_open
    return wide(value, 0)[side > 0], True


def div(a: Interval, b: Interval) -> Interval:
    """The range of a / b."""
    if b.constant is not None and b.constant != 0 and b.constant.numerator in (1, -1):
        found = mul(a, point(1 / Fraction(b.constant)))
    else:
        found = mul(a, reciprocal(b))
    return found._replace(defined=a.defined and b.defined and b.is_nonzero, integer=False, nonzero=a.is_nonzero)


def fma(a: Interval, b: Interval, c: Interval) -> Interval:
    """The range of a * b + c."""
    return add(mul(a, b), c)


def magnitude(a: Interval) -> Interval:
    """The range of |a|."""
    if a.low >= 0:
        return a._replace(boolean=False, constant=None)
    if a.high <= 0:
        return neg(a)
    high = max((-a.low, not a.low_open), (a.high, not a.high_open))
    return Interval(0.0, high[0], a.nonzero, not high[1], a.defined, a.integer, a.nonzero)


def power(a: Interval, b: Interval) -> Interval:
    """The range of a ^ b, with C's ``0^0 = 1``; a negative number only to whole powers."""
    n = b.constant
    if isinstance(n, int):
        return _whole_power(a, n)._replace(defined=a.defined and b.defined and (n >= 0 or a.is_nonzero))
    defined = a.defined and b.defined
    if a.is_positive or (a.is_nonnegative and b.is_positive):
        return _real_power(a, b)._replace(defined=defined)
    if b.integer:
        nonnegative = 0.0 if a.is_nonnegative else -INF
        return Interval(
            nonnegative,
            defined=defined and (a.is_nonzero or b.is_nonnegative),
            integer=a.integer and b.is_nonnegative,
            nonzero=a.is_nonzero,
        )
    if n is not None and not a.is_negative:
        # Defined where the base is not negative, and there it is a real power.
        base = a.meet(Interval(0.0, INF))
        return _real_power(base, b)._replace(defined=False)
    return UNKNOWN


def _whole_power(a: Interval, n: int) -> Interval:
    if n == 0:
        return Interval(1.0, 1.0, integer=True, nonzero=True)
    if n < 0:
        return reciprocal(_whole_power(a, -n))
    base = magnitude(a) if n % 2 == 0 else a
    raised: Callable[[float], float] = lambda x: _raise(x, n)  # noqa: E731
    return monotone(base, raised, ulps=2, exact=_is_exact)._replace(integer=a.integer, nonzero=a.is_nonzero)


def _raise(x: float, n: float) -> float:
    try:
        return float(x**n)
    except OverflowError:
        return INF if x > 0 or n % 2 == 0 else -INF


def _is_exact(x: float, y: float) -> bool:
    return x.is_integer() and abs(y) < SMALL


def _real_power(a: Interval, b: Interval) -> Interval:
    """Powers of a base that is not negative: monotone in each operand, so the corners bound it."""
    values = [_limit_power(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    if not all(map(math.isfinite, (a.low, a.high, b.low, b.high))) and b.constant is None:
        return Interval(0.0, INF, nonzero=a.is_positive)
    low, high = min(values), max(values)
    below = max(0.0, wide(low, 2)[0])
    return Interval(below, wide(high, 2)[1], nonzero=a.is_nonzero)


def _limit_power(x: float, y: float) -> float:
    if x == 0 and y < 0:
        return INF
    return _raise(x, y) if not math.isinf(x) else (INF if y > 0 else 0.0 if y < 0 else 1.0)


def monotone(
    a: Interval,
    function: Callable[[float], float],
    *,
    ulps: int,
    falling: bool = False,
    exact: Callable[[float, float], bool] | None = None,
) -> Interval:
    """The range of a function that only rises, or only falls, computed at both bounds within `ulps`."""
    if falling:
        mirrored = monotone(a, lambda x: -function(x), ulps=ulps, exact=exact)
        return neg(mirrored)
    low = _image(a.low, a.low_open, function, ulps, exact, 0)
    high = _image(a.high, a.high_open, function, ulps, exact, 1)
    return build(low, high, defined=a.defined)


def _image(
    bound: float,
    is_open: bool,
    function: Callable[[float], float],
    ulps: int,
    exact: Callable[[float, float], bool] | None,
    side: int,
) -> End:
    value = function(bound)
    if math.isinf(bound):
        # A limit: infinite, or an asymptote that the caller clips to.
        return (value, True) if math.isinf(value) else (wide(value, ulps)[side], True)
    if math.isfinite(value) and ((bound == 0 and value == 0) or (exact is not None and exact(bound, value))):
        return value, is_open
    return wide(value, ulps)[side], True


ARITHMETIC: Final[dict[str, Callable[..., Interval]]] = {
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": div,
    "neg": neg,
    "fma": fma,
    "pow": power,
    "abs": magnitude,
}
