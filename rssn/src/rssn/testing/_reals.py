"""The value of an expression over the reals, to as many digits as wanted: the oracle of rules and of simplifying."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import mpmath

from ..expr import Expr, walk

#: A real number, a truth value, or None where there is no finite real value.
Real = Any

LARGEST_BITS = 10_000
HIGHEST_ORDER = 100  # of a polygamma function


def real_value(expression: Expr, environment: Mapping[str, Real], digits: int = 50) -> Real:
    """Return the value over the reals, computed with mpmath: an mpf, a bool, or None where there is none.

    `environment` gives each symbol's name a number, or None for "undefined
    here". Floats count as exact. An operation whose operand has no value has
    none, except that `where` and `piecewise` ask only for the branch taken.
    Raises KeyError for operators that are not built in, OverflowError for numbers too large to follow.
    """
    values: dict[Expr, Real] = {}
    with mpmath.workdps(digits):
        for node in walk(expression):
            if node.is_leaf:
                values[node] = _leaf(node, environment)
            else:
                values[node] = _apply(node.operator, [values[operand] for operand in node.operands])
        return values[expression]


def same_real(first: Real, second: Real, digits: int = 30) -> bool:
    """Whether two such values agree: both missing, or equal to that many digits, relative to the larger or to 1."""
    if first is None or second is None:
        return first is second
    with mpmath.workdps(digits + 20):
        first, second = mpmath.mpf(first), mpmath.mpf(second)
        return bool(abs(first - second) <= mpmath.mpf(10) ** -digits * max(1, abs(first), abs(second)))


def _leaf(node: Expr, environment: Mapping[str, Real]) -> Real:
    if node.operator == "symbol":
        value = environment[node.name]
    elif node.name == "pi":
        return +mpmath.pi
    else:
        value = node.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, complex):
        return None
    if isinstance(value, Fraction):
        return mpmath.mpf(value.numerator) / value.denominator
    number = mpmath.mpf(value)
    return number if mpmath.isfinite(number) else None


def _apply(operator: str, operands: list[Real]) -> Real:
    if operator in ("where", "piecewise"):
        return _choose(operands)
    if operator in ("isnan", "isinf", "isfinite"):
        return (operands[0] is None) == (operator == "isnan") if operator != "isinf" else False
    if None in operands:
        return None
    if operator in LOGIC:
        return LOGIC[operator](*[bool(operand != 0) for operand in operands])
    try:
        value = FUNCTIONS[operator](*map(mpmath.mpf, operands))
    except (ValueError, ZeroDivisionError):
        return None
    if isinstance(value, bool):
        return value
    if not isinstance(value, mpmath.mpf) or not mpmath.isfinite(value):
        return None
    if value and mpmath.mag(value) > LARGEST_BITS:
        raise OverflowError(f"{operator} is too large to follow")
    return value


def _choose(operands: list[Real]) -> Real:
    *pairs, otherwise = [operands[0], operands[1], operands[2]] if len(operands) == 3 else operands
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if condition is None:
            return None
        if condition != 0:
            return value
    return otherwise


def _power(a: Any, b: Any) -> Any:
    if a == 0:
        return None if b < 0 else mpmath.mpf(b == 0)
    if a < 0 and b != mpmath.floor(b):
        return None
    return a**b


def _inverse_in(
    low: float, high: float, function: Callable[[Any], Any], *, is_open: bool = False
) -> Callable[[Any], Any]:
    def value(x: Any) -> Any:
        return function(x) if (low < x < high if is_open else low <= x <= high) else None

    return value


def _where_positive(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: function(x) if x > 0 else None


def _trunc(x: Any) -> Any:
    return mpmath.floor(x) if x >= 0 else mpmath.ceil(x)


def _gamma(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: None if x <= 0 and x == mpmath.floor(x) else function(x)


def _polygamma(n: Any, x: Any) -> Any:
    if n != mpmath.floor(n) or not 0 <= n <= HIGHEST_ORDER or (x <= 0 and x == mpmath.floor(x)):
        return None
    return mpmath.polygamma(int(n), x)


def _floordiv(a: Any, b: Any) -> Any:
    return None if b == 0 else mpmath.floor(a / b)


def _tan(x: Any) -> Any:
    # No number of finitely many digits is a pole, but cos(pi/2) computed is meant to be 0.
    return None if abs(mpmath.cos(x)) < mpmath.mpf(10) ** (5 - mpmath.mp.dps) else mpmath.tan(x)


LOGIC: dict[str, Callable[..., bool]] = {
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
}
INF = float("inf")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b if b else None,
    "neg": lambda a: -a,
    "fma": lambda a, b, c: a * b + c,
    "pow": _power,
    "floordiv": _floordiv,
    "mod": lambda a, b: None if b == 0 else a - b * mpmath.floor(a / b),
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "min": min,
    "max": max,
    "clamp": lambda x, low, high: min(max(x, low), high),
    "abs": abs,
    "sign": lambda x: mpmath.mpf((x > 0) - (x < 0)),
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "round": mpmath.nint,
    "trunc": _trunc,
    "frac": lambda x: x - _trunc(x),
    "copysign": lambda a, b: abs(a) if b >= 0 else -abs(a),
    "degrees": lambda x: x * mpmath.mpf(180 / float(mpmath.pi)),
    "radians": lambda x: x * mpmath.mpf(float(mpmath.pi) / 180),
    "sqrt": lambda x: mpmath.sqrt(x) if x >= 0 else None,
    "cbrt": lambda x: mpmath.cbrt(x) if x >= 0 else -mpmath.cbrt(-x),
    "hypot": lambda a, b: mpmath.sqrt(a * a + b * b),
    "exp": mpmath.exp,
    "exp2": lambda x: mpmath.mpf(2) ** x,
    "exp10": lambda x: mpmath.mpf(10) ** x,
    "expm1": mpmath.expm1,
    "log": _where_positive(mpmath.log),
    "log2": _where_positive(lambda x: mpmath.log(x) / mpmath.log(2)),
    "log10": _where_positive(lambda x: mpmath.log(x) / mpmath.log(10)),
    "log1p": _inverse_in(-1, INF, mpmath.log1p, is_open=True),
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": _tan,
    "asin": _inverse_in(-1, 1, mpmath.asin),
    "acos": _inverse_in(-1, 1, mpmath.acos),
    "atan": mpmath.atan,
    "atan2": lambda y, x: None if x == y == 0 else mpmath.atan2(y, x),
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": _inverse_in(1, INF, mpmath.acosh),
    "atanh": _inverse_in(-1, 1, mpmath.atanh, is_open=True),
    "sinpi": mpmath.sinpi,
    "cospi": mpmath.cospi,
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "gamma": _gamma(mpmath.gamma),
    "lgamma": _gamma(lambda x: mpmath.log(abs(mpmath.gamma(x)))),
    "polygamma": _polygamma,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
}
