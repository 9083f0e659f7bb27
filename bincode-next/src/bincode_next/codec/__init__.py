"""Encode and decode: functions for one value, objects for many of a type. Start reading at `_codec.py`."""

from ._codec import Decoder as Decoder
from ._codec import Encoder as Encoder
from ._functions import decode as decode
from ._functions import decode_many as decode_many
from ._functions import decode_prefix as decode_prefix
from ._functions import encode as encode
from ._functions import encode_into as encode_into
from ._functions import encode_many as encode_many
from ._functions import encoded_size as encoded_size

__all__ = (
    "Decoder",
    "Encoder",
    "decode",
    "decode_many",
    "decode_prefix",
    "encode",
    "encode_into",
    "encode_many",
    "encoded_size",
)
