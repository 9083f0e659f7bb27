"""What holds others, between wire and JSON: products, sequences and choices, by the node they stand for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import repeat
from typing import Any

from ..schema import MISSING
from ..schema import _nodes as n
from ..shape import Layout, Shape
from ._leaves import Encoded, encoded, number_bytes, wrong

Child = tuple[Shape, Any, str]


def children_of(shape: Shape) -> Iterator[Shape]:
    """Return the parts of a product or of a fixed array, in order."""
    if shape.kind == "array":
        return repeat(shape.parts[0][1], shape.count)
    return iter([part for _, part in shape.parts])


def may_be_null(shape: Shape) -> bool:
    """Return whether a value of this shape can be null in JSON, so that an option of it can't use null itself."""
    while shape.kind == "product" and len(shape.parts) == 1 and stands_for_itself(shape):
        shape = shape.parts[0][1]
    return isinstance(shape.node, n.Option | n.Unit) or (isinstance(shape.node, n.Struct) and not shape.parts)


def stands_for_itself(shape: Shape) -> bool:
    """Return whether the one part of a product is written without the product around it."""
    node = shape.node
    return isinstance(node, n.Ref) or (isinstance(node, n.Struct) and node.positional and len(shape.parts) == 1)


def key_kind(shape: Shape) -> type | None:
    """Return whether the keys of a map can be those of an object: as strings, as integers written out, or not."""
    if isinstance(shape.node, n.Str | n.Char):
        return str
    return int if isinstance(shape.node, n.Int) else None


def assemble(shape: Shape, name: str, made: list[Any]) -> Any:
    """Return the JSON of a shape from that of its parts. `name` is the alternative that a choice took."""
    node = shape.node
    if shape.kind == "choice":
        return _chosen(shape, name, made[0])
    if shape.kind == "repeat":
        return _entries(shape, made) if shape.entries else made
    if shape.kind == "array":
        return _nested(made, node.shape) if isinstance(node, n.NdArray) and node.shape else made
    if isinstance(node, n.Unit):
        return None
    if stands_for_itself(shape):
        return made[0]
    if isinstance(node, n.Struct) and not node.positional:
        return dict(zip((label for label, _ in shape.parts), made, strict=True))
    if isinstance(node, n.Socket):
        return _socket_text(made)
    names = _FIXED_NAMES.get(type(node))
    return dict(zip(names, made, strict=True)) if names else made


_FIXED_NAMES: dict[type, tuple[str, str]] = {
    n.Range: ("start", "end"),
    n.Duration: ("secs", "nanos"),
    n.SystemTime: ("secs_since_epoch", "nanos_since_epoch"),
}


def _chosen(shape: Shape, name: str, made: Any) -> Any:
    node = shape.node
    if isinstance(node, n.Option):
        if name == "None":
            return None
        return {"some": made} if may_be_null(shape.parts[1][1]) else made
    if isinstance(node, n.Ip | n.Socket):
        return made
    part = dict(shape.parts)[name]
    if isinstance(node, n.Enum) and isinstance(part.node, n.Tuple) and len(part.parts) == 1:
        return {name: made[0]}
    return name if _is_bare(part) else {name: made}


def _is_bare(part: Shape) -> bool:
    return isinstance(part.node, n.Unit) and not part.parts


def _entries(shape: Shape, made: list[list[Any]]) -> Any:
    kind = key_kind(shape.parts[0][1].parts[0][1])
    if kind is None or len({key for key, _ in made}) != len(made):
        return made
    return {str(key): value for key, value in made}


def _nested(items: list[Any], sizes: tuple[int, ...]) -> list[Any]:
    for size in reversed(sizes[1:]):
        items = [items[i : i + size] for i in range(0, len(items), size)] if size else []
    return items


def _flat(document: Any, depth: int) -> list[Any]:
    items = _list(document)
    for _ in range(depth - 1):
        items = [item for row in items for item in _list(row)]
    return items


def _socket_text(made: list[Any]) -> Any:
    if len(made) == 4 and any(made[2:]):
        return dict(zip(("ip", "port", "flowinfo", "scope_id"), made, strict=True))
    return f"[{made[0]}]:{made[1]}" if ":" in made[0] else f"{made[0]}:{made[1]}"


def _socket_parts(document: Any) -> list[Any]:
    if isinstance(document, dict):
        return [document["ip"], document["port"], document.get("flowinfo", 0), document.get("scope_id", 0)]
    if not isinstance(document, str):
        wrong('"address:port"', document)
    address, _, port = document.rpartition(":")
    return [address.strip("[]"), int(port), 0, 0]


