"""A pool of warm worker processes."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from time import monotonic
from typing import Any, Literal, NamedTuple, Self

from dtact.errors import PoolClosedError, PoolLimitError, ProcessError
from dtact.processes import _state
from dtact.processes._block_c import cpu_budget
from dtact.processes._jobs_c import Job, wake_future
from dtact.processes._keeper import Keeper
from dtact.processes._parcel import name_of, pack, pack_call

MOST_WORKERS = 1024
_SPIN_NS = 20_000

_pools: weakref.WeakSet[Pool] = weakref.WeakSet()


class Statistics(NamedTuple):
    """What a pool has done and has. The first five grow only."""

    submitted: int
    """Jobs taken."""
    completed: int
    """Jobs ended, in whatever way."""
    moved: int
    """Jobs taken back from a worker that had not begun them: moved to an idle one, or cancelled."""
    started: int
    """Worker processes started."""
    died: int
    """Worker processes that ended without being asked."""
    waiting: int
    """Jobs that no worker has yet."""
    outstanding: int
    """Jobs that are not ended."""
    workers: tuple[int, ...]
    """Process ids of the workers."""


class Pool:
    """Worker processes, started once and kept warm.

    `workers`: how many; by default one for each CPU that this process may use. `initializer(*initargs)` runs in each
    worker before its first job. `threads`: how many threads numeric libraries may use in a worker, by default CPUs
    divided by workers, at least 1. `queue`: how many jobs may wait for a worker, and `when_full`, what `submit` does
    then: "wait" in the thread until half of them have gone, or "reject" with PoolFullError. The same goes for jobs with
    large arguments of their own, of which at most 256 may be on the way: each holds a descriptor.

    A context manager, with `with` or `async with`: leaving it waits for the jobs, leaving it by an exception gives
    them up. The workers ignore Ctrl-C; they end with this process, however it ends. After fork the child's copy is
    closed.

    Raises PoolLimitError for a number out of range, ProcessError in a worker's own default pool.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        threads: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[object, ...] = (),
        queue: int = 65_536,
        when_full: Literal["wait", "reject"] = "wait",
    ) -> None:
        cpus = cpu_budget()
        count = cpus if workers is None else whole("workers", workers, 1, MOST_WORKERS)
        limit = max(cpus // count, 1) if threads is None else whole("threads", threads, 1, None)
        setup = None
        if initializer is not None:
            setup, flags, _ = pack((initializer, initargs))
            if flags:
                raise PoolLimitError("the initializer's arguments are too large", wanted="less than 24 KB, no arrays")
        if when_full not in ("wait", "reject"):
            raise PoolLimitError("no such policy", wanted="wait or reject", found=repr(when_full))
        places = whole("queue", queue, 1, sys.maxsize)
        spin_ns = _SPIN_NS if cpus > 1 else 0
        self._keeper = Keeper(count, limit, setup, spin_ns, places, rejects=when_full == "reject")
        self._core = self._keeper.core
        self._final = weakref.finalize(self, _abandon, self._keeper)
        self._workers = count
        _pools.add(self)

    def __repr__(self) -> str:
        state = "closed" if self._core.closed else f"{self._core.outstanding} jobs"
        return f"<Pool of {self._workers} workers, {state}>"

    @property
    def workers(self) -> int:
        """How many workers it keeps."""
        return self._workers

    def submit(self, function: Callable[..., Any], /, *args: object, **kwargs: object) -> Job:
        """Run ``function(*args, **kwargs)`` in a worker. Blocks only if the queue is full, and a callback never.

        Arguments are pickled now. Raises TransferError that names what can't be pickled, PoolFullError if the pool
        rejects, PoolClosedError.
        """
        function_bytes, payload, flags, parcel = pack_call(function, args, kwargs)
        job = Job(name_of(function), function_bytes, payload, flags, parcel, None)
        self._core.submit(job)
        return job

    def statistics(self) -> Statistics:
        """Return the counters of the pool."""
        core, keeper = self._core, self._keeper
        pids = tuple(peer.pid for peer in core.workers)
        return Statistics(
            core.submitted,
            core.completed,
            core.withdrawn,
            keeper.serial,
            keeper.deaths,
            core.waiting,
            core.outstanding,
            pids,
        )

    # --- the end

    def drain(self, deadline: float | None = None) -> list[Job]:
        """Take no more jobs, wait for those that are here, close. Returns those given up after `deadline` seconds."""
        end = _end(deadline)
        self._core.refuse(PoolClosedError("the pool is draining"))
        for job in self._core.jobs():
            try:
                job.exception(None if end is None else max(end - monotonic(), 0))
            except TimeoutError:
                break
        return self.close()

    async def drain_async(self, deadline: float | None = None) -> list[Job]:
        """As `drain`, in a coroutine."""
        asyncio = sys.modules["asyncio"]  # whoever runs this coroutine has imported it
        end = _end(deadline)
        self._core.refuse(PoolClosedError("the pool is draining"))
        waiting = [asyncio.ensure_future(settled(job)) for job in self._core.jobs()]
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=None if end is None else max(end - monotonic(), 0))
            abandoned = self._core.jobs()
            self._core.close(_given_up)
            for task in late:
                await task
        else:
            abandoned = []
        self._keeper.leave_loops()
        await asyncio.get_running_loop().run_in_executor(None, self.close)
        return abandoned

    def close(self) -> list[Job]:
        """Give up what is not done, end the workers. Returns the jobs given up: they fail with PoolClosedError."""
        abandoned = self._core.close(_given_up)
        self._final.detach()
        self._keeper.close()
        return abandoned

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.drain()
        else:
            self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        if kind is None:
            await self.drain_async()
        else:
            self.close()


