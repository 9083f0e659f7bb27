"""Sums and products with their rounding errors, and polynomials: the bricks of every function here."""

from __future__ import annotations

from collections.abc import Sequence

from ._builder import Value
from ._emitter import Emitter
from ._formats import FORMATS

SHIFT = FORMATS["f64"].shift
"""Adding it rounds a double to an integer, which then stands in the low bits of the sum."""


def horner(e: Emitter, x: Value, coefficients: Sequence[float]) -> Value:
    """Return the polynomial, lowest coefficient first."""
    result = e.constant(coefficients[-1])
    for c in coefficients[-2::-1]:
        result = e.fma(result, x, e.constant(c))
    return result


def by_halves(e: Emitter, x: Value, square: Value, coefficients: Sequence[float]) -> Value:
    """Return the polynomial as even part + x times odd part, side by side: half the wait of Horner's rule."""
    return e.fma(x, horner(e, square, coefficients[1::2]), horner(e, square, coefficients[::2]))


def fast_two_sum(e: Emitter, a: Value, b: Value) -> tuple[Value, Value]:
    """Return a + b and its rounding error, exact if |a| >= |b| or a = 0."""
    total = e.add(a, b)
    return total, e.sub(b, e.sub(total, a))


def two_sum(e: Emitter, a: Value, b: Value) -> tuple[Value, Value]:
    """Return a + b and its rounding error, exact for any a and b."""
    total = e.add(a, b)
    b_part = e.sub(total, a)
    return total, e.add(e.sub(a, e.sub(total, b_part)), e.sub(b, b_part))


def two_product(e: Emitter, a: Value, b: Value) -> tuple[Value, Value]:
    """Return a * b and its rounding error."""
    product = e.mul(a, b)
    return product, e.fma(a, b, e.neg(product))


def fused_sum(e: Emitter, total: Value, a: Value, b: Value) -> tuple[Value, Value]:
    """Return total + a b and its rounding error, exact if |total| >= |a b| or total = 0."""
    high = e.fma(a, b, total)
    return high, e.fma(a, b, e.sub(total, high))


def clamp(e: Emitter, x: Value, low: float, high: float) -> Value:
    """Return x within [low, high]; a NaN stays one."""
    x = e.select(e.gt(x, e.constant(high)), e.constant(high), x)
    return e.select(e.lt(x, e.constant(low)), e.constant(low), x)


def shifted_integer(e: Emitter, x: Value, scale: float) -> tuple[Value, Value]:
    """Return round(x * scale) twice: as an int whose low bits it is, and as a real."""
    shift = e.constant(FORMATS[e.real].shift)
    shifted = e.fma(x, e.constant(scale), shift)
    return e.to_bits(shifted), e.sub(shifted, shift)


def quotient(e: Emitter, high: Value, low: Value | None, divisor: Value, rest: Value | None) -> tuple[Value, Value]:
    """Return (high + low) / (divisor + rest) as a pair, with one division."""
    inverse = e.div(e.constant(1.0), divisor)
    q = e.mul(high, inverse)
    remainder = e.fma(e.neg(q), divisor, high)
    if low is not None:
        remainder = e.add(remainder, low)
    if rest is not None:
        remainder = e.fma(e.neg(q), rest, remainder)
    return q, e.mul(remainder, inverse)


def root_correction(
    e: Emitter, root: Value, square: Value, rest: Value | None = None, reciprocal: int | None = None
) -> Value:
    """Return what to add to `root`, the rounded square root of `square`, to get that of `square + rest`.

    It needs 1 / (2 root) to a few bits only: a subtraction of bit patterns, from
    `reciprocal`, gives three, one Newton step six.
    """
    error = e.fma(e.neg(root), root, square)
    if rest is not None:
        error = e.add(error, rest)
    double = e.add(root, root)
    start = FORMATS[e.real].reciprocal if reciprocal is None else reciprocal
    guess = e.from_bits(e.isub(e.integer(start), e.to_bits(double)))
    return e.mul(error, e.mul(guess, e.fma(e.neg(double), guess, e.constant(2.0))))
