"""What options may hold."""

from __future__ import annotations

import argparse
import math


def seconds(text: str) -> float:
    """Read a time above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, not {text!r}")
    return value


def number(text: str) -> int:
    """Read a number of things."""
    return _at_least_one(text, "a whole number of at least 1")


def process(text: str) -> int:
    """Read a process id."""
    return _at_least_one(text, "a process id")


def _at_least_one(text: str, what: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{what}, not {text!r}")
    return value
