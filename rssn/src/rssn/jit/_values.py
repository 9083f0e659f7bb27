"""What each primitive step means, on NumPy arrays and scalars. Code generation agrees with this file bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from ._fma import fma

Array = Any


def minimum(a: Array, b: Array) -> Array:
    """Return the smaller; a NaN passes and -0 is below +0, which `numpy.minimum` leaves open."""
    zeros = (a == 0) & (b == 0)
    return np.where(zeros, np.where(np.signbit(a), a, b), np.minimum(a, b))


def maximum(a: Array, b: Array) -> Array:
    """Return the larger; a NaN passes and -0 is below +0."""
    zeros = (a == 0) & (b == 0)
    return np.where(zeros, np.where(np.signbit(a), b, a), np.maximum(a, b))


def _choose(condition: Array, yes: Array, no: Array) -> Array:
    return (condition & yes) | (~condition & no)


def _complex(real: Array, imaginary: Array) -> Array:
    found = np.empty(np.broadcast_shapes(np.shape(real), np.shape(imaginary)), np.result_type(real, np.complex64))
    found.real, found.imag = real, imaginary
    return found


# Leaves and "number" need the tape's dtype and are answered by the interpreter itself.
VALUES: Final[dict[str, Callable[..., Array]]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "fma": fma,
    "fms": lambda a, b, c: fma(a, b, np.negative(c)),
    "fnma": lambda a, b, c: fma(np.negative(a), b, c),
    "fmod": np.fmod,
    "neg": np.negative,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
    "rint": np.rint,
    "copysign": np.copysign,
    "min": minimum,
    "max": maximum,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "select": np.where,
    "choose": _choose,
    "complex": _complex,
}
