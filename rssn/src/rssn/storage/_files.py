"""The files of a store: the writer's lock, and segments that only grow."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..errors import StorageError, StoreDamageError, StoreFormatError, StoreLockedError
from ._catalogue import FILE, ExtentRow
from ._faults import faults

LOCK = "lock"
SEGMENT_BYTES = 1 << 30
_SEGMENTS = "segment-*.rssn"


class Lock:
    """The right to write, held while this lives; the system takes it back from a process that dies."""

    def __init__(self, folder: Path) -> None:
        with faults(folder / LOCK):
            self._descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._descriptor)
            raise StoreLockedError(
                f"another writer has {folder} open", hint="close it, or open this one with read_only=True"
            ) from None

    def release(self) -> None:
        """Let others write."""
        os.close(self._descriptor)


def prepare(folder: Path) -> None:
    """Make the folder of a new store. Raises StoreFormatError where something else lies there."""
    with faults(folder):
        if folder.exists() and not folder.is_dir():
            raise StoreFormatError(f"{folder} is a file, and a store is a folder")
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / FILE).exists():
            foreign = [path.name for path in folder.iterdir() if path.name not in (LOCK, FILE + "-journal")]
            if foreign:
                raise StoreFormatError(f"{folder} is no store and not empty", found=foreign[0])


def open_segments(folder: Path, lengths: dict[str, int]) -> dict[str, int]:
    """Return a descriptor for each segment file. Raises StoreDamageError for one that is missing or cut short."""
    opened: dict[str, int] = {}
    try:
        for name, length in lengths.items():
            with faults(folder / name):
                try:
                    opened[name] = os.open(folder / name, os.O_RDONLY | os.O_CLOEXEC)
                except FileNotFoundError:
                    raise StoreDamageError("a segment of the store is missing", where=str(folder / name)) from None
                if (size := os.fstat(opened[name]).st_size) < length:
                    raise StoreDamageError(
                        "a segment is cut short", where=str(folder / name), wanted=f"{length} bytes", found=str(size)
                    )
    except BaseException:
        close_all(opened.values())
        raise
    return opened


def close_all(descriptors: Iterable[int]) -> None:
    """Close some descriptors."""
    for descriptor in descriptors:
        os.close(descriptor)


def sweep(folder: Path, lengths: dict[str, int]) -> None:
    """Cut what was never committed off the segments, and remove files that no commit knows. For the writer only."""
    with faults(folder):
        for path in folder.glob(_SEGMENTS):
            if path.name not in lengths:
                path.unlink()
            elif path.stat().st_size > lengths[path.name]:
                os.truncate(path, lengths[path.name])


def sync_folder(folder: Path) -> None:
    """Make the names of new files durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Segments:
    """The file that grows now. `extents` are those written since `commit` was last told about them."""

    def __init__(
        self, folder: Path, generation: int, lengths: dict[str, int], attach: Callable[[str, int], int]
    ) -> None:
        self._folder, self._generation, self._attach = folder, generation, attach
        self._descriptor = -1
        self._number = -1  # of the file in Nodes
        self._end = 0
        self._file = ""
        self._count = len(lengths)
        self._is_new = self._is_dirty = False
        self.failed = False
        self.extents: list[ExtentRow] = []
        if lengths:
            self._file = list(lengths)[-1]
            self._end = lengths[self._file]

    def resume(self, number: int) -> None:
        """Go on in the last committed file, which has this number in Nodes."""
        with faults(self._folder / self._file):
            self._descriptor = os.open(self._folder / self._file, os.O_RDWR | os.O_CLOEXEC)
        self._number = number

    def append(self, parts: list[Any], _: int, count: int) -> tuple[int, int]:
        """Write an extent behind the last one; return the file's number and the place. Not durable before `sync`."""
        size = sum([len(part) for part in parts])
        if self._descriptor < 0 or self._end + size > SEGMENT_BYTES:
            self._begin()
        place = end = self._end
        with faults(self._folder / self._file):
            for part in parts:
                view = memoryview(part)
                while view:
                    done = os.pwrite(self._descriptor, view, end)
                    view, end = view[done:], end + done
        self._is_dirty = True
        self._end = end
        self.extents.append(ExtentRow(self._file, place, size, count))
        return self._number, place

    def _begin(self) -> None:
        """Begin a new file."""
        self.sync()
        name = f"segment-{self._generation:06d}-{self._count:04d}.rssn"
        with faults(self._folder / name):
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
            descriptor = os.open(self._folder / name, flags, 0o644)
        try:
            number = self._attach(name, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        self.close()
        self._descriptor, self._number, self._file, self._end = descriptor, number, name, 0
        self._count += 1
        self._is_new = True

    def sync(self) -> None:
        """Make everything written durable. After a failure nobody knows what the disk has, so nothing more is taken."""
        if self.failed:
            raise StorageError(
                "the disk failed before", where=str(self._folder), hint="close the store and open it again"
            )
        try:
            with faults(self._folder / self._file):
                if self._is_dirty:
                    os.fdatasync(self._descriptor)
                if self._is_new:
                    sync_folder(self._folder)
        except StorageError:
            self.failed = True
            raise
        self._is_dirty = self._is_new = False

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = -1
