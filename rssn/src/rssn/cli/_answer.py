"""What the commands of exact algebra share: the formula, its variable, and an answer in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from ..errors import OptionError
from ..expr import Expr
from ._formula import FORMULA
from ._options import LIMITS

F = TypeVar("F", bound=Callable[..., Any])

_LATEX = click.option("--latex", is_flag=True, help="Print the answer as LaTeX.")
_STEPS = click.option("--steps", is_flag=True, help="Print the way to the answer first, a step a line.")
ASSUME = click.option(
    "--assume", multiple=True, metavar="TEXT", help="What may be assumed, such as 'x > 0, n integer'; may be repeated."
)


def algebra(command: F) -> F:
    """Add the formula, --latex, --steps and --no-limits."""
    return FORMULA(_LATEX(_STEPS(LIMITS(command))))


def show(answer: Any, *, latex: bool, steps: Iterable[tuple[str, Any]] = ()) -> None:
    """Print the steps, each with what it is called, and then the answer: an expression or a series."""
    for name, value in steps:
        click.echo(f"{name}: {value}")
    click.echo(answer.latex() if latex else str(answer))


def variable(formula: Expr, name: str | None) -> str:
    """Return the variable that is meant: the one named, or the only one there is. Raises OptionError."""
    if name is not None:
        return name
    names = sorted(str(symbol.name) for symbol in formula.free_symbols)
    if len(names) == 1:
        return names[0]
    found = ", ".join(names[:10]) or "none"
    raise OptionError("which variable is not clear", found=found, hint="name it after the formula")
