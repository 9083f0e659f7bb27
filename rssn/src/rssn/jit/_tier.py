"""Answer first: which calls of a new kernel the interpreter takes, and when the compiler is set to work.

The bits are the same on both sides, so only time decides. A call whose interpreted time would be a good part of what
compiling takes waits for machine code; smaller ones are answered at once until they have cost as much together, then
a thread compiles behind them. A formula that is used once over a small table never loads LLVM.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Final

from ._behind import WORKER

TIERS: Final = ("compiled", "auto")

# Of a step in NumPy, of one row of it, of its machine code, and of the first machine code of all; in nanoseconds.
_STEP_NS, _ROW_NS, _COMPILE_STEP_NS, _COMPILE_NS = 2_000, 2.0, 60_000, 4_000_000
_PATIENCE = 0.5  # so much of what compiling takes may be spent on calls before it begins


class Tier:
    """What one kernel has spent so far. Calls may come from many threads: a lost count only delays the compiler."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._spent = 0.0
        self._done: threading.Event | None = None
        self._owner = os.getpid()
        self.is_compiled = False
        """set once the machine code of plain arrays is there"""

    def takes(self, rows: int) -> bool:
        """Say whether the interpreter is to answer a call over so many rows, and count it."""
        if self.is_compiled:
            return False
        cost = self._steps * (_STEP_NS + _ROW_NS * rows)
        if cost > _PATIENCE * self.compile_ns:
            return False
        self._spent += cost
        return True

    @property
    def compile_ns(self) -> float:
        """About how long compiling takes."""
        return _COMPILE_NS + self._steps * _COMPILE_STEP_NS

    def follow(self, compile: Callable[[], object]) -> None:
        """Set the compiler to work behind the calls once they have cost enough; once in a process."""
        if self._spent < _PATIENCE * self.compile_ns or (self._done is not None and self._owner == os.getpid()):
            return
        self._owner = os.getpid()  # a fork keeps no threads
        done = self._done = threading.Event()

        def work() -> None:
            try:
                compile()
                self.is_compiled = True
            finally:
                done.set()

        WORKER.do(work)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for a compiler that is at work; return whether there is machine code."""
        if self._done is not None:
            self._done.wait(timeout)
        return self.is_compiled
