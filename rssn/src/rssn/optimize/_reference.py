"""The true value of an expression at a point, in balls of 160 bits: what rounding errors are measured against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from flint import arb, ctx

from ..expr import Expr, walk
from ..ops import lookup

if TYPE_CHECKING:
    from collections.abc import Iterator

BITS: Final = 160


@contextmanager
def precision(bits: int = BITS) -> Iterator[None]:
    """Compute with balls of so many bits within the block."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def _cbrt(x: Any) -> Any:
    return -((-x).root(3)) if x < 0 else x.root(3)


def _hypot(x: Any, y: Any) -> Any:
    return (x * x + y * y).sqrt()


def _power(x: Any, y: Any) -> Any:
    if y.is_integer():
        return x ** int(y.unique_fmpz())
    return x**y


def _middle(x: Any) -> float:
    return float(x.mid())


_SAME_NAME: Final = (
    *("exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "erf", "erfc", "gamma", "lgamma"),
)
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "abs": abs,
    "pow": _power,
    "sqrt": lambda x: x.sqrt(),
    "cbrt": _cbrt,
    "hypot": _hypot,
    "fma": lambda x, y, z: x * y + z,
    "exp2": lambda x: arb(2) ** x,
    "exp10": lambda x: arb(10) ** x,
    "log2": lambda x: x.log() / arb(2).log(),
    "log10": lambda x: x.log() / arb(10).log(),
    "atan2": lambda y, x: arb.atan2(y, x),
    "sinpi": lambda x: x.sin_pi(),
    "cospi": lambda x: x.cos_pi(),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "softplus": lambda x: (1 + x.exp()).log(),
    "degrees": lambda x: x * 180 / arb.pi(),
    "radians": lambda x: x * arb.pi() / 180,
    "where": lambda condition, yes, no: yes if _middle(condition) else no,
    "min": lambda *xs: min(xs, key=_middle),
    "max": lambda *xs: max(xs, key=_middle),
    **{name: (lambda x, _name=name: getattr(x, _name)()) for name in _SAME_NAME},
}


def _piecewise(*operands: Any) -> Any:
    *pairs, otherwise = operands
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if _middle(condition):
            return value
    return otherwise


_FUNCTIONS["piecewise"] = _piecewise


def true_value(expression: Expr, point: Mapping[str, float]) -> Any:
    """Return a ball around the value of an expression; call it inside `precision`.

    Operators without a counterpart in balls are computed in f64.
    """
    return true_values([expression], point)[0]


def true_values(expressions: Sequence[Expr], point: Mapping[str, float]) -> list[Any]:
    """Return a ball for each of some expressions, which may share parts."""
    values: dict[Expr, Any] = {}
    for expression in expressions:
        for node in walk(expression):
            if node not in values:
                values[node] = _node(node, values, point)
    return [values[expression] for expression in expressions]


def _node(node: Expr, values: Mapping[Expr, Any], point: Mapping[str, float]) -> Any:
    if not node.operands:
        if node.operator == "symbol":
            return arb(point[str(node.name)])
        return ball(node.value) if node.value is not None else _constant(str(node.name))
    operands = [values[operand] for operand in node.operands]
    function = _FUNCTIONS.get(node.operator)
    if function is None:
        return arb(float(lookup(node.operator).value(*map(_middle, operands))))
    return function(*operands)


def _constant(name: str) -> Any:
    return arb.pi() if name == "pi" else arb(1 if name == "true" else 0 if name == "false" else float("nan"))


def ball(value: Any) -> Any:
    """Return a number as a ball."""
    if isinstance(value, Fraction):
        return arb(value.numerator) / arb(value.denominator)
    return arb(value) if isinstance(value, int | float) else arb.nan()


def error_of(computed: float, true: Any) -> float | None:
    """Return the relative error of what was computed (absolute where the truth is 0), None where it isn't known."""
    if not true.is_finite() or not abs(computed) < float("inf"):
        return None
    if true.is_zero():
        return abs(computed)
    if true.rel_accuracy_bits() < 64:
        return None
    return abs(_middle((arb(computed) - true) / true))
