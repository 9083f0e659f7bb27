"""The grammar: tree-sitter-rust, imported when Rust is read. Nothing here recurses, whatever the nesting."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import MissingExtra
from ._model import Place, SourceFile

if TYPE_CHECKING:
    from tree_sitter import Node


def parse(file: SourceFile) -> Node:
    """Return the root of the syntax tree. Raises MissingExtra without tree-sitter."""
    try:
        grammar, core = importlib.import_module("tree_sitter_rust"), importlib.import_module("tree_sitter")
    except ImportError as reason:
        raise MissingExtra(
            "Rust source is read with tree-sitter, which is not installed. It is in the extra 'rust': "
            "pip install 'bincode-next[rust]'"
        ) from reason
    try:
        language = core.Language(grammar.language())
    except (TypeError, ValueError) as reason:
        raise MissingExtra(
            f"tree-sitter and tree-sitter-rust are of versions that don't fit ({reason}). "
            "Bring both up to date: pip install --upgrade 'bincode-next[rust]'"
        ) from reason
    root: Node = core.Parser(language).parse(file.data).root_node
    return root


def place(file: SourceFile, node: Node) -> Place:
    """Return where a node starts."""
    row, column = node.start_point
    return Place(file, node.start_byte, row, column)


def text(node: Node | None) -> str:
    """Return the source of a node; the empty string for none."""
    return "" if node is None or node.text is None else node.text.decode("utf-8", "replace")


def first_error(node: Node) -> Node | None:
    """Return the first node that is no Rust, or is missing."""
    here: Node | None = node
    while here is not None:
        if here.is_error or here.is_missing:
            return here
        here = next((child for child in here.children if child.has_error or child.is_missing), None)
    return None


def leaves(node: Node) -> Iterator[Node]:
    """Yield the tokens below a node, literals whole."""
    stack = [node]
    while stack:
        here = stack.pop()
        if here.child_count == 0 or here.type.endswith("_literal"):
            yield here
        else:
            stack.extend(reversed(here.children))


def holds_types(node: Node) -> Node | None:
    """Return the first struct or enum below a node, or None."""
    stack = [node]
    while stack:
        here = stack.pop()
        if here.type in ("struct_item", "enum_item"):
            return here
        stack.extend(reversed(here.named_children))
    return None
