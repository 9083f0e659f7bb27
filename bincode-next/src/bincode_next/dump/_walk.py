"""Walk the bytes of a value and name each piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ..config import Config, standard
from ..errors import DecodeError
from ..plan import plan_of
from ..schema import Bytes, Schema, Str, schema_of
from ..shape import Layout, Malformed, Shape, layout_of
from ..shape._read import Short, read_count, read_head, read_number, read_tag
from ._names import kind_of

_STANDARD = standard()

Path = tuple[Any, str] | None
_MAJORS = ("unsigned", "negative", "bytes", "text", "array", "map", "tag", "simple")
_SHOWN = 24  # segments of a path: deeper ones are cut in the middle, or a dump of a long chain grows with its square


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes and what they are.

    `role`: a value, the length or head before one, a tag that chooses a variant, items not shown one by one, the
    fingerprint, bytes after the value, or the place where they stop being one (`value` is then the error).
    """

    offset: int
    end: int
    path: str
    role: Literal["value", "length", "head", "tag", "items", "fingerprint", "after", "error"]
    kind: str
    value: Any


def pieces(
    data: bytes | bytearray | memoryview, type: Any, config: Config = _STANDARD, *, most_items: int | None = None
) -> Iterator[Piece]:
    """Yield the pieces of the value that `data` starts with, in order and without a gap.

    `most_items`: of each sequence, so many are taken apart; the others are one piece. Bytes that are no value are
    no exception here: the last piece has role "error".
    """
    schema = type if isinstance(type, Schema) else schema_of(type)
    walk = _Walk(bytes(data), layout_of(schema, config), most_items)
    try:
        yield from walk.run()
    except (Short, Malformed, DecodeError) as error:
        yield Piece(walk.at, len(walk.data), walk.place(), "error", "", _whole_error(walk, schema, config) or error)
        return
    if walk.at < len(walk.data):
        yield Piece(walk.at, len(walk.data), "", "after", "", None)


def _whole_error(walk: _Walk, schema: Schema, config: Config) -> DecodeError | None:
    try:
        plan_of(schema, config).decode(walk.data)
    except DecodeError as error:
        return error
    return None


