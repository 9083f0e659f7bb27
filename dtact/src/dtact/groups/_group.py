"""The task group as a block."""

from __future__ import annotations

import sys
from asyncio import CancelledError
from collections.abc import Coroutine, Iterable
from types import TracebackType
from typing import Any, Self

from dtact.groups._group_c import GroupCore
from dtact.groups._scope_c import CancelScope
from dtact.groups._yields import GENERATORS, refuse


class TaskGroup(GroupCore):
    """Tasks that end with a block: `async with TaskGroup() as group: group.spawn(work())`.

    The block waits for its children. The first one that fails cancels the others and the body; all failures leave the
    block as one ExceptionGroup, the body's own included, as with `asyncio.TaskGroup`; KeyboardInterrupt and SystemExit
    leave it bare. Results stay with the tasks.

    `limit`: how many children run at a time; the others wait for their turn. `services`: coroutines to start by
    `start_service`. `name`: for people. Its `scope` is a CancelScope: it takes a deadline.

    Entering never switches. Leaving switches while children or services run, and only then; it can be cancelled: then
    the children are, and it waits for their end. Errors: LimitError, ScopeError.
    """

    def __init__(
        self,
        *,
        limit: int | None = None,
        services: Iterable[Coroutine[Any, Any, object]] = (),
        name: str | None = None,
    ) -> None:
        super().__init__(limit=limit, name=name)
        self._first_services = services

    async def __aenter__(self) -> Self:
        caller = sys._getframe(1)
        if caller.f_code.co_flags & GENERATORS:
            refuse(caller)
        self._enter()
        for service in self._first_services:
            self.start_service(service)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        self._body_ended(error)
        cancelled = error if isinstance(error, CancelledError) else None
        waited = bool(self._busy())
        if waited:
            with CancelScope(shield=True):  # cancellations from outside reach the children by the tree of scopes
                cancelled = await self._join() or cancelled
        return self._finish(error, cancelled, waited)

    async def _join(self) -> CancelledError | None:
        """Wait for everything in the group; return a cancellation that came meanwhile."""
        cancelled = None
        while busy := self._busy():
            if busy == "services":
                self._stop_services()
            try:
                await self._next_end()
            except CancelledError as error:
                cancelled = error
                self._abort()
        return cancelled
