"""From arguments to an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from ..errors import BincodeError

MISTAKE, FAILED, INTERRUPTED, BROKEN_PIPE = 2, 1, 130, 141

# Command → the module that has `prepare(parser)` and `run(options)`, and one line of help.
COMMANDS = {
    "inspect": ("._inspect", "Show which bytes are which field."),
    "decode": ("._decode", "Bytes to JSON."),
    "encode": ("._encode", "JSON to bytes."),
    "schema": ("._schema", "Show what a type is on the wire, or what a change of it does to old bytes."),
    "from-rust": ("._from_rust", "Rust source to Python classes."),
    "to-rust": ("._to_rust", "Python classes to Rust source."),
    "vectors": ("._vectors", "Check files of test vectors."),
}


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> Any:
        raise _Mistake(f"{message} (see {self.prog} --help)")


class _Mistake(Exception):
    """Arguments that don't fit."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the shell command and return its exit code: 2 the user's mistake, 1 the environment's, 130 Ctrl-C.

    Messages are one line on stderr. Without `arguments` those of the process are taken.
    """
    try:
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except _Mistake as error:
        return _complain(str(error), MISTAKE)
    except (BincodeError, ValueError, TypeError, RecursionError) as error:
        return _complain(f"{error}" or type(error).__name__, MISTAKE)
    except ImportError as error:
        return _complain(str(error), MISTAKE)
    except BrokenPipeError:
        # The reader has gone, as in `… | head`. Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return BROKEN_PIPE
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error), FAILED)
    except MemoryError:
        return _complain("not enough memory", FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _complain(message: str, code: int) -> int:
    print(f"bincode-next: {' '.join(message.split())}", file=sys.stderr)
    return code


def _run(arguments: list[str]) -> int:
    parser = _parser()
    name = next((one for one in arguments if not one.startswith("-")), "")
    try:
        if name in COMMANDS and arguments[0] == name:
            module = importlib.import_module(COMMANDS[name][0], __package__)
            own = _Parser(prog=f"bincode-next {name}", description=COMMANDS[name][1], allow_abbrev=False)
            module.prepare(own)
            return int(module.run(own.parse_args(arguments[1:])) or 0)
        parser.parse_args(arguments)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    parser.print_help()
    return 0


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<10} {line}" for name, (_, line) in COMMANDS.items())
    parser = _Parser(
        prog="bincode-next",
        description="See, convert and check what Rust's bincode writes.",
        epilog=f"commands:\n{listed}\n\nbincode-next COMMAND --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="bincode-next COMMAND …",
    )
    parser.add_argument("--version", action="version", version=f"bincode-next {_version()}")
    parser.add_argument("command", nargs="?", choices=COMMANDS, help=argparse.SUPPRESS)
    return parser


def _version() -> str:
    from importlib import metadata  # 20 ms that only --version needs

    try:
        return metadata.version("bincode-next")
    except metadata.PackageNotFoundError:
        return "(not installed)"
