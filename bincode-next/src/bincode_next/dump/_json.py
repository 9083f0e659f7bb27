"""Values as JSON's objects and back, by way of their bytes: this file knows nodes, and no Python classes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any, TypeVar, overload

from .._form import TypeForm
from ..codec import Decoder, Encoder
from ..config import v3
from ..errors import EncodeError, WrongTypeError
from ..schema import Schema, schema_of
from ..shape import Layout, Shape, layout_of
from ..shape._read import read_number, read_tag
from ._leaves import Encoded, leaf_from_json, leaf_to_json
from ._places import assemble, children_of, take_apart

T = TypeVar("T")
_CONFIG = v3()  # the configuration that writes all there is of every type


def to_json(value: Any, type: Any = None) -> Any:
    """Return a value as dicts, lists, strings, numbers, bools and None, ready for `json.dumps`.

    The shapes are serde_json's: a struct is an object, a variant its name or `{"Name": payload}`, a field of a tuple
    struct alone stands for itself. Byte strings are hexadecimal text; a map is an object where its keys are strings,
    characters or integers, else a list of pairs; an option of what may be null is `{"some": …}`; floats that JSON
    lacks are "NaN", "Infinity", "-Infinity". Integers are exact: readers that keep 53 bits lose the others.

    Raises: `SchemaError` of the type, `EncodeError` of the value.
    """
    schema = _schema(value.__class__ if type is None else type)
    return _Reading(layout_of(schema, _CONFIG), Encoder(schema, _CONFIG).encode(value)).run()


@overload
def from_json(document: Any, type: TypeForm[T]) -> T: ...
@overload
def from_json(document: Any, type: Schema) -> Any: ...
def from_json(document: Any, type: Any) -> Any:
    """Return the value of a type that `to_json` made `document` of. Fields that have defaults may be missing.

    Raises: `WrongTypeError` with the path where the document doesn't fit the type; `OutOfRangeError`; the
    `DecodeError` of what fits and is no value all the same (a `NonZero` that is 0).
    """
    schema = _schema(type)
    return Decoder[Any](schema, _CONFIG).decode(_write(layout_of(schema, _CONFIG), document))


def _schema(type: Any) -> Schema:
    return type if isinstance(type, Schema) else schema_of(type)


class _Reading:
    """Bytes into one document. Every shape that is open has a frame: its children still to come, what they gave."""

    def __init__(self, layout: Layout, data: bytes) -> None:
        self.layout, self.data, self.at = layout, data, 0
        self.frames: list[tuple[Shape, str, Iterator[Shape], list[Any]]] = []

    def run(self) -> Any:
        root: list[Any] = []
        self.frames.append((self.layout.root, "", iter((self.layout.root,)), root))
        while self.frames:
            shape, name, left, made = self.frames[-1]
            following = next(left, None)
            if following is not None:
                self.open(following, made)
                continue
            self.frames.pop()
            if self.frames:
                self.frames[-1][3].append(assemble(shape, name, made))
        return root[0]

    def open(self, shape: Shape, made: list[Any]) -> None:
        """Begin a shape: a leaf is done at once, others are put on the stack."""
        if shape.kind == "leaf":
            part, self.at = leaf_to_json(shape, self.data, self.at)
            made.append(part)
            return
        name, children = "", children_of(shape)
        if shape.kind == "choice":
            number, self.at = read_tag(self.data, self.at, _CONFIG, shape.tag)
            name, part = shape.parts[number]
            children = iter((part,))
        elif shape.kind == "repeat":
            count, self.at = read_number(self.data, self.at, _CONFIG, 8)
            children = repeat(shape.parts[0][1], count)
        self.frames.append((shape, name, children, []))


def _write(layout: Layout, document: Any) -> bytes:
    """Return the bytes of a document, shape by shape in the order of the wire."""
    written: list[bytes] = []
    stack: list[tuple[Shape, Any, Any]] = [(layout.root, document, None)]
    while stack:
        shape, part, path = stack.pop()
        if isinstance(part, Encoded):
            written.append(part)
            continue
        try:
            if shape.kind == "leaf":
                written.append(leaf_from_json(shape, part))
                continue
            head, children = take_apart(layout, shape, part)
        except _REFUSED as error:
            raise _placed(error, path) from None
        written.append(head)
        stack += [(child, value, (path, label)) for child, value, label in reversed(children)]
    return b"".join(written)


_REFUSED = (TypeError, ValueError, KeyError, OverflowError, AttributeError)


def _placed(error: Exception, path: Any) -> Exception:
    parts: list[str] = []
    while path is not None and len(parts) < 32:
        path, label = path
        parts.append(label)
    where = "".join(reversed(parts)).removeprefix(".")
    problem = getattr(error, "problem", "") or str(error)
    made = error.__class__ if isinstance(error, EncodeError) else WrongTypeError
    return made(problem, path=where, wanted=getattr(error, "wanted", ""), found=getattr(error, "found", None))
