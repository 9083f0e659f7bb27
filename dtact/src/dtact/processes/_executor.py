"""The pool behind the interface of concurrent.futures."""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor as _Executor
from concurrent.futures import Future
from concurrent.futures._base import FINISHED, PENDING, RUNNING
from itertools import islice
from typing import Any

from dtact.errors import PoolClosedError, PoolLimitError
from dtact.processes._jobs_c import Job
from dtact.processes._parcel import name_of, pack_call
from dtact.processes._pool import Pool

_making = threading.RLock()  # the collector may come while it is held, and end another future


class LightFuture(Future[Any]):
    """A future without a condition until somebody waits for it: making and notifying one costs more than a small job.

    Whoever waits, cancels or adds a callback reaches for `_condition`, which makes it; from then on this is an
    ordinary future. A result that comes first is stored under the same lock under which conditions are made.
    """

    def __init__(self) -> None:
        """As Future's, but for the condition."""
        self._made: threading.Condition | None = None
        self._state, self._result, self._exception = PENDING, None, None
        self._waiters: list[Any] = []
        self._done_callbacks: list[Callable[[Future[Any]], object]] = []

    @property
    def _condition(self) -> threading.Condition:  # type: ignore[override]  # only the base's __init__ sets it
        if self._made is None:
            with _making:
                if self._made is None:
                    self._made = threading.Condition()
        return self._made

    def running(self) -> bool:
        """Whether a worker has it and it has not ended."""
        return self._state == RUNNING

    def done(self) -> bool:
        """Whether it has ended or was cancelled."""
        return self._state not in (PENDING, RUNNING)

    def set_running_or_notify_cancel(self) -> bool:
        """As Future's."""
        with _making:
            if self._made is None and self._state == PENDING:
                self._state = RUNNING
                return True
        return super().set_running_or_notify_cancel()

    def set_result(self, result: Any) -> None:
        """As Future's."""
        with _making:
            if self._made is None and self._state in (PENDING, RUNNING):
                self._result = result
                self._state = FINISHED
                return
        super().set_result(result)

    def result(self, timeout: float | None = None) -> Any:
        """As Future's."""
        if self._state == FINISHED and self._exception is None:
            return self._result
        return super().result(timeout)


_pools: weakref.WeakSet[Pool] = weakref.WeakSet()  # those of executors that were not shut down


class Executor(_Executor):
    """Worker processes for who takes a concurrent.futures.Executor: asyncio's `run_in_executor`, joblib-style code.

    Takes the arguments of ProcessPoolExecutor; `mp_context` and `max_tasks_per_child` are refused unless None.
    A worker that dies fails its own job only, with an error that is a WorkerDied and a BrokenExecutor; others go on.
    What can't be pickled raises TransferError at `submit`.
    """

    def __init__(
        self,
        max_workers: int | None = None,
        mp_context: None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[object, ...] = (),
        *,
        max_tasks_per_child: None = None,
    ) -> None:
        if mp_context is not None or max_tasks_per_child is not None:
            raise PoolLimitError(
                "workers are started once, in one way", hint="leave out mp_context and max_tasks_per_child"
            )
        self._pool = Pool(max_workers, initializer=initializer, initargs=initargs)
        self._pool._final.atexit = False  # its work is finished first, below
        self._max_workers = self._pool.workers
        _pools.add(self._pool)
        self._final = weakref.finalize(self, _finish_in_background, self._pool)
        self._final.atexit = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn(*args, **kwargs)`` in a worker."""
        packed = pack_call(fn, args, kwargs)
        future: Future[Any] = LightFuture()
        self._pool._core.submit(Job(name_of(fn), *packed, future), False)
        return future

    def map(
        self, fn: Callable[..., Any], *iterables: Iterable[Any], timeout: float | None = None, chunksize: int = 1
    ) -> Iterator[Any]:
        """As the builtin map; all items are taken at once. TimeoutError `timeout` seconds after the call."""
        if chunksize < 1:
            raise PoolLimitError("chunksize is too small", wanted="at least 1", found=str(chunksize))
        if chunksize == 1:
            return super().map(fn, *iterables, timeout=timeout)
        groups = _groups(zip(*iterables, strict=False), chunksize)
        results = super().map(_Chunk(fn), groups, timeout=timeout)
        return (result for chunk in results for result in chunk)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more jobs; those that are here are finished, or cancelled if no worker has them."""
        self._final.detach()
        _pools.discard(self._pool)
        self._pool._core.refuse(PoolClosedError("cannot schedule new futures after shutdown"))
        if cancel_futures:
            for job in self._pool._core.jobs():
                job.cancel()
        if wait:
            self._pool.drain()
        else:
            _finish_in_background(self._pool)


class _Chunk:
    """A function of one item, as one of a list of argument tuples."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, items: list[tuple[Any, ...]]) -> list[Any]:
        return [self.function(*item) for item in items]


def _groups(items: Iterable[tuple[Any, ...]], size: int) -> Iterator[list[tuple[Any, ...]]]:
    iterator = iter(items)
    while group := list(islice(iterator, size)):
        yield group


def _finish_in_background(pool: Pool) -> None:
    pool._core.refuse(PoolClosedError("cannot schedule new futures after shutdown"))
    threading.Thread(target=pool.drain, name="dtact-executor-shutdown").start()


def _finish_all() -> None:
    # As ProcessPoolExecutor: what was submitted is done before the interpreter ends.
    for pool in list(_pools):
        pool.drain()


atexit.register(_finish_all)
