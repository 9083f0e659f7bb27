"""log, sqrt and the inverse functions of x + iy, on all sheets as C's Annex G has them: the sign of a zero chooses.

Inverse functions are Kahan's formulas ("Branch cuts for complex elementary functions", 1987): in them no two numbers of
opposite signs are added. Roots of 1 + z and 1 - z come as pairs, so that rounding them does not count.
"""

from __future__ import annotations

from typing import NamedTuple

from ._atan import atan2, atan2_full
from ._builder import Value
from ._complex_pairs import (
    Pair,
    chosen,
    is_endless,
    largest,
    minus,
    outside,
    over,
    plus,
    range_scale,
    root,
    scaled,
    square,
    times,
)
from ._complex_parts import Parts, guarded
from ._emitter import Emitter
from ._log import log_sum, split
from ._log_family import asinh as real_asinh
from ._log_family import log1p_sum
from ._pairs import fast_two_sum, two_sum

_LOW, _HIGH = 2.0**-400, 2.0**400
_TINY = 2.0**-28
"""Below, an odd inverse function is its argument."""
_FAR = 2.0**60
"""Beyond, the inverse functions are logarithms."""
_HALF_PI = 1.5707963267948966


def _log_length(e: Emitter, x: Value, y: Value, added: Value | None = None) -> Value:
    """Return log of the length of x + iy in range, `added` whole powers of two longer: half of the square's."""
    large, small = largest(e, x, y)
    total, rest = fast_two_sum(e, *_sum_of_squares(e, large, small))
    k, z, interval = split(e, total)
    if added is None:
        parts = log_sum(e, k, z, interval, (rest, None))
    else:
        # Far from 1, where nothing cancels.
        parts = log_sum(e, e.add(k, e.add(added, added)), z, interval)
    return e.mul(e.add(*parts), e.constant(0.5))


def _sum_of_squares(e: Emitter, large: Value, small: Value) -> Pair:
    a, b = square(e, large), square(e, small)
    total, error = fast_two_sum(e, a[0], b[0])
    return total, e.add(error, e.add(a[1], b[1]))


