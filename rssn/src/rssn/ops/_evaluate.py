"""Evaluate an expression with NumPy or, on request, exactly: the plain meaning of a formula, without a compiler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from difflib import get_close_matches
from fractions import Fraction
from math import pi
from typing import Any

from .._numpy import np
from ..errors import DtypeError, FoldError, ShapeError, UnknownNameError
from ..expr import Expr, install_evaluate, walk
from ._arithmetic import literal_power
from ._exact import DEFAULT_BITS, bit_limit
from ._fold import exact_leaf, fold_values
from ._record import Exact
from ._registry import lookup


def evaluate(expression: Expr, env: Mapping[Any, Any] | None = None, *, exact: bool = False) -> Any:
    """Return the value of an expression where its symbols have the values in `env`.

    `env` maps names (or symbols) to numbers and arrays that broadcast
    together. float32 arrays stay float32; all else is computed in f64, each
    operation rounded as written (``math="strict"``). Scalars give a Python
    float or bool. With ``exact=True`` values are integers and rationals, and
    so is the result; FoldError where it is not rational or does not exist.

    Raises UnknownNameError for a symbol without a value, ShapeError for arrays
    that do not broadcast, DtypeError for what is not a real number.
    """
    given = {key.name if isinstance(key, Expr) else key: value for key, value in (env or {}).items()}
    if exact:
        with bit_limit(DEFAULT_BITS):
            return _run(expression, {name: _exact_input(name, value) for name, value in given.items()}, _exact_node)
    inputs = {name: _float_input(name, value) for name, value in given.items()}
    try:
        np.broadcast_shapes(*[np.shape(value) for value in inputs.values()])
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in inputs.items() if np.shape(value))
        raise ShapeError("shapes do not broadcast together", found=shapes) from None
    return _plain(_run(expression, inputs, _float_node))


def _run(expression: Expr, inputs: Mapping[str, Any], compute: Any) -> Any:
    """Compute unique nodes, operands first; a value is dropped after its last use, so arrays do not pile up."""
    order = list(walk(expression))
    uses = Counter(operand for node in order for operand in set(node.operands))
    values: dict[Expr, Any] = {}
    for node in order:
        operands = node.operands
        values[node] = _symbol(node, inputs) if node.operator == "symbol" else compute(node, values)
        for operand in set(operands):
            uses[operand] -= 1
            if not uses[operand]:
                del values[operand]
    return values[expression]


def _symbol(node: Expr, inputs: Mapping[str, Any]) -> Any:
    name = node.name
    if name in inputs:
        return inputs[name]
    near = get_close_matches(str(name), [str(key) for key in inputs], 1)
    raise UnknownNameError(
        f"no value for {str(name)[:80]!r}",
        wanted="a value for every symbol",
        found=", ".join(map(str, inputs)) or "no values at all",
        hint=f"did you mean {near[0]}?" if near else "pass it in the mapping",
    )


def _float_node(node: Expr, values: dict[Expr, Any]) -> Any:
    if node.is_leaf:
        return _float_leaf(node)
    operands = node.operands
    if node.operator == "pow" and (function := literal_power(operands[1].value)):
        return function(values[operands[0]])
    return lookup(node.operator).value(*[values[operand] for operand in operands])


def _float_leaf(node: Expr) -> Any:
    """Constants are Python numbers, so that they take the type of the arrays beside them."""
    value = node.value
    if value is None and node.name == "pi":
        return pi
    if value is None or isinstance(value, complex):
        raise DtypeError(f"{node} has no real value", hint="complex numbers are symbolic only")
    return value


def _exact_node(node: Expr, values: dict[Expr, Any]) -> Exact:
    if node.is_leaf:
        if exact_leaf(node.value):
            return node.value  # type: ignore[no-any-return]
        raise FoldError(f"{node} has no exact value", hint="evaluate it in floats")
    result = fold_values(lookup(node.operator), *[values[operand] for operand in node.operands])
    if result is None:
        shown = ", ".join(str(values[operand])[:40] for operand in node.operands)
        raise FoldError(f"{node.operator}({shown}) is not rational, or does not exist", hint="evaluate it in floats")
    return result


def _exact_input(name: str, value: Any) -> Exact:
    if isinstance(value, np.integer | np.bool_):
        value = value.item()
    if not exact_leaf(value):
        raise DtypeError(f"{name} is not exact", wanted="an int, a Fraction or a bool", found=type(value).__name__)
    return value  # type: ignore[no-any-return]


def _float_input(name: str, value: Any) -> Any:
    if isinstance(value, int | float | Fraction):
        return value
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise DtypeError(f"{name} is not numeric", wanted="real numbers or bools", found=f"dtype {array.dtype}")
    narrow = array.dtype.kind == "b" or array.dtype == np.float32
    return array[()] if narrow else array.astype(np.float64, copy=False)[()]


def _plain(result: Any) -> Any:
    """Scalars become Python's own; the value of a bare constant becomes a float."""
    if isinstance(result, np.generic) and not isinstance(result, np.float32):
        return result.item()
    if isinstance(result, int | Fraction) and not isinstance(result, bool):
        return lookup("add").value(result, 0).item()
    return result


install_evaluate(evaluate)
