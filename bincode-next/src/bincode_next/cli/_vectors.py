"""`vectors`: the proof that anyone can run."""

from __future__ import annotations

import argparse

from ..testing.vectors import main


def prepare(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("files", nargs="+", help="JSON lines, as the vectors' README describes them")


def run(options: argparse.Namespace) -> int:
    """Check the files and print what failed."""
    return int(main(options.files) or 0)
