"""`dtact run`: a script whose asyncio is ours."""

from __future__ import annotations

import argparse
import runpy
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from dtact.cli._kinds import seconds
from dtact.config import inspection_asked
from dtact.errors import DtactError
from dtact.loop import install
from dtact.monitor import Inspector, Watchdog, trace
from dtact.scheduler import Scheduler, followers


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "run",
        help="run a script with dtact as its asyncio event loop",
        description="Run a script as `python script.py` would, with dtact's loop wherever it asks asyncio for one.",
    )
    command.add_argument("--trace", metavar="FILE", help="record a timeline for ui.perfetto.dev and `dtact trace`")
    command.add_argument(
        "--watchdog", type=seconds, metavar="S", help="show what blocks the loop for longer than S seconds"
    )
    command.add_argument("--backend", choices=("auto", "uvloop", "selector"), default="auto", help="who does the I/O")
    command.add_argument("--inspect", action="store_true", help="let `dtact ps` and `dtact top` look inside")
    command.add_argument("script", help="the script, or a module after -m", nargs="?")
    command.add_argument("-m", dest="module", metavar="MODULE", help="run a module, as python -m does")
    command.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script finds in sys.argv")
    command.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Run the script; return 0, 1 after an exception of the script, or leave by its SystemExit."""
    arguments = list(options.arguments)
    if options.module is not None and options.script is not None:
        arguments.insert(0, options.script)
    target = options.module or options.script
    if target is None:
        raise DtactError("there is nothing to run", wanted="a script, or -m MODULE")
    if options.module is None and not Path(target).is_file():
        raise DtactError(f"there is no script {target}")
    install(options.backend)
    sys.argv = [target, *arguments]
    with ExitStack() as stack:
        if options.inspect or inspection_asked():
            stack.enter_context(Inspector())
        if options.watchdog is not None:
            stack.enter_context(Watchdogs(options.watchdog))
        if options.trace is not None:
            stack.enter_context(trace(options.trace))
        sys.path.insert(0, "" if options.module is not None else str(Path(target).resolve().parent))
        try:
            execute(target, is_module=options.module is not None)
        except Exception as error:
            sys.excepthook(type(error), error.with_traceback(without_us(error.__traceback__)), None)
            return 1
    return 0


def execute(target: str, *, is_module: bool) -> None:
    """Run it as the main module."""
    if is_module:
        runpy.run_module(target, run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(target, run_name="__main__")


def without_us(found: TracebackType | None) -> TracebackType | None:
    """Return the traceback as `python script.py` would show it: without our frames and runpy's, if others follow."""
    rest = found
    while rest is not None and rest.tb_frame.f_globals.get("__name__") in (__name__, "runpy"):
        rest = rest.tb_next
    return rest or found


class Watchdogs:
    """A watchdog for every loop that runs while the `with` block lasts."""

    def __init__(self, threshold_s: float) -> None:
        self._threshold = threshold_s
        self._watchdogs: dict[Scheduler, Watchdog] = {}

    def __enter__(self) -> None:
        followers.append(self)

    def __exit__(self, *_: object) -> None:
        followers.remove(self)

    def begin(self, scheduler: Scheduler) -> None:
        """Watch a loop that begins to run."""
        self._watchdogs[scheduler] = Watchdog(scheduler, self._threshold)
        self._watchdogs[scheduler].__enter__()

    def end(self, scheduler: Scheduler) -> None:
        """It has stopped."""
        self._watchdogs.pop(scheduler).__exit__(None, None, None)
