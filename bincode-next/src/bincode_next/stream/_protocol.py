"""What streams ask of files: no more than these methods."""

from __future__ import annotations

from typing import Any, Protocol


class Readable(Protocol):
    """A file open for reading bytes; fewer than asked may come, none is the end."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes."""


class Writable(Protocol):
    """A file open for writing bytes."""

    def write(self, data: Any, /) -> int | None:
        """Take some of `data` and return how much; None means all (of a raw file: none)."""


class AsyncReadable(Protocol):
    """An `asyncio.StreamReader`, or what has these two methods."""

    async def readexactly(self, n: int, /) -> bytes:
        """Return exactly `n` bytes, or raise `asyncio.IncompleteReadError`."""

    async def read(self, n: int = -1, /) -> bytes:
        """Return up to `n` bytes, as soon as there are any."""


class AsyncWritable(Protocol):
    """An `asyncio.StreamWriter`, or what has these two methods."""

    def write(self, data: bytes, /) -> Any:
        """Take all of `data`."""

    async def drain(self) -> None:
        """Wait until more may be written."""
