"""`inspect`: which bytes are which field."""

from __future__ import annotations

import argparse
import sys

from ..config import is_colour_refused
from ..dump import pieces
from ..dump._inspect import lines
from ._options import add_bytes, add_config, add_type, bytes_of, config_of, type_of


def prepare(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_bytes(parser)
    add_type(parser)
    add_config(parser)
    parser.add_argument("--all", action="store_true", help="every item of long sequences")
    parser.add_argument("--colour", choices=("auto", "always", "never"), default="auto")


def run(options: argparse.Namespace) -> int:
    """Print the dump; 2 if the bytes are no value."""
    data = bytes_of(options)
    found = list(pieces(data, type_of(options.type), config_of(options), most_items=None if options.all else 16))
    is_coloured = options.colour == "always" or (
        options.colour == "auto" and sys.stdout.isatty() and not is_colour_refused()
    )
    for line in lines(found, data, is_coloured):
        print(line)
    return 2 if found and found[-1].role == "error" else 0
