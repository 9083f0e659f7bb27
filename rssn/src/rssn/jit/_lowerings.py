"""How each operator becomes primitive steps: what fills the `lowering` slot of its record.

A lowering is called as `lowering(builder, *operands)` with step numbers and
returns one. It may use every primitive, every elementary function, and is free
to expand: an operator of a user's is lowered by the same means. Powers with a
literal exponent are decided one floor up, where the literal can be seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Final

from .. import ops
from ._builder import Builder

Lowering = Callable[..., int]


def _step(operator: str) -> Lowering:
    return lambda b, *operands: b.step(operator, *operands)


def _fold_left(operator: str) -> Lowering:
    return lambda b, *operands: reduce(lambda left, right: b.step(operator, left, right), operands)


def _piecewise(b: Builder, *operands: int) -> int:
    *pairs, result = operands
    for condition, value in zip(pairs[-2::-2], pairs[-1::-2], strict=True):
        result = b.select(condition, value, result)
    return result


def _remainder(b: Builder, x: int, y: int) -> tuple[int, int, int]:
    """Return C's remainder, where it is not zero, and where its sign is not the divisor's."""
    zero = b.constant(0.0)
    rest = b.step("fmod", x, y)
    negative = b.step("lt", rest, zero)
    differ = b.step("choose", b.step("lt", y, zero), b.step("not", negative), negative)
    return rest, b.step("ne", rest, zero), differ


def _mod(b: Builder, x: int, y: int) -> int:
    rest, nonzero, differ = _remainder(b, x, y)
    floored = b.select(differ, b.step("add", rest, y), rest)
    return b.select(nonzero, floored, b.step("copysign", b.constant(0.0), y))


def _floordiv(b: Builder, x: int, y: int) -> int:
    rest, nonzero, differ = _remainder(b, x, y)
    zero, one, quotient = b.constant(0.0), b.constant(1.0), b.step("div", x, y)
    exact = b.step("div", b.step("sub", x, rest), y)
    exact = b.select(b.step("and", nonzero, differ), b.step("sub", exact, one), exact)
    # Nearly whole already: floor is one off where the division rounded down to below it.
    whole = b.step("floor", exact)
    off = b.step("gt", b.step("sub", exact, whole), b.constant(0.5))
    whole = b.select(off, b.step("add", whole, one), whole)
    result = b.select(b.step("ne", exact, zero), whole, b.step("copysign", zero, quotient))
    return b.select(b.step("eq", y, zero), quotient, result)


def _sign(b: Builder, x: int) -> int:
    zero, one = b.constant(0.0), b.constant(1.0)
    # The last branch is a zero or a NaN; adding +0 makes -0 positive and keeps the NaN.
    below = b.select(b.step("lt", x, zero), b.constant(-1.0), b.step("add", b.real(x), zero))
    return b.select(b.step("gt", x, zero), one, below)


def _frac(b: Builder, x: int) -> int:
    zero, size = b.constant(0.0), b.step("abs", x)
    rest = b.step("sub", x, b.step("trunc", x))
    return b.step("copysign", b.select(b.step("eq", size, b.constant(math.inf)), zero, rest), x)


def _clamp(b: Builder, x: int, low: int, high: int) -> int:
    return b.step("min", b.step("max", x, low), high)


def _isfinite(b: Builder, x: int) -> int:
    return b.step("lt", b.step("abs", x), b.constant(math.inf))


def _isinf(b: Builder, x: int) -> int:
    return b.step("eq", b.step("abs", x), b.constant(math.inf))


def _scaled(factor: float) -> Lowering:
    return lambda b, x: b.step("mul", x, b.constant(factor))


_SAME_NAME = (
    *("add", "sub", "mul", "div", "neg", "abs", "sqrt", "floor", "ceil", "trunc", "copysign", "fma"),
    *("lt", "le", "gt", "ge", "eq", "ne", "not"),
    *("pow", "cbrt", "exp", "exp2", "exp10", "expm1", "log", "log2", "log10", "log1p", "hypot"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinpi", "cospi"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "lgamma", "sigmoid"),
    "softplus",
)

LOWERINGS: Final[dict[str, Lowering]] = {
    **{name: _step(name) for name in _SAME_NAME},
    **{name: _fold_left(name) for name in ("and", "or", "min", "max")},
    "round": _step("rint"),
    "where": lambda b, condition, yes, no: b.select(condition, yes, no),
    "piecewise": _piecewise,
    "mod": _mod,
    "floordiv": _floordiv,
    "sign": _sign,
    "frac": _frac,
    "clamp": _clamp,
    "isnan": lambda b, x: b.step("ne", x, x),
    "isfinite": _isfinite,
    "isinf": _isinf,
    "degrees": _scaled(180 / math.pi),
    "radians": _scaled(math.pi / 180),
}


for _name, _lowering in LOWERINGS.items():
    ops.fill(_name, "lowering", _lowering)
