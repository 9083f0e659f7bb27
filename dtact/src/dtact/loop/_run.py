"""Making loops, and running a program on one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from dtact.config import inspection_asked
from dtact.errors import NotAwaitableError

Result = TypeVar("Result")
BACKENDS = ("auto", "uvloop", "selector")
POLICIES = ("runtime", "default")


def new_event_loop(backend: str = "auto", *, gc_policy: str = "runtime") -> asyncio.AbstractEventLoop:
    """Return a new event loop: `asyncio.Runner(loop_factory=dtact.new_event_loop)`.

    `backend` says who does the input and output: "uvloop", "selector" (the standard library), or "auto": uvloop if it
    is installed. `gc_policy`: "runtime" tunes Python's cycle collector to tasks while the loop runs and lets the C heap
    keep up to 8 MB that are free, "default" leaves both alone. Raises ValueError for another name, ImportError if
    uvloop is asked for and missing.
    """
    check_options(backend, gc_policy)
    if backend == "auto":
        backend = "uvloop" if find_spec("uvloop") is not None else "selector"
    module = import_module("dtact.loop._uvloop" if backend == "uvloop" else "dtact.loop._selector")
    made = module.UvloopLoop() if backend == "uvloop" else module.SelectorLoop()
    made._scheduler.collects = gc_policy == "runtime"
    loop: asyncio.AbstractEventLoop = made
    return loop


def check_options(backend: str, gc_policy: str) -> None:
    """Raise ValueError for a backend or collector policy that there is not."""
    if gc_policy not in POLICIES:
        raise ValueError(f"unknown gc_policy {gc_policy!r}; wanted one of {', '.join(POLICIES)}")
    if backend not in BACKENDS:
        raise ValueError(f"unknown backend {backend!r}; wanted one of {', '.join(BACKENDS)}")


def run(
    main: Coroutine[Any, Any, Result],
    *,
    backend: str = "auto",
    debug: bool | None = None,
    gc_policy: str = "runtime",
    watchdog: float | None = None,
    inspect: bool = False,
) -> Result:
    """Run a coroutine on a new loop and return its result, as `asyncio.run` does; see `new_event_loop`.

    Ctrl-C cancels `main`. When `main` has ended, tasks that have not are cancelled, and the loop is closed.
    `watchdog`: seconds after which the stack that blocks the loop is shown, see `dtact.watchdog`. `inspect`: open a
    socket for `dtact ps` and `dtact top`, for this user alone; DTACT_INSPECT=1 in the environment does the same.

    Raises NotAwaitableError for what is no coroutine, ValueError for an unknown backend or policy.
    """
    if not isinstance(main, Awaitable):
        raise NotAwaitableError(
            "only a coroutine can be run",
            wanted="what an async function returns",
            found=repr(main),
            hint="call the function: dtact.run(main()), not dtact.run(main)" if callable(main) else "give a coroutine",
        )
    factory: Callable[[], asyncio.AbstractEventLoop] = partial(new_event_loop, backend, gc_policy=gc_policy)
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner(debug=debug, loop_factory=factory))
        if watchdog is not None or inspect or inspection_asked():
            monitor = import_module("dtact.monitor")
            if inspect or inspection_asked():
                stack.enter_context(monitor.Inspector())
            if watchdog is not None:
                loop: Any = runner.get_loop()
                stack.enter_context(monitor.Watchdog(loop._scheduler, watchdog))
        return runner.run(main)
