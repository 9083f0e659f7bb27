"""Circular functions, their inverses, and sine and cosine of half turns."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .._numpy import np
from ..expr import Printer
from ._exact import only, sine_of_half_turns
from ._record import Exact, Fold, Operator, latex_call
from ._registry import Function, register
from ._values import Value, by_numpy, elementary


def _unary(
    name: str, value: Value, doc: str, domain: str, fold: Fold, cost: float, *, inverse: bool = False, latex: str = ""
) -> Function:
    return register(
        Operator(
            name=name,
            aliases=(f"arc{name[1:]}",) if inverse else (),
            doc=doc,
            domain=domain,
            arity=(1, 1),
            cost=cost,
            value=elementary(value),
            fold=fold,
            printer=Printer(latex=latex or latex_call(f"arc{name[1:]}" if inverse else name)),
        )
    )


def _half_turns(x: Any) -> tuple[Any, Any]:
    """Split x = n/2 + t exactly, |t| <= 1/4; return n mod 4 and pi*t."""
    x = np.where(np.isfinite(x), np.fmod(x, 2.0), np.nan)
    n = np.rint(2.0 * x)
    return np.mod(n, 4.0), np.pi * (x - 0.5 * n)


def _sinpi(x: Any) -> Any:
    n, t = _half_turns(x)
    value = np.where(np.mod(n, 2.0) == 0, np.sin(t), np.cos(t))
    value = np.where(n >= 2, -value, value)
    # IEEE 754: at whole numbers a zero with the sign of x.
    return np.where(value == 0, np.copysign(0.0, x), value)[()]


def _cospi(x: Any) -> Any:
    n, t = _half_turns(x)
    value = np.where(np.mod(n, 2.0) == 0, np.cos(t), np.sin(t))
    value = np.where((n == 1) | (n == 2), -value, value)
    return np.where(value == 0, 0.0, value)[()]


def _fold_atan2(y: Exact, x: Exact) -> Exact | None:
    return 0 if y == 0 and x > 0 else None


sin = _unary(
    "sin", by_numpy("sin"), "The sine of an angle in radians. Keeps ±0; NaN at ±inf.", "finite x", only({0: 0}), 16
)
cos = _unary(
    "cos", by_numpy("cos"), "The cosine of an angle in radians. 1 at ±0; NaN at ±inf.", "finite x", only({0: 1}), 16
)
tan = _unary(
    "tan",
    by_numpy("tan"),
    "The tangent of an angle in radians. Keeps ±0; NaN at ±inf. No float is a pole.",
    "x not an odd multiple of pi/2",
    only({0: 0}),
    24,
)
asin = _unary(
    "asin",
    by_numpy("arcsin"),
    "The angle in [-pi/2, pi/2] whose sine is x. Keeps ±0; outside [-1, 1] NaN.",
    "-1 <= x <= 1",
    only({0: 0}),
    18,
    inverse=True,
)
acos = _unary(
    "acos",
    by_numpy("arccos"),
    "The angle in [0, pi] whose cosine is x. acos(1) is +0; outside [-1, 1] NaN.",
    "-1 <= x <= 1",
    only({1: 0}),
    18,
    inverse=True,
)
atan = _unary(
    "atan",
    by_numpy("arctan"),
    "The angle in [-pi/2, pi/2] whose tangent is x. Keeps ±0; ±pi/2 at ±inf.",
    "all x",
    only({0: 0}),
    18,
    inverse=True,
)
atan2 = register(
    Operator(
        name="atan2",
        aliases=("arctan2",),
        doc="The angle of the point (x, y), first operand y, in [-pi, pi]. atan2(±0, x) is ±0 for x > 0 or +0, "
        "±pi for x < 0 or -0; atan2(±y, ±0) is ±pi/2; infinities are points on the diagonals and axes.",
        domain="all y, x but (0, 0)",
        arity=(2, 2),
        cost=25,
        value=elementary(by_numpy("arctan2")),
        fold=_fold_atan2,
    )
)
sinpi = _unary(
    "sinpi",
    _sinpi,
    "sin(pi*x), zeros exact: at whole numbers a zero with the sign of x. NaN at ±inf.",
    "finite x",
    sine_of_half_turns,
    14,
    latex=r"\operatorname{sinpi}\left({#1}\right)",
)
cospi = _unary(
    "cospi",
    _cospi,
    "cos(pi*x), zeros exact: +0 at odd halves. NaN at ±inf.",
    "finite x",
    lambda x: sine_of_half_turns(x + Fraction(1, 2)),
    14,
    latex=r"\operatorname{cospi}\left({#1}\right)",
)