class _Walk:
    """The state of one walk: where it is, and a stack of what comes next."""

    def __init__(self, data: bytes, layout: Layout, most_items: int | None) -> None:
        self.data, self.layout, self.config, self.most_items = data, layout, layout.config, most_items
        self.at = 0
        self._path: Path = None
        # What is to come: a shape and its path; with a count, the items of a sequence from `index` on.
        self._stack: list[tuple[Shape, Path, int | None, int]] = []

    def place(self) -> str:
        return render(self._path)

    def run(self) -> Iterator[Piece]:
        if self.layout.before_bytes:
            if len(self.data) < 8:
                raise Short(8 - len(self.data))
            yield self._piece(8, "fingerprint", "u64", int.from_bytes(self.data[:8], "little"))
        self._stack.append((self.layout.root, None, None, 0))
        while self._stack:
            shape, self._path, count, index = self._stack.pop()
            if count is not None:
                yield from self._items(shape, count, index)
            elif shape.kind == "leaf":
                yield from self._leaf(shape)
            elif shape.kind == "item":
                yield from self._item(shape)
            elif shape.kind == "product":
                yield from self._product(shape)
            elif shape.kind == "choice":
                yield from self._choice(shape)
            else:
                yield from self._sequence(shape)

    def _piece(self, end: int, role: Any, kind: str, value: Any = None) -> Piece:
        piece = Piece(self.at, end, render(self._path), role, kind, value)
        self.at = end
        return piece

    def _leaf(self, shape: Shape) -> Iterator[Piece]:
        value, end = self.layout.plan(shape).decode(self.data, self.at)
        node, kind = shape.node, kind_of(shape.node)
        if isinstance(node, Str | Bytes) and shape.size is None:
            if self.config.format == "cbor":
                _, _, after = read_head(self.data, self.at)
            else:
                _, after = read_number(self.data, self.at, self.config, 8)
            yield self._piece(after, "length", "length", end - after)
        if end > self.at:
            yield self._piece(end, "value", kind, value)

    def _item(self, shape: Shape) -> Iterator[Piece]:
        """An item of well-formed CBOR: its own head says what it is, so places have numbers and no names."""
        major, count, end = read_head(self.data, self.at)
        kind, path = _MAJORS[major], self._path
        if major in (0, 1, 7):
            yield self._piece(end, "value", kind, count if major == 0 else -1 - (count or 0) if major == 1 else None)
            return
        yield self._piece(end, "head" if major == 6 else "length", kind, count)
        if major in (2, 3) and count is not None:
            if end + count > len(self.data):
                raise Short(end + count - len(self.data))
            raw = self.data[end : end + count]
            if count:
                yield self._piece(end + count, "value", kind, raw if major == 2 else raw.decode(errors="replace"))
            return
        times = 1 if major == 6 else -1 if count is None else count * 2 if major == 5 else count
        self._stack.append((Shape("array", shape.node, (("", shape),)), path, times, 0))

    def _product(self, shape: Shape) -> Iterator[Piece]:
        if shape.headed:
            yield from self._head()
        path = self._path
        self._stack += [(part, (path, f".{name}") if name else path, None, 0) for name, part in reversed(shape.parts)]

    def _head(self) -> Iterator[Piece]:
        _, count, end = read_head(self.data, self.at)
        yield self._piece(end, "head", "array", count)

    def _choice(self, shape: Shape) -> Iterator[Piece]:
        number, end = read_tag(self.data, self.at, self.config, shape.tag)
        if number >= len(shape.parts):
            raise Malformed
        name, part = shape.parts[number]
        yield self._piece(end, "tag", kind_of(shape.node), name)
        path = self._path if name in ("Some", "None") else (self._path, f".{name}")
        self._stack.append((part, path, None, 0))

    def _sequence(self, shape: Shape) -> Iterator[Piece]:
        count: int | None = shape.count
        if shape.kind == "repeat":
            count, end = read_count(self.data, self.at, self.config, 5 if shape.entries else 4)
            yield self._piece(end, "length", "length", count)
        elif shape.headed:
            yield from self._head()
        self._stack.append((shape, self._path, -1 if count is None else count, 0))

    def _items(self, shape: Shape, count: int, index: int) -> Iterator[Piece]:
        """Go on with the items of a sequence; a count of -1 is one that a break ends."""
        if count < 0 and self.data[self.at : self.at + 1] == b"\xff":
            yield self._piece(self.at + 1, "head", "break")
            return
        if 0 <= count <= index:
            return
        item, path = shape.parts[0][1], self._path
        if self.most_items is not None and count >= 0 and index >= self.most_items and item.alone:
            yield from self._others(item, count - index)
            return
        self._stack.append((shape, path, count, index + 1))
        if not shape.entries:
            self._stack.append((item, (path, f"[{index}]"), None, 0))
            return
        key, value = item.parts[0][1], item.parts[1][1]
        label = self._key(key, index)
        self._stack += [(value, (path, label), None, 0), (key, (path, f"{label} key"), None, 0)]

    def _key(self, key: Shape, index: int) -> str:
        if key.kind != "leaf":
            return f"[{index}]"
        return f"[{self.layout.plan(key).decode(self.data, self.at)[0]!r}]"

    def _others(self, item: Shape, count: int) -> Iterator[Piece]:
        at = self.at
        if item.size is not None:
            at += count * item.size
            if at > len(self.data):
                raise Short(at - len(self.data))
        else:
            plan = self.layout.plan(item)
            for _ in range(count):
                at = plan.decode(self.data, at)[1]
        yield self._piece(at, "items", "items", count)


def render(path: Path) -> str:
    """Return a path as text, without its first point."""
    parts: list[str] = []
    while path is not None and len(parts) < _SHOWN:
        path, part = path
        parts.append(part)
    if path is not None:
        parts.append("…")
    return "".join(reversed(parts)).removeprefix(".")
