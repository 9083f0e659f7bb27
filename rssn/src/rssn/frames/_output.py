"""Output that appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from typing import IO

from ..errors import OptionError, OutputError

_USERS_MISTAKES = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)


class AtomicFile:
    """A file written beside its target and put in its place by `commit`.

    Until then it has no name where the file system allows that (so even
    `kill -9` leaves nothing), or a hidden name that `discard` removes. A
    target that is a symbolic link stays one; an existing file's mode is kept.
    """

    def __init__(self, target: str) -> None:
        self.target = target
        self._path = os.path.realpath(target)
        self._folder, self._name = os.path.split(self._path)
        self._hidden = os.path.join(self._folder, f".{self._name[:200]}.{os.urandom(6).hex()}.partial")
        self._nameless = True
        with saying_where(target):
            # A nameless file would find out about an impossible name only at the end.
            with contextlib.suppress(FileNotFoundError):
                if stat.S_ISDIR(os.stat(self._path).st_mode):
                    raise IsADirectoryError(errno.EISDIR, "is a directory", target)
            self._descriptor = self._open()

    def _open(self) -> int:
        flags = getattr(os, "O_TMPFILE", 0)
        if flags and os.path.isdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                return os.open(self._folder, flags | os.O_RDWR, 0o666)
        self._nameless = False
        return os.open(self._hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)

    def open(self) -> IO[bytes]:
        """Return the file to write to, unbuffered."""
        return os.fdopen(os.dup(self._descriptor), "wb", buffering=0)

    def commit(self) -> None:
        """Put the file in the target's place, in one step that other processes never see half done."""
        with saying_where(self.target):
            if os.path.exists(self._path):
                os.fchmod(self._descriptor, stat.S_IMODE(os.stat(self._path).st_mode))
            if self._nameless:
                # `src_dir_fd` makes Python call linkat, which alone can follow the link in /proc to the file.
                source = f"/proc/self/fd/{self._descriptor}"
                os.link(source, self._hidden, src_dir_fd=self._descriptor, follow_symlinks=True)
                self._nameless = False
            os.replace(self._hidden, self._path)
        os.close(self._descriptor)
        self._descriptor = -1

    def discard(self) -> None:
        """Forget what was written; harmless after `commit`."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
            if not self._nameless:
                with contextlib.suppress(OSError):
                    os.unlink(self._hidden)


@contextlib.contextmanager
def saying_where(target: str) -> Iterator[None]:
    """Turn the system's refusals into OutputError, or OptionError where the path itself is the mistake."""
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError | BrokenPipeError):
            raise
        reason = os.strerror(error.errno) if error.errno else str(error)
        if error.errno in _USERS_MISTAKES:
            raise OptionError(f"can't write {target!r}: {reason}", hint="choose another path for the output") from error
        hint = "free some space, or write elsewhere; what stood there before is untouched"
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise OutputError(f"can't write {target!r}: {reason}", hint=hint if full else "") from error


@contextlib.contextmanager
def open_output(target: str) -> Iterator[IO[bytes]]:
    """Give a binary file for a target path or `-`; the target changes only if the block ends without an error.

    Pipes and devices are written to directly. Raises OutputError, or OptionError for a path that can't be written.
    """
    if target == "-" or is_stream(target):
        with saying_where(target):
            file = sys.stdout.buffer if target == "-" else open(target, "wb")  # noqa: SIM115
            with contextlib.nullcontext(file) if target == "-" else file:
                yield file
                file.flush()
        return
    output = AtomicFile(target)
    try:
        with saying_where(target), output.open() as file:
            yield file
        output.commit()
    finally:
        output.discard()


def is_stream(path: str) -> bool:
    """Return whether a path exists and is a pipe, a terminal or another device."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def refuse_same_file(source: str, target: str) -> None:
    """Raise OptionError if the output would replace the input, whatever names and links lead there."""
    if "-" in (source, target) or is_stream(target):
        return
    with contextlib.suppress(OSError):
        # The resolved target is what will be replaced, also where a part of its path does not exist.
        if os.path.samefile(source, os.path.realpath(target)):
            hint = "write to another file; this one is still being read"
            raise OptionError(f"the output {target!r} is the input itself", hint=hint)
