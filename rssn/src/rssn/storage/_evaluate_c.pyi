"""Types of the native evaluation; `_evaluate_py.py` says what it does."""

from collections.abc import Callable
from typing import Any

def run(
    nodes: Any, root: int, lanes: int, memory: int, leaf: Callable[..., Any], call: Callable[..., Any]
) -> list[float]: ...
