"""What several commands take: a type, a configuration, bytes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .. import config as _config
from ..config import Config
from ._hint import parse_hint

PRESETS = {"standard": _config.standard, "legacy": _config.legacy, "v3": _config.v3, "v3-legacy": _config.v3_legacy}
# The crates' names of what changes a configuration, without an argument.
SWITCHES = (
    "with-little-endian",
    "with-big-endian",
    "with-variable-int-encoding",
    "with-fixed-int-encoding",
    "with-no-limit",
    "allow-trailing-bytes",
    "reject-trailing-bytes",
    "with-bit-packing",
    "with-deterministic-bincode",
    "with-cbor-format",
    "with-deterministic-cbor",
)


def add_type(parser: argparse.ArgumentParser) -> None:
    """Add `--type`."""
    parser.add_argument(
        "--type", "-t", required=True, metavar="TYPE", help="module:Class, or a hint: 'list[u32]', 'dict[str, f64]'"
    )


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add `--config` and the options of the crates by their names, applied in the order they are given."""
    group = parser.add_argument_group("configuration")
    group.add_argument("--config", choices=PRESETS, default="standard", help="what to start from (standard)")
    for name in SWITCHES:
        group.add_argument(f"--{name}", dest="changes", action=_Change, nargs=0, help=argparse.SUPPRESS)
    group.add_argument(
        "--with-limit", dest="changes", action=_Change, type=int, metavar="BYTES", help=argparse.SUPPRESS
    )
    group.add_argument(
        "--with-fingerprint",
        dest="changes",
        action=_Change,
        nargs="?",
        type=_number,
        metavar="SEED",
        help=argparse.SUPPRESS,
    )
    group.add_argument(
        "--with-legacy-fingerprint", dest="changes", action=_Change, type=_number, help=argparse.SUPPRESS
    )
    group.add_argument("--with-strict", dest="changes", action=_Change, nargs=0, help="refuse what no encoder writes")
    group.description = "The crates' options by their names: " + ", ".join(
        f"--{name}" for name in (*SWITCHES, "with-limit BYTES", "with-fingerprint [SEED]", "with-legacy-fingerprint N")
    )


class _Change(argparse.Action):
    """Remembers the name of an option and its argument."""

    def __call__(self, _parser: Any, namespace: Any, values: Any, option: str | None = None) -> None:
        changes = list(getattr(namespace, self.dest) or [])
        arguments = () if values is None or values == [] else (values,)
        setattr(namespace, self.dest, [*changes, ((option or "").lstrip("-").replace("-", "_"), arguments)])


def _number(text: str) -> int:
    return int(text, 0)


def config_of(options: argparse.Namespace) -> Config:
    """Return the configuration that the options describe."""
    made = PRESETS[options.config]()
    for name, arguments in options.changes or ():
        made = getattr(made, name)(*arguments)
    return made


def type_of(text: str) -> Any:
    """Return the hint that the text of `--type` names."""
    return parse_hint(text)


def add_bytes(parser: argparse.ArgumentParser) -> None:
    """Add the file of bytes."""
    parser.add_argument("file", nargs="?", default="-", help="the bytes; - is the standard input")
    parser.add_argument("--hex", metavar="TEXT", help="take these bytes, in hexadecimal, instead of a file")


def bytes_of(options: argparse.Namespace) -> bytes:
    """Return the bytes that the options name."""
    if options.hex is not None:
        return bytes.fromhex(options.hex)
    return sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
