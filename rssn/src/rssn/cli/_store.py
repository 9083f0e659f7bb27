"""`rssn store`: expressions kept on disk, looked at, checked and moved."""

from __future__ import annotations

from pathlib import Path

import click

from ..errors import OptionError, OutputError, StoreDamageError
from ..expr import Expr
from ..parser import UNLIMITED, parse
from ..storage import open_image, open_store, verify
from ._formula import read_file

_IMAGE = b"rssnext"

PATH = click.argument("path", type=click.Path(path_type=Path))


@click.group("store")
def command() -> None:
    """Keep expressions on disk: names, nodes, checks, and files to exchange."""


@command.command("ls")
@PATH
def ls(path: Path) -> None:
    """List the names in the store at PATH with the number of nodes of each."""
    with open_store(path, read_only=True) as store:
        for name in sorted(store):
            click.echo(f"{store.stored(name).count_nodes():>10}  {name}")


@command.command("show")
@PATH
@click.argument("name", required=False)
def show(path: Path, name: str | None) -> None:
    """Print the expression called NAME, or, without one, what the store at PATH holds."""
    with open_store(path, read_only=True) as store:
        if name is not None:
            click.echo(str(store[name]))
            return
        found = store.statistics()
        for field in ("names", "nodes", "extents", "disk", "commit", "generation"):
            click.echo(f"{field:>10}  {getattr(found, field)}{' bytes' if field == 'disk' else ''}")
        if store.operators_changed:
            click.echo("other operators are known now than when this was written", err=True)


@command.command("verify")
@PATH
def check(path: Path) -> None:
    """Read every byte of the store at PATH and name what is damaged; exit code 1 if anything is."""
    found = verify(path)
    for error in found[:-1]:
        click.echo(f"rssn: {error}", err=True)
    if found:
        raise found[-1] if isinstance(found[-1], StoreDamageError) else StoreDamageError(str(found[-1]))
    click.echo("whole")


@command.command("compact")
@PATH
def compact(path: Path) -> None:
    """Write anew what the names in the store at PATH reach, and give the rest of the disk back."""
    with open_store(path) as store:
        before = store.statistics().disk
        store.compact()
        click.echo(f"{before} bytes before, {store.statistics().disk} after")


@command.command("import")
@PATH
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def import_(path: Path, files: tuple[Path, ...]) -> None:
    """Take names into the store at PATH, which is made if need be, in one commit.

    FILES are images, other stores, or text with a line `name = formula` for each.
    """
    with open_store(path) as store, store.transaction():
        for file in files:
            if file.is_dir():
                with open_store(file, read_only=True) as other:
                    store.adopt(other)
            elif is_image(file):
                store.adopt(open_image(file))
            else:
                store.update(read_lines(file))


@command.command("export")
@PATH
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("names", nargs=-1)
def export(path: Path, file: Path, names: tuple[str, ...]) -> None:
    """Write NAMES, or all, from the store at PATH to FILE: text if it ends in .txt, else an image."""
    with open_store(path, read_only=True) as store:
        if file.suffix != ".txt":
            store.export(file, names or None)
            return
        try:
            with click.open_file(str(file), "w", encoding="utf-8", atomic=True) as target:
                target.writelines(f"{name} = {store[name]}\n" for name in names or sorted(store))
        except OSError as error:
            raise OutputError(f"can't write {file}", found=error.strerror or str(error)) from error


def is_image(file: Path) -> bool:
    """Whether a file begins as an image does."""
    try:
        with file.open("rb") as content:
            return content.read(len(_IMAGE)) == _IMAGE
    except OSError as error:
        raise OptionError(f"can't read {file}", found=error.strerror or str(error)) from error


def read_lines(file: Path) -> dict[str, Expr]:
    """Return the formulas of a text with a line `name = formula` for each."""
    found: dict[str, Expr] = {}
    for number, line in enumerate(read_file(str(file)).splitlines(), 1):
        name, sign, text = line.partition("=")
        if not sign and line.strip():
            raise OptionError("a line is no formula", where=f"{file}, line {number}", wanted="name = formula")
        if sign:
            found[name.strip()] = parse(text, limits=UNLIMITED)
    return found
