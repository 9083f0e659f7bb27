"""Values in files."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar, overload

from .._form import TypeForm
from ..codec._functions import encoder_of
from ..config import Config, standard
from ..errors import DecodeError
from ..schema import Schema
from ..shape import extended, is_cut
from ._frame import Frame, check_frame, framed
from ._protocol import Readable, Writable
from ._push import PushDecoder
from ._whole import Whole, end_within, whole_of

_STANDARD = standard()

T = TypeVar("T")
CHUNK_BYTES = 1 << 18
_LOOK_BYTES = 4096
_MOST_AT_ONCE = 1 << 20  # of a value that says it is long: what doesn't come is not allocated


def write_to(
    file: Writable, value: Any, type: Any = None, config: Config = _STANDARD, *, frame: Frame | None = None
) -> int:
    """Write one value, all of it, and return how many bytes that was. `type` None takes the value's own class.

    Raises: `EncodeError` before anything is written; what the file raises, with nobody knowing how much it took;
    BlockingIOError where a file that doesn't block takes no more.
    """
    encoder = encoder_of(value.__class__ if type is None else type, config)
    data = framed(check_frame(frame), encoder.encode(value))
    _write_all(file, data)
    return len(data)


def write_many(
    file: Writable, values: Iterable[Any], type: Any, config: Config = _STANDARD, *, frame: Frame | None = None
) -> int:
    """Write values one after another, in pieces of some hundred kilobytes, and return how many bytes that was."""
    encode = encoder_of(type, config).encode
    check_frame(frame)
    waiting: list[bytes] = []
    held = written = 0
    for value in values:
        data = framed(frame, encode(value))
        waiting.append(data)
        held += len(data)
        if held >= CHUNK_BYTES:
            _write_all(file, b"".join(waiting))
            written, held = written + held, 0
            waiting.clear()
    _write_all(file, b"".join(waiting))
    return written + held


@overload
def read_from(
    file: Readable, type: TypeForm[T], config: Config = ..., *, frame: Frame | None = ..., allow_missing: bool = ...
) -> T: ...
@overload
def read_from(
    file: Readable, type: Schema, config: Config = ..., *, frame: Frame | None = ..., allow_missing: bool = ...
) -> Any: ...
def read_from(
    file: Readable, type: Any, config: Config = _STANDARD, *, frame: Frame | None = None, allow_missing: bool = False
) -> Any:
    """Read one value, and leave the file right after it.

    A file that lets one look ahead (`peek`, as the files of `open(…, "rb")`), or step back (`FileIO`, `BytesIO`), is
    asked for a piece; of others only what the value is known to need is read, in several short reads. So any number
    of calls in a row works, and something else may follow. For many values `read_many` is faster.

    Raises: `EndOfStream` if the file ends before the value, `UnexpectedEnd` if within; another `DecodeError`, and
    what the file raises: then the file stands somewhere within the value.
    """
    whole = whole_of(type, config, frame, allow_missing)
    if frame is None:
        found = _look_ahead(file, whole)
        if found is not None:
            return found[0]
    return _read_exactly(file, whole)


@overload
def read_many(
    file: Readable,
    type: TypeForm[T],
    config: Config = ...,
    *,
    frame: Frame | None = ...,
    allow_missing: bool = ...,
    chunk_bytes: int = ...,
) -> Iterator[T]: ...
@overload
def read_many(
    file: Readable,
    type: Schema,
    config: Config = ...,
    *,
    frame: Frame | None = ...,
    allow_missing: bool = ...,
    chunk_bytes: int = ...,
) -> Iterator[Any]: ...
def read_many(
    file: Readable,
    type: Any,
    config: Config = _STANDARD,
    *,
    frame: Frame | None = None,
    allow_missing: bool = False,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Any]:
    """Yield the values of a file up to its end, in memory that doesn't grow with the file.

    It reads ahead: the file stands up to `chunk_bytes` after the value last given. Values come as soon as a read
    brings them; a pipe or a socket's file is not waited on for more than it has.

    Raises: `UnexpectedEnd` if the file ends within a value, other `DecodeError`s, what the file raises; each after
    all values before it.
    """
    push: PushDecoder[Any] = PushDecoder(type, config, frame=frame, allow_missing=allow_missing)
    return _values(file, push, chunk_bytes)


def _values(file: Readable, push: PushDecoder[Any], chunk_bytes: int) -> Iterator[Any]:
    read = getattr(file, "read1", file.read)
    while chunk := _some(read, chunk_bytes):
        for some in push.lists(chunk):
            yield from some
    push.close()


def _some(read: Any, size: int) -> bytes:
    chunk: bytes | None = read(size)
    if chunk is None:
        raise BlockingIOError("the file has no bytes now, and doesn't wait for them")
    return chunk


def _look_ahead(file: Any, whole: Whole) -> tuple[Any] | None:
    """Return the value if a piece of the file holds it; None leaves the file as it was."""
    least = max(whole.layout.least, 1)
    if hasattr(file, "peek"):
        ahead = file.peek(least)
        found = _try(whole, ahead, least)
        return None if found is None else (found[0], file.read(found[1]))[:1]
    if isinstance(file, io.BytesIO | io.FileIO) and file.seekable():
        start = file.tell()
        found = _try(whole, file.read(max(least, _LOOK_BYTES)), least)
        file.seek(start + (0 if found is None else found[1]))
        return None if found is None else found[:1]
    return None


def _try(whole: Whole, data: bytes | None, least: int) -> tuple[Any, int] | None:
    if data is None or len(data) < least:
        return None
    try:
        return whole.decoder.decode_prefix(data)
    except DecodeError as error:
        if is_cut(error, len(data), whole.config):
            return None
        raise


def _read_exactly(file: Readable, whole: Whole) -> Any:
    data, scan = bytearray(), whole.scan()
    while not whole.resume(scan, data):
        piece = _some(file.read, min(scan.missing(len(data)), _MOST_AT_ONCE))
        if not piece:
            raise end_within(whole, data)
        data = extended(data, piece)
    return whole.take(scan, data)[0]


def _write_all(file: Writable, data: bytes) -> None:
    """Write all of `data`, however little the file takes at a time."""
    view = memoryview(data)
    while view:
        taken = file.write(view)
        if taken is None:
            if isinstance(file, io.RawIOBase):
                raise BlockingIOError(f"the file takes no more now; {len(view)} bytes are left")
            return  # a file that says nothing took everything
        view = view[taken:]
