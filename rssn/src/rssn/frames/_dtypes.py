"""Which columns a formula can read, and what to tell the user about the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DtypeError

_HINTS = {
    "text": "convert the column to numbers first, or leave it to --keep",
    "time": "an interval of months and days has no fixed length: make it a duration first",
    "complex": "convert the column to complex128 first",
    "other": "convert the column to f64 first",
}
_KINDS = {"U": "text", "S": "text", "T": "text", "c": "complex"}


def refuse(name: str, found: str, kind: str) -> DtypeError:
    """Return the error for a column that no formula can read; `kind` picks the hint."""
    label = "a text column" if kind == "text" else "a column of times" if kind == "time" else "not a column of numbers"
    hint = _HINTS[kind]
    return DtypeError(f"{name!r} is {label}", wanted="numbers or booleans", found=str(found), hint=hint)


def numbers(name: str, values: object) -> NDArray[Any]:
    """Return a column as an array of bool, integer, time, f16…f64 or complex, without a copy where it is one already.

    Raises DtypeError naming the column for text, f128 and objects that are not numbers.
    """
    array = np.asanyarray(values)
    kind = array.dtype.kind
    if kind in "biumM" or (kind == "f" and array.dtype.itemsize <= 8) or array.dtype.char in "FD":
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if kind == "O":
        return _unwrap(name, array)
    raise refuse(name, str(array.dtype), _KINDS.get(kind, "other"))


def _unwrap(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """Make numbers of an object column that holds nothing but Python or NumPy numbers."""
    kinds = {type(item) for item in array.flat}
    if not kinds:
        return np.empty(array.shape)
    if not all(issubclass(kind, bool | int | float | np.number | np.bool) for kind in kinds):
        odd = sorted(kind.__name__ for kind in kinds)
        raise refuse(name, f"objects of type {', '.join(odd)}", "text" if str in kinds else "other")
    plain = np.array(array.tolist())
    if plain.dtype.kind == "O" or (plain.dtype.kind == "f" and any(_is_huge(item) for item in array.flat)):
        raise refuse(name, "integers of many bits among other numbers", "other")
    return numbers(name, plain)


def _is_huge(item: object) -> bool:
    return isinstance(item, int | np.integer) and abs(int(item)) > 2**53
