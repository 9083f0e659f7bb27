"""FPCore's words: what its operators and constants become here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from typing import Final, TypeAlias

from ..expr import Expr, apply, constant

Builder: TypeAlias = Callable[..., Expr]

_SMALLEST_NORMAL = 2.0**-1022
_NAMES = {
    **{name: name for name in ("fma", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "pow", "sqrt", "cbrt")},
    **{name: name for name in ("hypot", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh")},
    **{name: name for name in ("asinh", "acosh", "atanh", "erf", "erfc", "lgamma", "ceil", "floor", "trunc", "not")},
    **{name: name for name in ("copysign", "isfinite", "isinf", "isnan")},
    "fabs": "abs",
    "tgamma": "gamma",
    "nearbyint": "round",
    "/": "div",
}
_COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq"}


def _minus(*operands: Expr) -> Expr:
    return -operands[0] if len(operands) == 1 else _folded("sub")(*operands)


def _folded(name: str) -> Builder:
    def build(first: Expr, *rest: Expr) -> Expr:
        for operand in rest:
            first = apply(name, first, operand)
        return first

    return build


def _applied(name: str) -> Builder:
    return lambda *operands: apply(name, *operands)


def _all(conditions: Sequence[Expr]) -> Expr:
    return _folded("and")(*conditions) if conditions else constant(True)


def _compared(name: str) -> Builder:
    """`(< a b c)` holds where each is less than the next."""
    return lambda *operands: _all([apply(name, a, b) for a, b in pairwise(operands)])


def _different(*operands: Expr) -> Expr:
    """`(!= a b c)` holds where no two are equal."""
    return _all([apply("ne", a, b) for a, b in combinations(operands, 2)])


def _extreme(name: str) -> Builder:
    """C's fmin and fmax, which drop a NaN where ours pass it on."""

    def build(a: Expr, b: Expr) -> Expr:
        return apply("where", apply("isnan", a), b, apply("where", apply("isnan", b), a, apply(name, a, b)))

    return build


def _fmod(a: Expr, b: Expr) -> Expr:
    """C's remainder, with the sign of a: that of the sizes, which is the same for both definitions."""
    return apply("copysign", abs(a) % abs(b), a)


def _round(x: Expr) -> Expr:
    """C's round: halves away from zero."""
    size = abs(x)
    up = apply("where", apply("frac", size) >= 0.5, 1, 0)
    return apply("copysign", apply("trunc", size) + up, x)


def _normal(x: Expr) -> Expr:
    return (abs(x) >= _SMALLEST_NORMAL) & apply("isfinite", x)


#: operator -> fewest and most operands (None: any number), and what builds it
OPERATORS: Final[dict[str, tuple[int, int | None, Builder]]] = {
    "+": (1, None, _folded("add")),
    "*": (1, None, _folded("mul")),
    "-": (1, None, _minus),
    "and": (0, None, lambda *operands: _all(operands)),
    "or": (0, None, lambda *operands: _folded("or")(*operands) if operands else constant(False)),
    "!=": (1, None, _different),
    "if": (3, 3, _applied("where")),
    "fmin": (2, 2, _extreme("min")),
    "fmax": (2, 2, _extreme("max")),
    "fdim": (2, 2, lambda a, b: apply("where", a <= b, 0, a - b)),
    "fmod": (2, 2, _fmod),
    "round": (1, 1, _round),
    "isnormal": (1, 1, _normal),
    "signbit": (1, 1, lambda x: apply("copysign", 1, x) < 0),
}
for _name, _operator in _COMPARISONS.items():
    OPERATORS[_name] = (1, None, _compared(_operator))
for _name, _operator in _NAMES.items():
    _count = {"fma": 3, "pow": 2, "hypot": 2, "atan2": 2, "copysign": 2, "div": 2}.get(_operator, 1)
    OPERATORS[_name] = (_count, _count, _applied(_operator))


def _of(name: str, x: object) -> Expr:
    return apply(name, x)


_PI = constant("pi")
CONSTANTS: Final[dict[str, Expr]] = {
    "E": _of("exp", 1),
    "LOG2E": 1 / _of("log", 2),
    "LOG10E": 1 / _of("log", 10),
    "LN2": _of("log", 2),
    "LN10": _of("log", 10),
    "PI": _PI,
    "PI_2": _PI / 2,
    "PI_4": _PI / 4,
    "M_1_PI": 1 / _PI,
    "M_2_PI": 2 / _PI,
    "M_2_SQRTPI": 2 / _of("sqrt", _PI),
    "SQRT2": _of("sqrt", 2),
    "SQRT1_2": _of("sqrt", Fraction(1, 2)),
    "INFINITY": constant("inf"),
    "NAN": constant("nan"),
    "TRUE": constant(True),
    "FALSE": constant(False),
}
CONSTANTS.update((name[2:], CONSTANTS[name]) for name in ("M_1_PI", "M_2_PI", "M_2_SQRTPI"))
#: forms that make loops, arrays or change how numbers are rounded: known, and refused
REFUSED: Final = {
    **dict.fromkeys(("while", "while*", "for", "for*"), "loops are not formulas"),
    **dict.fromkeys(("tensor", "tensor*", "array", "ref", "dim", "size"), "tensors are not formulas"),
    **dict.fromkeys(("cast",), "rounding inside a formula is not supported"),
    **dict.fromkeys(("remainder",), "no operator here has the remainder to the nearest quotient"),
}
