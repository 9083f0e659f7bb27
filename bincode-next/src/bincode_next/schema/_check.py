"""What can only be seen when a schema is whole: types that contain themselves end, and None means one thing."""

from __future__ import annotations

from ..errors import SchemaError
from ._nodes import Array, Custom, Enum, Node, Option, Range, Ref, Result, Schema, Struct, Tuple, children
from ._unions import is_nullable


def check(schema: Schema) -> Schema:
    """Return the schema, or raise SchemaError."""
    if not schema.definitions:
        return schema
    known = dict(schema.definitions)
    ending = _ending(known)
    for name in known:
        if name not in ending:
            raise SchemaError(
                f"{name} always contains another {name}, so none of its values has an end",
                path=name,
                advice="Let it stand in a list, an option or one of several variants.",
            )
    for node in _all_nodes([schema.root, *known.values()]):
        if isinstance(node, Option) and isinstance(node.inner, Ref) and is_nullable(known[node.inner.key]):
            raise SchemaError(
                "None would mean two things here", path=node.inner.key, advice="Take `| None` out of one."
            )
    return schema


def _ending(known: dict[str, Node]) -> set[str]:
    """Return the definitions that have a value of finite size: those that follow from others that have one."""
    ending: set[str] = set()
    while grown := {name for name, node in known.items() if name not in ending and _ends(node, ending)}:
        ending |= grown
    return ending


def _ends(node: Node, ending: set[str]) -> bool:
    match node:
        case Ref():
            return node.key in ending
        case Enum() | Result():
            return not children(node) or any(_ends(child, ending) for child in children(node))
        case Struct() | Tuple() | Custom() | Range():
            return all(_ends(child, ending) for child in children(node))
        case Array():
            return not node.length or _ends(node.item, ending)
    return True  # lists, options and the like may be empty


def _all_nodes(nodes: list[Node]) -> list[Node]:
    seen = {id(node) for node in nodes}
    for node in nodes:
        new = [child for child in children(node) if id(child) not in seen]
        seen.update(map(id, new))
        nodes.extend(new)
    return nodes
