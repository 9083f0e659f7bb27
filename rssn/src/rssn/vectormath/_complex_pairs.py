"""Sums, products, quotients and roots of unevaluated pairs of reals, good to some 2^-100: what complex functions need.

A complex result is right to 4 units of its length only if what cancels inside has been kept; `_pairs` has the bricks.
"""

from __future__ import annotations

from ._builder import Value
from ._emitter import Emitter
from ._pairs import fast_two_sum, quotient, root_correction, two_product, two_sum

Pair = tuple[Value, Value]


def plus(e: Emitter, a: Pair, b: Pair) -> Pair:
    """Return a + b; what cancels is exact up to the pairs' own errors."""
    total, error = two_sum(e, a[0], b[0])
    low, low_error = two_sum(e, a[1], b[1])
    total, error = fast_two_sum(e, total, e.add(error, low))
    return fast_two_sum(e, total, e.add(error, low_error))


def minus(e: Emitter, a: Pair, b: Pair) -> Pair:
    """Return a - b."""
    return plus(e, a, negative(e, b))


def negative(e: Emitter, a: Pair) -> Pair:
    """Return -a."""
    return e.neg(a[0]), e.neg(a[1])


def times(e: Emitter, a: Pair, b: Pair) -> Pair:
    """Return a b."""
    product, error = two_product(e, a[0], b[0])
    return fast_two_sum(e, product, e.fma(a[0], b[1], e.fma(a[1], b[0], error)))


def square(e: Emitter, a: Value) -> Pair:
    """Return a^2 of one real."""
    return two_product(e, a, a)


def over(e: Emitter, a: Pair, b: Pair) -> Pair:
    """Return a / b."""
    return fast_two_sum(e, *quotient(e, a[0], a[1], b[0], b[1]))


def root(e: Emitter, a: Pair) -> Pair:
    """Return the square root of a >= 0, the second half good to a few bits."""
    high = e.sqrt(a[0])
    return fast_two_sum(e, high, root_correction(e, high, a[0], a[1]))


def scaled(e: Emitter, a: Pair, power: float) -> Pair:
    """Return a times a power of two."""
    factor = e.constant(power)
    return e.mul(a[0], factor), e.mul(a[1], factor)


def chosen(e: Emitter, mask: Value, a: Pair, b: Pair) -> Pair:
    """Return a where the mask is set, else b."""
    return e.select(mask, a[0], b[0]), e.select(mask, a[1], b[1])


def rounded_product(e: Emitter, a: Pair, b: Pair) -> Value:
    """Return a b, rounded nearly once, with the sign of the product where it is 0."""
    low = e.fma(a[0], b[1], e.mul(a[1], b[0]))
    sign = e.ixor(e.to_bits(a[0]), e.to_bits(b[0]))
    return e.copysign(e.fma(a[0], b[0], low), e.from_bits(sign))


def largest(e: Emitter, x: Value, y: Value) -> tuple[Value, Value]:
    """Return the larger and the smaller of |x| and |y|; a NaN may be either."""
    a, b = e.abs(x), e.abs(y)
    less = e.lt(a, b)
    return e.select(less, b, a), e.select(less, a, b)


def outside(e: Emitter, x: Value, low: float, high: float) -> Value:
    """Return where x >= 0 is not within [low, high]; NaN is not."""
    return e.mask_not(e.mask_and(e.ge(x, e.constant(low)), e.le(x, e.constant(high))))


def is_endless(e: Emitter, x: Value, y: Value) -> Value:
    """Return where either is infinite."""
    infinity = e.constant(float("inf"))
    return e.mask_or(e.eq(e.abs(x), infinity), e.eq(e.abs(y), infinity))


def range_scale(e: Emitter, size: Value) -> tuple[Value, Value]:
    """Return the power of two that brings a size within 2^±500, and its exponent: -600, 0 or 600, an int."""
    tiny, huge = e.lt(size, e.constant(2.0**-400)), e.gt(size, e.constant(2.0**400))
    scale = e.select(tiny, e.constant(2.0**600), e.select(huge, e.constant(2.0**-600), e.constant(1.0)))
    return scale, e.select(tiny, e.integer(600), e.select(huge, e.integer(-600), e.integer(0)))


def balanced(e: Emitter, x: Value, y: Value) -> tuple[Value, Value, Value]:
    """Return x and y times a power of two, so that the larger lies in [1, 2), and the exponent taken out, an int."""
    size, _ = largest(e, x, y)
    scale, added = range_scale(e, size)
    field = e.ilshr(e.to_bits(e.mul(size, scale)), 52)
    inverse = e.from_bits(e.ishl(e.isub(e.integer(2046), field), 52))
    exponent = e.isub(e.isub(field, e.integer(1023)), added)
    return e.mul(e.mul(x, scale), inverse), e.mul(e.mul(y, scale), inverse), exponent


def ldexp(e: Emitter, x: Value, exponent: Value) -> Value:
    """Return x times 2^exponent, over- and underflowing as it should, for any int exponent and |x| within 2^±200."""
    for bound, predicate in ((2400, "sgt"), (-2400, "slt")):
        exponent = e.select(e.icompare(predicate, exponent, e.integer(bound)), e.integer(bound), exponent)
    quarter = e.iashr(exponent, 2)
    rest = e.isub(exponent, e.iadd(quarter, e.ishl(quarter, 1)))
    for part in (quarter, quarter, quarter, rest):
        x = e.mul(x, e.from_bits(e.ishl(e.iadd(part, e.integer(1023)), 52)))
    return x
