"""Codecs for classes that bring none of their own, for the whole process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ._markers import Codec

T = TypeVar("T")

_CODECS: dict[type, Codec] = {}
_LISTENERS: list[Callable[[], None]] = []


def register(cls: type[T], inner: Any, encode: Callable[[T], Any], decode: Callable[[Any], T]) -> None:
    """Encode a class, wherever it is met, by way of the type `inner`; a codec in `Annotated` goes before.

    Any class may be registered, built-in ones and those that have bytes already too. Plans made before keep what
    they had.
    """
    _CODECS[cls] = Codec(inner, encode, decode)
    for listener in _LISTENERS:
        listener()


def unregister(cls: type) -> None:
    """Take a codec back; KeyError if there is none."""
    del _CODECS[cls]
    for listener in _LISTENERS:
        listener()


def registered(cls: type) -> Codec | None:
    """Return the codec of a class, if one was registered."""
    return _CODECS.get(cls)


def on_change(listener: Callable[[], None]) -> None:
    """Call this after every change of the registry, so that what was worked out before is forgotten."""
    _LISTENERS.append(listener)
