"""Versions of a type: one enum on the wire, the newest class in Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Annotated, Any, Generic, TypeVar, cast

from ..codec import Decoder, Encoder
from ..config import Config, standard
from ..schema import Custom, Enum, Schema, schema_of
from ..types import Codec, Name, SingleVariant

_STANDARD = standard()

T = TypeVar("T")
U = TypeVar("U")


@dataclass
class _Later:
    """Stands where the next version will, so that the first alone is a union already."""


class Versions(Generic[T]):
    """A type that has changed, and may change again: `Versions(SaveV1).then(SaveV2, from_v1)`.

    On the wire it is Rust's `enum Save { SaveV1(…), SaveV2(…) }`: the number of the version, then its fields. Bytes of
    every version decode, and are upgraded one step at a time to the newest; values of every version encode as what
    they are. Immutable: `then` returns a new object, and versions are only ever added at the end.

    A step's ValueError or TypeError is a `DecodeError`: bytes of that version that no newer value stands for.
    """

    __slots__ = ("_classes", "_decoders", "_encoders", "_steps", "name", "schema")

    def __init__(self, first: type[T], *, name: str = "Versions") -> None:
        """`name`: the enum's in Rust; only the fingerprint and the Rust writer see it."""
        self._fill(name, (first,), ())

    def _fill(self, name: str, classes: tuple[type, ...], steps: tuple[Callable[[Any], Any], ...]) -> None:
        if len(set(classes)) < len(classes):
            raise TypeError("each version is a class of its own")
        self.name, self._classes, self._steps = name, classes, steps
        self.schema: Schema = self._schema()
        self._encoders: dict[int, tuple[Encoder[Any], Config]] = {}
        self._decoders: dict[int, tuple[Decoder[Any], Config]] = {}

    def then(self, newer: type[U], upgrade: Callable[[T], U]) -> Versions[U]:
        """Return the versions with one more, which `upgrade` makes of the newest so far."""
        made: Versions[U] = Versions.__new__(Versions)
        made._fill(self.name, (*self._classes, newer), (*self._steps, upgrade))
        return made

    @property
    def newest(self) -> type[T]:
        """The class that `decode` returns."""
        return cast("type[T]", self._classes[-1])

    @property
    def hint(self) -> Any:
        """The hint of a field that holds any version: `save: SAVE.hint`."""
        if len(self._classes) == 1:
            return Annotated[self.newest, SingleVariant(self.name)]
        union: Any = Annotated[_union(self._classes), Name(self.name)]
        return Annotated[self.newest, Codec(union, _as_is, self.upgrade)]

    def version(self, value: Any) -> int:
        """Return the place of a value's version, from 0. Raises TypeError."""
        try:
            return self._classes.index(value.__class__)
        except ValueError:
            names = ", ".join(one.__name__ for one in self._classes)
            raise TypeError(f"wanted one of {names}, found {value.__class__.__name__}") from None

    def upgrade(self, value: Any) -> T:
        """Return a value of any version as the newest."""
        for step in self._steps[self.version(value) :]:
            value = step(value)
        return cast(T, value)

    def encode(self, value: Any, config: Config = _STANDARD) -> bytes:
        """Return the bytes of a value of any version, as that version."""
        if id(config) not in self._encoders:
            self._encoders[id(config)] = Encoder(self.schema, config), config
        return self._encoders[id(config)][0].encode(value)

    def decode(self, data: bytes | bytearray | memoryview, config: Config = _STANDARD) -> T:
        """Return the value of bytes of any version, upgraded to the newest. Raises: `DecodeError`."""
        if id(config) not in self._decoders:
            self._decoders[id(config)] = Decoder(self.schema, config), config
        return cast(T, self._decoders[id(config)][0].decode(data))

    def _schema(self) -> Schema:
        whole = schema_of(_union((*self._classes, _Later)))
        root = whole.root
        if not isinstance(root, Enum):
            raise TypeError(f"versions are classes with fields, not {', '.join(map(repr, self._classes))}")
        enum = replace(root, name=self.name, variants=root.variants[: len(self._classes)])
        return Schema(Custom(enum, self.name, _as_is, self.upgrade), whole.definitions)

    def __repr__(self) -> str:
        return f"Versions({' → '.join(one.__name__ for one in self._classes)})"


def _union(classes: tuple[type, ...]) -> Any:
    return reduce(or_, classes)


def _as_is(value: Any) -> Any:
    return value
