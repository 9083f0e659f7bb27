from collections.abc import Awaitable, Callable
from contextvars import Context
from typing import Literal, TypeVar, TypeVarTuple, final

from dtact.scheduler._core_c import Priority, Task

_Result = TypeVar("_Result")
_Result_co = TypeVar("_Result_co", covariant=True)
_Arguments = TypeVarTuple("_Arguments")

@final
class Fiber(Task[_Result_co]): ...

@final
class Stack:
    @property
    def __qualname__(self) -> str: ...
    def __call__(self) -> None: ...
    def close(self) -> None: ...

@final
class Stacks:
    def __init__(self, *args: object, **kwargs: object) -> None: ...
    def __len__(self) -> int: ...
    def close(self) -> None: ...

@final
class Deadline:
    def __call__(self) -> None: ...

@final
class NotBegun: ...

def fiber(
    function: Callable[[*_Arguments], _Result],
    *args: *_Arguments,
    name: str | None = None,
    priority: Priority | int | str | None = None,
    affinity: int | None = None,
    start: Literal["later", "now"] = "later",
    context: Context | None = None,
) -> Fiber[_Result]: ...
def wait(awaitable: Awaitable[_Result], timeout: float | None = None) -> _Result: ...
