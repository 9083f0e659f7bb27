"""`from-rust`: Rust source to Python classes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ..errors import RustError
from ..rust import from_rust


def prepare(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("files", nargs="+", help="Rust source; several files are one crate")
    parser.add_argument("--via", choices=("bincode", "serde"), help="which traits write types that derive both")
    parser.add_argument("--features", metavar="A,B", help="the Cargo features that are on")
    parser.add_argument(
        "--type",
        action="append",
        default=[],
        metavar="RUST=MODULE:NAME",
        help="the Python type for a Rust type that is not in the files; may be repeated",
    )
    parser.add_argument("--output", "-o", metavar="FILE", help="write there, instead of to the standard output")


def run(options: argparse.Namespace) -> int:
    """Write the module; notes go to stderr, and so do all problems, a line each."""
    texts = {name: Path(name).read_bytes() for name in options.files}
    features = None if options.features is None else [one for one in options.features.split(",") if one]
    known = dict(one.partition("=")[::2] for one in options.type)
    try:
        made = from_rust(texts, via=options.via, features=features, known=known, report=_say)
    except RustError as error:
        for problem in error.problems:
            _say(problem)
        return 2
    if options.output is None:
        sys.stdout.write(made)
    else:
        Path(options.output).write_text(made, encoding="utf-8")
    return 0


def _say(line: str) -> None:
    print(" ".join(line.split()), file=sys.stderr)
