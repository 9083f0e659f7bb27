"""The bytes of an input: a regular file that can be opened again and again, or a pipe that is read once."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from typing import IO

import pyarrow as pa

_PEEK_BYTES = 8


class Input:
    """A path, or ``-`` for the standard input, held open from the start to `close`.

    Regular files are read by Arrow itself. Arrow reads ahead on threads of its
    own: over a Python file they would fight for the GIL, and two readers for
    the file's position.
    """

    def __init__(self, source: str) -> None:
        self._file: IO[bytes] = sys.stdin.buffer if source == "-" else open(source, "rb")  # noqa: SIM115
        self._owned = source != "-"
        self._path = self._path_of(source)

    def _path_of(self, source: str) -> str | None:
        """Return a path under which a regular file can be opened once more, also one without a name."""
        try:
            number = self._file.fileno()
            if not stat.S_ISREG(os.fstat(number).st_mode):
                return None
        except OSError:
            return None
        again = f"/proc/self/fd/{number}"
        if os.path.exists(again):
            return again
        return None if source == "-" else source

    @property
    def can_reopen(self) -> bool:
        """Whether `open` gives a new file, read from its beginning, each time."""
        return self._path is not None

    @property
    def byte_count(self) -> int | None:
        """The size of a regular file."""
        return None if self._path is None else os.fstat(self._file.fileno()).st_size

    def head(self) -> bytes:
        """Return the first bytes, without consuming them."""
        peek = getattr(self._file, "peek", None)
        return bytes(peek(_PEEK_BYTES)[:_PEEK_BYTES]) if peek else b""

    def open(self) -> pa.NativeFile:
        """Return the input as Arrow reads files."""
        return pa.PythonFile(self._file, "r") if self._path is None else pa.OSFile(self._path, "r")

    def spool(self) -> None:
        """Copy a pipe to a nameless file, for formats that keep their table of contents at the end."""
        if self._path is not None:
            return
        copy = tempfile.TemporaryFile()  # noqa: SIM115
        while block := self._file.read(1 << 20):
            copy.write(block)
        copy.seek(0)
        self.close()
        self._file, self._owned = copy, True
        self._path = self._path_of("-")

    def close(self) -> None:
        """Close what was opened here."""
        if self._owned:
            self._file.close()
