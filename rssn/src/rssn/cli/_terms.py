"""The limit on terms, for the commands that multiply polynomials out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from ..errors import TermLimitError
from ..poly import DEFAULT_TERMS

TERMS = click.option(
    "--terms", type=click.IntRange(min=1), default=DEFAULT_TERMS, show_default=True, help="Most terms of a polynomial."
)


@contextmanager
def in_the_shell() -> Iterator[None]:
    """Let an error about too many terms name the option that allows more."""
    try:
        yield
    except TermLimitError as error:
        error.hint = error.hint.replace("terms=", "--terms ")
        raise
