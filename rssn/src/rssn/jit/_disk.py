"""A folder of files, one per key, for what is worth keeping between processes. It may fail: with one warning, no error.

The files hold machine code, so the folder and each file must belong to the
user and be writable by nobody else. Writers put a finished file in place by
renaming it: readers see the old one or the new one, in any number of
processes. The folder is opened anew for each access and everything is done
relative to it, so that it can't be exchanged half-way, and forks share nothing.
"""

from __future__ import annotations

import os
import stat
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Final

from .. import config

LIMIT: Final = 64 << 20
LARGEST: Final = 8 << 20
_SUFFIX, _UNFINISHED = ".kernel", ".part"
_BLOCK = 4096  # what a file takes of the disk at least
_TOUCH_S, _ABANDONED_S = 3600.0, 3600.0


class Shelf:
    """The folder `path`, made at the first write; beyond `limit` bytes the least recently used files go."""

    def __init__(self, path: str, limit: int = LIMIT) -> None:
        self.path, self.limit = path, limit
        self._unswept = 0
        self._warned = False

    def read(self, key: bytes) -> bytes | None:
        """Return what was last written under a key, or None."""
        try:
            with self._folder() as folder:
                return self._read(folder, _name(key))
        except OSError:
            return None

    def write(self, key: bytes, data: bytes) -> bool:
        """Keep bytes under a key, if that is possible."""
        if len(data) > min(LARGEST, self.limit):
            return False
        try:
            os.makedirs(self.path, 0o700, exist_ok=True)
            with self._folder() as folder:
                _put(folder, _name(key), data)
                self._unswept += len(data) + _BLOCK
                # One write in sixteen looks after the folder, in however many processes they happen.
                if key[0] < 16 or self._unswept > self.limit // 64:
                    self._unswept = 0
                    self._sweep(folder)
        except OSError as error:
            self.warn(f"kernels are not kept in {self.path!r}: {error.strerror or error}")
            return False
        return True

    @contextmanager
    def _folder(self) -> Iterator[int]:
        """Open the folder. Raises OSError if it is not there or not safe."""
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            if not _is_ours(os.fstat(folder)):
                self.warn(f"kernels are not kept in {self.path!r}: the folder is not yours alone to write to")
                raise PermissionError(self.path)
            yield folder
        finally:
            os.close(folder)

    def warn(self, text: str) -> None:
        """Say what is wrong with the folder, once."""
        if not self._warned:
            self._warned = True
            hint = "RSSN_CACHE_DIR names another folder, RSSN_CACHE=0 does without"
            warnings.warn(f"{text}; {hint}", RuntimeWarning, stacklevel=2)

    def _read(self, folder: int, name: str) -> bytes | None:
        # Neither a link to elsewhere nor a pipe that would keep us waiting.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(name, flags, dir_fd=folder), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or not _is_ours(found) or found.st_size > LARGEST:
                return None
            if time.time() - found.st_mtime > _TOUCH_S:
                _touch(folder, name)
            return file.read(LARGEST + 1)

    def _sweep(self, folder: int) -> None:
        """Remove what was used least recently, and what writers that died have left."""
        files, total, now = [], 0, time.time()
        with os.scandir(folder) as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                if entry.name.endswith(_UNFINISHED) and now - found.st_mtime > _ABANDONED_S:
                    _remove(folder, entry.name)
                elif entry.name.endswith(_SUFFIX):
                    size = -(-found.st_size // _BLOCK) * _BLOCK
                    files.append((found.st_mtime, entry.name, size))
                    total += size
        if total <= self.limit:
            return
        for _, name, size in sorted(files):
            _remove(folder, name)
            total -= size
            if total <= self.limit * 3 // 4:
                return


@cache
def shelf() -> Shelf | None:
    """Return the folder for kernels, or None where none is wanted."""
    return Shelf(os.path.join(config.CACHE_DIR, "kernels")) if config.CACHE_DIR else None


def _is_ours(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _name(key: bytes) -> str:
    return key.hex() + _SUFFIX


def _put(folder: int, name: str, data: bytes) -> None:
    unfinished = f"{os.getpid():x}-{os.urandom(8).hex()}{_UNFINISHED}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(unfinished, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(data)
        os.rename(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        _remove(folder, unfinished)
        raise


def _touch(folder: int, name: str) -> None:
    with suppress(OSError):
        os.utime(name, dir_fd=folder)


def _remove(folder: int, name: str) -> None:
    with suppress(OSError):
        os.unlink(name, dir_fd=folder)
