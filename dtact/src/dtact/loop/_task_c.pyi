import asyncio
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from typing import Any, TypeVar

from typing_extensions import disjoint_base

from dtact.scheduler._core_c import Scheduler

_Result = TypeVar("_Result")

@disjoint_base
class Task(asyncio.Task[_Result]):
    """A coroutine that a loop drives. Made by `loop.create_task`; works like `asyncio.Task` in every respect."""

    def __init__(
        self,
        coro: Coroutine[Any, Any, _Result] | Generator[Any, None, _Result],
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        name: str | None = None,
        context: Context | None = None,
        eager_start: bool = False,
    ) -> None: ...
    scope: Any
    scope_cancelled: bool
    def interrupt(self, message: object = None) -> bool:
        """Raise CancelledError where it waits, once, without counting a request; for cancel scopes."""
    def get_context(self) -> Context:
        """Return the context in which the coroutine runs."""

@disjoint_base
class TaskMaker:
    """A loop's `create_task`, and its task factory."""

    def __init__(self, loop: asyncio.AbstractEventLoop, scheduler: Scheduler) -> None: ...
    def create_task(
        self,
        coro: Coroutine[Any, Any, _Result],
        *,
        name: str | None = None,
        context: Context | None = None,
        eager_start: bool | None = None,
    ) -> asyncio.Task[_Result]:
        """Start a task that runs a coroutine, soon or (`eager_start`) at once; return it. As `asyncio`'s method."""
    def set_task_factory(self, factory: Callable[..., Any] | None) -> None:
        """Let another function make the tasks: factory(loop, coro, context=..., eager_start=...); None: undo that."""
    def get_task_factory(self) -> Callable[..., Any] | None:
        """Return the function that makes the tasks, or None."""

def release(scheduler: Scheduler) -> None:
    """Let go of the tasks of a closed loop that have not ended; asyncio then says so when they are destroyed."""
