"""sin, cos and tan; sinpi and cospi, which need no reduction but a multiplication by pi.

|x| = k pi/2 + r with |r| <= pi/4, r as a pair; both polynomials are computed
and chosen by k's parity, so that sin and cos of one argument share everything.
From 2^20 on, a cold path reduces lane by lane with as many bits of 2/pi as needed.
"""

from __future__ import annotations

from ._builder import Value
from ._emitter import Body, Emitter
from ._formats import FORMATS
from ._huge_angle import huge_angles
from ._lanes import by_f64
from ._pairs import horner, shifted_integer

LIMITS = {"f64": 2.0**20, "f32": 1536.0}
"""Below, k pi/2 needs no more than the three pieces."""


def reduced(e: Emitter, x: Value) -> tuple[Value, Value, Value]:
    """Return k (an int), r and r's rest of 0 <= x < limit. The second piece is short: k times it must be exact."""
    sets = FORMATS[e.real].sets
    k, kf = shifted_integer(e, x, sets.TWO_OVER_PI)
    u = e.fma(kf, e.constant(-sets.HALF_PI_PIECES[0]), x)
    second = e.constant(-sets.HALF_PI_PIECES[1])
    r = e.fma(kf, second, u)
    rest = e.fma(kf, second, e.sub(u, r))
    return k, r, e.fma(kf, e.constant(-sets.HALF_PI_PIECES[2]), rest)


def sine_tail(e: Emitter, r: Value, rest: Value) -> Value:
    """Return sin(r + rest) - r."""
    square = e.mul(r, r)
    slope = e.fma(square, e.constant(-0.5), e.constant(1.0))
    return e.fma(e.mul(square, r), horner(e, square, FORMATS[e.real].sets.SIN_POLY), e.mul(rest, slope))


def cosine_parts(e: Emitter, r: Value, rest: Value) -> tuple[Value, Value]:
    """Return cos(r + rest) as a sum of two."""
    square, half, one = e.mul(r, r), e.constant(-0.5), e.constant(1.0)
    high = e.fma(square, half, one)
    low = e.fma(e.mul(r, half), r, e.sub(one, high))
    low = e.fma(e.neg(r), rest, low)
    return high, e.fma(e.mul(square, square), horner(e, square, FORMATS[e.real].sets.COS_POLY), low)


def odd(e: Emitter, k: Value) -> Value:
    """Return where k is odd."""
    return e.icompare("ne", e.iand(k, e.integer(1)), e.integer(0))


def half_turn(e: Emitter, k: Value) -> Value:
    """Return the sign bit where bit 1 of k is set."""
    return e.ishl(e.iand(k, e.integer(2)), FORMATS[e.real].size - 2)


def sine_of(e: Emitter, x: Value, k: Value, r: Value, rest: Value) -> Value:
    """Return sin of |x| = k pi/2 + r + rest with x's own sign."""
    value = e.select(odd(e, k), e.add(*cosine_parts(e, r, rest)), e.add(r, sine_tail(e, r, rest)))
    sign = e.ixor(half_turn(e, k), e.iand(e.to_bits(x), e.integer(FORMATS[e.real].sign)))
    return e.from_bits(e.ixor(e.to_bits(value), sign))


def cosine_of(e: Emitter, k: Value, r: Value, rest: Value) -> Value:
    """Return cos of k pi/2 + r + rest."""
    value = e.select(odd(e, k), e.add(r, sine_tail(e, r, rest)), e.add(*cosine_parts(e, r, rest)))
    return e.from_bits(e.ixor(e.to_bits(value), half_turn(e, e.iadd(k, e.integer(1)))))


def unsafe(e: Emitter, magnitude: Value) -> Value:
    """Return where the three pieces do not do, NaN included."""
    return e.compare("uge", magnitude, e.constant(LIMITS[e.real]))


def reduced_full(e: Emitter, x: Value) -> tuple[Value, Value, Value]:
    """Return `reduced` for every x >= 0; infinity gives NaN."""
    return huge_angles(e, x, LIMITS["f64"], reduced(e, x))


