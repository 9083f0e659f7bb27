"""Bytes of callers: looked at, and written to."""

from __future__ import annotations

from ..errors import BufferTooSmallError

Readable = bytes | bytearray | memoryview


def readable(data: Readable) -> bytes | memoryview:
    """Return bytes as they are, and a flat view of anything else that holds bytes."""
    if type(data) is bytes:
        return data
    view = memoryview(data)
    return view.cast("B") if view.c_contiguous else memoryview(view.tobytes())


def put_into(data: bytes | bytearray, buffer: bytearray | memoryview, offset: int) -> int:
    """Copy finished bytes into a caller's buffer and return where they end; BufferTooSmallError leaves it as it was."""
    with memoryview(buffer) as whole, whole.cast("B") as view:
        if view.readonly:
            raise TypeError("the buffer can't be written to")
        end = offset + len(data)
        if not 0 <= offset <= len(view):
            raise ValueError(f"offset {offset} lies outside of {len(view)} bytes")
        if end > len(view):
            raise BufferTooSmallError(
                "the buffer ends before the value", wanted=f"{len(data)} bytes from {offset}", found=len(view) - offset
            )
        view[offset:end] = data
    return end
