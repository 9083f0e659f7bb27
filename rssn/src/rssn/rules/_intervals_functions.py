"""Ranges of roots, exponentials, logarithms, circular and hyperbolic functions, erf and gamma.

The bounds come from Python's `math`, whose error is a few units in the last
place; the margin taken here is wider than that.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final

from ._interval import ANYTHING, INF, UNKNOWN, Interval, point
from ._intervals_arithmetic import magnitude, monotone, mul, wide

ULPS: Final = 16
HIGHEST_ORDER: Final = 100  # of a polygamma function
LARGEST_ANGLE: Final = 1e8  # beyond it no extreme of a circular function is told from its neighbours
HALF_PI_UP: Final = 1.5707963267948968
PI_UP: Final = 3.1415926535897936


@dataclass(frozen=True, slots=True)
class Monotone:
    """A function that rises (or falls) on `domain` and takes values within `image`."""

    function: Callable[[float], float]
    domain: Interval = ANYTHING
    image: Interval = ANYTHING
    falling: bool = False

    def __call__(self, a: Interval) -> Interval:
        """Return the range over an interval; defined if that lies within the domain."""
        inside = a.meet(self.domain)
        if inside.is_empty:
            return UNKNOWN
        found = monotone(inside, self.function, ulps=ULPS, falling=self.falling, exact=_is_exact)
        defined = a.defined and _covers(self.domain, a)
        return found.meet(self.image)._replace(defined=defined, constant=None)


def _covers(outer: Interval, inner: Interval) -> bool:
    without_zero = inner.nonzero and outer.low == 0
    low = inner.low > outer.low or (inner.low == outer.low and (not outer.low_open or inner.low_open or without_zero))
    high = inner.high < outer.high or (inner.high == outer.high and (not outer.high_open or inner.high_open))
    return low and high


def _is_exact(x: float, y: float) -> bool:
    """Where these functions give 0 or 1 at 0 or 1, as ``log(1)`` does, they give it exactly."""
    return x in (0, 1) and abs(y) in (0, 1)


def _total(function: Callable[[float], float]) -> Callable[[float], float]:
    """Make a function of `math` give limits where it raises."""

    def value(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return math.copysign(INF, x) if function in (math.sinh, math.expm1) else INF
        except ValueError:
            return -INF if function in (math.log, math.log2, math.log10, math.log1p) else math.copysign(INF, x)

    return value


def _exp10(x: float) -> float:
    return math.pow(10.0, x)


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -700 else 0.0


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _even(function: Callable[[Interval], Interval]) -> Callable[[Interval], Interval]:
    return lambda a: function(magnitude(a))


# ---- circular functions


def _wave(a: Interval, function: Callable[[float], float], peak: float, period: float) -> Interval:
    """A function between -1 and 1 with a highest point at `peak` and a lowest half a period later."""
    if not a.high - a.low < period or max(abs(a.low), abs(a.high)) > LARGEST_ANGLE:
        return Interval(-1.0, 1.0, defined=a.defined)
    values = [bound for x in (a.low, a.high) for bound in wide(function(x), ULPS)]
    slack = 1e-7
    high = 1.0 if _meets(a, peak, period, slack) else min(1.0, max(values) + 1e-8)
    low = -1.0 if _meets(a, peak + period / 2, period, slack) else max(-1.0, min(values) - 1e-8)
    if a.low == a.high:
        return Interval(max(-1.0, min(values) - 1e-14), min(1.0, max(values) + 1e-14), defined=a.defined)
    return Interval(low, high, defined=a.defined)


def _meets(a: Interval, place: float, period: float, slack: float) -> bool:
    """Whether a + k*period, for a whole k, may lie in the interval."""
    k = math.ceil((a.low - slack - place) / period)
    return place + k * period <= a.high + slack


def _tan(a: Interval) -> Interval:
    limit = HALF_PI_UP - 1e-9
    if -limit <= a.low and a.high <= limit:
        return monotone(a, math.tan, ulps=ULPS)
    return UNKNOWN


def _sin(a: Interval) -> Interval:
    found = _wave(a, math.sin, math.pi / 2, 2 * math.pi)
    if a.low >= 0 and a.high < 3.14159265:
        return found.meet(Interval(0.0, 1.0))._replace(defined=a.defined, nonzero=a.is_positive)
    if a.high <= 0 and a.low > -3.14159265:
        return found.meet(Interval(-1.0, 0.0))._replace(defined=a.defined, nonzero=a.is_negative)
    return found


def _atan2(y: Interval, x: Interval) -> Interval:
    defined = y.defined and x.defined and (x.is_nonzero or y.is_nonzero)
    if x.is_positive:
        return Interval(-HALF_PI_UP, HALF_PI_UP, defined=defined, nonzero=y.is_nonzero)
    return Interval(-PI_UP, PI_UP, defined=defined, nonzero=y.is_nonzero)


# ---- the rest


def _hypot(a: Interval, b: Interval) -> Interval:
    a, b = magnitude(a), magnitude(b)
    low = max(0.0, wide(math.hypot(a.low, b.low), ULPS)[0])
    high = wide(math.hypot(a.high, b.high), ULPS)[1]
    return Interval(low, high, defined=a.defined and b.defined, nonzero=a.is_nonzero or b.is_nonzero)


def _gamma(a: Interval) -> Interval:
    if not a.is_positive:
        return Interval(defined=False, nonzero=True)
    return Interval(0.8856, INF, defined=a.defined, integer=a.integer)


def _lgamma(a: Interval) -> Interval:
    if not a.is_positive:
        return UNKNOWN
    return Interval(-0.1215, INF, defined=a.defined)


def _polygamma(n: Interval, a: Interval) -> Interval:
    order = n.constant
    if order is None or order.denominator != 1 or not 0 <= order <= HIGHEST_ORDER:
        return UNKNOWN
    if order % 2:  # a sum of even powers, on both sides of each pole
        return Interval(0.0, INF, low_open=True, defined=a.defined and a.is_positive)
    if order and a.is_positive:
        return Interval(-INF, 0.0, high_open=True, defined=a.defined)
    return Interval(defined=a.defined and a.is_positive)


def _scaled(factor: float) -> Callable[[Interval], Interval]:
    return partial(mul, point(Fraction(factor)))


POSITIVE: Final = Interval(0.0, INF, low_open=True)
NONNEGATIVE: Final = Interval(0.0, INF)
UNIT: Final = Interval(-1.0, 1.0)
OPEN_UNIT: Final = Interval(-1.0, 1.0, low_open=True, high_open=True)

FUNCTIONS: Final[dict[str, Callable[..., Interval]]] = {
    "sqrt": Monotone(math.sqrt, NONNEGATIVE, NONNEGATIVE),
    "cbrt": Monotone(math.cbrt),
    "exp": Monotone(_total(math.exp), image=POSITIVE),
    "exp2": Monotone(_total(math.exp2), image=POSITIVE),
    "exp10": Monotone(_total(_exp10), image=POSITIVE),
    "expm1": Monotone(_total(math.expm1), image=Interval(-1.0, INF, low_open=True)),
    "log": Monotone(_total(math.log), POSITIVE),
    "log2": Monotone(_total(math.log2), POSITIVE),
    "log10": Monotone(_total(math.log10), POSITIVE),
    "log1p": Monotone(_total(math.log1p), Interval(-1.0, INF, low_open=True)),
    "sinh": Monotone(_total(math.sinh)),
    "cosh": _even(Monotone(_total(math.cosh), NONNEGATIVE, Interval(1.0, INF))),
    "tanh": Monotone(math.tanh, image=OPEN_UNIT),
    "asinh": Monotone(math.asinh),
    "acosh": Monotone(math.acosh, Interval(1.0, INF), NONNEGATIVE),
    "atanh": Monotone(_total(math.atanh), OPEN_UNIT),
    "asin": Monotone(math.asin, UNIT, Interval(-HALF_PI_UP, HALF_PI_UP)),
    "acos": Monotone(math.acos, UNIT, Interval(0.0, PI_UP), falling=True),
    "atan": Monotone(math.atan, image=Interval(-HALF_PI_UP, HALF_PI_UP)),
    "erf": Monotone(math.erf, image=OPEN_UNIT),
    "erfc": Monotone(math.erfc, image=Interval(0.0, 2.0, low_open=True, high_open=True), falling=True),
    "sigmoid": Monotone(_total(_sigmoid), image=Interval(0.0, 1.0, low_open=True, high_open=True)),
    "softplus": Monotone(_softplus, image=POSITIVE),
    "sin": _sin,
    "cos": lambda a: _wave(a, math.cos, 0.0, 2 * math.pi),
    "tan": _tan,
    "sinpi": lambda a: _wave(a, lambda x: math.sin(math.pi * math.fmod(x, 2.0)), 0.5, 2.0),
    "cospi": lambda a: _wave(a, lambda x: math.cos(math.pi * math.fmod(x, 2.0)), 0.0, 2.0),
    "atan2": _atan2,
    "hypot": _hypot,
    "gamma": _gamma,
    "lgamma": _lgamma,
    "polygamma": _polygamma,
    "degrees": _scaled(180 / math.pi),
    "radians": _scaled(math.pi / 180),
}
