"""log, and the same as a pair of doubles for pow.

x = 2^k z with z in [0.703125, 1.40625). A table of sixteen short 1/c makes
r = z/c - 1 exact or nearly so; around 1, c is 1 and log(c) exactly 0, so that no
relative accuracy is lost there.
"""

from __future__ import annotations

from ._builder import Value
from ._coefficients import LOG_HIGH, LOG_INVERSE, LOG_LN2, LOG_LOW, LOG_POLY, LOG_REST, POW_POLY, THIRD
from ._emitter import Emitter, pattern
from ._pairs import fast_two_sum, horner, two_product

_ONE, _TWO52 = pattern(1.0), pattern(2.0**52)
_LOW, _INFINITY, _LEAST_NORMAL = pattern(LOG_LOW), pattern(float("inf")), pattern(2.0**-1022)
_MANTISSA = 2**52 - 1


def unsafe(e: Emitter, x: Value) -> Value:
    """Return where x is not a positive normal number."""
    offset = e.isub(e.to_bits(x), e.integer(_LEAST_NORMAL))
    return e.icompare("uge", offset, e.integer(_INFINITY - _LEAST_NORMAL))


def split(e: Emitter, x: Value) -> tuple[Value, Value, Value]:
    """Return k as a real, z, and an int whose low four bits are z's interval."""
    offset = e.iadd(e.to_bits(x), e.integer(_ONE - _LOW))
    exponent = e.from_bits(e.ior(e.ilshr(offset, 52), e.integer(_TWO52)))
    z = e.from_bits(e.iadd(e.iand(offset, e.integer(_MANTISSA)), e.integer(_LOW)))
    return e.sub(exponent, e.constant(2.0**52 + 1023)), z, e.ilshr(offset, 48)


def normalised(e: Emitter, x: Value) -> tuple[Value, Value]:
    """Return x > 0 as a normal number, and the exponent taken out (0.0 or -1074.0).

    By integers: arithmetic on a subnormal number costs a hundred cycles.
    """
    bits = e.to_bits(x)
    subnormal = e.icompare("ult", bits, e.integer(_LEAST_NORMAL))
    whole = e.sub(e.from_bits(e.ior(bits, e.integer(_TWO52))), e.constant(2.0**52))
    return e.select(subnormal, whole, x), e.select(subnormal, e.constant(-1074.0), e.constant(0.0))


def log_sum(
    e: Emitter, k: Value, z: Value, interval: Value, rest: tuple[Value, Value | None] | None = None
) -> tuple[Value, Value]:
    """Return log(2^k z + rest) as a sum of two, the second correcting the first.

    `rest` is one or two numbers of falling size, at most half a last place of
    2^k z; near z = 1 they may be the whole result, so each is rounded once only.
    """
    c = e.table(LOG_INVERSE, interval)
    r = e.fma(z, c, e.constant(-1.0))
    tail = e.fma(k, e.constant(LOG_LN2[1]), e.table(LOG_REST, interval))
    if rest is not None:
        # 2^-k by its bits: k stands in a double as 2^52 + 1023 + k before that offset is taken off.
        biased = e.to_bits(e.add(k, e.constant(2.0**52 + 1023)))
        factor = e.mul(e.from_bits(e.ishl(e.isub(e.integer(_TWO52 + 2046), biased), 52)), c)
        r, r_low = fast_two_sum(e, r, e.mul(rest[0], factor))
        if rest[1] is not None:
            r_low = e.fma(rest[1], factor, r_low)
        tail = e.add(tail, r_low)
    w = e.fma(k, e.constant(LOG_LN2[0]), e.table(LOG_HIGH, interval))
    high, low = fast_two_sum(e, w, r)
    return high, e.fma(e.mul(r, r), horner(e, r, LOG_POLY), e.add(low, tail))


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
    fast = e.add(*log_sum(e, *split(e, x)))
    return e.guard(unsafe(e, x), fast, lambda: e.call_shared("log", log_full, x))


def log_pair(e: Emitter, k: Value, z: Value, interval: Value) -> tuple[Value, Value]:
    """Return log(2^k z) as a pair good to some 2^-67 of its value, for pow."""
    c = e.table(LOG_INVERSE, interval)
    product, error = two_product(e, z, c)
    r, r_low = fast_two_sum(e, e.sub(product, e.constant(1.0)), error)
    square, square_low = two_product(e, r, r)
    # log1p(r) = r + r^2 (-1/2 + r (1/3 + r poly)); the bracket g needs a pair, and so does 1/3.
    s = e.mul(r, horner(e, r, POW_POLY))
    third = e.constant(THIRD[0])
    q, q_low = fast_two_sum(e, third, s)
    v, v_low = two_product(e, r, q)
    v_low = e.fma(r, e.add(q_low, e.constant(THIRD[1])), v_low)
    g, g_low = fast_two_sum(e, e.constant(-0.5), v)
    m, m_low = two_product(e, square, g)
    m_low = e.add(m_low, e.fma(square_low, g, e.mul(square, e.add(g_low, v_low))))
    w = e.fma(k, e.constant(LOG_LN2[0]), e.table(LOG_HIGH, interval))
    rest = e.fma(k, e.constant(LOG_LN2[1]), e.table(LOG_REST, interval))
    # The derivative 1/(1+r), as 1 - r + r^2, carries r's own rounding error.
    rest = e.add(e.fma(r_low, e.add(e.sub(e.constant(1.0), r), square), rest), m_low)
    high, low = fast_two_sum(e, w, r)
    high, low_m = fast_two_sum(e, high, m)
    return fast_two_sum(e, high, e.add(e.add(low, low_m), rest))
