"""The asyncio event loop over uvloop or the standard library's selectors. Start reading at `_methods.py`."""

from ._install import EventLoopPolicy as EventLoopPolicy
from ._install import install as install
from ._run import new_event_loop as new_event_loop
from ._run import run as run

__all__ = ("EventLoopPolicy", "install", "new_event_loop", "run")
