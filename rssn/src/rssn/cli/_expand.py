"""`rssn expand`: sums of terms."""

from __future__ import annotations

import click

from ..poly import expand
from ._answer import algebra, show
from ._formula import read


@click.command("expand")
@algebra
def command(formula: str, latex: bool, steps: bool, no_limits: bool) -> None:
    """Write FORMULA as a sum of terms, equal ones taken together."""
    expr = read(formula, no_limits=no_limits)
    show(expand(expr), latex=latex, steps=[("read", expr)] if steps else ())
