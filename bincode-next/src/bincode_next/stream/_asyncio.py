"""Values in asyncio's streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar, overload

from .._form import TypeForm
from ..codec._functions import encoder_of
from ..config import Config, standard
from ..schema import Schema
from ..shape import extended
from ._file import CHUNK_BYTES
from ._frame import Frame, check_frame, framed
from ._protocol import AsyncReadable, AsyncWritable
from ._push import PushDecoder
from ._whole import end_within, whole_of

_STANDARD = standard()

T = TypeVar("T")
_MOST_AT_ONCE = 1 << 16


async def write_async(
    writer: AsyncWritable, value: Any, type: Any = None, config: Config = _STANDARD, *, frame: Frame | None = None
) -> int:
    """Write one value, wait until more may be written, and return how many bytes it took."""
    encoder = encoder_of(value.__class__ if type is None else type, config)
    data = framed(check_frame(frame), encoder.encode(value))
    writer.write(data)
    await writer.drain()
    return len(data)


@overload
async def read_async(
    reader: AsyncReadable,
    type: TypeForm[T],
    config: Config = ...,
    *,
    frame: Frame | None = ...,
    allow_missing: bool = ...,
) -> T: ...
@overload
async def read_async(
    reader: AsyncReadable, type: Schema, config: Config = ..., *, frame: Frame | None = ..., allow_missing: bool = ...
) -> Any: ...
async def read_async(
    reader: AsyncReadable,
    type: Any,
    config: Config = _STANDARD,
    *,
    frame: Frame | None = None,
    allow_missing: bool = False,
) -> Any:
    """Read one value; bytes after it stay in the reader.

    Raises: `EndOfStream` if the stream ends before the value, `UnexpectedEnd` if within, other `DecodeError`s.
    Cancelling it within a value loses the bytes read so far: cancel between values, or use `PushDecoder`.
    """
    whole = whole_of(type, config, frame, allow_missing)
    data, scan = bytearray(), whole.scan()
    while not whole.resume(scan, data):
        wanted = min(scan.missing(len(data)), _MOST_AT_ONCE)
        try:
            data = extended(data, await reader.readexactly(wanted))
        except EOFError as error:  # asyncio.IncompleteReadError is one, and knows what came
            data = extended(data, getattr(error, "partial", b""))
            raise end_within(whole, data) from None
    return whole.take(scan, data)[0]


@overload
def read_many_async(
    reader: AsyncReadable,
    type: TypeForm[T],
    config: Config = ...,
    *,
    frame: Frame | None = ...,
    allow_missing: bool = ...,
    chunk_bytes: int = ...,
) -> AsyncIterator[T]: ...
@overload
def read_many_async(
    reader: AsyncReadable,
    type: Schema,
    config: Config = ...,
    *,
    frame: Frame | None = ...,
    allow_missing: bool = ...,
    chunk_bytes: int = ...,
) -> AsyncIterator[Any]: ...
async def read_many_async(
    reader: AsyncReadable,
    type: Any,
    config: Config = _STANDARD,
    *,
    frame: Frame | None = None,
    allow_missing: bool = False,
    chunk_bytes: int = CHUNK_BYTES,
) -> AsyncIterator[Any]:
    """Yield the values of a stream up to its end, each as soon as its last byte is there. It reads ahead.

    Raises: `UnexpectedEnd` if the stream ends within a value, other `DecodeError`s; each after all values before it.
    """
    push: PushDecoder[Any] = PushDecoder(type, config, frame=frame, allow_missing=allow_missing)
    while chunk := await reader.read(chunk_bytes):
        for some in push.lists(chunk):
            for value in some:
                yield value
    push.close()
