"""Work that nobody waits for: the best machine code of kernels that answer already, made one after the other.

One thread, started when there is something to do and gone when there is not. At the end of the process it ends
after what it has in hand. It lets the answer that it follows go first.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

_AFTER_S = 0.003  # Python's threads take turns of 5 ms: a first answer must not wait for one


class Worker:
    """Calls what it is given, in order, in a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: deque[Callable[[], object]] = deque()
        self._thread: threading.Thread | None = None

    def do(self, job: Callable[[], object]) -> None:
        """Take a job and return."""
        with self._lock:
            self._jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="rssn compiler")
                self._thread.start()

    def after_fork(self) -> None:
        """Begin anew in a child, which has none of its parent's threads; what was under way there is not done here."""
        self.__init__()  # type: ignore[misc]  # as good as new is what is meant

    def _work(self) -> None:
        time.sleep(_AFTER_S)
        while job := self._next():
            try:
                job()
            except Exception:  # a kernel that answers goes on doing so; the next job is another kernel's
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))

    def _next(self) -> Callable[[], object] | None:
        with self._lock:
            if self._jobs and threading.main_thread().is_alive():
                return self._jobs.popleft()
            self._thread = None
            return None


WORKER: Final = Worker()
os.register_at_fork(after_in_child=WORKER.after_fork)
