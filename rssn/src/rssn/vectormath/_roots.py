"""cbrt and hypot."""

from __future__ import annotations

from ._builder import Value
from ._emitter import Emitter
from ._formats import FORMATS
from ._lanes import by_f64
from ._log import normalised
from ._log import unsafe as not_positive_normal
from ._pairs import fast_two_sum, horner, root_correction, shifted_integer, two_product


def _positive_cbrt(e: Emitter, x: Value) -> Value:
    """Return the cube root of a normal x > 0.

    x = 8^n a with a in [1, 8). t, the inverse root, comes from a polynomial and
    one step of third order; a t^2 is then mended with its exact cube.
    """
    number, bits = FORMATS[e.real], e.to_bits(x)
    whole = 2.0**number.mantissa
    biased = e.from_bits(e.ior(e.ilshr(bits, number.mantissa), e.integer(number.bits(whole))))
    exponent = e.sub(biased, e.constant(whole + number.bias))
    n, nf = shifted_integer(e, e.sub(exponent, e.constant(1.0)), 1.0 / 3.0)
    left = e.fma(nf, e.constant(-3.0), exponent)
    left_bits = e.to_bits(e.add(left, e.constant(whole)))
    z = e.ior(e.iand(bits, e.integer(number.fraction_mask)), e.integer(number.bits(1.0)))
    a = e.from_bits(e.iadd(z, e.ishl(left_bits, number.mantissa)))
    t = e.mul(horner(e, e.from_bits(z), number.sets.CBRT_POLY), e.table(number.sets.CBRT_STEP, left_bits))
    error = e.fma(e.neg(e.mul(a, e.mul(t, t))), t, e.constant(1.0))
    step = e.fma(error, e.constant(2.0 / 9.0), e.constant(1.0 / 3.0))
    t = e.fma(e.mul(t, error), step, t)
    inverse_square = e.mul(t, t)
    y = e.mul(a, inverse_square)
    square, square_low = two_product(e, y, y)
    rest = e.fma(e.neg(square_low), y, e.fma(e.neg(square), y, a))
    y = e.fma(e.mul(rest, inverse_square), e.constant(1.0 / 3.0), y)
    return e.from_bits(e.iadd(e.to_bits(y), e.ishl(n, number.mantissa)))


def cbrt_full(e: Emitter, x: Value) -> Value:
    """Return the cube root of any x."""
    magnitude = e.abs(x)
    scaled, exponent = normalised(e, magnitude)
    normal = e.eq(exponent, e.constant(0.0))
    # The exponent taken out of a subnormal number is 1074, a multiple of three, or 149, which is one less than one.
    least = FORMATS[e.real].least_exponent
    spare = least % 3
    if spare:
        scaled = e.select(normal, scaled, e.mul(scaled, e.constant(2.0**spare)))
    root = _positive_cbrt(e, scaled)
    third = e.constant(2.0 ** ((least - spare) // 3))
    root = e.select(normal, root, e.mul(root, third))
    plain = e.mask_and(e.gt(magnitude, e.constant(0.0)), e.lt(magnitude, e.constant(float("inf"))))
    return e.select(plain, e.copysign(root, x), e.add(x, x))


def cbrt(e: Emitter, x: Value) -> Value:
    """Return the cube root of x, of either sign."""
    magnitude = e.abs(x)
    fast = e.copysign(_positive_cbrt(e, magnitude), x)
    return e.guard(not_positive_normal(e, magnitude), fast, lambda: e.call_shared("cbrt", cbrt_full, x))


def _length(e: Emitter, large: Value, small: Value) -> Value:
    """Return sqrt(large^2 + small^2) for large >= small >= 0 whose squares neither over- nor underflow harmfully."""
    a, a_low = two_product(e, large, large)
    b, b_low = two_product(e, small, small)
    total, error = fast_two_sum(e, a, b)
    root = e.sqrt(total)
    return e.add(root, root_correction(e, root, total, e.add(error, e.add(a_low, b_low))))


def _ordered(e: Emitter, x: Value, y: Value) -> tuple[Value, Value]:
    a, b = e.abs(x), e.abs(y)
    less = e.lt(a, b)
    return e.select(less, b, a), e.select(less, a, b)


def hypot_full(e: Emitter, x: Value, y: Value) -> Value:
    """Return the length of the vector (x, y), whatever they are: infinite if either is, even beside a NaN."""
    large, small = _ordered(e, x, y)
    one, infinity = e.constant(1.0), e.constant(float("inf"))
    up, down = e.constant(2.0**600), e.constant(2.0**-600)
    tiny, huge = e.lt(large, e.constant(2.0**-400)), e.gt(large, e.constant(2.0**500))
    scale = e.select(tiny, up, e.select(huge, down, one))
    back = e.select(tiny, down, e.select(huge, up, one))
    length = e.mul(_length(e, e.mul(large, scale), e.mul(small, scale)), back)
    length = e.select(e.eq(large, e.constant(0.0)), large, length)
    length = e.select(e.compare("uno", x, y), e.add(x, y), length)
    endless = e.mask_or(e.eq(e.abs(x), infinity), e.eq(e.abs(y), infinity))
    return e.select(endless, infinity, length)


def hypot(e: Emitter, x: Value, y: Value) -> Value:
    """Return the length of the vector (x, y)."""
    large, small = _ordered(e, x, y)
    low, high = {"f64": (2.0**-400, 2.0**500), "f32": (2.0**-40, 2.0**60)}[e.real]
    sound = e.mask_and(e.ge(large, e.constant(low)), e.le(large, e.constant(high)))
    # A NaN is in neither: it may stand in `small`, which the sum of the two shows.
    sound = e.mask_and(sound, e.compare("ord", x, y))
    seldom, fast = e.mask_not(sound), _length(e, large, small)
    if e.real == "f32":
        return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("hypot", by_f64(hypot_full), x, y), fast))
    return e.guard(seldom, fast, lambda: e.call_shared("hypot", hypot_full, x, y))
