"""From arguments to an exit code: 0, 2 for the user's mistake, 1 for the environment's or ours, 130 for Ctrl-C."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence

import click

from .. import config
from ..errors import RssnError

INTERRUPTED, BROKEN_PIPE = 130, 141

# Command → the file that holds it and one line of help, so that `rssn --help` loads none of them.
COMMANDS = {
    "eval": ("._eval", "Evaluate formulas over a table: CSV, Parquet or Arrow in and out."),
    "parse": ("._parse", "Show how a formula is read: canonical text, tree, counts."),
    "compile": ("._compile", "Show what a formula is compiled to."),
    "bench": ("._bench", "Measure a formula on this machine, beside NumPy."),
    "diff": ("._diff", "Differentiate a formula."),
    "series": ("._series", "Expand a formula around a point."),
    "simplify": ("._simplify", "Write a formula as a person would."),
    "saturate": ("._saturate", "Search all equal forms of a formula for the cheapest."),
    "expand": ("._expand", "Write a formula as a sum of terms."),
    "factor": ("._factor", "Write a formula as a product of polynomials."),
    "store": ("._store", "Keep expressions on disk: list, show, verify, compact, import, export."),
    "c-flags": ("._c_flags", "Print what a C compiler needs for rssn.h."),
    "calibrate": ("._calibrate", "Measure what operators cost on this machine, for optimize and --math fast."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[name][0], __package__).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rssn", prog_name="rssn", message="%(prog)s %(version)s")
def group() -> None:
    """Evaluate formulas over tables at the speed of memory."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the shell command and return its exit code; messages go to stderr, never a traceback.

    Without `arguments` those of the process are taken, and the process ends
    here. ``RSSN_DEBUG=1`` shows the traceback of errors that we did not expect.
    """
    code = _guard(arguments)
    if arguments is None:
        # All is written and closed. Python's own way out would wait for Arrow's threads, and one of them
        # may wait for a pipe that nobody writes to any more.
        sys.stderr.flush()
        os._exit(code)
    return code


def _guard(arguments: Sequence[str] | None) -> int:
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # The reader has gone, as in `rssn … | head`; click makes a SystemExit of that, and of nothing else here.
        # Python would complain once more when it closes stdout.
        _point_stdout_at_nothing()
        return BROKEN_PIPE
    except OSError as error:
        # Files have errors of their own: what is left are the standard streams.
        return _complain(f"can't write to the standard output: {error.strerror or error}", 1)
    return code


def _run(arguments: Sequence[str] | None) -> int:
    try:
        group.main(None if arguments is None else list(arguments), prog_name="rssn", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", INTERRUPTED, label="")
    except click.ClickException as error:
        error.show()
        return 2
    except RssnError as error:
        return _complain(str(error), error.exit_code)
    except OSError:
        raise
    except MemoryError:
        return _complain("out of memory: try a smaller --batch-rows", 1)
    except Exception as error:
        if config.DEBUG:
            traceback.print_exc()
        text = f"{type(error).__name__}: {error}"
        return _complain(f"internal error, please report: {text} (RSSN_DEBUG=1 shows more)", 1)
    return 0


def _complain(text: str, code: int, *, label: str = "error: ") -> int:
    # Names of files and columns may hold anything, the terminal's own commands too.
    safe = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
    click.echo(f"rssn: {label}{safe}", err=True)
    return code


def _point_stdout_at_nothing() -> None:
    try:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
    except (OSError, ValueError):
        pass
