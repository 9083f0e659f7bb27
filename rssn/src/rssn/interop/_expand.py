"""Operators written out in others, for languages that lack them: the same value, and in arithmetic the same bits."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Final, TypeAlias

from ..expr import Expr, apply, constant, walk
from ..ops import LARGEST_CHAIN

Definition: TypeAlias = Callable[..., Expr]


def expand(roots: Sequence[Expr], definitions: Mapping[str, Definition]) -> list[Expr]:
    """Return the expressions with the operators that have a definition written out, those in definitions too."""
    listed = list(roots)
    while True:
        order = walk(*listed)
        if not any(node.operator in definitions and _applies(node) for node in order):
            return listed
        made: dict[Expr, Expr] = {}
        for node in order:
            operands = tuple([made[operand] for operand in node.operands])
            if node.operator in definitions and _applies(node):
                made[node] = definitions[node.operator](*operands)
            else:
                made[node] = node if operands == node.operands else apply(node.operator, *operands)
        listed = [made[root] for root in listed]


def compute_constants(roots: Sequence[Expr]) -> list[Expr]:
    """Return the expressions with parts that read no symbol as the f64 (or truth value) that they are."""
    made: dict[Expr, Expr] = {}
    for node in walk(*roots):
        operands = tuple([made[operand] for operand in node.operands])
        made[node] = node if operands == node.operands else apply(node.operator, *operands)
        if operands and all(operand.is_leaf and _is_real_number(operand) for operand in operands):
            made[node] = constant(made[node].evaluate())
    return [made[root] for root in roots]


def _is_real_number(leaf: Expr) -> bool:
    return leaf.operator != "symbol" and leaf.name != "1j"


def _applies(node: Expr) -> bool:
    """Whether a definition is needed: of powers only for exponents that mean a chain of products or a root.

    Of `min` and `max` for more than two operands, of a difference for what is taken from 0.
    """
    if node.operator in ("min", "max"):
        return len(node.operands) > 2
    if node.operator == "sub":
        value = node.operands[0].value
        return value is not None and value == 0 and str(value) != "-0.0"
    return node.operator != "pow" or is_literal_power(node)


def is_literal_power(node: Expr) -> bool:
    """Whether a power means a chain of products, or a square root."""
    value = node.operands[1].value
    return (type(value) is int and abs(value) <= LARGEST_CHAIN) or (type(value) is not bool and value == 0.5)


def _power(base: Expr, exponent: Expr) -> Expr:
    n = exponent.value
    if n == 0.5:
        return apply("where", apply("eq", base, -math.inf), math.inf, apply("sqrt", base) + 0.0)
    return 1.0 / _chain(base, -n) if n < 0 else _chain(base, n)


def _chain(base: Expr, n: int) -> Expr:
    if n < 2:
        return base if n else constant(1.0)
    if n % 2:
        return _chain(base, n - 1) * base
    half = _chain(base, n // 2)
    return half * half


def _pairwise(name: str) -> Definition:
    return lambda *operands: reduce(lambda a, b: apply(name, a, b), operands)


def _piecewise(*operands: Expr) -> Expr:
    *pairs, result = operands
    for condition, value in zip(pairs[-2::-2], pairs[-1::-2], strict=True):
        result = apply("where", condition, value, result)
    return result


def _sign(x: Expr) -> Expr:
    return apply("where", x > 0, 1.0, apply("where", x < 0, -1.0, x + 0.0))


def _frac(x: Expr) -> Expr:
    infinite = apply("eq", abs(x), math.inf)
    return apply("copysign", apply("where", infinite, 0.0, x - apply("trunc", x)), x)


def _softplus(x: Expr) -> Expr:
    return apply("max", x, 0.0) + apply("log1p", apply("exp", -abs(x)))


def _sinpi(x: Expr) -> Expr:
    """Fold the angle exactly into [0, 1/4] half turns."""
    turn = abs(x) % 2.0
    second = turn >= 1
    half = apply("where", second, turn - 1.0, turn)
    quarter = apply("where", half > 0.5, 1.0 - half, half)
    size = apply("where", quarter > 0.25, _cos_of(0.5 - quarter), _sin_of(quarter))
    signed = apply("where", second, -size, size) * apply("copysign", 1.0, x)
    return apply("where", apply("eq", half, 0), apply("copysign", 0.0, x), signed)


def _cospi(x: Expr) -> Expr:
    turn = abs(x) % 2.0
    half = apply("where", turn > 1, 2.0 - turn, turn)
    middle = apply("where", half < 0.75, _sin_of(0.5 - half), -_cos_of(1.0 - half))
    return apply("where", half <= 0.25, _cos_of(half), middle)


def _sin_of(half_turns: Expr) -> Expr:
    return apply("sin", half_turns * math.pi)


def _cos_of(half_turns: Expr) -> Expr:
    return apply("cos", half_turns * math.pi)


# What has no infix form, no library function and no shorter words in any of the languages.
COMMON: Final[dict[str, Definition]] = {
    "pow": _power,
    "min": _pairwise("min"),
    "max": _pairwise("max"),
    "piecewise": _piecewise,
    "sign": _sign,
    "frac": _frac,
    "clamp": lambda x, low, high: apply("min", apply("max", x, low), high),
    "sigmoid": lambda x: 1.0 / (apply("exp", -x) + 1.0),
    "softplus": _softplus,
    "exp10": lambda x: apply("pow", constant(10.0), x),
    "sinpi": _sinpi,
    "cospi": _cospi,
    "degrees": lambda x: x * (180 / math.pi),
    "radians": lambda x: x * (math.pi / 180),
}
