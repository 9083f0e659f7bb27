"""Formulas as the commands get them: arguments, a file, or the standard input."""

from __future__ import annotations

import sys

import click

from ..errors import LimitError, OptionError, TableError
from ..expr import Expr
from ..parser import UNLIMITED, Limits, parse


def text_of(argument: str) -> str:
    """Return the argument itself, or for ``-`` what the standard input holds."""
    if argument != "-":
        return argument
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise TableError(
            f"the formula is not UTF-8 text: byte {error.start} is {error.object[error.start]:#04x}"
        ) from None


def read_file(path: str) -> str:
    """Return the text of a file of formulas. Raises OptionError if it can't be read."""
    if path == "-":
        return text_of(path)
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise OptionError(f"can't read the formulas in {path!r}: {reason}") from None


def read(argument: str, *, no_limits: bool = False, implicit: bool = False, exact: bool = False) -> Expr:
    """Parse the formula of an argument (``-``: the standard input)."""
    limits = UNLIMITED if no_limits else Limits()
    try:
        return parse(text_of(argument), implicit_multiplication=implicit, exact=exact, limits=limits)
    except LimitError as error:
        error.hint = "if the text is to be trusted, --no-limits lifts the limits"
        raise


FORMULA = click.argument("formula")
