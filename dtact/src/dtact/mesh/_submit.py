"""submit, submit_many and map; closing the mesh."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from dtact.errors import CountError, JobError
from dtact.mesh import _jobs_c
from dtact.mesh._address import context_address, function_address, is_native, note_name
from dtact.mesh._jobs_c import Job
from dtact.mesh._parallel import whole

WhenFull = Literal["wait", "reject", "shed"]

_WHEN_FULL = {"wait": 0, "reject": 1, "shed": 2}
_NO_HELP, _THEN_WAIT = 4, 8
_MOST_WORKERS, _MOST_ITEMS = 254, 2**63 - 1


class WorkerStatistics(NamedTuple):
    """What one worker has done since the process started or was forked; `worker` -1 sums up all other threads."""

    worker: int
    """Its number."""
    submitted: int
    """Jobs submitted by jobs that it ran."""
    ran: int
    """Jobs that it ran."""
    stolen: int
    """Those of them that it took from the ring of another worker."""
    shared: int
    """Jobs that went through the queue that all share, on either side."""
    deflected: int
    """Jobs that it sent to others."""
    wakes: int
    """Sleeping workers that it woke."""
    sleeps: int
    """Times that it went to sleep."""


def submit(
    function: object,
    argument: object = None,
    *,
    when_full: WhenFull = "wait",
    worker: int | None = None,
    may_help: bool = True,
) -> Job[None]:
    """Run a native function once on a worker thread, without the GIL.

    `function` is ``void function(void *argument)`` and `argument` what reaches it, both in any of the forms that
    `parallel_for` takes. Both are kept alive until the job is done, also if the job itself is thrown away.

    If all queues are full, "wait" runs some of the jobs that this thread has submitted (unless `may_help` is False:
    then it sleeps until there is room), "reject" raises QueueFullError, and "shed" drops the oldest job of the shared
    queue, whose waiters get JobDroppedError. `worker` says which worker should run it, modulo their number: a hint.

    Raises JobError for what holds no address, MeshClosedError after `close`, NoWorkersError if no thread starts.
    """
    options = _options(when_full, worker, may_help=may_help) | _THEN_WAIT
    address, data = function_address(function), context_address(argument)
    return _jobs_c.submit(address, data, 0, 1, False, options, (function, argument), None)


def submit_many(
    function: object,
    arguments: object,
    *,
    stride: int | None = None,
    count: int | None = None,
    when_full: WhenFull = "wait",
    may_help: bool = True,
) -> Job[None]:
    """Run a native function once for each item of an array, on all workers; the result is one job for all of them.

    `arguments` is an object with the buffer protocol (a NumPy array, `array.array`, a ctypes array): the function gets
    the address of each item. Given with `stride` (bytes) and `count`, it is the address of the first one, in any of
    the forms that `parallel_for` takes. The workers share the items out as they go, so a million of them take no queue
    space. Keywords and errors as for `submit`; CountError for a negative count.
    """
    options = _options(when_full, None, may_help=may_help)
    address = function_address(function)
    if stride is None and count is None:
        try:
            span = _jobs_c.Span(arguments, False)
        except (TypeError, ValueError, BufferError) as error:
            wanted = "a contiguous array, or an address with stride and count"
            raise JobError("not an array of arguments", wanted=wanted, found=repr(arguments)) from error
        kept = (function, span)
        return _jobs_c.submit(address, span.address, span.itemsize, span.length, False, options, kept, None)
    if stride is None or count is None:
        raise JobError("stride and count belong together", found=f"stride={stride!r}, count={count!r}")
    step = whole("stride", stride, -_MOST_ITEMS, _MOST_ITEMS)
    items = whole("count", count, 0, _MOST_ITEMS)
    return _jobs_c.submit(address, context_address(arguments), step, items, False, options, (function, arguments), None)


def map(function: object, chunks: Iterable[Any], *, when_full: WhenFull = "wait") -> Job[list[Any]]:
    """Run a function over chunks, each on some worker; the result of the job is a list in the order of the chunks.

    A native function is ``void function(void *data, int64_t count)`` and works in place on each chunk, a writable
    contiguous array of `count` items, without the GIL; the result is the chunks. A Python callable, such as an rssn
    kernel, is called with each chunk, a tuple being its arguments; the result is what it returned. It holds the GIL
    except where it gives it up itself, as kernels do while they compute.

    Raises JobError for a chunk without memory to write to; what a Python callable raises comes out of the job.
    """
    options = _options(when_full, None, may_help=True)
    items = list(chunks)
    native = is_native(function)
    if not native and not callable(function):
        function_address(function)  # says what is wrong with it
    if not native:
        note_name(function, id(function))  # as the native side calls it
    try:
        blocks = _jobs_c.Blocks(function_address(function) if native else 0, function, items)
    except (TypeError, ValueError, BufferError) as error:
        raise JobError("a chunk is no writable contiguous array", hint="give NumPy arrays") from error
    return blocks.submit(options)


def worker_statistics() -> list[WorkerStatistics]:
    """Return the counters of each worker and, last, of all other threads."""
    return [WorkerStatistics(*row) for row in _jobs_c.worker_statistics()]


def pending_jobs() -> int:
    """Return how many jobs wait or run; one that has many items counts once a worker that is to help with it."""
    return _jobs_c.pending()


def dropped_jobs() -> int:
    """Return how many jobs were dropped under ``when_full="shed"``."""
    return _jobs_c.shed()


def drain(timeout: float | None = None) -> bool:
    """Block until no job waits or runs, at most `timeout` seconds; return whether that was reached."""
    if timeout is not None and not timeout >= 0:
        raise CountError("not a time to wait", wanted="seconds, at least 0", found=repr(timeout))
    end = None if timeout is None else time.monotonic() + timeout
    pause = 20e-6
    while _jobs_c.pending():
        if end is not None and time.monotonic() >= end:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 5e-3)
    return True


def close(timeout: float | None = None) -> bool:
    """Take no more jobs of this process, and drain: see there."""
    _jobs_c.close(True)
    return drain(timeout)


def reopen() -> None:
    """Take jobs again after `close`."""
    _jobs_c.close(False)


def _options(when_full: str, worker: int | None, *, may_help: bool) -> int:
    if when_full not in _WHEN_FULL:
        raise CountError("no such policy", wanted="wait, reject or shed", found=repr(when_full))
    options = _WHEN_FULL[when_full] | (0 if may_help else _NO_HELP)
    if worker is not None:
        options |= whole("worker", worker, 0, _MOST_WORKERS) + 1 << 16
    return options
