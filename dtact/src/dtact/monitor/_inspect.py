"""The socket that `dtact ps` and `dtact top` ask: opened on demand, for its owner alone, served by a thread."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from types import TracebackType
from typing import Any, Self

from dtact.monitor._ask import peer_of, socket_path
from dtact.monitor._record import Recorder
from dtact.monitor._snapshot import snapshot
from dtact.scheduler import Scheduler, current_scheduler, followers

LONGEST_TRACE = 60.0
LONGEST_REQUEST = 100


class Inspector:
    """Answers questions about the loops of this process while the `with` block lasts, even while they are blocked.

    The socket lies in the user's runtime folder, mode 0600; who connects must be the same user. Raises InspectionError
    if that folder is open to others, OSError if the socket cannot be made.
    """

    def __init__(self) -> None:
        self._loops: dict[Scheduler, int] = {}
        self._path = socket_path(os.getpid())
        self._server: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._server.bind(str(self._path))
        self._path.chmod(0o600)
        self._server.listen(8)
        scheduler = current_scheduler()
        if scheduler is not None:
            self.begin(scheduler)
        followers.append(self)
        self._thread = threading.Thread(target=self._serve, name="dtact-inspect", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        followers.remove(self)
        self._path.unlink(missing_ok=True)
        if self._server is not None and self._thread is not None:
            self._server.shutdown(socket.SHUT_RDWR)
            self._thread.join()
            self._server.close()

    def begin(self, scheduler: Scheduler) -> None:
        """A loop begins to run in this thread."""
        self._loops[scheduler] = threading.get_ident()

    def end(self, scheduler: Scheduler) -> None:
        """It has stopped."""
        self._loops.pop(scheduler, None)

    def _serve(self) -> None:
        server = self._server
        while server is not None:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # it was shut down
            with connection:
                connection.settimeout(5.0)
                try:
                    self._answer(connection)
                except OSError:
                    continue  # whoever asked has gone

    def _answer(self, connection: socket.socket) -> None:
        if peer_of(connection) != os.getuid():
            return
        request = b""
        while not request.endswith(b"\n") and len(request) < LONGEST_REQUEST:
            piece = connection.recv(LONGEST_REQUEST)
            if not piece:
                return
            request += piece
        try:
            answer = self.respond(request.decode().strip())
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        connection.settimeout(30.0)
        connection.sendall(json.dumps(answer).encode())

    def respond(self, request: str) -> Any:
        """Return the answer to a request, as data for JSON. Raises ValueError for a request there is not."""
        word, _, rest = request.partition(" ")
        if word == "snapshot":
            return snapshot(list(self._loops.items()))
        if word == "trace":
            seconds = float(rest)
            if not 0 < seconds <= LONGEST_TRACE:
                raise ValueError(f"a trace takes up to {LONGEST_TRACE:.0f} s, not {rest}")
            return self._trace(seconds)
        raise ValueError(f"unknown request {request[:20]!r}")

    def _trace(self, seconds: float) -> Any:
        recorder = Recorder(limit=100_000)
        with recorder:
            for scheduler in list(self._loops):
                recorder.begin(scheduler)
            time.sleep(seconds)
        return recorder.document()
