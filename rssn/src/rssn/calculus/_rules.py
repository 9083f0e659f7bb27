"""The derivative of every operator: fills the records' `derivative` slots.

Conventions where a derivative does not exist in one point: abs has slope 0 at
0, min and max follow the operand that stands first at a tie, clamp is flat at
its limits' outside only, and what jumps (floor, sign, comparisons) is flat.
x^y has the slopes y*x^(y - 1) and x^y*log(x) everybody writes, which are NaN in
x = 0 for y = 0, and for the exponent.
Terms are written so that they neither overflow nor cancel before the true
value does, where that costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from .. import ops
from ..expr import Expr, constant
from ..ops import ge, gt, le, lt
from ._rule import A, B, Choice, Choices, Flat, G, Partials, R, Rule

_PI: Final = constant("pi")
_ONE: Final = constant(1)
_TWO: Final = constant(2)


def _one(term: Expr) -> Partials:
    return Partials((term,))


def _first_is_extreme(compare: str) -> Choices:
    """min and max: the first operand if it is not beaten by the extreme of the others, and so on."""
    beats, extreme = (le, ops.min) if compare == "le" else (ge, ops.max)

    def choose(operands: Sequence[Expr]) -> Choice:
        conditions, rest = [], operands[-1]
        for candidate in reversed(operands[:-1]):
            conditions.append(beats(candidate, rest))
            rest = extreme(candidate, rest)
        return Choice(tuple(reversed(conditions)), tuple(range(len(operands))))

    return Choices(choose)


def _where(_: Sequence[Expr]) -> Choice:
    return Choice((A,), (1, 2))


def _piecewise(operands: Sequence[Expr]) -> Choice:
    last = len(operands) - 1
    return Choice(tuple(operands[:last:2]), (*range(1, last, 2), last))


def _clamp(operands: Sequence[Expr]) -> Choice:
    x, low, high = operands
    return Choice((gt(ops.max(x, low), high), lt(x, low)), (2, 1, 0))


_FLAT = (
    *("lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not", "isnan", "isfinite", "isinf"),
    *("sign", "floor", "ceil", "round", "trunc", "floordiv"),
)

RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(_FLAT, Flat()),
    "add": Partials((G, G)),
    "sub": Partials((G, -G)),
    "mul": Partials((G * B, G * A)),
    "div": Partials((G / B, -(R * (G / B)))),
    "neg": _one(-G),
    "mod": Partials((G, -(G * (A // B)))),
    # With a literal exponent the constants merge: x^3 gives 3*x^2.
    "pow": Partials((G * (B * A ** (B - 1)), G * (R * ops.log(A)))),
    "fma": Partials((G * B, G * A, G)),
    "where": Choices(_where),
    "piecewise": Choices(_piecewise),
    "min": _first_is_extreme("le"),
    "max": _first_is_extreme("ge"),
    "clamp": Choices(_clamp),
    "abs": _one(G * ops.sign(A)),
    "frac": _one(G),
    "copysign": Partials((G * (ops.sign(A) * ops.copysign(_ONE, B)), None)),
    "hypot": Partials((G * (A / R), G * (B / R))),
    "degrees": _one(G * (180 / _PI)),
    "radians": _one(G * (_PI / 180)),
    "sqrt": _one(G / (2 * R)),
    "cbrt": _one(G / (3 * R**2)),
    "exp": _one(G * R),
    "exp2": _one(G * (R * ops.log(_TWO))),
    "exp10": _one(G * (R * ops.log(constant(10)))),
    "expm1": _one(G * ops.exp(A)),
    "log": _one(G / A),
    "log2": _one(G / (A * ops.log(_TWO))),
    "log10": _one(G / (A * ops.log(constant(10)))),
    "log1p": _one(G / (1 + A)),
    "sin": _one(G * ops.cos(A)),
    "cos": _one(-(G * ops.sin(A))),
    "tan": _one(G * (1 + R**2)),
    "asin": _one(G / ops.sqrt(1 - A**2)),
    "acos": _one(-(G / ops.sqrt(1 - A**2))),
    "atan": _one(G / (1 + A**2)),
    "atan2": Partials((G * (B / (A**2 + B**2)), -(G * (A / (A**2 + B**2))))),
    "sinpi": _one(G * (_PI * ops.cospi(A))),
    "cospi": _one(-(G * (_PI * ops.sinpi(A)))),
    "sinh": _one(G * ops.cosh(A)),
    "cosh": _one(G * ops.sinh(A)),
    "tanh": _one(G * (1 - R**2)),
    "asinh": _one(G / ops.sqrt(1 + A**2)),
    "acosh": _one(G / ops.sqrt(A**2 - 1)),
    "atanh": _one(G / (1 - A**2)),
    "erf": _one(G * (2 / ops.sqrt(_PI) * ops.exp(-(A**2)))),
    "erfc": _one(-(G * (2 / ops.sqrt(_PI) * ops.exp(-(A**2))))),
    "gamma": _one(G * (R * ops.polygamma(0, A))),
    "lgamma": _one(G * ops.polygamma(0, A)),
    "polygamma": Partials(("the order of polygamma is a whole number", G * ops.polygamma(A + 1, B))),
    # Not R*(1 - R): that cancels where R is nearly 1.
    "sigmoid": _one(G * (R * ops.sigmoid(-A))),
    "softplus": _one(G * ops.sigmoid(A)),
}


for _name, _rule in RULES.items():
    ops.fill(_name, "derivative", _rule)
