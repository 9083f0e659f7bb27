"""Names that load when they are first asked for: `import dtact` stays cheap, and asyncio loads with the first loop.

`dtact/__init__.py` names the same imports for type checkers; a test holds the two together.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

ROOMS: Final = (
    *("channels", "fibers", "groups", "loop", "mesh", "monitor"),
    *("processes", "scheduler", "sync", "timers", "topology"),
)
"""Public rooms reached as attributes of `dtact`."""

NAMES: Final = {
    "channels": ("Broadcast", "Channel", "Oneshot", "Watch"),
    "fibers": ("fiber", "run_sync", "wait"),
    "groups": (
        "CancelScope",
        "TaskGroup",
        "as_completed",
        "drain",
        "fail_after",
        "fail_at",
        "map",
        "move_on_after",
        "move_on_at",
        "race",
        "shield",
    ),
    "loop": ("install", "new_event_loop", "run"),
    "monitor": ("statistics", "trace", "watchdog"),
    "scheduler": ("Priority", "Task", "current_task", "spawn", "yield_now", "yield_to"),
    "sync": ("Barrier", "Condition", "Event", "Lock", "RWLock", "Semaphore"),
    "timers": ("interval", "sleep", "sleep_until"),
}
"""Room -> the public names of `dtact` that it holds."""

_HOME: Final = {name: room for room, names in NAMES.items() for name in names}


def load(name: str) -> Any:
    """Return a public name of `dtact` from the room that holds it; raise AttributeError if none does."""
    if name in ROOMS:
        return import_module(f"dtact.{name}")
    if name in _HOME:
        return getattr(import_module(f"dtact.{_HOME[name]}"), name)
    raise AttributeError(f"module 'dtact' has no attribute {name!r}")
