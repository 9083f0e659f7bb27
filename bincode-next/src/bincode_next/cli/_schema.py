"""`schema`: what a type is on the wire, and what a change does to old bytes."""

from __future__ import annotations

import argparse

from ..evolve import Verdict, compare
from ..schema import schema_of
from ._options import add_config, add_type, config_of, type_of


def prepare(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_type(parser)
    add_config(parser)
    parser.add_argument(
        "--against", metavar="TYPE", help="an older type: say what changed, and exit with 1 if its bytes break"
    )


def run(options: argparse.Namespace) -> int:
    """Print the schema or the comparison."""
    hint = type_of(options.type)
    if options.against is None:
        print(schema_of(hint))
        return 0
    found = compare(type_of(options.against), hint, config_of(options))
    print(found)
    return 1 if found.verdict > Verdict.WIDER else 0
