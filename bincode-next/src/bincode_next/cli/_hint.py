"""A hint from text. It is parsed and looked up, never evaluated."""

from __future__ import annotations

import ast
import importlib
import sys
import typing
from typing import Any

from .. import types

_BUILTINS = {
    one.__name__: one
    for one in (int, float, bool, str, bytes, bytearray, memoryview, list, tuple, dict, set, frozenset)
}
_MODULES = ("datetime", "decimal", "uuid", "pathlib", "ipaddress", "collections")


def parse_hint(text: str) -> Any:
    """Return the hint of `module:Class`, or of a text such as `list[u32 | None]`. Raises ValueError, ImportError."""
    module, colon, name = text.partition(":")
    if colon and all(part.isidentifier() for part in (*module.split("."), *name.split("."))):
        return _class(module, name)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is no type hint: write module:Class, or a hint such as list[u32]") from None
    return _hint(tree)


def _class(module: str, name: str) -> Any:
    if "" not in sys.path:
        sys.path.insert(0, "")  # as `python -m` does: the user's own modules lie where they are
    try:
        found: Any = importlib.import_module(module)
    except Exception as error:  # whatever the user's module does
        raise ImportError(f"can't import {module}: {type(error).__name__}: {error}") from error
    for part in name.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{module} has no {name}")
        found = getattr(found, part)
    return found


def _hint(tree: ast.expr) -> Any:
    if isinstance(tree, ast.Constant):
        return None if tree.value is None else tree.value
    if isinstance(tree, ast.Name):
        return _named(tree.id)
    if isinstance(tree, ast.Attribute):
        return getattr(_hint(tree.value), tree.attr) if isinstance(tree.value, ast.Attribute) else _dotted(tree)
    if isinstance(tree, ast.Subscript):
        return _hint(tree.value)[_hint(tree.slice)]
    if isinstance(tree, ast.Tuple):
        return tuple(map(_hint, tree.elts))
    if isinstance(tree, ast.List):
        return list(map(_hint, tree.elts))
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.BitOr):
        return typing.Union[_hint(tree.left), _hint(tree.right)]  # noqa: UP007  # of values, None among them
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub) and isinstance(tree.operand, ast.Constant):
        return -typing.cast(int, tree.operand.value)
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and not tree.keywords:
        return _marker(tree.func.id)(*map(_hint, tree.args))
    raise ValueError(f"{ast.unparse(tree)} can't stand in a type hint here")


def _named(name: str) -> Any:
    if name == "None":
        return None
    if name in _BUILTINS:
        return _BUILTINS[name]
    if name in types.__all__:
        return getattr(types, name)
    if name in typing.__all__:
        return getattr(typing, name)
    for module in _MODULES:
        found = getattr(importlib.import_module(module), name, None)
        if isinstance(found, type):
            return found
    raise ValueError(f"no type is called {name}; one of yours is module:{name}")


def _dotted(tree: ast.Attribute) -> Any:
    if isinstance(tree.value, ast.Name):
        return _class(tree.value.id, tree.attr)
    raise ValueError(f"{ast.unparse(tree)} can't stand in a type hint here")


def _marker(name: str) -> Any:
    found = getattr(types, name, None)
    if name not in types.__all__ or not isinstance(found, type):
        raise ValueError(f"{name} is no marker of bincode_next.types")
    return found
