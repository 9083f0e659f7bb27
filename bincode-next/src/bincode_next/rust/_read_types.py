"""Types and constant expressions, from nodes of the syntax tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from . import _tree
from ._model import (
    Argument,
    ArrayType,
    Expr,
    Name,
    Number,
    OpaqueExpr,
    OpaqueType,
    Operation,
    Operator,
    PathType,
    RefType,
    SliceType,
    SourceFile,
    TupleType,
    Type,
)

if TYPE_CHECKING:
    from tree_sitter import Node

DEPTH = 48  # Python's own parser stops at 200 brackets
_INTEGER = re.compile(r"(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)([iu](?:8|16|32|64|128|size))?")
_KINDS = {
    "dynamic_type": "a trait object",
    "abstract_type": "an `impl` type",
    "bounded_type": "a trait object",
    "function_type": "a function pointer",
    "pointer_type": "a raw pointer",
    "never_type": "the type without values",
    "macro_invocation": "a macro",
    "qualified_type": "an associated type",
    "bracketed_type": "an associated type",
    "for_lifetimes": "a function pointer",
}


def read_type(file: SourceFile, node: Node, depth: int = 0) -> Type:
    """Return the type that a node writes. Nesting beyond DEPTH becomes an opaque type."""
    place, kind = _tree.place(file, node), node.type
    if depth > DEPTH:
        return OpaqueType(f"a type nested deeper than {DEPTH} levels", "", place)
    if kind in ("primitive_type", "type_identifier", "scoped_type_identifier", "identifier", "scoped_identifier"):
        path = path_of(node)
        return PathType(path, (), place) if path else OpaqueType("an associated type", _short(node), place)
    if kind in ("generic_type", "generic_type_with_turbofish"):
        base, given = node.child_by_field_name("type"), node.child_by_field_name("type_arguments")
        path = path_of(base) if base is not None else ()
        if not path:
            return OpaqueType("an associated type", _short(node), place)
        return PathType(path, _arguments(file, given, depth + 1) if given is not None else (), place)
    if kind == "reference_type":
        inner = node.child_by_field_name("type")
        if inner is not None:
            return RefType(read_type(file, inner, depth + 1), place)
    if kind == "unit_type":
        return TupleType((), place)
    if kind == "tuple_type":
        return TupleType(tuple(read_type(file, child, depth + 1) for child in types_in(node)), place)
    if kind == "array_type":
        element, length = node.child_by_field_name("element"), node.child_by_field_name("length")
        if element is not None:
            item = read_type(file, element, depth + 1)
            return SliceType(item, place) if length is None else ArrayType(item, read_expr(file, length), place)
    return OpaqueType(_KINDS.get(kind, "no type with bytes"), _short(node), place)


def types_in(node: Node) -> list[Node]:
    """Return the named children that are not comments."""
    return [child for child in node.named_children if not child.is_extra]


def path_of(node: Node) -> tuple[str, ...]:
    """Return the segments of a path; the empty tuple for one that starts at a trait or a type in brackets."""
    parts: list[str] = []
    here: Node | None = node
    while here is not None:
        if here.type in ("scoped_identifier", "scoped_type_identifier"):
            name = here.child_by_field_name("name")
            parts.append(_tree.text(name))
            here = here.child_by_field_name("path")
        elif here.type in ("identifier", "type_identifier", "primitive_type", "crate", "self", "super", "metavariable"):
            parts.append(_tree.text(here))
            here = None
        else:
            return ()
    return tuple(part.removeprefix("r#") for part in reversed(parts))


def _arguments(file: SourceFile, node: Node, depth: int) -> tuple[Argument, ...]:
    found: list[Argument] = []
    for child in types_in(node):
        if child.type in ("lifetime", "type_binding", "trait_bounds"):
            continue
        is_value = child.type.endswith("_literal") or child.type in ("block", "unary_expression", "binary_expression")
        found.append(read_expr(file, child) if is_value else read_type(file, child, depth))
    return tuple(found)


def read_expr(file: SourceFile, node: Node, depth: int = 0) -> Expr:
    """Return the constant that a node writes: integers, names and arithmetic; the rest is opaque."""
    place, kind = _tree.place(file, node), node.type
    inner = types_in(node)
    if depth <= DEPTH:
        if kind == "integer_literal" and (match := _INTEGER.fullmatch(_tree.text(node))):
            return Number(_integer(match[1]))
        if kind in ("identifier", "scoped_identifier") and (path := path_of(node)):
            return Name(path, place)
        if kind in ("parenthesized_expression", "block", "type_cast_expression", "const_block") and inner:
            return read_expr(file, inner[0], depth + 1)
        if kind == "unary_expression" and _tree.text(node).startswith("-") and inner:
            return Operation("-", Number(0), read_expr(file, inner[0], depth + 1))
        if kind == "binary_expression":
            return _binary(file, node, depth)
    return OpaqueExpr(_short(node), place)


def _integer(text: str) -> int:
    digits = text.replace("_", "")
    # Python refuses decimal literals of thousands of digits; so does rustc, at 128 bits.
    return int(digits, 0) if digits.startswith("0") and len(digits) > 1 and digits[1] in "xob" else int(digits[:4000])


def _binary(file: SourceFile, node: Node, depth: int) -> Expr:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = _tree.text(node.child_by_field_name("operator"))
    for known in get_args(Operator):
        if operator == known and left is not None and right is not None:
            return Operation(known, read_expr(file, left, depth + 1), read_expr(file, right, depth + 1))
    return OpaqueExpr(_short(node), _tree.place(file, node))


def _short(node: Node) -> str:
    words = _tree.text(node)[:200].split()
    return " ".join(words)[:80]
