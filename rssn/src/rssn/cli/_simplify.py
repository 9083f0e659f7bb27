"""`rssn simplify`: the form that a person would write."""

from __future__ import annotations

from typing import Any

import click

from .. import simplify
from ..simplify import Budget, StopReason
from ._answer import ASSUME, algebra, show
from ._formula import read


@click.command("simplify")
@algebra
@ASSUME
@click.option(
    "--strategy", type=click.Choice(["greedy", "beam", "restart"]), default="greedy", show_default=True, help="Search."
)
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="Time limit: the best form so far then.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the random walks of restart.")
@click.option("--ieee", is_flag=True, help="Use only rewrites that change no bit of a float.")
def command(
    formula: str,
    assume: tuple[str, ...],
    seconds: float | None,
    latex: bool,
    steps: bool,
    no_limits: bool,
    **options: Any,
) -> None:
    """Write FORMULA as a person would; nothing changes where it is defined."""
    budget = None if seconds is None else Budget(seconds=seconds)
    expr = read(formula, no_limits=no_limits)
    report = simplify(expr, assume=", ".join(assume) or None, budget=budget, trace=True, **options)
    way = [(step.rule, f"{step.before!r} -> {step.after!r}") for step in report.steps]
    if report.stop_reason is not StopReason.DONE:
        click.echo(f"stopped early: {report.stop_reason.value}", err=True)
    show(report.result, latex=latex, steps=way if steps else ())
