from typing import Any

from numpy import ufunc

POLES: dict[str, int]

def instruction_set() -> str: ...
def make(
    name: str,
    doc: str,
    addresses: dict[str, tuple[int, int]],
    shape: dict[str, Any],
    peer: ufunc | None,
    owner: object,
) -> ufunc: ...
