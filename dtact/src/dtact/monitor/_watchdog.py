"""A thread that shows what blocks a loop, while it blocks it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import traceback
from collections.abc import Callable
from time import monotonic
from types import FrameType, TracebackType
from typing import Any, Self

from dtact.errors import DelayError, NoRuntimeError
from dtact.scheduler import Scheduler, current_scheduler

_LOOP = os.path.join(os.path.dirname(os.path.dirname(__file__)), "loop", "")


def watchdog(threshold_s: float = 0.1, *, report: Callable[[str], object] | None = None) -> Watchdog:
    """Watch the running loop: `with dtact.watchdog(0.1): ...`. See `Watchdog`.

    Raises NoRuntimeError in a thread that runs no dtact loop, DelayError for a threshold that is none.
    """
    scheduler = current_scheduler()
    if scheduler is None:
        raise NoRuntimeError(
            "no dtact runtime runs in this thread",
            hint="use dtact.run(main(), watchdog=0.1), or `with dtact.watchdog():` inside a coroutine",
        )
    return Watchdog(scheduler, threshold_s, report=report)


class Watchdog:
    """Reports the Python stack and the task that keep a loop from turning for `threshold_s` seconds, once a block.

    A context manager, entered in the thread of the loop. It asks the loop a few times in each threshold to answer; a
    loop that is merely busy, with many short steps, is not reported. The report goes to `report(text)`, to standard
    error unless given. While native code holds the GIL nothing can be seen; that block is reported when it ends.
    """

    def __init__(
        self, scheduler: Scheduler, threshold_s: float = 0.1, *, report: Callable[[str], object] | None = None
    ) -> None:
        if not threshold_s > 0:
            raise DelayError("a watchdog needs a time", wanted="seconds > 0", found=repr(threshold_s))
        self._scheduler, self._threshold = scheduler, threshold_s
        self._report = _to_stderr if report is None else report
        self._stop, self._answered = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._loop_thread = 0
        self.blocks = 0
        """How many blocks were reported."""

    def __enter__(self) -> Self:
        self._loop_thread = threading.get_ident()
        self._thread = threading.Thread(target=self._watch, name="dtact-watchdog", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._answered.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._threshold / 4):
            loop = self._scheduler.loop
            if not loop.is_running():
                continue
            self._answered.clear()
            before, began = self._turns(), monotonic()
            try:
                loop.call_soon_threadsafe(self._answered.set)
            except RuntimeError:  # it was closed
                return
            if not self._answered.wait(self._threshold) and not self._stop.is_set() and loop.is_running():
                if self._turns() == before:
                    self._tell(loop)
                self._await_answer(loop, began, self._turns() == before)

    def _turns(self) -> tuple[int, int]:
        return self._scheduler.steps, self._scheduler.callbacks

    def _tell(self, loop: Any) -> None:
        frame = sys._current_frames().get(self._loop_thread)
        task = self._scheduler.current_task() or asyncio.current_task(loop)
        who = "a callback" if task is None else f"{type(task).__name__.lower()} {task.get_name()!r}"
        place = "".join(traceback.format_list(within_loop(frame))) if frame is not None else "  no Python frame\n"
        self.blocks += 1
        self._report(f"dtact watchdog: {who} has blocked the event loop for {self._threshold} s, here:\n{place}")

    def _await_answer(self, loop: Any, began: float, was_blocked: bool) -> None:
        while not self._answered.wait(0.02):
            if self._stop.is_set() or not loop.is_running():
                return
        if was_blocked and not self._stop.is_set():
            self._report(f"dtact watchdog: the event loop goes on after {monotonic() - began:.2f} s\n")


def within_loop(frame: FrameType) -> list[traceback.FrameSummary]:
    """Return what the loop has called, outermost first; the whole stack if that is nothing."""
    stack = traceback.extract_stack(frame)
    begin = 0
    for index, place in enumerate(stack):
        if place.filename.startswith(_LOOP):
            begin = index + 1
    return stack[begin:] or list(stack)


def _to_stderr(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
