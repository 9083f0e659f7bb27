"""`rssn expand`: sums of terms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import click

from ..errors import PolynomialError
from ..expr import Expr, apply, walk
from ..poly import expand
from ._answer import algebra, show
from ._formula import read
from ._terms import TERMS, in_the_shell

MOST_STEPS: Final = 60
ADDITIVE: Final = frozenset({"add", "sub", "neg"})
NAMES: Final = {"mul": "multiplied", "pow": "power", "div": "divided"}


@click.command("expand")
@algebra
@TERMS
def command(formula: str, terms: int, latex: bool, steps: bool, no_limits: bool) -> None:
    """Write FORMULA as a sum of terms, equal ones taken together.

    The steps are its products and powers multiplied out one by one, innermost
    first, and its sums with equal terms taken together. The answer itself is found in one go.
    """
    expr = read(formula, no_limits=no_limits)
    with in_the_shell():
        answer = expand(expr, terms=terms)
    show(answer, latex=latex, steps=[("read", expr), *distributed(expr)] if steps else ())


def distributed(expr: Expr) -> Iterator[tuple[str, str]]:
    """Yield the products, powers and sums of a formula as they change when they are written as sums of terms."""
    nodes = walk(expr)
    inner = {operand for node in nodes if node.operator in ADDITIVE for operand in node.operands}
    inner = {node for node in inner if node.operator in ADDITIVE} - {expr}
    done: dict[Expr, Expr] = {}
    shown = 0
    for node in nodes:
        written = done[node] = apply(node.operator, *[done[part] for part in node.operands]) if node.operands else node
        is_sum = node.operator in ADDITIVE and node not in inner
        if not is_sum and node.operator not in NAMES:
            continue
        try:
            result = done[node] = expand(written)
        except PolynomialError as error:  # the answer may be shorter than what stands on the way to it
            yield "not shown", error.message
            return
        if result == written:
            continue
        shown += 1
        if shown > MOST_STEPS:
            yield "and so on", f"{len(nodes):,} parts in all"
            return
        yield NAMES.get(node.operator, "like terms"), f"{written!r} -> {result!r}"