def take_apart(layout: Layout, shape: Shape, document: Any) -> tuple[bytes, list[Child]]:
    """Return the bytes before the parts of a shape, and each part with its document and its step of the path."""
    if shape.kind == "choice":
        return _choose(shape, document)
    item = shape.parts[0][1] if shape.parts else None
    if shape.kind == "repeat" and item is not None:
        pairs = _pairs(shape, document) if shape.entries else _list(document)
        return number_bytes(len(pairs)), [(item, part, f"[{i}]") for i, part in enumerate(pairs)]
    if shape.kind == "array" and item is not None:
        sizes = getattr(shape.node, "shape", None)
        parts = _flat(document, len(sizes)) if sizes else _list(document)
        if len(parts) != shape.count:
            wrong(f"{shape.count} items", len(parts))
        return b"", [(item, part, f"[{i}]") for i, part in enumerate(parts)]
    return b"", _product(layout, shape, document)


def _product(layout: Layout, shape: Shape, document: Any) -> list[Child]:
    node = shape.node
    if isinstance(node, n.Unit):
        return [] if document is None else wrong("null", document)
    if stands_for_itself(shape):
        return [(shape.parts[0][1], document, "")]
    if isinstance(node, n.Struct) and not node.positional:
        return _fields(layout, shape, node, document)
    if isinstance(node, n.Socket):
        values = _socket_parts(document)[: len(shape.parts)]
    elif type(node) in _FIXED_NAMES:
        values = [_object(document)[name] for name in _FIXED_NAMES[type(node)]]
    else:
        values = _list(document)
    if len(values) != len(shape.parts):
        wrong(f"{len(shape.parts)} items", len(values))
    return [(part, value, f".{label}") for (label, part), value in zip(shape.parts, values, strict=True)]


def _fields(layout: Layout, shape: Shape, node: n.Struct, document: Any) -> list[Child]:
    given = dict(_object(document))
    found: list[Child] = []
    for one, (label, part) in zip(node.fields, shape.parts, strict=True):
        if label in given:
            found.append((part, given.pop(label), f".{label}"))
        elif one.default is not MISSING or one.factory is not None:
            found.append((part, _default(layout, one), f".{label}"))
        else:
            wrong(f"a field {label!r}", sorted(map(str, _object(document))))
    if given:
        wrong(f"no field {next(iter(given))!r}", sorted(map(str, given)))
    return found


def _default(layout: Layout, one: n.Field) -> Encoded:
    value = one.factory() if one.factory is not None else one.default
    return encoded(n.Schema(one.node, layout.schema.definitions), value)


def _choose(shape: Shape, document: Any) -> tuple[bytes, list[Child]]:
    node, label = shape.node, ""
    if isinstance(node, n.Option):
        number, document = _option(shape, document)
    elif isinstance(node, n.Ip | n.Socket):
        text = document if isinstance(node, n.Ip) else _socket_parts(document)[0]
        number = 0 if ipaddress.ip_address(text).version == 4 else 1
    else:
        name, document = (document, None) if isinstance(document, str) else _only(document)
        names = [one for one, _ in shape.parts]
        number = names.index(name) if name in names else wrong(f"one of {names}", name)
        label = f".{name}"
        part = shape.parts[number][1]
        if isinstance(node, n.Enum) and isinstance(part.node, n.Tuple) and len(part.parts) == 1:
            document = [document]
    tag = bytes((number,)) if shape.tag == "byte" else number_bytes(number)
    return tag, [(shape.parts[number][1], document, label)]


def _option(shape: Shape, document: Any) -> tuple[int, Any]:
    if document is None:
        return 0, None
    if not may_be_null(shape.parts[1][1]):
        return 1, document
    name, inner = _only(document)
    return (1, inner) if name == "some" else wrong('null or {"some": …}', document)


def _pairs(shape: Shape, document: Any) -> list[Any]:
    if not isinstance(document, dict):
        return _list(document)
    kind = key_kind(shape.parts[0][1].parts[0][1])
    if kind is None:
        wrong("a list of pairs", document)
    return [[int(key) if kind is int else key, value] for key, value in document.items()]


def _only(document: Any) -> tuple[str, Any]:
    if not isinstance(document, dict) or len(document) != 1:
        wrong("a name, or an object of one", document)
    ((name, inner),) = document.items()
    return name, inner


def _list(document: Any) -> list[Any]:
    return list(document) if isinstance(document, list | tuple) else wrong("a list", document)


def _object(document: Any) -> dict[str, Any]:
    return document if isinstance(document, dict) else wrong("an object", document)
