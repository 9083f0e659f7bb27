"""Products, quotients and whole powers of complex numbers: right to a few units of their length over the whole range.

No product, sum of squares or quotient inside over- or underflows unless the result does. Infinities and NaN are those
of C's Annex G: an infinity times anything but zero, and a number divided by zero, are infinite; one part may be a NaN.
"""

from __future__ import annotations

from functools import partial

from ._builder import Value
from ._complex_pairs import (
    Pair,
    balanced,
    is_endless,
    largest,
    ldexp,
    minus,
    negative,
    outside,
    over,
    plus,
    square,
    times,
)
from ._complex_parts import ComplexBody, Parts, guarded, in_pieces
from ._emitter import Emitter
from ._pairs import two_product


def _product(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    return e.fma(a, c, e.neg(e.mul(b, d))), e.fma(a, d, e.mul(b, c))


def _not_finite(e: Emitter, x: Value, y: Value) -> Value:
    """Return where either is infinite or NaN."""
    return e.compare("uno", e.sub(x, x), e.sub(y, y))


def mul(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    """Return (a + ib)(c + id)."""
    fast = _product(e, a, b, c, d)
    return guarded(e, _not_finite(e, *fast), fast, "mul", _by_format(mul_full), a, b, c, d)


def muladd(e: Emitter, a: Value, b: Value, c: Value, d: Value, x: Value, y: Value) -> Parts:
    """Return (a + ib)(c + id) + (x + iy), the products not rounded before they are added."""
    real = e.fma(a, c, e.fma(e.neg(b), d, x))
    imaginary = e.fma(a, d, e.fma(b, c, y))
    fast, full = (real, imaginary), _by_format(muladd_full)
    return guarded(e, _not_finite(e, *fast), fast, "muladd", full, a, b, c, d, x, y)


def _by_format(full: ComplexBody) -> ComplexBody:
    """Return a function written for f64 for either format."""

    def either(e: Emitter, *args: Value) -> Parts:
        return full(e, *args) if e.real == "f64" else in_pieces(e, full, args, "f64", min(e.width, e.features.width))

    return either


def mul_full(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    """Return the product of any two numbers."""
    a1, b1, first = balanced(e, a, b)
    c1, d1, second = balanced(e, c, d)
    exponent = e.iadd(first, second)
    finite = [ldexp(e, part, exponent) for part in _product(e, a1, b1, c1, d1)]
    plain = e.sub(e.mul(a, c), e.mul(b, d)), e.add(e.mul(a, d), e.mul(b, c))
    endless = e.mask_or(is_endless(e, a, b), is_endless(e, c, d))
    zero = e.mask_or(_is_zero(e, a, b), _is_zero(e, c, d))
    result = _chosen(e, e.mask_or(endless, zero), plain, (finite[0], finite[1]))
    lost = e.mask_and(endless, e.mask_and(e.isnan(plain[0]), e.isnan(plain[1])))
    left, right = _unit(e, a, b, c, d), _unit(e, c, d, a, b)
    infinity = e.constant(float("inf"))
    real, imaginary = e.sub(e.mul(left[0], right[0]), e.mul(left[1], right[1])), _cross(e, left, right)
    return _chosen(e, lost, (e.mul(infinity, real), e.mul(infinity, imaginary)), result)


def _cross(e: Emitter, left: Parts, right: Parts) -> Value:
    return e.add(e.mul(left[0], right[1]), e.mul(left[1], right[0]))


def _unit(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    """Return a and b as Annex G boxes them: infinite as 1, others beside that as 0; NaN beside c + id infinite as 0."""
    here, there, infinity = is_endless(e, a, b), is_endless(e, c, d), e.constant(float("inf"))
    zero, one = e.constant(0.0), e.constant(1.0)

    def boxed(x: Value) -> Value:
        # The sign of a NaN is not the same on every machine.
        x = e.select(e.mask_and(e.mask_or(here, there), e.isnan(x)), zero, x)
        size, other = e.select(e.eq(e.abs(x), infinity), one, zero), e.abs(x)
        return e.copysign(e.select(here, size, other), x)

    return boxed(a), boxed(b)


def _is_zero(e: Emitter, x: Value, y: Value) -> Value:
    zero = e.constant(0.0)
    return e.mask_and(e.eq(x, zero), e.eq(y, zero))


def _chosen(e: Emitter, mask: Value, a: Parts, b: Parts) -> Parts:
    return e.select(mask, a[0], b[0]), e.select(mask, a[1], b[1])


def muladd_full(e: Emitter, a: Value, b: Value, c: Value, d: Value, x: Value, y: Value) -> Parts:
    """Return the product of any two numbers plus a third."""
    real, imaginary = mul_full(e, a, b, c, d)
    return e.add(real, x), e.add(imaginary, y)


def _sum_of_products(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Value:
    """Return a b + c d to two units even where that cancels (Kahan): z / z is 1."""
    product, lost = two_product(e, c, d)
    return e.add(e.fma(a, b, product), lost)


def _quotient(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    """Return (a + ib) / (c + id) where no square or product is out of range."""
    divisor, rest = plus(e, square(e, c), square(e, d))
    inverse = e.div(e.constant(1.0), divisor)

    def divided(x: Value) -> Value:
        q = e.mul(x, inverse)
        remainder = e.fma(e.neg(q), rest, e.fma(e.neg(q), divisor, x))
        return e.fma(remainder, inverse, q)

    return divided(_sum_of_products(e, a, c, b, d)), divided(_sum_of_products(e, b, c, e.neg(a), d))


def div(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    """Return (a + ib) / (c + id)."""
    low, high = 2.0**-450, 2.0**450
    size, _ = largest(e, a, b)
    divisor, _ = largest(e, c, d)
    seldom = e.mask_or(outside(e, size, low, high), outside(e, divisor, low, high))
    for part in (a, b, c, d):
        seldom = e.mask_or(seldom, e.isnan(part))
    return guarded(e, seldom, _quotient(e, a, b, c, d), "div", div_full, a, b, c, d)


def div_full(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    """Return the quotient of any two numbers."""
    a1, b1, first = balanced(e, a, b)
    c1, d1, second = balanced(e, c, d)
    exponent = e.isub(first, second)
    real, imaginary = (ldexp(e, part, exponent) for part in _quotient(e, a1, b1, c1, d1))
    nan, zero, infinity = e.constant(float("nan")), e.constant(0.0), e.constant(float("inf"))
    above, below = is_endless(e, a, b), is_endless(e, c, d)
    no_divisor, nothing = _is_zero(e, c, d), _is_zero(e, a, b)
    whole = e.compare("ord", e.add(e.abs(a), e.abs(b)), e.add(e.abs(c), e.abs(d)))
    # Annex G: a zero over a number, a number over infinity, infinity over a number, a number over zero.
    signs = _signs(e, a, b, c, d)
    zeros = e.copysign(zero, signs[0]), e.copysign(zero, signs[1])
    result = _chosen(e, nothing, zeros, (real, imaginary))
    finite_over_endless = e.mask_and(below, e.mask_not(_not_finite(e, a, b)))
    result = _chosen(e, finite_over_endless, zeros, result)
    boxed = _quotient_signs(e, _unit(e, a, b, a, b), (c, d))
    endless = e.mul(infinity, boxed[0]), e.mul(infinity, boxed[1])
    result = _chosen(e, e.mask_and(above, e.compare("ord", c, d)), endless, result)
    large = e.copysign(infinity, c)
    result = _chosen(e, no_divisor, (e.mul(large, a), e.mul(large, b)), result)
    undefined = e.mask_or(e.mask_and(above, below), e.mask_and(no_divisor, nothing))
    known = e.mask_or(
        e.mask_or(whole, no_divisor), e.mask_or(e.mask_and(above, e.compare("ord", c, d)), finite_over_endless)
    )
    undefined = e.mask_or(undefined, e.mask_not(known))
    return _chosen(e, undefined, (nan, nan), result)


def _quotient_signs(e: Emitter, z: Parts, w: Parts) -> Parts:
    """Return z times the conjugate of w, scaled: of its parts only signs and zeros matter."""
    c, d, _ = balanced(e, *w)
    return e.add(e.mul(z[0], c), e.mul(z[1], d)), e.sub(e.mul(z[1], c), e.mul(z[0], d))


def _signs(e: Emitter, a: Value, b: Value, c: Value, d: Value) -> Parts:
    """Return the signs of the parts of a quotient that is zero, as Annex G's 0 (ac + bd) and 0 (bc - ad) have them."""
    c, d = _unit(e, c, d, c, d)
    a1, b1, _ = balanced(e, a, b)
    a1, b1 = e.select(_is_zero(e, a, b), a, a1), e.select(_is_zero(e, a, b), b, b1)
    return e.add(e.mul(a1, c), e.mul(b1, d)), e.sub(e.mul(b1, c), e.mul(a1, d))


# Whole powers: products of pairs, so that 64 factors cost no more accuracy than one

_ComplexPair = tuple[Pair, Pair]


def _pair_product(e: Emitter, z: _ComplexPair, w: _ComplexPair) -> _ComplexPair:
    real = minus(e, times(e, z[0], w[0]), times(e, z[1], w[1]))
    return real, plus(e, times(e, z[0], w[1]), times(e, z[1], w[0]))


def _pair_power(e: Emitter, z: _ComplexPair, n: int) -> _ComplexPair:
    if n == 1:
        return z
    half = _pair_power(e, z, n // 2)
    result = _pair_product(e, half, half)
    return _pair_product(e, result, z) if n % 2 else result


def power(n: int) -> ComplexBody:
    """Return the function that raises to the whole power n, |n| > 1 or n = -1."""

    def body(e: Emitter, x: Value, y: Value) -> Parts:
        size, _ = largest(e, x, y)
        x1, y1, exponent = balanced(e, x, y)
        zero = e.constant(0.0)
        real, imaginary = _pair_power(e, ((x1, zero), (y1, zero)), abs(n))
        if n < 0:
            length = plus(e, times(e, real, real), times(e, imaginary, imaginary))
            real, imaginary = over(e, real, length), over(e, negative(e, imaginary), length)
        scale = e.imul(exponent, e.integer(n))
        fast = ldexp(e, real[0], scale), ldexp(e, imaginary[0], scale)
        seldom = e.mask_or(outside(e, size, 2.0**-1074, 1.7976931348623157e308), e.compare("uno", x, y))
        # On the axes the power is on an axis too, and which side of it the zero is on matters.
        seldom = e.mask_or(seldom, e.mask_or(e.eq(x, zero), e.eq(y, zero)))
        return guarded(e, seldom, fast, f"power_{n}".replace("-", "minus"), partial(_edge_power, n), x, y)

    return body


def _edge_power(n: int, e: Emitter, x: Value, y: Value) -> Parts:
    """Return the power on the axes and of what is not finite, by products; of a real number by a real power."""
    one, zero = e.constant(1.0), e.constant(0.0)
    on_axes = e.mask_and(e.mask_or(e.eq(x, zero), e.eq(y, zero)), e.compare("ord", e.sub(x, x), e.sub(y, y)))
    x1, y1, exponent = balanced(e, x, y)
    exponent = e.select(on_axes, exponent, e.integer(0))
    start = e.select(on_axes, x1, x), e.select(on_axes, y1, y)
    nothing = _is_zero(e, x, y)
    start = _chosen(e, nothing, (x, y), start)
    high, low = (start[0], zero), (start[1], zero)
    real, imaginary = _pair_power(e, (high, low), abs(n))
    signs = _plain_power(e, start, abs(n))
    parts = []
    for exact, sign in zip((real[0], imaginary[0]), signs, strict=True):
        keep = e.mask_and(on_axes, e.ne(exact, zero))
        parts.append(e.select(keep, e.copysign(exact, sign), sign))
    result = parts[0], parts[1]
    if n < 0:
        result = div_full(e, one, zero, *result)
    exponent = e.select(nothing, e.integer(0), e.imul(exponent, e.integer(n)))
    return _kept(e, result, exponent, on_axes)


def _kept(e: Emitter, parts: Parts, exponent: Value, where: Value) -> Parts:
    return _chosen(e, where, (ldexp(e, parts[0], exponent), ldexp(e, parts[1], exponent)), parts)


def _plain_power(e: Emitter, z: Parts, n: int) -> Parts:
    if n == 1:
        return z
    half = _plain_power(e, z, n // 2)
    result = mul_full(e, *half, *half)
    return mul_full(e, *result, *z) if n % 2 else result
