"""The plan of a type that is one array: in bulk, without buffers between the array and its bytes."""

from __future__ import annotations

from typing import Any

from ..config import Config, within_limit
from ..schema import NdArray, Schema
from ._buffers import Readable, put_into, readable


class ArrayPlan:
    """What `Plan` does, for a root that is an array and a configuration without a limit."""

    __slots__ = ("_decode", "_encode", "_node", "config", "schema")

    def __init__(self, schema: Schema, config: Config) -> None:
        from ..arrays import decode_array, encode_array  # NumPy comes with the first array, not before

        assert isinstance(schema.root, NdArray)
        self.schema, self.config, self._node = schema, config, schema.root
        self._encode, self._decode = encode_array, decode_array

    def encode(self, value: Any) -> bytes:
        """Return the bytes of an array; EncodeError if it is not of the type."""
        return self._encode(self._node, value, self.config)

    def encode_into(self, value: Any, buffer: bytearray | memoryview, offset: int = 0) -> int:
        """Write the bytes of an array from `offset` on and return where they end; nothing is written if that fails."""
        return put_into(self.encode(value), buffer, offset)

    def size(self, value: Any) -> int:
        """Return how many bytes an array takes."""
        return len(self.encode(value))

    def decode(self, data: Readable, offset: int = 0, end: int | None = None) -> tuple[Any, int]:
        """Return the array that starts at `offset`, and where it ends; DecodeError if there is none before `end`."""
        view = readable(data)
        stop = len(view) if end is None else end
        if not 0 <= offset <= stop <= len(view):
            raise ValueError(f"offset {offset} and end {end} lie outside of {len(view)} bytes")
        return self._within(view, offset, stop)

    def decode_value(self, data: Readable) -> Any:
        """Return the array that starts the data, without a word on where it ends."""
        view = readable(data)
        return self._within(view, 0, len(view))[0]

    def _within(self, view: bytes | memoryview, offset: int, stop: int) -> tuple[Any, int]:
        config = self.config
        return within_limit(lambda end: self._decode(self._node, view, offset, end, config), offset, stop, config)