_default: Pool | None = None


def default_pool() -> Pool:
    """The pool behind `submit` and `map`, started at the first use. Raises ProcessError inside a worker."""
    global _default
    if _state.worker_serial is not None:
        raise ProcessError(
            "a worker process has no default pool of its own",
            hint="return the work to the parent, or make a Pool(workers=...) here on purpose",
        )
    if _default is None or _default._core.closed is not None:
        _default = Pool()
    return _default


def submit(function: Callable[..., Any], /, *args: object, **kwargs: object) -> Job:
    """Run ``function(*args, **kwargs)`` in a worker process of the default pool.

    The job is awaitable; `job.result(timeout)` waits in a thread; `job.cancel()` takes it back before it starts.
    A function of a module travels by name; one of `__main__`, a lambda or a closure needs cloudpickle. Arrays of 64 KB
    or more are not pickled but copied into shared memory, those of `shared_array` are not even copied.

    Raises TransferError that names what can't be pickled. The job fails with what the function raised, or WorkerDied.
    """
    return default_pool().submit(function, *args, **kwargs)


def _abandon(keeper: Keeper) -> None:
    # The last reference to a pool is gone, in any thread, or the interpreter ends: nobody waits here.
    keeper.core.close(_given_up)
    keeper.close(is_waiting=False)


def _given_up(job: str) -> PoolClosedError:
    return PoolClosedError("the pool is closed", found=job)


async def settled(job: Job) -> None:
    """Wait until a job is done, whatever comes of it."""
    if not job.done():
        loop = sys.modules["asyncio"].get_running_loop()
        future = loop.create_future()
        job.add_done_callback(lambda _: loop.call_soon_threadsafe(wake_future, future))
        await future


def _end(deadline: float | None) -> float | None:
    if deadline is None:
        return None
    if not deadline >= 0:
        raise PoolLimitError("the deadline is out of range", wanted="0 seconds or more", found=str(deadline))
    return monotonic() + deadline


def whole(name: str, value: int, least: int, most: int | None) -> int:
    """The value as an int, or PoolLimitError."""
    try:
        number = value.__index__()
    except AttributeError:
        raise PoolLimitError(f"{name} is not a whole number", found=repr(value)) from None
    if number < least or (most is not None and number > most):
        wanted = f"at least {least}" if most is None else f"{least} to {most}"
        raise PoolLimitError(f"{name} is out of range", wanted=wanted, found=str(number))
    return number


def _after_fork() -> None:
    # The workers belong to the parent: here the pools are closed, and the sockets whose end would tell the workers.
    global _default
    for pool in list(_pools):
        pool._final.detach()
        pool._core.refuse(PoolClosedError("the pool belongs to the process that forked this one"))
        pool._keeper.forget()
    _default = None


os.register_at_fork(after_in_child=_after_fork)
