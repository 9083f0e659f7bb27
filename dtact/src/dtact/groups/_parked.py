"""Coroutines that stand for something else in a group."""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

from dtact.scheduler import Waiter

Result = TypeVar("Result")


async def in_turn(coroutine: Coroutine[Any, Any, Result], gate: Waiter) -> Result:
    """Run a coroutine once the gate opens."""
    await gate
    return await coroutine


async def passed_on(awaitable: Awaitable[Result]) -> Result:
    """Await something that is no task; cancel it if this is cancelled."""
    try:
        return await awaitable
    except CancelledError:
        cancel = getattr(awaitable, "cancel", None)
        if cancel is not None:
            cancel()
        raise
