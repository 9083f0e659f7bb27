"""`from_sympy`: SymPy's objects to expressions. Which class becomes what is in `_sympy_classes.py`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, TypeAlias

from ..errors import ConversionError, OptionError, RssnError
from ..expr import Expr, constant
from ._sympy_classes import Reading, is_table
from ._sympy_library import sympy

Nested: TypeAlias = "Expr | list[Nested]"
_STEPS_SHOWN = 12


def from_sympy(obj: Any, *, lossy: bool = False) -> Any:
    """Return the expression that a SymPy object is; of a matrix, an array, a list or a tuple nested lists of them.

    Sums and products become chains in the order in which SymPy keeps their
    arguments; negative terms become differences, negative powers quotients.
    Real arithmetic is meant: ``sqrt(x)`` is our `sqrt`, `loggamma` our
    `lgamma`. Assumptions are not part of a symbol here and are dropped. An
    applied function such as ``Function('x')(t)`` is the symbol called
    "x(t)", and its derivative the symbol "Derivative(x(t), t)". Linear in
    unique nodes; nothing recurses.

    Raises ConversionError for a node that has no counterpart, with the path
    to it, and for different symbols of one name; PrecisionLossError for a
    number of more digits than an f64 holds, unless `lossy`.
    """
    reading = Reading(lossy)
    return _nested(obj, reading, "")


def _nested(obj: Any, reading: Reading, where: str) -> Any:
    if isinstance(obj, list | tuple):
        return [_nested(item, reading, f"{where}[{index}]") for index, item in enumerate(obj)]
    if is_table(obj):
        return _nested(obj.tolist(), reading, where)
    return _convert(obj, reading, where)


def _convert(root: Any, reading: Reading, where: str) -> Expr:
    if sys.modules.get("sympy") is None or not isinstance(root, sympy().Basic):
        return _number(root, where)
    done, stack = reading.done, [root]
    while stack:
        obj = stack[-1]
        if id(obj) in done:
            stack.pop()
            continue
        handler, is_leaf = reading.handler(type(obj))
        if not is_leaf:
            waiting = [item for item in obj.args if id(item) not in done]
            if waiting:
                waiting.reverse()
                stack.extend(waiting)
                continue
        stack.pop()
        try:
            done[id(obj)] = handler(reading, obj)
        except RssnError as error:
            error.where = where + _path(root, obj, reading)
            raise
        reading.alive.append(obj)
    result = done[id(root)]
    if not isinstance(result, Expr):
        raise ConversionError("a part of an object, not an object", where=where, found=type(root).__qualname__)
    return result


def _number(obj: Any, where: str) -> Expr:
    """Return the constant for a number of Python's or NumPy's."""
    try:
        if not isinstance(obj, str):
            return constant(obj)
    except OptionError:
        pass
    raise ConversionError("not an object of SymPy", where=where, found=type(obj).__qualname__)


def _path(root: Any, wanted: Any, reading: Reading) -> str:
    """Return how to get from an object to a part of it, as in ``args[0].args[1]: LambertW(x)``."""
    kind = type(wanted).__name__
    steps = next((trail for obj, trail in _walk(root, reading) if obj is wanted), None)
    names = []
    while steps:
        steps, index = steps
        names.append(f"args[{index}]")
    if len(names) > _STEPS_SHOWN:
        names[_STEPS_SHOWN // 2 : -_STEPS_SHOWN // 2] = ["..."]
    return f"{'.'.join(reversed(names))}: {kind}" if names else kind


def _walk(root: Any, reading: Reading) -> Iterator[tuple[Any, Any]]:
    """Yield each unique object below the root and the steps to it: pairs of the steps before and an index."""
    seen: set[int] = set()
    stack: list[tuple[Any, Any]] = [(root, None)]
    while stack:
        obj, trail = stack.pop()
        if id(obj) not in seen:
            seen.add(id(obj))
            yield obj, trail
            if not reading.handler(type(obj))[1]:
                stack.extend((item, (trail, index)) for index, item in enumerate(obj.args))
