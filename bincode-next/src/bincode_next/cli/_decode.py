"""`decode`: bytes to JSON."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from ..codec import Decoder
from ..dump import to_json
from ..stream import read_many
from ._options import add_bytes, add_config, add_type, bytes_of, config_of, type_of


def prepare(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_bytes(parser)
    add_type(parser)
    add_config(parser)
    parser.add_argument("--many", action="store_true", help="values up to the end of the file, one line of JSON each")
    parser.add_argument("--indent", type=int, default=None, help="spaces for each level")


def run(options: argparse.Namespace) -> int:
    """Print the value as JSON."""
    hint, config = type_of(options.type), config_of(options)
    decoder: Decoder[Any] = Decoder(hint, config)
    if not options.many:
        _print(to_json(decoder.decode(bytes_of(options)), decoder.schema), options.indent)
        return 0
    if options.hex is not None:
        values = decoder.decode_many(bytes_of(options))
    elif options.file == "-":
        values = read_many(sys.stdin.buffer, decoder.schema, config)
    else:
        with open(options.file, "rb") as file:
            for value in read_many(file, decoder.schema, config):
                _print(to_json(value, decoder.schema), options.indent)
        return 0
    for value in values:
        _print(to_json(value, decoder.schema), options.indent)
    return 0


def _print(document: Any, indent: int | None) -> None:
    print(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=indent))
