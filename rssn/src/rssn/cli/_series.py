"""`rssn series`: expansions in powers of a variable."""

from __future__ import annotations

import click

from ..calculus import series
from ._answer import algebra, show, variable
from ._formula import read


@click.command("series")
@algebra
@click.argument("name", metavar="[VARIABLE]", required=False)
@click.option("--at", default="0", show_default=True, help="The point, a formula without the variable.")
@click.option("--order", type=int, default=6, show_default=True, help="The first power that is left out.")
def command(formula: str, name: str | None, at: str, order: int, latex: bool, steps: bool, no_limits: bool) -> None:
    """Expand FORMULA around a point: Taylor's series, Laurent's at a pole."""
    expr = read(formula, no_limits=no_limits)
    found = series(expr, variable(expr, name), read(at, no_limits=no_limits), order)
    way = [("read", expr), *((f"power {power}", value) for power, value in found.coefficients.items())]
    show(found, latex=latex, steps=way if steps else ())
