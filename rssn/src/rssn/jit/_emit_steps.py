"""One primitive step → a few instructions of the emitter. The machine's half of `_values.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from ..vectormath import Emitter, Value, emit
from ..vectormath._complex import emit_parts
from ._steps import IMAGINARY_PART, part_of


def _remainder(e: Emitter, a: Value, b: Value) -> Value:
    """C's fmod, exact. While the quotient fits the significand one fused step gives it; else the C library does."""
    limit = e.constant(2.0**52 if e.real == "f64" else 2.0**23)
    quotient = e.trunc(e.div(a, b))
    rest = e.fma(e.neg(quotient), b, a)
    # The rounded quotient may be one too large: the rest then has the wrong sign, and adding |b| is exact.
    wrong = e.lt(e.mul(rest, e.copysign(e.constant(1.0), a)), e.constant(0.0))
    mended = e.select(wrong, e.add(rest, e.copysign(b, a)), rest)
    easy = e.mask_and(e.lt(e.abs(quotient), limit), e.lt(e.abs(b), e.constant(float("inf"))))
    return e.guard(e.mask_not(easy), e.copysign(mended, a), lambda: e.call_scalar("fmod", a, b))


_STEPS: Final[dict[str, Callable[..., Value]]] = {
    "add": Emitter.add,
    "sub": Emitter.sub,
    "mul": Emitter.mul,
    "div": Emitter.div,
    "fma": Emitter.fma,
    "fms": lambda e, a, b, c: e.fma(a, b, e.neg(c)),
    "fnma": lambda e, a, b, c: e.fma(e.neg(a), b, c),
    "fmod": _remainder,
    "neg": Emitter.neg,
    "abs": Emitter.abs,
    "sqrt": Emitter.sqrt,
    "floor": Emitter.floor,
    "ceil": Emitter.ceil,
    "trunc": Emitter.trunc,
    "rint": Emitter.rint,
    "copysign": Emitter.copysign,
    "min": Emitter.minimum,
    "max": Emitter.maximum,
    "lt": Emitter.lt,
    "le": Emitter.le,
    "gt": Emitter.gt,
    "ge": Emitter.ge,
    "eq": Emitter.eq,
    "ne": Emitter.ne,
    "and": Emitter.mask_and,
    "or": Emitter.mask_or,
    "not": Emitter.mask_not,
    "select": Emitter.select,
    "choose": Emitter.select,
    "number": Emitter.to_real,
    "complex": Emitter.interleaved,
}


def emit_step(emitter: Emitter, operator: str, values: Sequence[Value]) -> Value:
    """Write one step that is not a leaf and return its value."""
    write = _STEPS.get(operator)
    if write is not None:
        return write(emitter, *values)
    named = part_of(operator)
    if named is None:
        return emit(emitter, operator, *values)
    function, part = named
    return emit_parts(emitter, function, *values)[part == IMAGINARY_PART]
