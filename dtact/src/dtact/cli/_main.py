"""The command line: one parser, one function a command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from dtact.cli import _bench, _ps, _run, _top, _trace
from dtact.errors import DtactError

Command = Callable[[argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = argparse.ArgumentParser(prog="dtact", description="Run programs on dtact's event loop and look inside them.")
    root.set_defaults(command=lambda _: helped(root))
    commands = root.add_subparsers(title="commands", metavar="COMMAND")
    for module in (_run, _ps, _top, _trace, _bench):
        module.add_to(commands)
    return root


def helped(root: argparse.ArgumentParser) -> int:
    """Print what there is: nothing was asked for."""
    root.print_help(sys.stderr)
    return 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code: 0, 1 for what dtact refused, 2 for wrong usage, 130 for Ctrl-C."""
    options = parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(options)
    except DtactError as error:
        print(f"dtact: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # whoever read the output has gone, as with `dtact ps 1 | head`
        return 1
    except KeyboardInterrupt:
        return 130
