"""Cheap tasks, and the queues that they wait in. Start reading at `_core_c.pyi`, then `_core_c.pyx`."""

from ._core_c import Handle as Handle
from ._core_c import Priority as Priority
from ._core_c import Scheduler as Scheduler
from ._core_c import Task as Task
from ._core_c import TimerHandle as TimerHandle
from ._core_c import Waiter as Waiter
from ._core_c import current_scheduler as current_scheduler
from ._core_c import current_task as current_task
from ._core_c import spawn as spawn
from ._core_c import yield_now as yield_now
from ._core_c import yield_to as yield_to
from ._followers import Follower as Follower
from ._followers import followers as followers
from ._sources import Source as Source
from ._sources import Span as Span
from ._sources import sources as sources
from ._statistics import Statistics as Statistics

__all__ = (
    "Follower",
    "Handle",
    "Priority",
    "Scheduler",
    "Source",
    "Span",
    "Statistics",
    "Task",
    "TimerHandle",
    "Waiter",
    "current_scheduler",
    "current_task",
    "followers",
    "sources",
    "spawn",
    "yield_now",
    "yield_to",
)
