"""Functions that run on their own stacks and wait at any depth. Start reading at `_fiber_c.pyx`."""

from ._fiber_c import Fiber as Fiber
from ._fiber_c import fiber as fiber
from ._fiber_c import wait as wait
from ._run import run_sync as run_sync

__all__ = ("Fiber", "fiber", "run_sync", "wait")
