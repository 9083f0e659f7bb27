"""`accuracy="fast"`: at most 4 units in the last place, over the whole domain too, where that is really faster.

What is left out are the second halves of pairs. Beyond the fast path the accurate functions' slow ones answer.
"""

from __future__ import annotations

from typing import Final

from . import _exp, _exp32, _roots, _trig
from ._builder import Value
from ._emitter import Body, Emitter
from ._formats import FORMATS
from ._lanes import by_f64

_LIMIT: Final = {"f64": _exp.LIMIT, "f32": _exp32.LIMIT}
_TANH_ONE: Final = {"f64": 22.0, "f32": 10.0}


def _exponential(e: Emitter, x: Value) -> tuple[Value, Value]:
    """Return S and p with exp(x) = S + S p."""
    if e.real == "f32":
        k, p = _exp32.natural(e, x)
        return _exp32.power_of_two(e, k), p
    k, r = _exp.reduced(e, x)
    return _exp.power_of_two(e, k), _exp.exp_fraction(e, k, r)


def _unsafe(e: Emitter, x: Value, limit: float) -> Value:
    return e.compare("ugt", e.abs(x), e.constant(limit))


def _exp_full(e: Emitter, x: Value) -> Value:
    full = _exp.exp_full if e.real == "f64" else _exp32.exp_full
    return e.call_shared("exp", full, x)


def expm1(e: Emitter, x: Value) -> Value:
    """Return exp(x) - 1."""
    power, p = _exponential(e, x)
    fast = e.copysign(e.fma(power, p, e.sub(power, e.constant(1.0))), x)
    seldom = _unsafe(e, x, _LIMIT[e.real])
    return e.guard(seldom, fast, lambda: e.select(seldom, e.sub(_exp_full(e, x), e.constant(1.0)), fast))


def tanh(e: Emitter, x: Value) -> Value:
    """Return the hyperbolic tangent of x: -n / (2 + n) with n = exp(-2|x|) - 1."""
    magnitude, limit = e.abs(x), e.constant(_TANH_ONE[e.real])
    magnitude = e.select(e.gt(magnitude, limit), limit, magnitude)
    power, p = _exponential(e, e.mul(magnitude, e.constant(-2.0)))
    n = e.fma(power, p, e.sub(power, e.constant(1.0)))
    return e.copysign(e.div(n, e.add(n, e.constant(2.0))), x)


def sigmoid(e: Emitter, x: Value) -> Value:
    """Return 1 / (1 + exp(-x))."""
    power, p = _exponential(e, e.neg(x))
    fast = e.div(e.constant(1.0), e.fma(power, p, e.add(power, e.constant(1.0))))
    seldom, zero = _unsafe(e, x, _LIMIT[e.real]), e.constant(0.0)
    return e.guard(seldom, fast, lambda: e.select(seldom, _exp_full(e, e.select(e.gt(x, zero), zero, x)), fast))


def tan(e: Emitter, x: Value) -> Value:
    """Return the tangent of x radians: sin/cos, or -cos/sin for odd k."""
    magnitude = e.abs(x)
    k, r, rest = _trig.reduced(e, magnitude)
    sine, cosine = e.add(r, _trig.sine_tail(e, r, rest)), e.add(*_trig.cosine_parts(e, r, rest))
    turned = _trig.odd(e, k)
    value = e.div(e.select(turned, cosine, sine), e.select(turned, sine, cosine))
    number = FORMATS[e.real]
    sign = e.ixor(e.ishl(k, number.size - 1), e.iand(e.to_bits(x), e.integer(number.sign)))
    fast = e.from_bits(e.ixor(e.to_bits(value), sign))
    seldom = _trig.unsafe(e, magnitude)
    full = _trig.tan_full if e.real == "f64" else by_f64(_trig.tan_full)
    return e.guard(seldom, fast, lambda: e.select(seldom, e.call_shared("tan", full, x), fast))


def hypot(e: Emitter, x: Value, y: Value) -> Value:
    """Return the length of the vector (x, y) in single precision."""
    total = e.fma(x, x, e.mul(y, y))
    sound = e.mask_and(e.ge(total, e.constant(2.0**-90)), e.le(total, e.constant(2.0**120)))
    seldom, root = e.mask_not(sound), e.sqrt(total)
    full = by_f64(_roots.hypot_full)
    return e.guard(seldom, root, lambda: e.select(seldom, e.call_shared("hypot", full, x, y), root))


_BOTH: Final[dict[str, Body]] = {
    "expm1": expm1,
    "sigmoid": sigmoid,
    "tan": tan,
    "tanh": tanh,
}
FAST: Final[dict[str, dict[str, Body]]] = {"f64": _BOTH, "f32": {**_BOTH, "hypot": hypot}}
"""What is at least an eighth faster, by format. Elsewhere the accurate function answers: f64's hypot is bound by its
square root, and exp, log, sin, cos, atan, asin, acos and pow need their second halves for 4 units too, or lack them."""
