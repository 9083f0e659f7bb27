"""Functions for one value: they look a compiled codec up, and call it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from typing import Any, TypeVar, overload

from .._form import TypeForm
from ..config import Config, standard
from ..schema import Schema
from ..types import on_change
from ._codec import Buffer, Decoder, Encoder

T = TypeVar("T")
_STANDARD = standard()
_KEPT = 1024

# By identity, of the configuration and then of the hint: hints that are equal may differ in bytes (`A | B == B | A`),
# and hashing a configuration costs more than encoding. `_alive` keeps what the ids belong to, so that they stay theirs.
_encode: dict[int, dict[int, Callable[[Any], bytes]]] = {}
_decode: dict[int, dict[int, Callable[[Any], Any]]] = {}
_encoders: dict[tuple[int, int], Encoder[Any]] = {}
_decoders: dict[tuple[int, int, bool], Decoder[Any]] = {}
_alive: list[Any] = []
_lock = Lock()


def encoder_of(type: Any, config: Config) -> Encoder[Any]:
    """Return an encoder, the same one for the same two objects."""
    found = _encoders.get((id(type), id(config)))
    if found is not None:
        return found
    made: Encoder[Any] = Encoder(type, config)
    with _lock:
        _keep(type, config)
        _encoders[id(type), id(config)] = made
        _encode.setdefault(id(config), {})[id(type)] = made.encode
    return made


def decoder_of(type: Any, config: Config, allow_missing: bool = False) -> Decoder[Any]:
    """Return a decoder, the same one for the same two objects."""
    found = _decoders.get((id(type), id(config), allow_missing))
    if found is not None:
        return found
    made: Decoder[Any] = Decoder(type, config, allow_missing=allow_missing)
    with _lock:
        _keep(type, config)
        _decoders[id(type), id(config), allow_missing] = made
        if not allow_missing:
            _decode.setdefault(id(config), {})[id(type)] = made.decode
    return made


def _keep(type: Any, config: Config) -> None:
    if len(_alive) >= _KEPT:
        _forget()
    _alive.append((type, config))


def _forget() -> None:
    for table in (_encode, _decode, _encoders, _decoders):
        table.clear()
    _alive.clear()  # last: no id is looked up any more


on_change(_forget)


def encode(value: Any, type: Any = None, config: Config = _STANDARD) -> bytes:
    """Return the bytes of a value. `type` is its hint; None takes the value's own class.

    Raises: `SchemaError` if the type has no bytes (a bare `list` does not say of what), `EncodeError` of the value.
    """
    if type is None:
        type = value.__class__
    try:
        known = _encode[id(config)][id(type)]
    except KeyError:
        known = None  # found outside, so that its errors don't speak of this one
    if known is None:
        known = encoder_of(type, config).encode
    return known(value)


def encode_many(values: Iterable[Any], type: Any, config: Config = _STANDARD) -> bytes:
    """Return the bytes of several values of one type, one after another, without a count."""
    return encoder_of(type, config).encode_many(values)


def encode_into(
    buffer: bytearray | memoryview, value: Any, offset: int = 0, *, type: Any = None, config: Config = _STANDARD
) -> int:
    """Write a value into a buffer of fixed size from `offset` on, and return where it ends.

    Raises: `BufferTooSmallError` or another `EncodeError`; the buffer is then as it was before.
    """
    return encoder_of(value.__class__ if type is None else type, config).encode_into(value, buffer, offset)


def encoded_size(value: Any, type: Any = None, config: Config = _STANDARD) -> int:
    """Return how many bytes `encode` would return."""
    return encoder_of(value.__class__ if type is None else type, config).size(value)


@overload
def decode(data: Buffer, type: TypeForm[T], config: Config = ..., *, allow_missing: bool = ...) -> T: ...
@overload
def decode(data: Buffer, type: Schema, config: Config = ..., *, allow_missing: bool = ...) -> Any: ...
def decode(data: Buffer, type: Any, config: Config = _STANDARD, *, allow_missing: bool = False) -> Any:
    """Return the value that `data` starts with. Bytes after it are taken, unless the configuration refuses them.

    `data` is any object with bytes; it is never written. Fields that are views (`memoryview`, arrays) keep it alive.
    `allow_missing`: fields at the end of the outermost struct that have defaults may be missing.
    Raises: `SchemaError` of the type; `DecodeError` of the bytes, with field path and byte offset.
    """
    if allow_missing:
        return decoder_of(type, config, True).decode(data)
    try:
        known = _decode[id(config)][id(type)]
    except KeyError:
        known = None  # found outside, so that its errors don't speak of this one
    if known is None:
        known = decoder_of(type, config).decode
    return known(data)


@overload
def decode_prefix(data: Buffer, type: TypeForm[T], config: Config = ..., *, offset: int = ...) -> tuple[T, int]: ...
@overload
def decode_prefix(data: Buffer, type: Schema, config: Config = ..., *, offset: int = ...) -> tuple[Any, int]: ...
def decode_prefix(data: Buffer, type: Any, config: Config = _STANDARD, *, offset: int = 0) -> tuple[Any, int]:
    """Return the value that starts at `offset`, and how many bytes it takes. Offsets of errors count from 0."""
    value, end = decoder_of(type, config).decode_prefix(data, offset)
    return value, end - offset


@overload
def decode_many(
    data: Buffer, type: TypeForm[T], config: Config = ..., *, offset: int = ..., count: int | None = ...
) -> Iterator[T]: ...
@overload
def decode_many(
    data: Buffer, type: Schema, config: Config = ..., *, offset: int = ..., count: int | None = ...
) -> Iterator[Any]: ...
def decode_many(
    data: Buffer, type: Any, config: Config = _STANDARD, *, offset: int = 0, count: int | None = None
) -> Iterator[Any]:
    """Yield values that stand one after another: `count` of them, or all up to the end of `data`."""
    return decoder_of(type, config).decode_many(data, offset=offset, count=count)
