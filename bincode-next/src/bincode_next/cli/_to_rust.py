"""`to-rust`: Python classes to Rust source."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..rust import to_rust
from ._options import type_of


def prepare(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("types", nargs="+", metavar="TYPE", help="module:Class")
    parser.add_argument(
        "--crate", type=int, choices=(1, 2, 3), default=2, help="bincode 1 (serde), 2, or bincode-next 3"
    )
    parser.add_argument("--output", "-o", metavar="FILE", help="write there, instead of to the standard output")


def run(options: argparse.Namespace) -> int:
    """Write the source."""
    made = to_rust(*map(type_of, options.types), crate=options.crate)
    if options.output is None:
        sys.stdout.write(made)
    else:
        Path(options.output).write_text(made, encoding="utf-8")
    return 0
