"""The plan of a type in CBOR: what bincode-next writes on its native path, byte for byte, or well-formed CBOR.

The crate's options and what they do there, so here too: `deterministic` sorts what is written and refuses nothing that
is read; `preferred_float`, `canonical_nan` and `normalize_neg_zero` change what is written; `allow_indefinite` and
`strict_tags` change nothing. Under `strict`, which is ours, the reader refuses what the options exclude: long heads and
floats, repeated and unsorted keys, indefinite lengths. Endianness and the encoding of integers don't matter.

No other decoder of CBOR can read most of what the crate writes, and the crate reads nothing else; with
`CborOptions(well_formed=True)`, which is ours, it is the other way round.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..config import Config, within_limit
from ..plan._buffers import Readable, put_into, readable
from ..plan._decode_py import decode
from ..plan._encode_py import Size, encode
from ..plan._reader_py import Reader
from ..schema import Schema
from ._decode import Decoders
from ._encode import Encoders


class Plan:
    """How values of one schema are written and read in CBOR, without a fingerprint. No recursion, as in bincode."""

    __slots__ = ("_config", "_reader", "_writer", "config", "schema")

    def __init__(self, schema: Schema, config: Config) -> None:
        self.schema, self.config = schema, config
        packs = config.bit_packing and not config.cbor.well_formed
        self._config = replace(config, format="cbor", ints="varint", bit_packing=packs)
        self._writer = Encoders(schema, self._config).of(schema.root)
        self._reader = Decoders(schema, self._config).of(schema.root)

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
        return out.count

    def decode(self, data: Readable, offset: int = 0, end: int | None = None) -> tuple[Any, int]:
        """Return the value that starts at `offset`, and where it ends; DecodeError if there is none before `end`."""
        view = readable(data)
        stop = len(view) if end is None else end
        if not 0 <= offset <= stop <= len(view):
            raise ValueError(f"offset {offset} and end {end} lie outside of {len(view)} bytes")

        def read(last: int) -> tuple[Any, int]:
            reader = Reader(view, offset, last, self._config, is_cut=last < stop)
            return decode(self._reader, reader), reader.pos

        return within_limit(read, offset, stop, self.config)

    def _encoded(self, value: Any) -> bytearray:
        out = bytearray()
        encode(self._writer, value, out, self.config.safety.depth)
        return out
