"""Decode bytes as they come."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any, Generic, TypeVar, overload

from .._form import TypeForm
from ..config import Config, standard
from ..errors import DecodeError
from ..schema import Schema
from ..shape import Scan, extended, is_cut
from ._frame import Frame, FrameScan
from ._whole import Whole, end_within, shifted

_STANDARD = standard()

T = TypeVar("T")


class PushDecoder(Generic[T]):
    """Takes bytes in chunks of any size and gives back each value as soon as its last byte is there.

    Values that lie whole in one chunk are decoded in place. Of others the bytes so far are kept and passed over by a
    scan that resumes, so that chunks of one byte cost as much, for each byte, as large ones. Memory is that of one
    chunk and one value; `Safety` bounds the value (`bytes`: 4 GiB by default; `elements`).

    Bytes that are no value: the values before them are returned, and the next call raises the `DecodeError`; so does
    every later one, because nothing says where the next value would start. `failed` tells at once.
    """

    __slots__ = ("_partial", "_scan", "_whole", "failed", "offset")

    failed: Exception | None
    """What the next call raises; None while all is well."""
    offset: int
    """How many bytes the values so far took, frames included. Errors count their offsets from the first byte fed."""

    @overload
    def __init__(
        self, type: TypeForm[T], config: Config = ..., *, frame: Frame | None = ..., allow_missing: bool = ...
    ) -> None: ...
    @overload
    def __init__(
        self, type: Schema, config: Config = ..., *, frame: Frame | None = ..., allow_missing: bool = ...
    ) -> None: ...
    def __init__(
        self, type: Any, config: Config = _STANDARD, *, frame: Frame | None = None, allow_missing: bool = False
    ) -> None:
        """Raises: `ConfigError` for `allow_missing` without a frame; ValueError if values take no bytes."""
        self._whole = whole = Whole(type, config, frame, allow_missing)
        if frame is None and whole.layout.size == 0:
            raise ValueError("values of this type take no bytes: nothing says how many there are. Frame them")
        self._partial = bytearray()
        self._scan: Scan | FrameScan | None = None
        self.failed, self.offset = None, 0

    @property
    def buffered(self) -> int:
        """How many bytes of the next value are here."""
        return len(self._partial)

    @property
    def needed(self) -> int:
        """How many more bytes the next value takes at least; a reader may wait for that many."""
        return (self._scan or self._whole.scan()).missing(len(self._partial))

    def feed(self, data: bytes | bytearray | memoryview) -> list[T]:
        """Take the next bytes, and return the values that they complete."""
        self._raise_failed()
        values: list[T] = []
        try:
            for some in self.lists(data if type(data) is bytes else bytes(data)):
                values += some
        except (DecodeError, ValueError) as error:
            self.failed = error
            if not values:
                raise
        return values

    def close(self) -> None:
        """Say that no more bytes come. Raises: `UnexpectedEnd` within a value, or the error still to be raised."""
        self._raise_failed()
        if self._partial:
            raise end_within(self._whole, self._partial, self.offset)

    def _raise_failed(self) -> None:
        if self.failed is not None:
            raise self.failed

    def lists(self, data: bytes) -> Iterator[list[T]]:
        """Yield the values that the next bytes complete, a few at a time: fewer than would leave the cache.

        To be taken to its end before anything else is fed; it raises bad bytes' error right after the values before.
        """
        at, whole = 0, self._whole
        if self._scan is not None:
            before = len(self._partial)
            self._partial = extended(self._partial, data)
            taken = yield from self._resume(self._scan)
            if not taken:
                return
            at = taken - before
        try:
            at = yield from self._within(data, at)
        except DecodeError as error:
            raise shifted(error, self.offset - at) from None
        if at < len(data):
            self._partial, self._scan = bytearray(data[at:]), whole.scan()
            taken = yield from self._resume(self._scan)
            if taken and at + taken < len(data):
                yield from self.lists(data[at + taken :])

    def _within(self, data: bytes, at: int) -> Generator[list[T], None, int]:
        """Yield the values that lie whole in `data` from `at` on, and return where the first other starts."""
        whole, begin, end = self._whole, at, len(data)
        at = yield from (
            whole.decoder.rows.lists(data, at, end, is_cut) if whole.frame is None else self._frames(data, at)
        )
        self.offset += at - begin
        return at

    def _resume(self, scan: Scan | FrameScan) -> Generator[list[T], None, int]:
        """Yield the value that the bytes so far hold, and return where it ends; 0 if they don't yet."""
        try:
            if not self._whole.resume(scan, self._partial):
                return 0
            value, end = self._whole.take(scan, self._partial)
        except DecodeError as error:
            raise shifted(error, self.offset) from None
        self._partial, self._scan = bytearray(), None
        self.offset += end
        yield [value]
        return end

    def _frames(self, data: bytes, at: int) -> Generator[list[T], None, int]:
        view, decode = memoryview(data), self._whole.decoder.decode
        while at < len(data):
            scan = self._whole.scan()
            if not scan.resume(view[at:]):
                break
            body = at + scan.start  # type: ignore[union-attr]  # frames, all
            at += scan.position
            try:
                yield [decode(data[body:at])]
            except DecodeError as error:
                raise shifted(error, body) from None
        return at
