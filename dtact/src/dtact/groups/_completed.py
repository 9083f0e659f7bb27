"""Awaitables in the order of their ends, and the first of them."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Iterable, Sized
from typing import Any, TypeVar

from dtact.errors import LimitError
from dtact.groups._flow import END, Flow
from dtact.groups._group import TaskGroup

Result = TypeVar("Result")


def as_completed(awaitables: Iterable[Awaitable[Any]], *, limit: int | None = None) -> Completed:
    """Iterate over tasks as they end: `async for task in as_completed(awaitables): task.result()`.

    A task or future comes out as itself, a coroutine or other awaitable as the task that awaited it. At most `limit`
    coroutines run at a time. A failure is its task's own: the loop goes on. Breaking off cancels what was started
    here, and leaves alone what ran before. Errors: LimitError.
    """
    return Completed(awaitables, limit)


class Completed(Flow[Awaitable[Any]]):
    """What `as_completed` returns. Iterate over it once."""

    async def __anext__(self) -> Any:
        if self._core is None and self._used:
            raise StopAsyncIteration
        self._begin()
        try:
            self._fill()
            while not self._ends.finished:
                if not self._ends.running:
                    raise StopAsyncIteration
                await self._wait()
        except BaseException:
            await self.aclose()
            raise
        task = self._ends.finished.popleft()
        self._fill()
        return task

    def _fill(self) -> None:
        core = self._begin()
        while self._room() and (awaitable := self._next_item()) is not END:
            self._ends.running += 1
            if hasattr(awaitable, "_asyncio_future_blocking"):
                core._observe(awaitable)
            else:
                core.add(awaitable)

    async def aclose(self) -> None:
        """Cancel the tasks that were started here, and wait for their end; forget the others."""
        if self._core is not None:
            self._core._forget()
        await super().aclose()

    def _drop_items(self) -> None:
        items, self._items = self._items, None
        if items is not None and isinstance(self._source, Sized):
            for item in items:
                if isinstance(item, Coroutine):
                    item.close()
        self._source = ()


async def race(*awaitables: Awaitable[Result]) -> Result:
    """Return the first result; the other awaitables are cancelled and waited for before it is.

    One that fails is out of the race; if all do, their exceptions are raised as one ExceptionGroup, in the order of the
    arguments. Switches; can be cancelled, and then cancels all. Errors: LimitError if nothing is given.
    """
    if not awaitables:
        raise LimitError("nothing to race", wanted="at least one awaitable")
    winners: list[Any] = []

    def on_end(task: Any) -> None:
        if not winners and not task.cancelled() and task.exception() is None:
            winners.append(task)
            group.cancel()

    try:
        async with TaskGroup() as group:
            group._let_fail(on_end)
            tasks = [group.add(awaitable) for awaitable in awaitables]
    finally:
        for awaitable in awaitables:
            if isinstance(awaitable, Coroutine):
                awaitable.close()  # it has ended, unless an error came before it was started
    if winners:
        result: Result = winners[0].result()
        return result
    raise BaseExceptionGroup("nobody won the race", [failure_of(task) for task in tasks])


def failure_of(task: Any) -> BaseException:
    """What a finished task raises."""
    try:
        task.result()
    except BaseException as error:
        return error
    raise AssertionError(f"{task!r} did not fail")
