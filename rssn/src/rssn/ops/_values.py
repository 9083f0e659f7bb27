"""How NumPy is asked: no warnings, bools as 0/1, float32 stays float32."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import wraps
from typing import Any

from .._numpy import np
from ..errors import DtypeError

Value = Callable[..., Any]


def to_float(number: float | Fraction) -> float:
    """Round an exact number to the nearest f64; beyond the range to ±inf."""
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def reals(*operands: Any) -> list[Any]:
    """Bring operands to one floating type: float32 if there is one and no float64 array or scalar, else float64.

    Python numbers are weak, as in NumPy: they take the type of the arrays beside them.
    """
    kinds = {getattr(operand, "dtype", None) for operand in operands}
    narrow = np.dtype(np.float32) in kinds and not any(
        kind is not None and kind.kind in "fiu" and kind != np.float32 for kind in kinds
    )
    target = np.float32 if narrow else np.float64
    return [_real(operand, target) for operand in operands]


def _real(operand: Any, target: type[np.floating[Any]]) -> Any:
    if type(operand) is float:
        return target(operand)
    dtype = getattr(operand, "dtype", None)
    if dtype is None:
        if isinstance(operand, int | Fraction | float):
            return target(to_float(operand))
        operand = np.asarray(operand)
        dtype = operand.dtype
    if dtype == target:
        return operand
    if dtype.kind not in "fiub":
        raise DtypeError("not a number", wanted="real numbers or bools", found=f"dtype {dtype}")
    return operand.astype(target)


def by_numpy(name: str) -> Value:
    """Return NumPy's function of that name, which is found when it is first called."""

    def function(*operands: Any) -> Any:
        return getattr(np, name)(*operands)

    function.__name__ = function.__qualname__ = name
    return function


def arithmetic(function: Value) -> Value:
    """Make a value function that computes in the operands' own type, silently."""

    @wraps(function)
    def value(*operands: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*reals(*operands))

    return value


def elementary(function: Value) -> Value:
    """Make a value function that computes in f64 and rounds once to the operands' type, silently."""

    @wraps(function)
    def value(*operands: Any) -> Any:
        numbers = reals(*operands)
        with np.errstate(all="ignore"):
            if numbers[0].dtype != np.float32:
                return function(*numbers)
            return function(*[number.astype(np.float64) for number in numbers]).astype(np.float32)

    return value


def one_by_one(function: Callable[[float], float]) -> Value:
    """Make an f64 value function from one of Python's `math`, a number at a time."""

    @elementary
    def value(x: Any) -> Any:
        if np.ndim(x) == 0:
            return np.float64(function(float(x)))
        return np.frompyfunc(function, 1, 1)(x).astype(np.float64)

    return value


def truth(condition: Any) -> Any:
    """Read a condition: a bool as it is, a number as ``!= 0`` (NaN is true)."""
    if isinstance(condition, int | Fraction):
        return np.bool_(condition != 0)
    array = np.asarray(condition)
    return array if array.dtype == np.bool_ else np.not_equal(reals(array)[0], 0.0)
