"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

MATH = click.option(
    "--math",
    type=click.Choice(["strict", "contract", "fast"]),
    default="contract",
    show_default=True,
    help="How closely to follow IEEE 754: strict never fuses, contract fuses a product into the sum using it, "
    "fast computes an equal formula that takes less time.",
)
DTYPE = click.option(
    "--dtype", type=click.Choice(["f64", "f32"]), default="f64", show_default=True, help="Precision of the work."
)
THREADS = click.option("--threads", type=click.IntRange(min=1), help="Threads to use [default: all].")
LIMITS = click.option("--no-limits", is_flag=True, help="Lift the limits on length, depth and number size.")


def kernel_options(command: F) -> F:
    """Add --math, --dtype and --threads."""
    return MATH(DTYPE(THREADS(command)))


def split_names(values: tuple[str, ...]) -> list[str]:
    """Return the names given by repeating an option, by commas, or both."""
    return [name.strip() for value in values for name in value.split(",") if name.strip()]
