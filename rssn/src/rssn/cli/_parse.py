"""`rssn parse`: how a formula is read."""

from __future__ import annotations

import math
from collections.abc import Iterator

import click

from ..expr import Expr, walk
from ._formula import FORMULA, read
from ._options import LIMITS

TREE_LINES = 60
_LEAVES = ("integer", "rational", "float", "constant", "symbol")


@click.command("parse")
@FORMULA
@click.option("--latex", is_flag=True, help="Print LaTeX and nothing else.")
@click.option("--text", is_flag=True, help="Print the canonical text and nothing else.")
@click.option("--implicit", is_flag=True, help="Allow 2x and 3(x+1) as products.")
@click.option("--exact", is_flag=True, help="Read decimals as exact rationals.")
@LIMITS
def command(formula: str, latex: bool, text: bool, implicit: bool, exact: bool, no_limits: bool) -> None:
    """Print the canonical reading of FORMULA, its tree and how many nodes it has; - reads the standard input."""
    expr = read(formula, no_limits=no_limits, implicit=implicit, exact=exact)
    if latex:
        click.echo(expr.latex())
    elif text:
        click.echo(str(expr))
    else:
        click.echo(f"{expr}\n")
        for line in tree_lines(expr):
            click.echo(line)
        click.echo(f"\n{summary(expr)}")


def summary(expr: Expr) -> str:
    """Count unique nodes, the nodes of the tree they unfold to, and the depth, in one line."""
    sizes: dict[Expr, int] = {}
    depths: dict[Expr, int] = {}
    for node in walk(expr):
        sizes[node] = 1 + sum(sizes[operand] for operand in node.operands)
        depths[node] = 1 + max((depths[operand] for operand in node.operands), default=0)
    names = sorted(symbol.name or "" for symbol in expr.free_symbols)
    unfolded = f"{sizes[expr]:,}" if sizes[expr] < 10**12 else f"about 2^{round(math.log2(sizes[expr]))}"
    nodes = f"{len(sizes):,} unique node{'s' * (len(sizes) > 1)}, {unfolded} in the tree, depth {depths[expr]:,}"
    shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return f"{nodes}; reads {shown or 'no column'}"


def tree_lines(expr: Expr, limit: int = TREE_LINES) -> Iterator[str]:
    """Yield the tree, root first; a part that was shown before is named, not shown again."""
    seen: set[Expr] = set()
    stack: list[tuple[Expr, str, str]] = [(expr, "", "")]
    for _ in range(limit):
        if not stack:
            return
        node, head, indent = stack.pop()
        known = node in seen and not node.is_leaf
        yield f"{head}{_label(node)}{' (as above)' if known else ''}"
        if known:
            continue
        seen.add(node)
        last = len(node.operands) - 1
        children = [
            (operand, indent + ("└── " if index == last else "├── "), indent + ("    " if index == last else "│   "))
            for index, operand in enumerate(node.operands)
        ]
        stack.extend(reversed(children))
    if stack:
        yield "… (the tree goes on)"


def _label(node: Expr) -> str:
    text = str(node) if node.is_leaf else node.operator
    return text if len(text) <= 80 else f"{text[:77]}..."
