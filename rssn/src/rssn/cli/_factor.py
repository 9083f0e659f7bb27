"""`rssn factor`: products of irreducible polynomials."""

from __future__ import annotations

import click

from ..poly import cancel, factor
from ._answer import algebra, show
from ._formula import read


@click.command("factor")
@algebra
@click.option("--gaussian", is_flag=True, help="Factor over the Gaussian integers: x^2 + 1 is (x - 1j)*(x + 1j).")
def command(formula: str, gaussian: bool, latex: bool, steps: bool, no_limits: bool) -> None:
    """Write FORMULA as a product of irreducible polynomials, over one divisor."""
    expr = read(formula, no_limits=no_limits)
    way = [("read", expr), ("cancelled", cancel(expr))] if steps else []
    show(factor(expr, gaussian=gaussian), latex=latex, steps=way)
