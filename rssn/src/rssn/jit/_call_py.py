"""The readable twin of `_call_c.pyx`: the same calls, all answered by the block interpreter."""

from __future__ import annotations

from typing import Any

from . import _refuse


class Caller:
    """Checks the number of threads, which changes nothing here, and interprets."""

    def __init__(self, arguments: tuple[str, ...], masks: bytes, real_type: str, **options: Any) -> None:
        self.arguments, self.masks, self.real_type, self.options = arguments, masks, real_type, options

    def interpret(self, args: tuple[Any, ...], out: Any) -> Any:
        """Answer by the block interpreter. The kernel overrides this."""
        raise NotImplementedError

    def __call__(self, *args: Any, out: Any = None, threads: int | None = None, **unknown: Any) -> Any:
        """Evaluate. See `Kernel`."""
        if unknown:
            _refuse.wrong_option(self.arguments, next(iter(unknown)))
        if threads is not None and (type(threads) is not int or threads < 1):
            _refuse.wrong_threads(threads)
        return self.answer(args, out, threads)

    def answer(self, args: tuple[Any, ...], out: Any, threads: int | None) -> Any:  # noqa: ARG002
        """Answer a call. The kernel overrides this."""
        return self.interpret(args, out)

    def run_machine_code(self, width: int, row_ns: float) -> None:
        """There is none here."""
