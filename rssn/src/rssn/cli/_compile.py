"""`rssn compile`: what a formula becomes."""

from __future__ import annotations

from typing import Any

import click

from ..jit import compile
from ._formula import FORMULA, read
from ._options import LIMITS, kernel_options, split_names


@click.command("compile")
@FORMULA
@click.option(
    "--schedule",
    "shown",
    flag_value="schedule",
    default=True,
    help="The steps, as kernel and interpreter run them. [default]",
)
@click.option("--ir", "shown", flag_value="ir", help="The LLVM IR.")
@click.option("--asm", "shown", flag_value="asm", help="The machine's assembly.")
@click.option("--stats", "shown", flag_value="stats", help="Counts and times of the compilation.")
@click.option("--cost", "shown", flag_value="cost", help="What a row costs on this machine, predicted and measured.")
@click.option(
    "--args", "names", multiple=True, metavar="NAMES", help="The arguments in order [default: sorted by name]."
)
@click.option("--export", "library", metavar="FILE", help="Write a library for C instead: .so, or .o to link with.")
@click.option("--header", metavar="FILE", help="... and the header that declares its functions.")
@click.option("--name", metavar="NAME", help="... which are called so, not after the file.")
@click.option(
    "--derivatives", type=click.IntRange(0, 2), default=0, help="... 1: the gradient too; 2: the Hessian too."
)
@kernel_options
@LIMITS
def command(
    formula: str,
    shown: str,
    names: tuple[str, ...],
    library: str | None,
    header: str | None,
    name: str | None,
    derivatives: int,
    no_limits: bool,
    **options: Any,
) -> None:
    """Compile FORMULA for this machine and print what comes out; - reads the standard input."""
    kernel = compile(read(formula, no_limits=no_limits), split_names(names) or None, **options)
    if library is not None:
        kernel.export(library, header=header, name=name, derivatives=derivatives)
    elif header or name or derivatives:
        raise click.UsageError("--header, --name and --derivatives belong to --export FILE")
    elif shown == "stats":
        for key, value in kernel.statistics().items():
            click.echo(f"{key.replace('_', ' ')}: {value}")
    elif shown == "cost":
        click.echo(str(kernel.cost()))
    else:
        attribute = {"schedule": "schedule", "ir": "llvm_ir", "asm": "assembly"}[shown]
        click.echo(str(getattr(kernel, attribute)))
