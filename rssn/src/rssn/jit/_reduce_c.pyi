from typing import Any, final

from ._call_c import Caller
from ._reductions import Reduction

@final
class Reducer:
    def __init__(
        self,
        owner: Caller,
        reductions: tuple[Reduction, ...],
        letters: tuple[str, str, str],
        settles: bool,
    ) -> None: ...
    def call(
        self, args: tuple[Any, ...], out: Any, axis: Any, keepdims: bool, ddof: float, threads: int | None
    ) -> Any: ...
