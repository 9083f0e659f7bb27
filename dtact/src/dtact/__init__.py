"""An asyncio event loop with cheap tasks, and native worker threads that never take the GIL.

async def main():
    tasks = [dtact.spawn(work(item)) for item in items]
    return [await task for task in tasks]

dtact.run(main())
"""

from . import errors as errors
from ._include import get_include as get_include
from ._later import load as _load
from .errors import DtactError as DtactError

TYPE_CHECKING = False  # typing takes longer to import than all of this
if TYPE_CHECKING:
    from typing import Any

    from . import channels as channels
    from . import fibers as fibers
    from . import groups as groups
    from . import loop as loop
    from . import mesh as mesh
    from . import monitor as monitor
    from . import processes as processes
    from . import scheduler as scheduler
    from . import sync as sync
    from . import timers as timers
    from . import topology as topology
    from .channels import Broadcast as Broadcast
    from .channels import Channel as Channel
    from .channels import Oneshot as Oneshot
    from .channels import Watch as Watch
    from .fibers import fiber as fiber
    from .fibers import run_sync as run_sync
    from .fibers import wait as wait
    from .groups import CancelScope as CancelScope
    from .groups import TaskGroup as TaskGroup
    from .groups import as_completed as as_completed
    from .groups import drain as drain
    from .groups import fail_after as fail_after
    from .groups import fail_at as fail_at
    from .groups import map as map
    from .groups import move_on_after as move_on_after
    from .groups import move_on_at as move_on_at
    from .groups import race as race
    from .groups import shield as shield
    from .loop import install as install
    from .loop import new_event_loop as new_event_loop
    from .loop import run as run
    from .monitor import statistics as statistics
    from .monitor import trace as trace
    from .monitor import watchdog as watchdog
    from .scheduler import Priority as Priority
    from .scheduler import Task as Task
    from .scheduler import current_task as current_task
    from .scheduler import spawn as spawn
    from .scheduler import yield_now as yield_now
    from .scheduler import yield_to as yield_to
    from .sync import Barrier as Barrier
    from .sync import Condition as Condition
    from .sync import Event as Event
    from .sync import Lock as Lock
    from .sync import RWLock as RWLock
    from .sync import Semaphore as Semaphore
    from .timers import interval as interval
    from .timers import sleep as sleep
    from .timers import sleep_until as sleep_until

__all__ = (
    "Barrier",
    "Broadcast",
    "CancelScope",
    "Channel",
    "Condition",
    "DtactError",
    "Event",
    "Lock",
    "Oneshot",
    "Priority",
    "RWLock",
    "Semaphore",
    "Task",
    "TaskGroup",
    "Watch",
    "as_completed",
    "channels",
    "current_task",
    "drain",
    "errors",
    "fail_after",
    "fail_at",
    "fiber",
    "fibers",
    "get_include",
    "groups",
    "install",
    "interval",
    "loop",
    "map",
    "mesh",
    "monitor",
    "move_on_after",
    "move_on_at",
    "new_event_loop",
    "processes",
    "race",
    "run",
    "run_sync",
    "scheduler",
    "shield",
    "sleep",
    "sleep_until",
    "spawn",
    "statistics",
    "sync",
    "timers",
    "topology",
    "trace",
    "wait",
    "watchdog",
    "yield_now",
    "yield_to",
)


def __getattr__(name: str) -> "Any":
    value = _load(name)
    globals()[name] = value
    return value
