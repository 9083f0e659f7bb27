"""parallel_for, the number of threads, and the counters of the pool."""

from __future__ import annotations

from typing import NamedTuple

from dtact.errors import CountError
from dtact.mesh import _pool_c
from dtact.mesh._address import context_address, function_address

_MOST_ROWS = 2**63 - 1
_MOST_THREADS = 256


class Statistics(NamedTuple):
    """What the pool has done since the process started or was forked. Grows only: read it twice and subtract."""

    calls: int
    """parallel_for calls that were open to helpers; those that ran on one thread are not counted."""
    joins: int
    """Times a worker joined such a call."""
    steals: int
    """Pieces run by another thread than the one they were first given to."""
    wakes: int
    """Sleeping workers that were woken."""
    sleeps: int
    """Times a worker went to sleep."""
    moves: int
    """Times a worker woke up on its caller's CPU and moved off it."""
    workers: int
    """Worker threads that exist now."""


def parallel_for(
    function: object, context: object, count: int, *, grain: int | None = None, threads: int | None = None
) -> None:
    """Run a native function over the rows ``0 <= row < count`` on all threads, without the GIL.

    `function` is ``void function(void *context, int64_t begin, int64_t end)``: an address, a ctypes function
    pointer, a PyCapsule, a cffi function pointer or a Numba cfunc. `context` reaches it unchanged: an address, None,
    a ctypes object, a PyCapsule or a cffi pointer; keep what it points to alive during the call.

    The rows are cut at the multiples of `grain`, and each call of the function gets one piece, so the cut does not
    depend on the number of threads; by default there are at most 128 pieces. At most `threads` threads take part, the
    calling one included. Inside a running function it runs on the calling thread alone.

    Raises JobError for a function or context that holds no address, and CountError for a negative count, a grain
    below 1 or fewer than 1 threads. A Python function wrapped by ctypes works but runs under the GIL, and what it
    raises goes to `sys.unraisablehook`.
    """
    address, data = function_address(function), context_address(context)
    rows = whole("count", count, 0, _MOST_ROWS)
    piece = 0 if grain is None else whole("grain", grain, 1, _MOST_ROWS)
    most = 0 if threads is None else min(whole("threads", threads, 1, None), _MOST_THREADS)
    _pool_c.run(address, data, rows, piece, most)


def thread_count() -> int:
    """Return how many threads take part in a parallel_for, the calling one included.

    At first as many as the machine allows: the CPUs in the affinity mask, or the CPU quota of the control group,
    rounded up, if that is less. Both are read once, at the first call, and once again in a child made by fork.
    """
    return _pool_c.thread_count()


def set_thread_count(count: int | None) -> int:
    """Set that number for all later calls of this process; None means what the machine allows now.

    Returns the number set. At most 256 are used. Workers that are too many now sleep on. Raises CountError below 1.
    """
    return _pool_c.set_thread_count(0 if count is None else min(whole("count", count, 1, None), _MOST_THREADS))


def statistics() -> Statistics:
    """Return the counters of the pool."""
    return Statistics(*_pool_c.statistics())


def whole(name: str, value: int, least: int, most: int | None) -> int:
    """Return the value as an integer within bounds; raise CountError if it is none."""
    try:
        number = value.__index__()
    except AttributeError:
        raise CountError(f"{name} is not a whole number", found=repr(value)) from None
    if number < least:
        raise CountError(f"{name} is too small", wanted=f"at least {least}", found=str(number))
    if most is not None and number > most:
        raise CountError(f"{name} is too large", wanted=f"at most {most}", found=str(number))
    return number
