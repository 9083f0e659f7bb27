"""log, and the same as a pair of doubles for pow.

x = 2^k z with z in [0.703125, 1.40625). A table of sixteen short 1/c makes
r = z/c - 1 exact or nearly so; around 1, c is 1 and log(c) exactly 0, so that no
relative accuracy is lost there. f32 has no table, r is z - 1.
"""

from __future__ import annotations

from ._builder import Value
from ._coefficients import LOG_HIGH, LOG_INVERSE, LOG_LN2, LOG_REST, POW_POLY, THIRD
from ._emitter import Emitter
from ._formats import FORMATS
from ._pairs import by_halves, fast_two_sum, fused_sum, horner, two_product
from ._scaling import exponent, has_scaling, scaled


def unsafe(e: Emitter, x: Value) -> Value:
    """Return where x is not a positive normal number in the lower half of their range."""
    number = FORMATS[e.real]
    least, huge = 1 << number.mantissa, number.bits(2.0**number.bias)
    return e.icompare("uge", e.isub(e.to_bits(x), e.integer(least)), e.integer(huge - least))


def split(e: Emitter, x: Value, *, safe: bool = False) -> tuple[Value, Value, Value]:
    """Return k as a real, z, and an int whose low four bits are z's interval; `safe`: for what is not `unsafe`."""
    number = FORMATS[e.real]
    low = number.bits(number.sets.LOG_LOW)
    offset = e.iadd(e.to_bits(x), e.integer(number.bits(1.0) - low))
    k = exponent(e, offset) if safe and has_scaling(e) else _shifted_exponent(e, offset)
    z = e.from_bits(e.iadd(e.iand(offset, e.integer(number.fraction_mask)), e.integer(low)))
    return k, z, e.ilshr(offset, number.mantissa - 4)


def _shifted_exponent(e: Emitter, bits: Value) -> Value:
    """Return the exponent of a positive number as a real; what stands for an infinity counts as a number."""
    number = FORMATS[e.real]
    whole = 2.0**number.mantissa
    exponent = e.from_bits(e.ior(e.ilshr(bits, number.mantissa), e.integer(number.bits(whole))))
    return e.sub(exponent, e.constant(whole + number.bias))


def normalised(e: Emitter, x: Value) -> tuple[Value, Value]:
    """Return x > 0 as a normal number, and the exponent taken out (0.0 or the least there is).

    By integers: arithmetic on a subnormal number costs a hundred cycles.
    """
    bits = e.to_bits(x)
    number = FORMATS[e.real]
    subnormal = e.icompare("ult", bits, e.integer(1 << number.mantissa))
    unit = 2.0**number.mantissa
    whole = e.sub(e.from_bits(e.ior(bits, e.integer(number.bits(unit)))), e.constant(unit))
    exponent = e.constant(float(number.least_exponent))
    return e.select(subnormal, whole, x), e.select(subnormal, exponent, e.constant(0.0))


def log_sum(
    e: Emitter,
    k: Value,
    z: Value,
    interval: Value,
    rest: tuple[Value, Value | None] | None = None,
    *,
    scale: float = 1.0,
) -> tuple[Value, Value]:
    """Return log(2^k z + rest), or in f64 `scale` (a power of two) times that, as a sum of two, the second small.

    `rest` is one or two numbers of falling size, at most half a last place of
    2^k z; near z = 1 they may be the whole result, so each is rounded once only.
    """
    sets, c, one = FORMATS[e.real].sets, None, e.constant(scale)
    high_step, low_step = (e.constant(scale * step) for step in sets.LOG_LN2)
    if e.real == "f32":
        r, tail, w = e.sub(z, one), e.mul(k, low_step), e.mul(k, high_step)
    else:
        c = e.table([scale * inverse for inverse in LOG_INVERSE], interval)
        r = e.fma(z, c, e.neg(one))
        tail = e.fma(k, low_step, e.table([scale * each for each in LOG_REST], interval))
        w = e.fma(k, high_step, e.table([scale * each for each in LOG_HIGH], interval))
    if rest is not None:
        factor = _lowered(e, c, k)
        r, r_low = fast_two_sum(e, r, e.mul(rest[0], factor))
        if rest[1] is not None:
            r_low = e.fma(rest[1], factor, r_low)
        if e.real == "f32":
            # The derivative 1/(1 + r), as 1 - r + r^2: without a table r is not small.
            r_low = e.mul(r_low, e.fma(r, e.sub(r, e.constant(1.0)), e.constant(1.0)))
        tail = e.add(tail, r_low)
    high, low = fast_two_sum(e, w, r)
    square = e.mul(r, r)
    coefficients = [each / scale ** (n + 1) for n, each in enumerate(sets.LOG_POLY)]
    poly = horner(e, r, coefficients) if rest is None else by_halves(e, r, square, coefficients)
    return high, e.fma(square, poly, e.add(low, tail))