def sin_full(e: Emitter, x: Value) -> Value:
    """Return sin(x) for every x."""
    return sine_of(e, x, *reduced_full(e, e.abs(x)))


def cos_full(e: Emitter, x: Value) -> Value:
    """Return cos(x) for every x."""
    return cosine_of(e, *reduced_full(e, e.abs(x)))


def _guarded(e: Emitter, magnitude: Value, fast: Value, name: str, full: Body, x: Value) -> Value:
    """Return `fast`, or where x is large what `full` says; f32 asks it in f64."""
    seldom = unsafe(e, magnitude)
    if e.real == "f64":
        return e.guard(seldom, fast, lambda: e.call_shared(name, full, x))
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared(name, by_f64(full), x), fast))


def sin(e: Emitter, x: Value) -> Value:
    """Return the sine of x radians."""
    magnitude = e.abs(x)
    fast = sine_of(e, x, *reduced(e, magnitude))
    return _guarded(e, magnitude, fast, "sin", sin_full, x)


def cos(e: Emitter, x: Value) -> Value:
    """Return the cosine of x radians."""
    magnitude = e.abs(x)
    fast = cosine_of(e, *reduced(e, magnitude))
    return _guarded(e, magnitude, fast, "cos", cos_full, x)


def tangent_of(e: Emitter, x: Value, k: Value, r: Value, rest: Value) -> Value:
    """Return tan of |x| = k pi/2 + r + rest with x's own sign: sin/cos, or -cos/sin for odd k."""
    sine, cosine, turned = (r, sine_tail(e, r, rest)), cosine_parts(e, r, rest), odd(e, k)
    over = [e.select(turned, c, s) for s, c in zip(sine, cosine, strict=True)]
    under = [e.select(turned, s, c) for s, c in zip(sine, cosine, strict=True)]
    inverse = e.div(e.constant(1.0), e.add(*under))
    q = e.mul(e.add(*over), inverse)
    minus = e.neg(q)
    # The second parts come last: they are an eighth of the first at most, and nearly cancel what is left of these.
    remainder = e.fma(minus, under[1], e.add(e.fma(minus, under[0], over[0]), over[1]))
    value = e.fma(remainder, inverse, q)
    sign = e.ixor(e.ishl(k, FORMATS[e.real].size - 1), e.iand(e.to_bits(x), e.integer(FORMATS[e.real].sign)))
    return e.from_bits(e.ixor(e.to_bits(value), sign))


def tan_full(e: Emitter, x: Value) -> Value:
    """Return tan(x) for every x."""
    return tangent_of(e, x, *reduced_full(e, e.abs(x)))


def tan(e: Emitter, x: Value) -> Value:
    """Return the tangent of x radians."""
    magnitude = e.abs(x)
    fast = tangent_of(e, x, *reduced(e, magnitude))
    return _guarded(e, magnitude, fast, "tan", tan_full, x)


def _reduced_turns(e: Emitter, x: Value) -> tuple[Value, Value, Value]:
    """Return k, r and r's rest of pi x = k pi/2 + r; everything up to the last product is exact."""
    y = e.fma(e.rint(e.mul(x, e.constant(0.5))), e.constant(-2.0), x)
    k, kf = shifted_integer(e, y, 2.0)
    f = e.fma(kf, e.constant(-0.5), y)
    pi = FORMATS[e.real].sets.PI
    r = e.mul(f, e.constant(pi[0]))
    rest = e.fma(f, e.constant(pi[0]), e.neg(r))
    return k, r, e.fma(f, e.constant(pi[1]), rest)


def sinpi(e: Emitter, x: Value) -> Value:
    """Return sin(pi x); 0 with x's sign for whole x."""
    magnitude = e.abs(x)
    value = e.add(sine_of(e, magnitude, *_reduced_turns(e, magnitude)), e.constant(0.0))
    return e.from_bits(e.ixor(e.to_bits(value), e.iand(e.to_bits(x), e.integer(FORMATS[e.real].sign))))


def cospi(e: Emitter, x: Value) -> Value:
    """Return cos(pi x); +0 for whole x + 1/2."""
    return e.add(cosine_of(e, *_reduced_turns(e, e.abs(x))), e.constant(0.0))
