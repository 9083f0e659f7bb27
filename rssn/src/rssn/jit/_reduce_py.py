"""The readable twin of `_reduce_c.pyx`: the same calls, all answered by the block interpreter."""

from __future__ import annotations

from typing import Any

from . import _refuse


class Reducer:
    """Checks the number of threads, which changes nothing here, and interprets."""

    def __init__(self, owner: Any, *_described: Any) -> None:
        self.owner = owner

    def call(self, args: tuple[Any, ...], out: Any, axis: Any, keepdims: bool, _ddof: float, threads: Any) -> Any:
        """Reduce. See `Reduced`."""
        if threads is not None and (not isinstance(threads, int) or threads < 1):
            _refuse.wrong_threads(threads)
        return self.owner.interpret(args, out, axis=axis, keepdims=keepdims)
