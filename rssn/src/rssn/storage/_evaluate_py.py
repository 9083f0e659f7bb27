"""Evaluate what a root of a store reaches, to read. `_evaluate_c.pyx` computes plain arithmetic natively."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def run(
    nodes: Any,
    root: int,
    lanes: int,
    memory: int,  # noqa: ARG001 - the native one bounds itself by it
    leaf: Callable[..., Any],
    call: Callable[..., Any],
) -> list[Any]:
    """Return the values of a root in each lane; the native words say what `leaf` and `call` give."""
    values: dict[int, Any] = {}
    for number in nodes.reach([root]):
        operator, operands, value, name = nodes.describe(number)
        if not operands:
            values[number] = np.broadcast_to(np.asarray(leaf(operator, value, name), dtype=np.float64), (lanes,))
            continue
        exponent = nodes.describe(operands[1])[2] if operator == "pow" else None
        values[number] = call(operator, [values[operand] for operand in operands], exponent)
    return list(values[root])
