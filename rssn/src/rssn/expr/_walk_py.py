"""Walks over unique nodes, without recursion: walk, count_nodes, free_symbols, substitute. `_walk_c.pyx`, to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rssn.errors import OptionError

from ._store_py import HOOKS, Expr, make, need_expr, symbol


def postorder(roots: Sequence[Expr], *, backwards: bool = False) -> list[Expr]:
    """Return the unique nodes below the roots, operands before users; `backwards` visits the last ones first."""
    order: list[Expr] = []
    seen: set[int] = set()
    step = -1 if backwards else 1
    for root in roots[::step]:
        stack = [(root, iter(root.operands[::step]))] if id(root) not in seen else []
        while stack:
            node, rest = stack[-1]
            child = next((operand for operand in rest if id(operand) not in seen), None)
            if child is not None:
                stack.append((child, iter(child.operands[::step])))
                continue
            stack.pop()
            seen.add(id(node))
            order.append(node)
    return order


def check(roots: Sequence[Any]) -> Sequence[Expr]:
    """Return the roots if all are expressions; raise OptionError for any other object."""
    for root in roots:
        if not isinstance(root, Expr):
            raise OptionError("this is not an expression", found=repr(root)[:80], wanted="Expr")
    return roots


def walk(*roots: Expr) -> list[Expr]:
    """Return the unique nodes below the roots, operands before their users, as a list of Expr."""
    return postorder(check(roots))


def count_nodes(*roots: Expr) -> int:
    """Return how many unique nodes there are below the roots, these included."""
    return len(walk(*roots))


def free_symbols(*roots: Expr) -> frozenset[Expr]:
    """Return the symbols that occur below the roots, as a frozenset of Expr."""
    return frozenset(node for node in walk(*roots) if node.operator == "symbol")


def substitute(expression: Expr, replacements: Mapping[Any, object]) -> Expr:
    """Return `expression` with parts replaced, all at once; what is put in is not searched again."""
    check((expression,))
    result = {_key(key): need_expr(value) for key, value in replacements.items()}
    for node in postorder((expression,)):
        if node in result:
            continue
        operands = tuple([result[operand] for operand in node.operands])
        result[node] = node if node.is_leaf or operands == node.operands else make(node.operator, operands)
    return result[expression]


def _key(key: Any) -> Expr:
    return key if isinstance(key, Expr) else symbol(key)


HOOKS.substitute = substitute
HOOKS.free_symbols = free_symbols
