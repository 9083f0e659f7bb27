"""Making asyncio itself use our loops: `asyncio.run`, and whatever asks asyncio for a new loop."""

from __future__ import annotations

import asyncio
import sys
import warnings
from functools import partial
from typing import Any

from dtact.errors import RuntimeStateError
from dtact.loop._run import check_options, new_event_loop

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # from 3.14 on the name is deprecated; from 3.16 on it is gone
    Base: Any = getattr(asyncio, "DefaultEventLoopPolicy", object)


class EventLoopPolicy(Base):  # type: ignore[misc]  # what it is depends on the interpreter
    """asyncio's default policy, whose new loops are ours: for libraries that ask for a policy. See `new_event_loop`."""

    def __init__(self, backend: str = "auto", *, gc_policy: str = "runtime") -> None:
        check_options(backend, gc_policy)
        super().__init__()
        self._loop_factory = partial(new_event_loop, backend, gc_policy=gc_policy)


def install(backend: str = "auto", *, gc_policy: str = "runtime") -> None:
    """Let `asyncio.run`, `asyncio.Runner` and `asyncio.new_event_loop` make our loops in this process from now on.

    Options and errors are those of `new_event_loop`. Where Python has no loop policies any more (3.16), raises
    RuntimeStateError: give `loop_factory=dtact.new_event_loop` to `asyncio.run` instead.
    """
    check_options(backend, gc_policy)
    if sys.version_info >= (3, 16):
        raise RuntimeStateError(
            "this version of Python has no event loop policies",
            hint="use dtact.run(main()), or asyncio.run(main(), loop_factory=dtact.new_event_loop)",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        asyncio.set_event_loop_policy(EventLoopPolicy(backend, gc_policy=gc_policy))
