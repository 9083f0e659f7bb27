"""From coroutines into functions that wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from dtact.fibers._fiber_c import fiber

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


async def run_sync(function: Callable[[*Arguments], Result], *args: *Arguments) -> Result:
    """Run function(*args) in a fiber and return its result: `await run_sync(work, 1)`.

    In it, and in whatever it calls, `dtact.wait` blocks. `dtact.run(dtact.run_sync(main))` starts a whole program so.
    If the caller is cancelled, so is the fiber. Errors: those of the function, and those of `dtact.fiber`.
    """
    return await fiber(function, *args)
