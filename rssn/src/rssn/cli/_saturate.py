"""`rssn saturate`: the cheapest of all equal forms that rules reach."""

from __future__ import annotations

from collections.abc import Iterator

import click

from .. import saturate
from ..egraph import Report, SaturationLimits
from ..errors import RuleError
from ..expr import Expr
from ._answer import ASSUME, algebra, show
from ._formula import read

_DEFAULTS = SaturationLimits()


@click.command("saturate")
@algebra
@ASSUME
@click.option("--nodes", type=click.IntRange(min=1), default=_DEFAULTS.nodes, show_default=True, help="Largest graph.")
@click.option(
    "--seconds", type=click.FloatRange(min=0), default=_DEFAULTS.seconds, show_default=True, help="Time limit."
)
@click.option("--shared", is_flag=True, help="Count a part that is used twice once.")
def command(
    formula: str,
    assume: tuple[str, ...],
    nodes: int,
    seconds: float,
    shared: bool,
    latex: bool,
    steps: bool,
    no_limits: bool,
) -> None:
    """Apply every rule everywhere at once and print the cheapest form of FORMULA that is found.

    The steps are the rounds of the search, and then why the form is equal to FORMULA, rule by rule.
    """
    expr = read(formula, no_limits=no_limits)
    limits = SaturationLimits(nodes=nodes, seconds=seconds)
    report = saturate(expr, assume=", ".join(assume) or None, limits=limits)
    if not report.stop_reason.is_complete:
        click.echo(f"stopped early: {report.stop_reason.value}", err=True)
    answer = report.extract(shared=shared)
    show(answer, latex=latex, steps=_way(report, expr, answer) if steps else ())


def _way(report: Report, formula: Expr, answer: Expr) -> Iterator[tuple[str, str]]:
    """Yield the rounds of the search, and the steps from the formula to its answer."""
    for number, each in enumerate(report.iterations, 1):
        counts = f"{each.matches} matches, {each.unions} unions, {each.nodes} nodes, {each.classes} classes"
        yield f"round {number}", counts
    if answer == formula:
        return
    try:
        explanation = report.explain(formula, answer)
    except RuleError as error:
        yield "no explanation", str(error)
        return
    yield "formula", str(formula)
    for step in explanation:
        yield step.name, str(step.after)
