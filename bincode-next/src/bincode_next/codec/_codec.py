"""Compiled codecs: one type under one configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar, overload

from .._form import TypeForm
from ..config import Config, standard
from ..errors import ConfigError, SchemaError, TrailingBytes
from ..plan import plan_of
from ..schema import Schema, schema_of
from ._missing import FillingPlan
from ._rows import Rows

_STANDARD = standard()

T = TypeVar("T")
Buffer = bytes | bytearray | memoryview


class Encoder(Generic[T]):
    """Encodes values of one type. `encode(value) -> bytes`, `encode_into(value, buffer, offset=0) -> end` and
    `size(value) -> int` are the plan's own methods.

    Raises: `SchemaError` if the type has no bytes, when made; `EncodeError` of values, when called.
    """

    __slots__ = ("config", "encode", "encode_into", "schema", "size")

    encode: Callable[[T], bytes]
    encode_into: Callable[..., int]
    size: Callable[[T], int]

    @overload
    def __init__(self, type: TypeForm[T], config: Config = ...) -> None: ...
    @overload
    def __init__(self, type: Schema, config: Config = ...) -> None: ...
    def __init__(self, type: Any, config: Config = _STANDARD) -> None:
        self.schema, self.config = _schema(type, config), config
        plan = plan_of(self.schema, config)
        self.encode, self.encode_into, self.size = plan.encode, plan.encode_into, plan.size

    def encode_many(self, values: Iterable[T]) -> bytes:
        """Return the bytes of several values, one after another."""
        return b"".join(map(self.encode, values))

    def __repr__(self) -> str:
        return f"Encoder({self.schema}, {self.config})"


class Decoder(Generic[T]):
    """Decodes values of one type. `decode(data) -> value` takes any object with bytes, and only reads it.

    `allow_missing`: fields at the end of the outermost struct that have defaults may be missing from the bytes.
    Raises: `SchemaError`, or `ConfigError` where fields can't be missing, when made; `DecodeError` when called.
    """

    __slots__ = ("_plan", "config", "decode", "rows", "schema")

    decode: Callable[[Any], T]

    @overload
    def __init__(self, type: TypeForm[T], config: Config = ..., *, allow_missing: bool = ...) -> None: ...
    @overload
    def __init__(self, type: Schema, config: Config = ..., *, allow_missing: bool = ...) -> None: ...
    def __init__(self, type: Any, config: Config = _STANDARD, *, allow_missing: bool = False) -> None:
        self.schema, self.config = _schema(type, config), config
        plan: Any = plan_of(self.schema, config)
        if allow_missing:
            plan = FillingPlan(self.schema, config, plan)
        self._plan = plan
        self.decode = _decode_of(plan, config)
        self.rows = Rows(self.schema, config, plan)

    def decode_prefix(self, data: Buffer, offset: int = 0) -> tuple[T, int]:
        """Return the value that starts at `offset`, and where it ends. Bytes after it are no concern."""
        value, end = self._plan.decode(data, offset)
        return value, end

    def decode_many(self, data: Buffer, *, offset: int = 0, count: int | None = None) -> Iterator[T]:
        """Yield values that stand one after another: `count` of them, or all up to the end of `data`.

        A type whose values may take no bytes needs `count`: else a value that took none ends with ValueError.
        """
        if count is None:
            for some in self.rows.lists(data, offset, memoryview(data).nbytes):
                yield from some
            return
        for _ in range(count):
            value, offset = self._plan.decode(data, offset)
            yield value

    def __repr__(self) -> str:
        return f"Decoder({self.schema}, {self.config})"


def _schema(hint: Any, config: object) -> Schema:
    """Return the schema of a hint; refuse what was mixed up with the configuration."""
    if not isinstance(config, Config):
        advice = f"Call it: {config.__name__}()." if hasattr(config, "__name__") else "Take standard(), legacy(), …"
        raise ConfigError(f"{config!r:.80} is no configuration. {advice}")
    if isinstance(hint, Config):
        raise SchemaError("a configuration stands where the type belongs", advice="Name it: config=….")
    return hint if isinstance(hint, Schema) else schema_of(hint)


def _decode_of(plan: Any, config: Config) -> Callable[[Any], Any]:
    """Return the shortest function that decodes one value and checks what the configuration asks for."""
    decode = plan.decode
    is_whole = config.strict or config.trailing == "reject"
    if not is_whole:
        return getattr(plan, "decode_value", None) or (lambda data: decode(data)[0])

    def checked(data: Buffer) -> Any:
        value, end = decode(data)
        if end != (length := memoryview(data).nbytes):
            raise TrailingBytes("bytes after the value", offset=end, found=length - end)
        return value

    return checked
