"""`rssn calibrate`: measure what operators cost on this machine."""

from __future__ import annotations

from time import perf_counter

import click

from ..optimize import calibrate, save
from ._progress import Progress

_SHOWN = ("add", "div", "sqrt", "exp", "log", "sin", "tan", "pow", "gamma")


@click.command("calibrate")
@click.option("--dry-run", is_flag=True, help="Show the costs and keep nothing.")
def command(dry_run: bool) -> None:
    """Measure every operator on this machine, some seconds long, for `rssn.optimize` and math="fast".

    The table is kept in the user's configuration folder (RSSN_COSTS names another). Best on a machine that is idle.
    """
    started = perf_counter()
    with Progress(enabled=True) as progress:
        table = calibrate(lambda share, name: progress.say(name, share))
    click.echo(f"{len(table.operators)} operators in {perf_counter() - started:.1f} s, {table.target}, {table.cpu}")
    click.echo(", ".join(f"{name} {table.operators[name]:.2f}" for name in _SHOWN) + " ns a row")
    if dry_run:
        return
    try:
        path = save(table)
    except OSError as error:
        raise click.ClickException(f"can't keep the table: {error}") from None
    click.echo(f"kept in {path}")
