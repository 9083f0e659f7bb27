"""Exponents in one instruction, where AVX-512 has it: elsewhere the same takes three or four, to the same bits."""

from __future__ import annotations

from typing import Final

from ._builder import Value
from ._emitter import Emitter

_SUFFIX: Final = {("f64", 8): "pd", ("f32", 16): "ps"}
_AS_SET = "i32 4"  # the rounding mode, which neither result depends on


def has_scaling(e: Emitter) -> bool:
    """Say whether this shape fills a register of AVX-512."""
    return e.features.register_tables and (e.real, e.width) in _SUFFIX


def exponent(e: Emitter, bits: Value) -> Value:
    """Return the exponent, as a real, of a positive normal number given by its bits."""
    return _call(e, "getexp", e.from_bits(bits))


def scaled(e: Emitter, x: Value, k: Value) -> Value:
    """Return x 2^k for a whole k."""
    return _call(e, "scalef", x, k)


def _call(e: Emitter, instruction: str, *operands: Value) -> Value:
    t, mask = e.real_type, f"i{e.width}"
    name = f"llvm.x86.avx512.mask.{instruction}.{_SUFFIX[e.real, e.width]}.512"
    e.module.declare(name, t, [*[t] * (len(operands) + 1), mask, "i32 immarg"])
    given = ", ".join(f"{t} {operand.text}" for operand in operands)
    return e.pure(f"call {t} @{name}({given}, {t} zeroinitializer, {mask} -1, {_AS_SET})", "real")
