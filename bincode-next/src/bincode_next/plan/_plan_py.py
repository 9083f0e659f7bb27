"""The readable plan of a type: the native one writes and reads the same. Start here, then read `_decode_py.py`."""

from __future__ import annotations

from typing import Any

from ..config import Config, within_limit
from ..errors import EncodeError
from ..schema import Schema
from ._buffers import Readable, put_into, readable
from ._decode_py import Decoders, decode
from ._encode_py import Encoders, Size, encode
from ._reader_py import Reader


class Plan:
    """How values of one schema are written and read under one configuration, without its fingerprint."""

    __slots__ = ("_reader", "_writer", "config", "schema")

    def __init__(self, schema: Schema, config: Config) -> None:
        self.schema, self.config = schema, config
        self._writer = Encoders(schema, config).of(schema.root)
        self._reader = Decoders(schema, config).of(schema.root)

    def encode(self, value: Any) -> bytes:
        """Return the bytes of a value; EncodeError if it is not of the type."""
        return bytes(self._encoded(value))

    def encode_into(self, value: Any, buffer: bytearray | memoryview, offset: int = 0) -> int:
        """Write the bytes of a value from `offset` on and return where they end; nothing is written when that fails."""
        return put_into(self._encoded(value), buffer, offset)

    def size(self, value: Any) -> int:
        """Return how many bytes a value takes."""
        out = Size()
        encode(self._writer, value, out, self.config.safety.depth)
        self._refuse_large(out.count)
        return out.count

    def decode(self, data: Readable, offset: int = 0, end: int | None = None) -> tuple[Any, int]:
        """Return the value that starts at `offset`, and where it ends; DecodeError if there is none before `end`."""
        view = readable(data)
        stop = len(view) if end is None else end
        if not 0 <= offset <= stop <= len(view):
            raise ValueError(f"offset {offset} and end {end} lie outside of {len(view)} bytes")

        def read(last: int) -> tuple[Any, int]:
            reader = Reader(view, offset, last, self.config, is_cut=last < stop)
            return decode(self._reader, reader), reader.pos

        return within_limit(read, offset, stop, self.config)

    def end_of(self, data: Readable, offset: int = 0, /) -> int | None:  # noqa: ARG002
        """Return None: only `decode` can tell. The native plan says where a value ends, or -1, without an error."""
        return None

    def _encoded(self, value: Any) -> bytearray:
        out = bytearray()
        encode(self._writer, value, out, self.config.safety.depth)
        self._refuse_large(len(out))
        return out

    def _refuse_large(self, size: int) -> None:
        """bincode 1 holds what it writes against its limit; its successors hold only what they read."""
        limit = self.config.limit
        if self.config.crate == 1 and limit is not None and size > limit:
            raise EncodeError("the value takes more bytes than the limit", wanted=f"at most {limit}", found=size)
