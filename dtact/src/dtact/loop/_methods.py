"""What both loops do alike: everything that queues goes to the scheduler; the rest is the backend's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeVar

from dtact.loop._task_c import TaskMaker, release
from dtact.scheduler._core_c import Scheduler, Task
from dtact.scheduler._followers import followers
from dtact.scheduler._statistics import Statistics

if TYPE_CHECKING:
    Base = asyncio.BaseEventLoop
else:
    Base = object

Callback = Callable[..., object]
Result = TypeVar("Result")
MAKING = ("create_task", "set_task_factory", "get_task_factory")
QUEUEING = ("call_soon", "call_soon_threadsafe", "call_later", "call_at")
"""Methods that are the scheduler's own, unless a subclass has others."""
REFUSED_AFTER_FORK = ("run_until_complete", "run_in_executor", "add_reader", "add_writer", "add_signal_handler")


class LoopMethods(Base):
    """The methods that differ from the backend's. `_adopt` is called once, when the backend is ready."""

    # Handles are ours, not asyncio's: hence the ignored types of four methods.
    _scheduler: Scheduler
    _maker: TaskMaker

    def _adopt(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        for name in QUEUEING:
            if getattr(type(self), name) is getattr(LoopMethods, name):
                # On the instance: asyncio's C code and users reach the native method without a Python frame.
                setattr(self, name, getattr(scheduler, name))
        if type(self).time is LoopMethods.time:
            self.time = time.monotonic  # type: ignore[method-assign]
        scheduler.debug = self.get_debug()
        self._maker = TaskMaker(self, scheduler)
        for name in MAKING:
            if getattr(type(self), name) is getattr(LoopMethods, name):
                setattr(self, name, getattr(self._maker, name))

    # ------------------------------------------------------------ queues

    def call_soon(  # type: ignore[override]
        self, callback: Callback, *args: Any, context: Context | None = None
    ) -> Any:
        """Call callback(*args) in the order of asking."""
        return self._scheduler.call_soon(callback, *args, context=context)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callback, *args: Any, context: Context | None = None
    ) -> Any:
        """The same, from any thread; a burst of calls wakes the loop once."""
        return self._scheduler.call_soon_threadsafe(callback, *args, context=context)

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callback, *args: Any, context: Context | None = None
    ) -> Any:
        """Call callback(*args) after `delay` seconds, never earlier."""
        return self._scheduler.call_later(delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callback, *args: Any, context: Context | None = None
    ) -> Any:
        """Call callback(*args) once `time()` has reached `when`."""
        return self._scheduler.call_at(when, callback, *args, context=context)

    def time(self) -> float:
        """Return the time of timers: seconds of the monotonic clock."""
        return time.monotonic()

    # ------------------------------------------------------------ tasks

    def create_task(self, coro: Coroutine[Any, Any, Result], **options: Any) -> asyncio.Task[Result]:  # type: ignore[override]
        """Start a task that runs a coroutine; options: `name`, `context`, `eager_start`."""
        return self._maker.create_task(coro, **options)

    def set_task_factory(self, factory: Callable[..., Any] | None) -> None:
        """Let another function make the tasks."""
        self._maker.set_task_factory(factory)

    def get_task_factory(self) -> Callable[..., Any] | None:
        """Return the function that makes the tasks, or None."""
        return self._maker.get_task_factory()

    # ------------------------------------------------------------ running

    def run_forever(self) -> None:
        """Run until `stop` is called; what was ready by then still runs."""
        self._check_runnable()
        self._scheduler.begin_run()
        following = followers.copy()
        try:
            for follower in following:
                follower.begin(self._scheduler)
            super().run_forever()
        finally:
            for follower in following:
                follower.end(self._scheduler)
            self._scheduler.end_run()

    def _check_runnable(self) -> None:
        if self.is_closed():
            raise RuntimeError("Event loop is closed")
        self._scheduler.check_alive()
        if self.is_running():
            raise RuntimeError("This event loop is already running")
        if asyncio._get_running_loop() is not None:
            raise RuntimeError("Cannot run the event loop while another loop is running")

    def stop(self) -> None:
        """Stop after everything has run that is ready now."""
        self._scheduler.stopping = True
        super().stop()

    def close(self) -> None:
        """Close the loop; tasks that have not ended are closed with it. It cannot be used afterwards."""
        if not self.is_closed():
            if self.is_running():
                self._scheduler.check_alive()
            super().close()
            release(self._scheduler)
            self._scheduler.close()

    def set_debug(self, enabled: bool) -> None:
        """Switch asyncio's debug mode: checks of threads and callbacks, and reports of slow ones."""
        super().set_debug(enabled)
        if "_scheduler" in vars(self):
            self._scheduler.debug = bool(enabled)

    def _refuse_after_fork(self) -> None:
        """Called in a child made by fork: what would wait for ever there, or change the parent's files, says so."""

        def refuse(*_: object, **__: object) -> None:
            self._scheduler.check_alive()

        for name in REFUSED_AFTER_FORK:
            setattr(self, name, refuse)

    # ------------------------------------------------------------ the end

    async def shutdown_asyncgens(self) -> None:
        """Cancel the cheap tasks that are left and wait for their end; then close asynchronous generators."""
        left = self._others()
        for task in left:
            task.cancel()
        for task in left:
            if not task.done():
                await _wait([task])
            if not task.cancelled() and (error := task.exception()) is not None:
                message = "unhandled exception during the loop's shutdown"
                self.call_exception_handler({"message": message, "exception": error, "task": task})
        await super().shutdown_asyncgens()

    async def drain(self, deadline: float) -> list[Task[Any]]:
        """Wait up to `deadline` seconds for the cheap tasks that run; cancel the rest and return them.

        The returned tasks were abandoned: each was asked to stop, and nothing waits for it.
        """
        end = self.time() + deadline
        while True:
            left = self._others()
            if not left:
                return []
            remaining = end - self.time()
            if remaining <= 0:
                break
            await _wait(left, remaining)
        for task in left:
            task.cancel()
        return left

    def _others(self) -> list[Task[Any]]:
        current: Any = asyncio.current_task()
        return [task for task in self._scheduler.tasks() if task is not current]

    def statistics(self) -> Statistics:
        """Return the scheduler's counters, see `Scheduler.statistics`."""
        return self._scheduler.statistics()


async def _wait(tasks: list[Any], timeout: float | None = None) -> None:
    await asyncio.wait(tasks, timeout=timeout)
