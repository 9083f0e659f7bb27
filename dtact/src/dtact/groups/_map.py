"""A function over many items, some at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterable
from typing import Any, Generic, TypeVar

from dtact.errors import NotAwaitableError
from dtact.groups._flow import END, Flow

Item = TypeVar("Item")
Result = TypeVar("Result")


def map(
    fn: Callable[[Item], Awaitable[Result]], items: Iterable[Item], *, limit: int | None = None, ordered: bool = True
) -> Results[Item, Result]:
    """Run fn(item) for every item in tasks of their own, at most `limit` at a time.

        results = await dtact.map(fetch, urls, limit=10)         # a list
        async for result in dtact.map(fetch, urls, limit=10):    # as they come; breaking off cancels the rest

    Results come in the order of the items or, with `ordered=False`, of the ends. The iterator is never ahead of its
    user by more than `limit` items, so neither items nor results pile up. The first call that fails cancels the others;
    they are waited for, and its exception is raised as it is. Errors: LimitError; NotAwaitableError: `fn` is not async.
    """
    return Results(fn, items, limit, ordered)


class Results(Flow[Item], Generic[Item, Result]):
    """What `map` returns: await it for a list, or iterate over it. Once."""

    def __init__(
        self, fn: Callable[[Item], Awaitable[Result]], items: Iterable[Item], limit: int | None, ordered: bool
    ) -> None:
        super().__init__(items, limit)
        self._fn, self._ordered = fn, ordered
        self._ends.strict = True
        self._line: deque[Any] = deque()  # if ordered: tasks whose results were not handed out
        self._ahead = 0  # how many there are

    def __await__(self) -> Generator[Any, None, list[Result]]:
        return self._collect().__await__()

    async def _collect(self) -> list[Result]:
        self._begin()
        ends = self._ends
        try:
            while True:
                while self._room() and self._start():
                    pass
                if ends.failed is not None or not ends.running:
                    break
                ends.every = self._items is not None
                await self._wait()
            if ends.failed is not None:
                ends.failed.result()
            return [task.result() for task in (self._line if self._ordered else ends.finished)]
        finally:
            await self.aclose()

    async def __anext__(self) -> Result:
        if self._core is None and self._used:
            raise StopAsyncIteration
        self._begin()
        try:
            self._fill()
            while not self._is_ready():
                if self._ends.failed is not None:
                    self._ends.failed.result()
                if not self._ahead:
                    raise StopAsyncIteration
                await self._wait()
            result: Result = self._take().result()
            self._fill()
        except BaseException:
            await self.aclose()
            raise
        return result

    def _is_ready(self) -> bool:
        if self._ends.failed is not None:
            return False
        return bool(self._line) and self._line[0].done() if self._ordered else bool(self._ends.finished)

    def _take(self) -> Any:
        self._ahead -= 1
        if not self._ordered:
            return self._ends.finished.popleft()
        self._ends.finished.clear()
        return self._line.popleft()

    def _fill(self) -> None:
        while self._items is not None and (self._limit is None or self._ahead < self._limit) and self._start():
            pass

    def _start(self) -> bool:
        """Start the next item's task; return False if there is none."""
        item = self._next_item()
        if item is END:
            return False
        awaitable = self._fn(item)
        if not hasattr(awaitable, "__await__") and not hasattr(awaitable, "send"):
            raise NotAwaitableError(
                "the function given to map is not async", wanted="one that returns an awaitable", found=repr(awaitable)
            )
        self._ends.running += 1
        self._ahead += 1
        task = self._begin().add(awaitable)
        if self._ordered:
            self._line.append(task)
        return True
