"""Values of stored expressions: inputs made ready, lanes of rows, and what operators outside plain arithmetic mean."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import config
from ..errors import DtypeError, ShapeError, UnknownNameError
from ..ops import literal_power, lookup

if TYPE_CHECKING or not config.PURE_PYTHON:
    from ._evaluate_c import run
else:
    from ._evaluate_py import run

LANES = 8


def evaluate(nodes: Any, number: int, environment: Mapping[str, object] | None) -> Any:
    """Return the value of a node where `environment` gives numbers or arrays; see `StoredExpr.evaluate`."""
    given = {_name(key): np.asarray(_number(value)) for key, value in (environment or {}).items()}
    inputs = {name: _input(name, value) for name, value in given.items()}
    try:
        shape = np.broadcast_shapes(*[value.shape for value in inputs.values()])
    except ValueError:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in inputs.items() if value.shape)
        raise ShapeError("shapes do not broadcast together", found=shapes) from None
    rows = {name: np.broadcast_to(value, shape).reshape(-1) for name, value in inputs.items()}
    count = int(np.prod(shape, dtype=np.int64))
    found = np.empty(count)
    lanes = min(LANES, count) or 1
    for start in range(0, count, lanes):
        # The last lanes may overlap those before them, and compute the same again.
        start = max(0, min(start, count - lanes))
        part = {name: value[start : start + lanes] for name, value in rows.items()}
        found[start : start + lanes] = run(nodes, number, lanes, nodes.spare, _leaves(part), _call)
    return _result(found.reshape(shape), _is_bool(nodes.describe(number), given))


def _is_bool(description: tuple[Any, ...], given: Mapping[str, Any]) -> bool:
    operator, operands, value, name = description
    if operands:
        return lookup(operator).result == "bool"
    return isinstance(value, bool) or (operator == "symbol" and given[name].dtype.kind == "b")


def _result(found: np.ndarray[Any, np.dtype[np.float64]], is_bool: bool) -> Any:
    answer = found.astype(bool) if is_bool else found
    return answer if answer.shape else answer[()].item()


def _name(key: object) -> str:
    return str(getattr(key, "name", key))


def _number(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value


def _input(name: str, array: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    if array.dtype.kind not in "fiub":
        raise DtypeError(f"{name} is not numeric", wanted="real numbers or bools", found=f"dtype {array.dtype}")
    return array.astype(np.float64)


def _leaves(inputs: Mapping[str, Any]) -> Any:
    def leaf(kind: str, value: Any, name: str | None) -> Any:
        if kind == "symbol":
            if name is not None and name in inputs:
                return inputs[name]
            raise UnknownNameError(
                f"no value for {str(name)[:80]!r}",
                wanted="a value for every symbol",
                found=", ".join(inputs) or "no values at all",
                hint="pass it in the mapping",
            )
        if name == "pi":
            return pi
        if value is None or isinstance(value, complex):
            raise DtypeError(f"{name or value} has no real value", hint="complex numbers are symbolic only")
        try:
            return float(value)
        except OverflowError:
            return float("inf") if value > 0 else float("-inf")

    return leaf


def _call(operator: str, operands: list[Any], exponent: object) -> Any:
    if operator == "pow" and (function := literal_power(exponent)):
        return np.asarray(function(operands[0]), dtype=np.float64)
    return np.broadcast_to(np.asarray(lookup(operator).value(*operands), dtype=np.float64), operands[0].shape)
