"""`encode`: JSON to bytes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..codec import Encoder
from ..dump import from_json
from ._options import add_config, add_type, config_of, type_of


def prepare(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    parser.add_argument("file", nargs="?", default="-", help="the JSON; - is the standard input")
    add_type(parser)
    add_config(parser)
    parser.add_argument("--many", action="store_true", help="one value for each line of JSON")
    parser.add_argument("--hex", action="store_true", help="print hexadecimal, instead of the bytes themselves")
    parser.add_argument("--output", "-o", metavar="FILE", help="write there, instead of to the standard output")


def run(options: argparse.Namespace) -> int:
    """Write the bytes."""
    encoder: Encoder[Any] = Encoder(type_of(options.type), config_of(options))
    text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8")
    documents = [line for line in text.splitlines() if line.strip()] if options.many else [text]
    data = b"".join(encoder.encode(from_json(_parsed(one), encoder.schema)) for one in documents)
    if options.hex:
        data = data.hex().encode() + b"\n"
    if options.output is not None:
        Path(options.output).write_bytes(data)
    else:
        sys.stdout.buffer.write(data)
    return 0


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON: {error}") from None
