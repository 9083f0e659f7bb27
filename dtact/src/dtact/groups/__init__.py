"""Structured concurrency: cancel scopes, task groups, and what is made of them. Start reading at `_scope_c.pyi`."""

from ._completed import Completed as Completed
from ._completed import as_completed as as_completed
from ._completed import race as race
from ._drain import Abandoned as Abandoned
from ._drain import drain as drain
from ._group import TaskGroup as TaskGroup
from ._map import Results as Results
from ._map import map as map
from ._scope_c import CancelScope as CancelScope
from ._scope_c import fail_after as fail_after
from ._scope_c import fail_at as fail_at
from ._scope_c import move_on_after as move_on_after
from ._scope_c import move_on_at as move_on_at
from ._scope_c import shield as shield

__all__ = (
    "Abandoned",
    "CancelScope",
    "Completed",
    "Results",
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
)
