"""map over worker processes: in chunks, a bounded number at a time, as an iterator and an async iterator."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from threading import Lock
from time import perf_counter
from typing import Any, Self

from dtact.processes._jobs_c import Job, wake_future
from dtact.processes._parcel import name_of, open_answer, pack_call, pack_error
from dtact.processes._pool import Pool, default_pool, settled, whole

_CHUNK_SECONDS = 0.002
_MOST_CHUNK = 4096
_CHUNKS_AHEAD = 4  # per worker

Answer = tuple[list[Any], bytes | None, float]


def run_chunk(function: Callable[[Any], Any], items: list[Any]) -> Answer:
    """In a worker: the results, the exception that ended them, pickled, and the seconds that all took."""
    results, began = [], perf_counter()
    for item in items:
        try:
            results.append(function(item))
        except Exception as error:
            return results, pack_error(error), perf_counter() - began
    return results, None, perf_counter() - began


def map(
    function: Callable[[Any], Any],
    items: Iterable[Any],
    *,
    limit: int | None = None,
    chunks: int | None = None,
    ordered: bool = True,
    pool: Pool | None = None,
) -> MapIterator:
    """Run ``function(item)`` for each item in worker processes. Iterate over the results with `for` or `async for`.

    Items are taken as they are needed: at most `limit` of them are on the way, by default as many as keep all workers
    busy. They travel in chunks of `chunks` items, by default as many as take about 2 ms. With ``ordered=False``
    results come as they are ready. An exception ends the iteration, after the results before it; what was not begun
    is cancelled.

    Raises PoolLimitError for a limit or a chunk size below 1, and when iterated what `submit` raises.
    """
    most = None if limit is None else whole("limit", limit, 1, None)
    size = None if chunks is None else whole("chunks", chunks, 1, None)
    return MapIterator(pool if pool is not None else default_pool(), function, iter(items), most, size, ordered)


class MapIterator:
    """The results of `map`. Either kind of iteration, but one only; `close()` cancels what was not begun."""

    def __init__(
        self,
        pool: Pool,
        function: Callable[[Any], Any],
        items: Iterator[Any],
        limit: int | None,
        size: int | None,
        is_ordered: bool,
    ) -> None:
        self._pool, self._function, self._items, self._limit = pool, function, items, limit
        self._size, self._is_fixed, self._is_ordered = size or 1, size is not None, is_ordered
        self._name = f"map of {name_of(function)}"
        self._on_the_way: deque[Job] = deque()
        self._counts: dict[Job, int] = {}
        self._ready: deque[Job] = deque()
        self._bell: Callable[[], None] | None = None
        self._results: deque[Any] = deque()
        self._error: BaseException | None = None
        self._is_exhausted = False

    # --- sending

    def _fill(self, is_in_loop: bool) -> None:
        most = _CHUNKS_AHEAD * self._pool.workers
        while not self._is_exhausted and len(self._counts) < most:
            size = self._size
            if self._limit is not None:
                size = min(size, self._limit - sum(self._counts.values()) - len(self._results))
            if size < 1:
                return
            chunk = list(islice(self._items, size))
            if not chunk:
                self._is_exhausted = True
                return
            packed = pack_call(run_chunk, (self._function, chunk), {})
            job = Job(self._name, *packed, None)
            self._counts[job] = len(chunk)
            if self._is_ordered:
                self._on_the_way.append(job)
            else:
                job.add_done_callback(self._on_done)
            self._pool._core.submit(job, is_in_loop)

    def _on_done(self, job: Job) -> None:
        self._ready.append(job)
        if self._bell is not None:
            self._bell()

    def _open(self, job: Job) -> None:
        # The job is done: its results, or why there are none.
        count = self._counts.pop(job)
        error = job.exception()
        if error is not None:
            self._error = error
            return
        results, pickled, seconds = job.result()
        self._results.extend(results)
        if pickled is not None:
            _, self._error = open_answer(False, (pickled, 0, None), self._name)
        elif not self._is_fixed:
            wanted = int(_CHUNK_SECONDS * count / max(seconds, 1e-9))
            self._size = max(min(wanted, 2 * self._size, _MOST_CHUNK), 1)

    def _next_result(self) -> tuple[bool, Any]:
        # Whether there is one, or an end, without waiting.
        if self._results:
            return True, self._results.popleft()
        if self._error is not None:
            error, self._error = self._error, None
            self.close()
            raise error
        return False, None

    def close(self) -> None:
        """End the iteration: no more items are taken, what was not begun is cancelled."""
        self._is_exhausted = True
        for job in list(self._counts):
            job.cancel()
        self._counts.clear()
        self._on_the_way.clear()
        self._ready.clear()
        self._results.clear()

    # --- in a thread

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        while True:
            is_there, result = self._next_result()
            if is_there:
                return result
            self._fill(False)
            if not self._counts:
                raise StopIteration
            job = self._on_the_way.popleft() if self._is_ordered else self._wait_for_any()
            job.exception()
            self._open(job)
            self._fill(False)

    def _wait_for_any(self) -> Job:
        lock = Lock()
        while not self._ready:
            lock.acquire()
            self._bell = lambda: lock.release() if lock.locked() else None
            if not self._ready:
                lock.acquire()
            self._bell = None
            lock.release()
        return self._ready.popleft()

    # --- in a coroutine

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        while True:
            is_there, result = self._next_result()
            if is_there:
                return result
            self._fill(True)
            if not self._counts:
                raise StopAsyncIteration
            if self._is_ordered:
                job = self._on_the_way.popleft()
                await settled(job)
            else:
                job = await self._await_any()
            self._open(job)
            self._fill(True)

    async def _await_any(self) -> Job:
        while not self._ready:
            loop = sys.modules["asyncio"].get_running_loop()
            future = loop.create_future()
            self._bell = partial(loop.call_soon_threadsafe, wake_future, future)
            if not self._ready:
                await future
            self._bell = None
        return self._ready.popleft()
