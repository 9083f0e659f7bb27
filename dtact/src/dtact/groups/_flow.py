"""Tasks that an iterator starts as it goes, and waits for: what `map` and `as_completed` are made of.

Such an iterator is no block, so its tasks hang below the scope it is iterated in: they are cancelled with that scope,
and at the latest when it is left. A loop that breaks off drops the iterator, and that cancels them too.
"""

from __future__ import annotations

from asyncio import CancelledError
from collections import deque
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from dtact.errors import RuntimeStateError
from dtact.groups._group_c import GroupCore, checked_limit
from dtact.groups._scope_c import CancelScope
from dtact.scheduler import Waiter

Item = TypeVar("Item")
END = object()
"""Not an item."""


class Ends:
    """Who has ended. Apart from the iterator, so that the tasks do not keep that alive."""

    def __init__(self) -> None:
        self.running = 0
        self.finished: deque[Any] = deque()
        self.failed: Any = None  # the first task that did not return, if somebody asked for that
        self.waiter: Waiter | None = None
        self.every = True  # wake the iterator at each end, not only at a failure and at the last
        self.strict = False  # a task that does not return ends the whole

    def ended(self, task: Any) -> None:
        """Called when a task has ended."""
        self.running -= 1
        self.finished.append(task)
        if self.strict and self.failed is None and (task.cancelled() or task.exception() is not None):
            self.failed = task
        if self.waiter is not None and (self.every or self.failed is not None or not self.running):
            self.waiter.wake()


class Flow(Generic[Item]):
    """The base of such iterators. `async with` it to have its tasks waited for when a loop breaks off."""

    def __init__(self, items: Iterable[Item], limit: int | None) -> None:
        self._source = items
        self._items: Iterator[Item] | None = iter(items)
        self._core: GroupCore | None = None
        self._limit = None if limit is None else checked_limit(limit)
        self._ends = Ends()
        self._used = False

    def _begin(self) -> GroupCore:
        if self._core is None:
            if self._used:
                raise RuntimeStateError(f"{type(self).__name__} was used before", hint="call the function again")
            self._used = True
            self._core = GroupCore()
            self._core._branch(self._ends.ended)
        return self._core

    def _next_item(self) -> Any:
        """The next item, or END."""
        if self._items is None:
            return END
        item = next(self._items, END)
        if item is END:
            self._items = None
        return item

    def _room(self) -> bool:
        return self._items is not None and (self._limit is None or self._ends.running < self._limit)

    async def _wait(self) -> None:
        self._ends.waiter = Waiter()
        try:
            await self._ends.waiter
        finally:
            self._ends.waiter = None

    async def aclose(self) -> None:
        """Cancel the tasks that were started here, and wait for their end. Cannot be cancelled by scopes."""
        core, self._core, self._used = self._core, None, True
        self._drop_items()
        if core is None:
            return
        core.cancel()
        cancelled = None
        with CancelScope(shield=True):
            while core._busy():
                try:
                    await core._next_end()
                except CancelledError as error:
                    cancelled = error  # a request from outside: it waits for their end too
        core._unbranch()
        if cancelled is not None:
            raise cancelled

    def _drop_items(self) -> None:
        self._items = None
        self._source = ()

    def __aiter__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    def __del__(self) -> None:
        if getattr(self, "_core", None) is not None:
            self._core.cancel()  # type: ignore[union-attr]
        if getattr(self, "_source", ()) != ():
            self._drop_items()
