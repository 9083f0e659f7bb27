"""Stub of the native engine. Behaviour is documented in `_plan_py.py`, its readable twin."""

from typing import Any, final

from ..config import Config
from ..schema import Schema

_Readable = bytes | bytearray | memoryview

class NotNative(Exception):
    """A schema that the native engine has no operations for; the message says what in it."""

@final
class Code:
    """The operations of a schema under a configuration; NotNative if it has parts without any."""

    def __init__(self, schema: Schema, config: Config) -> None: ...

@final
class Plan:
    """How values of one schema are written and read under one configuration, without its fingerprint."""

    schema: Schema
    config: Config
    reason: str
    encodes_natively: bool
    decodes_natively: bool
    def __init__(self, schema: Schema, config: Config) -> None: ...
    def encode(self, value: Any, /) -> bytes: ...
    def encode_into(self, value: Any, buffer: bytearray | memoryview, offset: int = 0) -> int: ...
    def size(self, value: Any, /) -> int: ...
    def end_of(self, data: _Readable, offset: int = 0, /) -> int | None: ...
    def decode(self, data: _Readable, offset: int = 0, end: int | None = None) -> tuple[Any, int]: ...
    def decode_value(self, data: _Readable, /) -> Any: ...
