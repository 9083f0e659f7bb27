"""Starting a program so that no fork elsewhere in this process can hold it up.

subprocess.Popen waits for a pipe to close, and a child that another thread forks just then keeps that pipe open as long
as it lives. posix_spawn needs none: the kernel holds the caller until the new program has begun.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from typing import Any

_FIRST_FREE = 4  # below: what the program is given
_RESET = [signal.SIGPIPE, signal.SIGXFSZ]  # Python ignores them; programs expect the default


class Child:
    """A process started from here: its number, its pidfd, and how it ended."""

    def __init__(self, command: list[str], environment: dict[str, str], errors: int, extra: int) -> None:
        """Start it. Its stderr is the descriptor `errors`, its descriptor 3 is `extra`, its stdin is empty.

        It gets our stdout and nothing else of ours. Raises OSError.
        """
        with contextlib.ExitStack() as stack:
            errors, extra = (_lifted(descriptor, stack) for descriptor in (errors, extra))
            actions: list[Any] = [(os.POSIX_SPAWN_CLOSE, descriptor) for descriptor in _inheritable()]
            actions += [
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, errors, 2),
                (os.POSIX_SPAWN_DUP2, extra, 3),
            ]
            self.pid = os.posix_spawn(command[0], command, environment, file_actions=actions, setsigdef=_RESET)
        self.returncode: int | None = None
        """As of subprocess.Popen: negative for a signal. None: it has not been waited for, or somebody else did."""
        try:
            self.pidfd = os.pidfd_open(self.pid)
        except OSError:  # no descriptor is left
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            raise

    def kill(self) -> None:
        """End it at once, if it has not ended."""
        with contextlib.suppress(OSError):  # another thread has waited for it just now
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

    def wait(self) -> None:
        """Wait for its end and let go of it."""
        with contextlib.suppress(ChildProcessError):  # waited for by others, or SIGCHLD is ignored
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        descriptor, self.pidfd = self.pidfd, -1
        os.close(descriptor)


def _lifted(descriptor: int, stack: contextlib.ExitStack) -> int:
    # The same file at a number that the program's own descriptors don't cover.
    if descriptor >= _FIRST_FREE:
        return descriptor
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_FREE)
    stack.callback(os.close, copy)
    return copy


def _inheritable() -> list[int]:
    # What careless libraries have left open for every program that is started.
    found = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the listing's own
            if int(name) >= _FIRST_FREE - 1 and os.get_inheritable(int(name)):
                found.append(int(name))
    return found
