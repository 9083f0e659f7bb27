"""`rssn eval`: formulas over a file."""

from __future__ import annotations

from typing import Any

import click

from ..frames import Format, evaluate_file
from ._formula import read_file
from ._options import kernel_options, split_names
from ._progress import Progress

_FORMATS = click.Choice([kind.value for kind in Format])


@click.command("eval")
@click.argument("formulas", nargs=-1)
@click.argument("table")
@click.option("-f", "--formulas", "path", metavar="FILE", help="A file of further formulas; - is the standard input.")
@click.option("-o", "--output", default="-", show_default=True, help="File to write; - is the standard output.")
@click.option("--where", help="A formula that picks rows; a null drops the row.")
@click.option(
    "--keep", multiple=True, metavar="NAMES", help="Columns to pass through, with commas or repeated; * is all."
)
@kernel_options
@click.option("--lossy", is_flag=True, help="Allow integers beyond 2^53, which f64 rounds.")
@click.option("--from", "source_format", type=_FORMATS, help="Format of TABLE [default: as its name or content says].")
@click.option("--to", "target_format", type=_FORMATS, help="Format of the output [default: as its name says].")
@click.option("--compression", help="snappy, zstd, lz4, gzip or none [default: Parquet snappy, Arrow none].")
@click.option("--batch-rows", type=click.IntRange(min=1), default=1 << 16, show_default=True, help="Rows per batch.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar, no rows per second.")
def command(
    formulas: tuple[str, ...],
    table: str,
    path: str | None,
    output: str,
    quiet: bool,
    keep: tuple[str, ...],
    **options: Any,
) -> None:
    """Evaluate FORMULAS over TABLE, for example

    \b
      rssn eval 'z = x*y + 1' 'w = log(z)' in.parquet -o out.parquet

    TABLE is a CSV (.csv, .csv.gz), Parquet or Arrow IPC file, or - for the
    standard input. A null in a column that a formula reads is a null in its
    result. Without -o the result is printed as CSV, or piped on as a stream of
    Arrow batches where the input was no text. The output appears when it is
    complete; a failed or interrupted run leaves the old file.
    """
    statements = [*formulas, *([read_file(path)] if path else [])]
    with Progress(enabled=not quiet) as progress:
        report = evaluate_file(statements, table, output, keep=split_names(keep), progress=progress, **options)
    if not quiet:
        rate = report.rows_per_second
        kept = "" if report.rows_written == report.rows_read else f", {report.rows_written:,} kept"
        where = "" if output == "-" else f" → {output}"
        took = f"in {report.seconds:.3f} s ({report.compile_seconds:.3f} s of it compiling)"
        click.echo(f"{report.rows_read:,} rows{kept} {took}, {rate:,.0f} rows/s{where}", err=True)
