"""Division by multiplications: the bits of IEEE's division, without the divider.

A processor has one divider, busy for sixteen cycles with eight doubles, and two pipelines of fused multiply-adds. A
formula with several divisions ends sooner if some of them leave the divider alone.
"""

from __future__ import annotations

from typing import Final

from ._builder import Value
from ._emitter import Emitter
from ._formats import FORMATS

LANES: Final = 8
_SIGN, _EXPONENT_BIT = FORMATS["f64"].sign, FORMATS["f64"].mantissa
_UP: Final = 2.0**-80


def has_quotient(e: Emitter) -> bool:
    """Say whether this shape has an approximate reciprocal to begin with: eight doubles of AVX-512."""
    return e.features.register_tables and e.width == LANES and e.real == "f64"


def quotient(e: Emitter, a: Value, b: Value) -> Value:
    """Return a / b, rounded to nearest.

    Two steps give y, which is (1 + d) / b rounded, with 0 < d < 2^-79: the double nearest to 1/b, unless 1/b lies that
    close to the middle of two. This matters only for significands of b just below 2, where 1/b lies above the middle,
    so that d > 0 leads to the nearest one. Then q + (a - b q) y with a faithful q is the quotient rounded once
    (Markstein, IBM J. Res. Dev. 34, 1990). One such step makes q faithful, a second is that one.

    It holds where nothing over- or underflows: exponents within 512 of 0 for a, within 256 for b. It holds for a zero
    in a, but for the sign, which is that of a y. In any other case the divider answers for the whole vector.
    """
    one = e.constant(1.0)
    y = _reciprocal(e, b)
    rest = e.fma(e.neg(b), y, one)
    y = e.fma(y, e.fma(rest, rest, rest), y)
    y = e.fma(y, e.add(e.fma(e.neg(b), y, one), e.constant(_UP)), y)
    first = q = e.mul(a, y)
    for _ in range(2):
        q = e.fma(e.fma(e.neg(b), q, a), y, q)
    sign = e.iand(e.to_bits(first), e.integer(_SIGN))
    fast = e.from_bits(e.ior(e.to_bits(q), sign))
    return e.guard(_outside(e, a, b), fast, lambda: e.div(a, b))


def _reciprocal(e: Emitter, b: Value) -> Value:
    """Return 1/b to 14 bits."""
    t, mask = e.real_type, f"i{LANES}"
    name = "llvm.x86.avx512.rcp14.pd.512"
    e.module.declare(name, t, [t, t, mask])
    return e.pure(f"call {t} @{name}({t} {b.text}, {t} zeroinitializer, {mask} -1)", "real")


def _outside(e: Emitter, a: Value, b: Value) -> Value:
    """Return where an exponent is too far from 0, zeros of `a` apart: less 512, or 768, one within has zeros on top."""
    top, zero = 1 << 62, e.integer(0)
    above_a = e.iand(e.isub(e.to_bits(a), e.integer(512 << _EXPONENT_BIT)), e.integer(top))
    above_b = e.iand(e.isub(e.to_bits(b), e.integer(768 << _EXPONENT_BIT)), e.integer(top | top >> 1))
    far_a = e.mask_and(e.icompare("ne", above_a, zero), e.ne(a, e.constant(0.0)))
    return e.mask_or(far_a, e.icompare("ne", above_b, zero))
