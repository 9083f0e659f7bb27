"""Starting a worker process, and finding out how one died."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket as sockets
import subprocess
import sys
from collections import deque
from concurrent.futures import BrokenExecutor
from typing import NamedTuple

from dtact import config
from dtact.errors import WorkerDied, WorkerStartError
from dtact.processes._jobs_c import Peer
from dtact.processes._ring_c import CHANNEL_BYTES, LAYOUT, Link
from dtact.processes._spawn import Child
from dtact.processes._state import start_time

_SOCKET_BYTES = 1 << 20
_LINES_KEPT = 20
_CODE = "import sys; sys.path[:] = sys.argv[2:]; from dtact.processes._worker import main; main()"


class PoolWorkerDied(WorkerDied, BrokenExecutor):
    """A WorkerDied that code written for ProcessPoolExecutor knows as BrokenExecutor."""


class Plan(NamedTuple):
    """What all workers of a pool have in common."""

    page: int
    """The memfd of the parent's bell."""
    event: int
    """The parent's eventfd."""
    threads: int
    """How many threads numeric libraries may use in each worker."""
    initializer: bytes | None
    """A pickled (function, arguments), called before the first job."""
    spin_ns: int
    """How long a worker looks for the next job before it sleeps."""


class Birth:
    """One worker process: the process, and the pipe of its stderr."""

    def __init__(self, plan: Plan, serial: int) -> None:
        """Start it. The calling thread must live as long as the worker shall: the kernel ties them together."""
        kept = contextlib.ExitStack()
        try:
            with contextlib.ExitStack() as passed_on:
                self._begin(plan, serial, kept, passed_on)
        except OSError as error:
            kept.close()
            raise WorkerStartError("a worker process can't be started", found=str(error)) from error
        self.lines: deque[bytes] = deque(maxlen=_LINES_KEPT)
        self.rest = b""

    def _begin(self, plan: Plan, serial: int, kept: contextlib.ExitStack, passed_on: contextlib.ExitStack) -> None:
        ours, theirs = sockets.socketpair(sockets.AF_UNIX, sockets.SOCK_SEQPACKET)
        kept.callback(ours.close)
        passed_on.callback(theirs.close)
        self.errors, writer = os.pipe()
        kept.callback(os.close, self.errors)
        passed_on.callback(os.close, writer)
        memory = os.memfd_create("dtact-channel")
        passed_on.callback(os.close, memory)
        os.ftruncate(memory, CHANNEL_BYTES)
        link = Link(memory, True)
        link.sign(True, os.getpid(), start_time(os.getpid()))
        ours.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, _SOCKET_BYTES)
        theirs.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, _SOCKET_BYTES)
        self.process = self._start(plan, theirs, writer)
        with contextlib.suppress(BrokenPipeError, ConnectionError):  # dead already: its pidfd will tell
            sockets.send_fds(ours, [self._setup(plan, serial)], [memory, plan.page, plan.event])
        ours.setblocking(False)
        os.set_blocking(self.errors, False)
        self.peer = Peer(link, ours, self.process.pid, serial)

    @staticmethod
    def _start(plan: Plan, theirs: sockets.socket, errors: int) -> Child:
        flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # as multiprocessing does
        command = [sys.executable, *flags, "-c", _CODE, str(os.getpid()), *map(str, sys.path)]
        return Child(command, config.worker_environment(plan.threads), errors, theirs.fileno())

    @staticmethod
    def _setup(plan: Plan, serial: int) -> bytes:
        setup = {
            "layout": LAYOUT,
            "argv": sys.argv,
            "serial": serial,
            "initializer": plan.initializer,
            "spin_ns": plan.spin_ns,
        }
        return pickle.dumps(setup, 5)

    def read_errors(self) -> bool:
        """Copy what it wrote to stderr to ours and keep the last lines. False at the end of the pipe."""
        try:
            data = os.read(self.errors, 65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.rest = self.rest[-4096:]
        self.lines.extend(line[-4096:] for line in lines)
        with contextlib.suppress(OSError):  # nobody reads it
            os.write(2, data)
        return True

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def reap(self) -> None:
        """After its death: read the rest of stderr, close all but the socket: answers not yet read come through it."""
        for _ in range(64):
            if not self.read_errors() or len(self.rest) == 0:
                break
        self.process.wait()
        os.close(self.errors)

    @property
    def last_words(self) -> str:
        """The last lines of its stderr."""
        lines = [*self.lines, self.rest] if self.rest else list(self.lines)
        return b"\n".join(lines).decode(errors="replace")

    @property
    def was_killed(self) -> bool:
        """Whether somebody killed it."""
        return self.process.returncode in (-signal.SIGKILL, -signal.SIGTERM)

    def how(self) -> str:
        """How it ended, in words."""
        code = self.process.returncode
        if code is None:
            return "how is not known: somebody else has waited for it"
        if code < 0:
            try:
                return f"killed by {signal.Signals(-code).name}"
            except ValueError:
                return f"killed by signal {-code}"
        return f"exit code {code}"

    def death(self, job: str) -> WorkerDied:
        """The error of the job that it was at."""
        code = self.process.returncode
        return PoolWorkerDied(
            f"the worker process {self.process.pid} died while it ran {job}",
            found=self.how() + (f", its last words:\n{self.last_words}" if self.last_words else ""),
            pid=self.process.pid,
            signal=-code if code is not None and code < 0 else None,
            exit_code=code if code is not None and code >= 0 else None,
            stderr=self.last_words,
            job=job,
        )

    def start_error(self) -> WorkerStartError:
        """The error of a pool whose workers end before they are ready."""
        return WorkerStartError(
            "a worker process ended before it was ready",
            found=self.how() + (f", its last words:\n{self.last_words}" if self.last_words else ""),
            hint="an initializer that raises or a module that fails at import is shown above",
        )

    def barren_error(self, deaths: int) -> WorkerStartError:
        """The error of a pool whose workers get ready and end, one after the other, at no job."""
        return WorkerStartError(
            f"{deaths} worker processes became ready and ended, and between them none took a job",
            found=self.how() + (f", its last words:\n{self.last_words}" if self.last_words else ""),
            hint="look for threads or exit calls that the initializer leaves behind; if dtact was installed anew while"
            " this process ran, start it again",
        )
