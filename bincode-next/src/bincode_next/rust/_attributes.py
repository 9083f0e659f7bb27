"""Attributes: token trees read as words, `cfg_attr` opened, `cfg` judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import _tree
from ._model import Meta, Place, SourceFile

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 24
Token = tuple[str, str, Place]  # kind, text, place


def read_attribute(file: SourceFile, node: Node) -> Meta | None:
    """Return what stands between `#[` and `]`, or None where it is not of the usual form."""
    tokens = [(leaf.type, _tree.text(leaf), _tree.place(file, leaf)) for leaf in _tree.leaves(node)]
    inner = tokens[2:-1] if tokens and tokens[0][1] == "#" else tokens
    found, _ = _metas(inner, 0, 0)
    return found[0] if found else None


def _metas(tokens: list[Token], at: int, depth: int) -> tuple[tuple[Meta, ...], int]:
    """Read words up to the closing bracket; return them and where it stands."""
    found: list[Meta] = []
    while at < len(tokens) and tokens[at][1] not in (")", "]", "}"):
        start = at
        name, at = _path(tokens, at)
        value, args = None, None
        if at < len(tokens) and tokens[at][1] == "=" and at + 1 < len(tokens):
            value, at = _literal(tokens[at + 1]), at + 2
        elif at < len(tokens) and tokens[at][1] in ("(", "[", "{"):
            args, at = _metas(tokens, at + 1, depth + 1) if depth < DEPTH else ((), _skip(tokens, at))
            at += 1
        elif not name and at < len(tokens) and tokens[at][0].endswith("_literal"):
            value, at = _literal(tokens[at]), at + 1
        found.append(Meta(name, tokens[start][2], value, args))
        at = _next(tokens, at)
    return tuple(found), at


def _path(tokens: list[Token], at: int) -> tuple[str, int]:
    parts = []
    while at < len(tokens) and (tokens[at][1] == "::" or tokens[at][1].removeprefix("r#").isidentifier()):
        parts.append(tokens[at][1].removeprefix("r#"))
        at += 1
    return "".join(parts).removeprefix("::"), at


def _next(tokens: list[Token], at: int) -> int:
    """Return what follows the next comma of this level, or the closing bracket."""
    while at < len(tokens) and tokens[at][1] not in (",", ")", "]", "}"):
        at = _skip(tokens, at) + 1 if tokens[at][1] in ("(", "[", "{") else at + 1
    return at + 1 if at < len(tokens) and tokens[at][1] == "," else at


def _skip(tokens: list[Token], at: int) -> int:
    """Return where the bracket that opens here is closed."""
    depth = 0
    while at < len(tokens):
        depth += (tokens[at][1] in ("(", "[", "{")) - (tokens[at][1] in (")", "]", "}"))
        if depth == 0:
            return at
        at += 1
    return at


def _literal(token: Token) -> str:
    kind, text, _ = token
    if kind == "string_literal":
        return unquote(text)
    if kind == "raw_string_literal":
        return text.lstrip("r").strip("#")[1:-1]
    return text


def unquote(text: str) -> str:
    """Return what a string literal of Rust stands for."""
    return _ESCAPE.sub(_escaped, text[text.index('"') + 1 : -1])


_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F_]{1,8})\}|(\n\s*)|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def _escaped(match: re.Match[str]) -> str:
    byte, scalar, joined, letter = match.groups()
    if joined is not None:
        return ""
    if letter is not None:
        return _PLAIN.get(letter, letter)
    code = int((byte or scalar).replace("_", "") or "0", 16)
    return chr(code) if code < 0x110000 else "\ufffd"


def holds(condition: Meta, features: frozenset[str] | None) -> bool | None:
    """Return whether a `cfg` condition is so: None where that is not known.

    Tests are never built. `features` are the ones that are on; with None, none is known.
    """
    if condition.name == "test":
        return False
    if condition.name == "feature":
        return None if features is None else condition.value in features
    parts = [holds(part, features) for part in condition.args or ()]
    if condition.name == "not" and parts:
        return None if parts[0] is None else not parts[0]
    if condition.name == "all":
        return False if False in parts else None if None in parts else True
    if condition.name == "any":
        return True if True in parts else None if None in parts else False
    return None


def opened(attributes: Iterable[Meta], features: frozenset[str] | None) -> Iterator[Meta]:
    """Yield the attributes with those inside `cfg_attr` in its place, where a condition not known counts as met.

    A `cfg` that is known to be met says nothing and is left out.
    """
    stack = list(attributes)[::-1]
    while stack:
        meta = stack.pop()
        if meta.name == "cfg_attr" and meta.args:
            if holds(meta.args[0], features) is not False:
                stack.extend(reversed(meta.args[1:]))
        elif not (meta.name == "cfg" and meta.args and holds(meta.args[0], features)):
            yield meta
