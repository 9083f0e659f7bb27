"""A bounded queue between two threads, which ends, or fails, on both sides at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")

# After a failure a thread gets this long to notice. One that waits for a pipe nobody serves is left to itself: it
# ends with the first byte that comes, or with the process.
STUCK_S = 1.0


class Closed(Exception):
    """The other side has gone: stop producing. A signal between our own threads, not an error."""


class Channel(Generic[T]):
    """At most `capacity` items wait; `put` blocks while it is full, iteration while it is empty."""

    def __init__(self, capacity: int = 2) -> None:
        self._items: deque[T] = deque()
        self._capacity = capacity
        self._changed = threading.Condition()
        self._ended = False
        self._cancelled = False
        self._error: BaseException | None = None

    def put(self, item: T) -> None:
        """Hand over an item. Raises the consumer's error if it failed, Closed if it stopped."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._items) < self._capacity or self._cancelled)
            if self._cancelled:
                raise self._error or Closed
            self._items.append(item)
            self._changed.notify_all()

    def end(self, error: BaseException | None = None) -> None:
        """Say that no more items come; `error` is raised where they are consumed."""
        with self._changed:
            self._ended = True
            self._error = self._error or error
            self._changed.notify_all()

    def cancel(self, error: BaseException | None = None) -> None:
        """Say that nobody takes items any more; what waits is dropped."""
        with self._changed:
            self._cancelled = True
            self._error = self._error or error
            self._items.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[T]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._items or self._ended or self._cancelled)
                if self._cancelled or not self._items:
                    if self._error is not None:
                        raise self._error
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item


class Producer(Generic[T]):
    """A thread that fills a channel from an iterator: ``with Producer(make) as items: for item in items: …``."""

    def __init__(self, make: Callable[[], Iterator[T]], *, name: str, capacity: int = 2) -> None:
        self._channel: Channel[T] = Channel(capacity)
        self._thread = threading.Thread(target=self._run, args=(make,), name=name, daemon=True)

    def _run(self, make: Callable[[], Iterator[T]]) -> None:
        try:
            for item in make():
                self._channel.put(item)
        except Closed:
            self._channel.end()
        except BaseException as error:
            self._channel.end(error)
        else:
            self._channel.end()

    def __enter__(self) -> Iterator[T]:
        self._thread.start()
        return iter(self._channel)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._channel.cancel()
        self._thread.join(None if kind is None else STUCK_S)


class Consumer(Generic[T]):
    """A thread that feeds a function: ``with Consumer(take) as put: put(item)``; leaving waits for the last."""

    def __init__(self, take: Callable[[T], None], *, name: str, capacity: int = 2) -> None:
        self._channel: Channel[T] = Channel(capacity)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(take,), name=name, daemon=True)

    def _run(self, take: Callable[[T], None]) -> None:
        try:
            for item in self._channel:
                take(item)
        except BaseException as error:
            self._failure = error
            self._channel.cancel(error)

    def __enter__(self) -> Callable[[T], None]:
        self._thread.start()
        return self._channel.put

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._channel.end()
        else:
            self._channel.cancel()
        self._thread.join(None if kind is None else STUCK_S)
        if kind is None and self._failure is not None:
            raise self._failure


def interruptibly(work: Callable[[], T]) -> T:
    """Return what a function returns, run where Ctrl-C need not wait for it: for calls that block outside Python."""
    with Producer(lambda: iter((work(),)), name="rssn-opener") as items:
        return next(items)