def _lowered(e: Emitter, c: Value | None, k: Value) -> Value:
    """Return c 2^-k (c = 1 if None) by the bits of 2^-k: k stood in 2^mantissa + bias + k before that was taken off."""
    if has_scaling(e):
        return scaled(e, e.constant(1.0) if c is None else c, e.neg(k))
    number = FORMATS[e.real]
    biased = e.to_bits(e.add(k, e.constant(2.0**number.mantissa + number.bias)))
    turned = e.isub(e.integer(number.bits(2.0**number.mantissa) + 2 * number.bias), biased)
    power = e.from_bits(e.ishl(turned, number.mantissa))
    return power if c is None else e.mul(power, c)


def log_full(e: Emitter, x: Value) -> Value:
    """Return log(x) for every x."""
    scaled, exponent = normalised(e, x)
    k, z, interval = split(e, scaled)
    result = e.add(*log_sum(e, e.add(k, exponent), z, interval))
    return with_edges(e, x, result)


def with_edges(e: Emitter, x: Value, result: Value) -> Value:
    """Return `result`, or log's answer at 0, infinity, NaN and below 0."""
    zero, infinity = e.constant(0.0), e.constant(float("inf"))
    result = e.select(e.compare("ult", x, infinity), result, e.add(x, x))
    result = e.select(e.eq(x, zero), e.constant(float("-inf")), result)
    result = e.select(e.lt(x, zero), e.constant(float("nan")), result)
    return e.select(e.isnan(x), x, result)


def log(e: Emitter, x: Value) -> Value:
    """Return the natural logarithm of x."""
    fast = e.add(*log_sum(e, *split(e, x, safe=True)))
    return e.guard(unsafe(e, x), fast, lambda: e.call_shared("log", log_full, x))


def log_pair(e: Emitter, k: Value, z: Value, interval: Value) -> tuple[Value, Value]:
    """Return log(2^k z) as a sum of two, good to 2^-67 of its value, for pow; the second is some 2^-43 of it."""
    r = e.fma(z, e.table(LOG_INVERSE, interval), e.constant(-1.0))
    square, square_low = two_product(e, r, r)
    # log1p(r) = r + r^2 (-1/2 + r (1/3 + r poly)); the bracket g needs a pair, and so does 1/3.
    s = e.fma(r, horner(e, r, POW_POLY), e.constant(THIRD[1]))
    q, q_low = fast_two_sum(e, e.constant(THIRD[0]), s)
    g, g_low = fused_sum(e, e.constant(-0.5), r, q)
    w = e.fma(k, e.constant(LOG_LN2[0]), e.table(LOG_HIGH, interval))
    rest = e.fma(k, e.constant(LOG_LN2[1]), e.table(LOG_REST, interval))
    rest = e.fma(square_low, g, e.fma(square, e.fma(r, q_low, g_low), rest))
    high, low = fast_two_sum(e, w, r)
    high, low_square = fused_sum(e, high, square, g)
    return high, e.add(e.add(low, low_square), rest)
