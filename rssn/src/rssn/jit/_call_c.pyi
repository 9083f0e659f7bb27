from typing import Any

from ._run_c import Program

class Caller:
    arguments: tuple[str, ...]
    def __init__(
        self,
        arguments: tuple[str, ...],
        masks: bytes,
        real_type: str,
        *,
        interpreted: bool,
        lossy: bool,
        single: bool,
        threads: int,
        width: int,
        row_ns: float,
        streaming_bytes: int,
        is_complex: bool = False,
    ) -> None: ...
    def specialise(self, signature: bytes) -> Program: ...
    def answer(self, args: tuple[Any, ...], out: Any, threads: int | None) -> Any: ...
    def refuse_lost(self, arrays: list[Any]) -> None: ...
    def run_machine_code(self, width: int, row_ns: float) -> None: ...
    def interpret(self, args: tuple[Any, ...], out: Any) -> Any: ...
    def __call__(self, *args: Any, out: Any = None, threads: int | None = None) -> Any: ...
