"""Decode bytes as they come."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, overload

from ..config import Config, standard
from ..errors import DecodeError
from ..plan import plan_of
from ..schema import Array, Schema
from ..shape import Scan, extended, is_cut
from ._frame import Frame, FrameScan
from ._whole import Whole, end_within

_STANDARD = standard()

T = TypeVar("T")
# Values are decoded so many at a time while the bytes are sure to hold them: one call of the plan for all.
_BATCHES = (1024, 32)


class PushDecoder(Generic[T]):
    """Takes bytes in chunks of any size and gives back each value as soon as its last byte is there.

    Values that lie whole in one chunk are decoded in place. Of others the bytes so far are kept and passed over by a
    scan that resumes, so that chunks of one byte cost as much, for each byte, as large ones. Memory is that of one
    chunk and one value; `Safety` bounds the value (`bytes`, `elements`).

    Bytes that are no value: the values before them are returned, and the next call raises the `DecodeError`; so does
    every later one, because nothing says where the next value would start. `failed` tells at once.
    """

    __slots__ = ("_average", "_batches", "_partial", "_plan", "_scan", "_whole", "failed", "offset")

    failed: Exception | None
    """What the next call raises; None while all is well."""
    offset: int
    """How many bytes the values so far took, frames included."""

    @overload
    def __init__(
        self, type: type[T], config: Config = ..., *, frame: Frame | None = ..., allow_missing: bool = ...
    ) -> None: ...
    @overload
    def __init__(
        self, type: Any, config: Config = ..., *, frame: Frame | None = ..., allow_missing: bool = ...
    ) -> None: ...
    def __init__(
        self, type: Any, config: Config = _STANDARD, *, frame: Frame | None = None, allow_missing: bool = False
    ) -> None:
        """Raises: `ConfigError` for `allow_missing` without a frame; ValueError if values take no bytes."""
        self._whole = whole = Whole(type, config, frame, allow_missing)
        if frame is None and whole.layout.size == 0:
            raise ValueError("values of this type take no bytes: nothing says how many there are. Frame them")
        self._plan = plan_of(whole.decoder.schema, whole.config)
        self._partial = bytearray()
        self._scan: Scan | FrameScan | None = None
        self._batches = _batches(whole)
        self._average = float(whole.layout.size or 0)
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
            self._feed(data if type(data) is bytes else bytes(data), values)
        except (DecodeError, ValueError) as error:
            self.failed = error
            if not values:
                raise
        return values

    def close(self) -> None:
        """Say that no more bytes come. Raises: `UnexpectedEnd` within a value, or the error still to be raised."""
        self._raise_failed()
        if self._partial:
            raise end_within(self._whole, self._partial)

    def _raise_failed(self) -> None:
        if self.failed is not None:
            raise self.failed

    def _feed(self, data: bytes, values: list[T]) -> None:
        at, whole = 0, self._whole
        if self._scan is not None:
            before = len(self._partial)
            self._partial = extended(self._partial, data)
            taken = self._resume(self._scan, values)
            if not taken:
                return
            at = taken - before
        end = self._in_place(data, at, values) if whole.frame is None else self._frames(data, at, values)
        self.offset += end - at
        if end < len(data):
            self._partial, self._scan = bytearray(data[end:]), whole.scan()
            taken = self._resume(self._scan, values)
            if taken and end + taken < len(data):
                self._feed(data[end + taken :], values)

    def _resume(self, scan: Scan | FrameScan, values: list[T]) -> int:
        """Take the value that the bytes so far hold, and return where it ends; 0 if they don't yet."""
        if not self._whole.resume(scan, self._partial):
            return 0
        value, end = self._whole.take(scan, self._partial)
        values.append(value)
        self._partial, self._scan = bytearray(), None
        self.offset += end
        return end

    def _frames(self, data: bytes, at: int, values: list[T]) -> int:
        view = memoryview(data)
        while at < len(data):
            scan = self._whole.scan()
            if not scan.resume(view[at:]):
                break
            values.append(self._whole.decoder.decode(data[at + scan.start : at + scan.position]))  # type: ignore[union-attr]
            at += scan.position
        return at

    def _in_place(self, data: bytes, at: int, values: list[T]) -> int:
        """Decode the values that lie whole in `data` from `at` on; return where the first other starts."""
        at = self._in_batches(data, at, values)
        decode, least, end = self._plan.decode, self._whole.layout.least, len(data)
        while end - at >= least and at < end:
            try:
                value, after = decode(data, at)
            except DecodeError as error:
                if is_cut(error, end, self._whole.config):
                    break
                raise
            if after == at:
                raise ValueError("a value took no bytes: nothing says how many there are. Frame them")
            values.append(value)
            self._average += (after - at - self._average) / 8
            at = after
        return at

    def _in_batches(self, data: bytes, at: int, values: list[T]) -> int:
        for count, plan in self._batches:
            while self._average and len(data) - at >= count * self._average * 1.1:
                try:
                    some, after = plan.decode(data, at)
                except DecodeError:
                    break  # fewer at a time; one by one says what is wrong, and where
                values.extend(some)
                self._average = max((after - at) / count, 0.5)
                at = after
        return at


def _batches(whole: Whole) -> list[tuple[int, Any]]:
    """Return plans of so many values in a row: fixed arrays, which are nothing but their items on the wire."""
    config, schema = whole.config, whole.decoder.schema
    if whole.frame is not None or config.fingerprint is not None or config.limit is not None or config.format == "cbor":
        return []
    return [(count, plan_of(Schema(Array(schema.root, count), schema.definitions), config)) for count in _BATCHES]