def log(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the logarithm of x + iy, cut along the negative reals."""
    seldom = outside(e, largest(e, x, y)[0], _LOW, _HIGH)
    seldom = e.mask_or(seldom, e.compare("uno", x, y))
    fast = _log_length(e, x, y), atan2(e, y, x)
    return guarded(e, seldom, fast, "log", log_full, x, y)


def log_full(e: Emitter, x: Value, y: Value, twice: bool = False) -> Parts:
    """Return the logarithm of any x + iy (of its double if `twice`)."""
    size, _ = largest(e, x, y)
    scale, exponent = range_scale(e, size)
    added = e.sub(e.constant(float(twice)), e.to_real(exponent))
    length = _log_length(e, e.mul(x, scale), e.mul(y, scale), added)
    length = e.select(e.eq(size, e.constant(0.0)), e.constant(float("-inf")), length)
    length = e.select(e.compare("uno", x, y), e.add(x, y), length)
    length = e.select(is_endless(e, x, y), e.constant(float("inf")), length)
    return length, atan2_full(e, y, x)


# Roots


class _Root(NamedTuple):
    """The two parts of a square root in the first quadrant, as pairs."""

    real: Pair
    imaginary: Pair


def _root_of(e: Emitter, x: Pair, y: Value) -> _Root:
    """Return the root of x + i|y| in range; x may be 0 with any y."""
    zero, side = e.constant(0.0), e.abs(y)
    negative = e.lt(x[0], zero)
    size = chosen(e, negative, (e.neg(x[0]), e.neg(x[1])), x)
    length = root(e, plus(e, times(e, size, size), square(e, side)))
    # Where x is 0, y's square may have underflowed.
    length = chosen(e, e.eq(x[0], zero), (side, zero), length)
    long = root(e, scaled(e, plus(e, length, size), 0.5))
    short = over(e, (side, zero), scaled(e, long, 2.0))
    short = chosen(e, e.eq(side, zero), (zero, zero), short)
    return _Root(chosen(e, negative, short, long), chosen(e, negative, long, short))


def sqrt(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the root of x + iy in the right half plane."""
    seldom = outside(e, largest(e, x, y)[0], _LOW, _HIGH)
    seldom = e.mask_or(seldom, e.compare("uno", x, y))
    found = _root_of(e, (x, e.constant(0.0)), y)
    fast = found.real[0], e.copysign(found.imaginary[0], y)
    return guarded(e, seldom, fast, "sqrt", sqrt_full, x, y)


def sqrt_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the root of any x + iy."""
    zero, infinity = e.constant(0.0), e.constant(float("inf"))
    size, _ = largest(e, x, y)
    scale, exponent = range_scale(e, size)
    found = _root_of(e, (e.mul(x, scale), zero), e.mul(y, scale))
    tiny, huge = (e.icompare(p, exponent, e.integer(0)) for p in ("sgt", "slt"))
    back = e.select(tiny, e.constant(2.0**-300), e.select(huge, e.constant(2.0**300), e.constant(1.0)))
    real, imaginary = e.mul(found.real[0], back), e.mul(found.imaginary[0], back)
    nothing, unknown = e.eq(size, zero), e.compare("uno", x, y)
    real, imaginary = e.select(nothing, zero, real), e.select(nothing, zero, imaginary)
    real, imaginary = e.select(unknown, e.add(x, y), real), e.select(unknown, e.add(x, y), imaginary)
    up, down = e.eq(x, infinity), e.eq(x, e.neg(infinity))
    nothing_of_y = e.select(e.isnan(y), y, zero)
    real = e.select(up, infinity, e.select(down, nothing_of_y, real))
    imaginary = e.select(down, infinity, e.select(up, nothing_of_y, imaginary))
    across = e.eq(e.abs(y), infinity)
    return e.select(across, infinity, real), e.copysign(e.select(across, infinity, imaginary), y)


# asin and acos, and with them asinh and acosh


class _Kahan(NamedTuple):
    """The roots of 1 - z and 1 + z, z in the first quadrant."""

    minus: _Root
    plus: _Root

    @classmethod
    def of(cls, e: Emitter, x: Value, y: Value) -> _Kahan:
        one, size = e.constant(1.0), e.abs(x)
        return cls(_root_of(e, two_sum(e, one, e.neg(size)), y), _root_of(e, two_sum(e, one, size), y))

    def height(self, e: Emitter) -> Value:
        """Return |Im asin z|."""
        first = times(e, self.minus.real, self.plus.imaginary)
        return real_asinh(e, plus(e, first, times(e, self.minus.imaginary, self.plus.real))[0])


def _beyond(e: Emitter, x: Value, y: Value) -> Value:
    return e.mask_or(outside(e, largest(e, x, y)[0], 0.0, _FAR), e.compare("uno", x, y))


def asin(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the arc sine of x + iy, cut along the reals beyond ±1."""
    roots = _Kahan.of(e, x, y)
    across = plus(
        e,
        times(e, roots.minus.real, roots.plus.real),
        times(e, roots.minus.imaginary, roots.plus.imaginary),
    )
    tiny = e.lt(largest(e, x, y)[0], e.constant(_TINY))
    real = e.copysign(atan2(e, e.abs(x), across[0]), x)
    imaginary = e.copysign(roots.height(e), y)
    fast = e.select(tiny, x, real), e.select(tiny, y, imaginary)
    return guarded(e, _beyond(e, x, y), fast, "asin", asin_full, x, y)


def asin_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the arc sine of a large x + iy, of infinities and NaN."""
    length, _ = log_full(e, x, y, twice=True)
    real = e.copysign(atan2_full(e, e.abs(x), e.abs(y)), x)
    real = e.select(e.eq(x, e.constant(0.0)), x, real)
    return real, e.copysign(length, y)


def acos(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the arc cosine of x + iy, cut along the reals beyond ±1."""
    roots = _Kahan.of(e, x, y)
    left = e.lt(x, e.constant(0.0))
    first, second = roots.minus.real[0], roots.plus.real[0]
    half = atan2(e, e.select(left, second, first), e.select(left, first, second))
    tiny = e.lt(largest(e, x, y)[0], e.constant(_TINY))
    height = e.select(tiny, e.abs(y), roots.height(e))
    fast = e.mul(half, e.constant(2.0)), e.copysign(height, e.neg(y))
    return guarded(e, _beyond(e, x, y), fast, "acos", acos_full, x, y)


def acos_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the arc cosine of a large x + iy, of infinities and NaN."""
    length, _ = log_full(e, x, y, twice=True)
    real = atan2_full(e, e.abs(y), x)
    return e.select(e.eq(x, e.constant(0.0)), e.constant(_HALF_PI), real), e.copysign(length, e.neg(y))


def asinh(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the inverse hyperbolic sine of x + iy: asin(y + ix) with its parts exchanged."""
    real, imaginary = asin(e, y, x)
    return imaginary, real


def acosh(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the inverse hyperbolic cosine of x + iy: the arc cosine, turned to the right half plane."""
    real, imaginary = acos(e, x, y)
    return e.abs(imaginary), e.copysign(real, y)


# atanh


def atanh(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the inverse hyperbolic tangent of x + iy, cut along the reals beyond ±1."""
    size, one, side = e.abs(x), e.constant(1.0), square(e, y)
    below, above = two_sum(e, one, e.neg(size)), two_sum(e, one, size)
    length = plus(e, times(e, below, below), side)
    ratio = over(e, (e.mul(size, e.constant(4.0)), e.constant(0.0)), length)
    real = e.mul(e.add(*log1p_sum(e, *ratio)), e.constant(0.25))
    across = minus(e, times(e, below, above), side)
    imaginary = e.mul(atan2(e, e.mul(y, e.constant(2.0)), across[0]), e.constant(0.5))
    large, _ = largest(e, x, y)
    tiny = e.lt(large, e.constant(_TINY))
    fast = e.select(tiny, x, e.copysign(real, x)), e.select(tiny, y, imaginary)
    seldom = e.mask_or(_beyond(e, x, y), e.compare("ult", length[0], e.constant(2.0**-800)))
    return guarded(e, seldom, fast, "atanh", atanh_full, x, y)


def atanh_full(e: Emitter, x: Value, y: Value) -> Parts:
    """Return the inverse hyperbolic tangent next to ±1 and of a large x + iy, of infinities and NaN."""
    zero, one = e.constant(0.0), e.constant(1.0)
    size, _ = largest(e, x, y)
    scale, _ = range_scale(e, size)
    # Far out the real part is that of 1/z.
    a, b = e.mul(e.abs(x), scale), e.mul(y, scale)
    real = e.mul(e.div(a, e.fma(a, a, e.mul(b, b))), scale)
    quarter_turn = e.copysign(e.constant(_HALF_PI), y)
    near = e.mask_and(e.eq(e.abs(x), one), e.lt(e.abs(y), one))
    length, _ = log_full(e, y, zero)
    pole = e.mul(e.sub(e.constant(0.6931471805599453), length), e.constant(0.5))
    real = e.select(near, pole, real)
    edge = e.select(e.eq(y, zero), y, e.mul(quarter_turn, e.constant(0.5)))
    imaginary = e.select(near, edge, quarter_turn)
    unknown, endless = e.compare("uno", x, y), is_endless(e, x, y)
    real, imaginary = e.select(unknown, e.add(x, y), real), e.select(unknown, e.add(x, y), imaginary)
    real = e.select(e.mask_or(endless, e.mask_and(unknown, e.eq(x, zero))), zero, real)
    imaginary = e.select(endless, e.select(e.isnan(y), y, quarter_turn), imaginary)
    return e.copysign(real, x), imaginary
