"""`rssn c-flags`: what to tell a C compiler about rssn.h."""

from __future__ import annotations

import click

from ..capi import compile_flags, link_flags, source


@click.command("c-flags")
@click.option("--compile", "part", flag_value="compile", help="Only what compiling rssn.c and your files needs.")
@click.option("--link", "part", flag_value="link", help="Only what linking needs.")
@click.option("--source", "part", flag_value="source", help="Only the path of rssn.c.")
def command(part: str | None) -> None:
    """Print what builds a program with rssn.h: cc program.c $(rssn c-flags) -o program."""
    parts = {"compile": compile_flags(), "source": [str(source())], "link": link_flags()}
    chosen = [parts[part]] if part else parts.values()
    click.echo(" ".join(flag for flags in chosen for flag in flags))
