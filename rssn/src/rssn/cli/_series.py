"""`rssn series`: expansions in powers of a variable."""

from __future__ import annotations

import click

from ..calculus import series
from ._answer import algebra, show, variable
from ._formula import read


@click.command("series")
@algebra
@click.argument("name", metavar="[VARIABLE]", required=False)
@click.option("--at", default="0", show_default=True, help="The point: a formula without the variable, or inf.")
@click.option("--order", type=int, default=6, show_default=True, help="The first power left out, of 1/x at infinity.")
@click.option("--direction", type=click.Choice(["+", "-"]), help="Above the point or below it; else on both sides.")
def command(
    formula: str,
    name: str | None,
    at: str,
    order: int,
    direction: str | None,
    latex: bool,
    steps: bool,
    no_limits: bool,
) -> None:
    """Expand FORMULA around a point: Taylor's series, Laurent's at a pole, in roots and logarithms on one side."""
    expr = read(formula, no_limits=no_limits)
    point = read(at, no_limits=no_limits)
    found = series(expr, variable(expr, name), point, order, direction=direction)
    way = [("read", expr), *((f"power {power}", value) for power, value in found.coefficients.items())]
    show(found, latex=latex, steps=way if steps else ())
