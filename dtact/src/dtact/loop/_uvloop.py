"""The loop over uvloop: libuv's files, sockets, processes and signals."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
from collections import deque
from collections.abc import Callable
from contextvars import Context
from functools import partial
from typing import Any, TypeVarTuple

import uvloop

from dtact.loop._methods import LoopMethods
from dtact.scheduler._core_c import Scheduler

Ts = TypeVarTuple("Ts")
NEVER_ALONE = (None,)
SLOW: Any = uvloop.Loop.slow_callback_duration
"""The field of uvloop's loop, which ours hides."""


class UvloopLoop(LoopMethods, uvloop.Loop):  # type: ignore[misc]  # their stubs differ from asyncio's
    """uvloop with the scheduler's queues: one call of libuv drains what thousands of callbacks have queued."""

    def __init__(self) -> None:
        super().__init__()
        self._signals: set[int] = set()
        context = Context()
        # uvloop keeps what it queued itself in one deque. Our queues run in one piece only while it is empty, so that
        # its callbacks and ours keep their order; without it, every batch goes through libuv.
        # The two sets behind it hold the streams that are about to be written: a write ends a piece as well.
        held = [found for found in gc.get_referents(self) if type(found) in (deque, set)]
        places = [place for place, found in enumerate(held) if type(found) is deque]
        known = len(places) == 1 and len(held) > places[0] + 2
        scheduler = Scheduler(self, others=held[places[0]] if known else NEVER_ALONE)
        arm = partial(uvloop.Loop.call_soon, self, scheduler.drain, context=context)
        arm_threadsafe = partial(uvloop.Loop.call_soon_threadsafe, self, scheduler.drain, context=context)
        scheduler.set_arm(arm, arm_threadsafe, held[places[0] + 1 : places[0] + 3] if known else ())
        scheduler.set_alarm = self._set_alarm
        self._alarm = -1
        # The scheduler reports what is slow; uvloop would name the drain as well.
        self._slow: float = SLOW.__get__(self)
        SLOW.__set__(self, float("inf"))
        self._adopt(scheduler)

    @property
    def slow_callback_duration(self) -> float:
        """In debug mode, seconds from which on a callback or a step of a task is reported as slow."""
        return self._slow

    @slow_callback_duration.setter
    def slow_callback_duration(self, seconds: float) -> None:
        self._slow = seconds

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Hand an error to the exception handler, in the context of the task, future or callback that it is of."""
        source: Any = context.get("task") or context.get("future") or context.get("handle")
        own = source.get_context() if hasattr(source, "get_context") else None
        handle = super().call_exception_handler
        if own is None:
            handle(context)
            return
        try:
            own.run(handle, context)
        except RuntimeError:  # the context is entered: something that runs in it has called
            handle(context)

    def _set_alarm(self, when: float) -> None:
        """Called at the first timer: make the file that rings, or use libuv's timers, which know milliseconds only."""
        self._alarm = self._scheduler.open_alarm()
        if self._alarm < 0:
            milliseconds = max(0.0, when - self.time()) * 1000
            uvloop.Loop.call_later(self, (int(milliseconds) + 1) / 1000, self._scheduler.alarm_rang)
        else:
            self.add_reader(self._alarm, self._scheduler.alarm_rang)
            self._scheduler.wind_alarm(when)

    def add_signal_handler(self, sig: int, callback: Callable[[*Ts], object], *args: *Ts) -> None:
        """Call callback(*args) in the loop when a signal comes."""
        super().add_signal_handler(sig, callback, *args)
        self._signals.add(sig)

    def close(self) -> None:
        """Close the loop; tasks that have not ended are closed with it. It cannot be used afterwards."""
        if not self.is_closed() and not self.is_running() and self._alarm >= 0:
            self.remove_reader(self._alarm)
            os.close(self._alarm)
            self._alarm = -1
        super().close()
        self._give_signals_back()

    def _give_signals_back(self) -> None:
        """As asyncio's loops do when they close; uvloop's would go on taking Ctrl-C and doing nothing with it."""
        for sig in self._signals:
            if getattr(signal.getsignal(sig), "__self__", None) is self:
                default = signal.default_int_handler if sig == signal.SIGINT else signal.SIG_DFL
                with contextlib.suppress(ValueError):  # only the main thread may
                    signal.signal(sig, default)
