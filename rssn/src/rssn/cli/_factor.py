"""`rssn factor`: products of irreducible polynomials."""

from __future__ import annotations

import click

from ..poly import cancel, factor
from ._answer import algebra, show
from ._formula import read
from ._terms import TERMS, in_the_shell


@click.command("factor")
@algebra
@click.option("--gaussian", is_flag=True, help="Factor over the Gaussian integers: x^2 + 1 is (x - 1j)*(x + 1j).")
@TERMS
def command(formula: str, gaussian: bool, terms: int, latex: bool, steps: bool, no_limits: bool) -> None:
    """Write FORMULA as a product of irreducible polynomials, over one divisor."""
    expr = read(formula, no_limits=no_limits)
    with in_the_shell():
        answer = factor(expr, gaussian=gaussian, terms=terms)
        way = [("read", expr), ("cancelled", cancel(expr, terms=terms))] if steps else []
    show(answer, latex=latex, steps=way)
