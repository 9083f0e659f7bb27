"""What the operating system and SQLite report, as errors of ours."""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator

from ..errors import (
    StorageError,
    StoreDamageError,
    StoreFormatError,
    StoreFullError,
    StoreLockedError,
    StoreReadOnlyError,
)

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_SQLITE: dict[str, tuple[type[StorageError], str, str]] = {
    "SQLITE_FULL": (StoreFullError, "the disk is full", "make room; what was committed is still there"),
    "SQLITE_READONLY_ROLLBACK": (
        StoreReadOnlyError,
        "a writer was killed here, and what it had begun can't be taken back in a folder that can't be written",
        "open the store once where it can be written",
    ),
    "SQLITE_READONLY": (StoreReadOnlyError, "the store can't be written here", "open it with read_only=True"),
    "SQLITE_CANTOPEN": (StorageError, "the catalogue can't be opened", "check the path and its permissions"),
    "SQLITE_BUSY": (StoreLockedError, "another process keeps the catalogue busy", "try again"),
    "SQLITE_LOCKED": (StoreLockedError, "another process keeps the catalogue busy", "try again"),
    "SQLITE_NOTADB": (StoreFormatError, "this is no store, or its first bytes are damaged", "rssn store verify"),
    "SQLITE_CORRUPT": (StoreDamageError, "the catalogue is damaged", "rssn store verify"),
    "SQLITE_IOERR": (StorageError, "the disk failed", "what was committed is still there"),
}


def translated(error: sqlite3.Error | OSError, where: str) -> StorageError:
    """Return the error of ours for one of SQLite or of the operating system."""
    if isinstance(error, StorageError):
        return error
    if isinstance(error, OSError):
        text = error.strerror or str(error)
        if error.errno in _FULL:
            return StoreFullError("the disk is full", where=where, found=text, hint=_SQLITE["SQLITE_FULL"][2])
        if error.errno in _READ_ONLY:
            return StoreReadOnlyError("nothing can be written here", where=where, found=text, hint="read_only=True")
        return StorageError("the disk failed", where=where, found=text)
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix, (kind, text, hint) in _SQLITE.items():
        if name.startswith(prefix):
            return kind(text, where=where, found=f"{name}: {error}", hint=hint)
    return StoreDamageError("the catalogue can't be read", where=where, found=str(error), hint="rssn store verify")


@contextlib.contextmanager
def faults(where: object) -> Iterator[None]:
    """Turn errors of the operating system into errors of ours."""
    try:
        yield
    except OSError as error:
        if isinstance(error, StorageError):
            raise
        raise translated(error, str(where)) from error
