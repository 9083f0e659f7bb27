"""An Ast as Python lists, operands before users: what lowering walks over."""

from __future__ import annotations

from typing import Any, Final

from .._record import record
from ..expr import Ast

LEAF_KINDS: Final = ("integer", "rational", "float", "constant", "symbol")


@record(frozen=True, slots=True)
class Graph:
    """Nodes in bottom-up order: operands have smaller numbers than their users.

    `operators` holds the operator's name or the kind of leaf, `operands` node
    numbers in canonical order, `leaves` a leaf's number, or the name of a
    symbol or constant, else None.
    """

    operators: list[str]
    operands: list[tuple[int, ...]]
    leaves: list[Any]
    roots: list[int]


def graph_of(ast: Ast) -> Graph:
    """Turn the Ast's columns around: there users stand before their operands."""
    last = len(ast.code) - 1
    names, links, constants, symbols = ast.operators, ast.links, ast.constants, ast.symbols
    symbol = names.index("symbol")
    operators: list[str] = []
    operands: list[tuple[int, ...]] = []
    leaves: list[Any] = []
    columns = zip(reversed(ast.code), reversed(ast.first), reversed(ast.count), strict=True)
    for node, (code, first, count) in enumerate(columns):
        operators.append(names[code])
        if count:
            operands.append(tuple([node - link for link in links[first : first + count]]))
            leaves.append(None)
        else:
            operands.append(())
            leaves.append(symbols[first] if code == symbol else constants[first])
    return Graph(operators, operands, leaves, [last - root for root in ast.roots])
