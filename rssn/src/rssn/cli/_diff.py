"""`rssn diff`: derivatives."""

from __future__ import annotations

import click

from ..calculus import diff
from ._answer import algebra, show, variable
from ._formula import read


@click.command("diff")
@algebra
@click.argument("variables", nargs=-1)
@click.option("--order", type=click.IntRange(min=1), default=1, show_default=True, help="How often, by each variable.")
def command(formula: str, variables: tuple[str, ...], order: int, latex: bool, steps: bool, no_limits: bool) -> None:
    """Differentiate FORMULA by VARIABLES in turn; by its only variable where none is named.

    The derivative is not simplified: `rssn simplify` does that.
    """
    expr = read(formula, no_limits=no_limits)
    way = []
    for name in variables or (variable(expr, None),):
        for _ in range(order):
            expr = diff(expr, name)
            way.append((f"d/d{name}", expr))
    show(expr, latex=latex, steps=way if steps else ())
