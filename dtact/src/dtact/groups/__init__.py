"""Structured concurrency: cancel scopes and task groups. Start reading at `_scope_c.pyi`, then `_group.py`."""

from ._group import TaskGroup as TaskGroup
from ._scope_c import CancelScope as CancelScope
from ._scope_c import fail_after as fail_after
from ._scope_c import fail_at as fail_at
from ._scope_c import move_on_after as move_on_after
from ._scope_c import move_on_at as move_on_at
from ._scope_c import shield as shield

__all__ = (
    "CancelScope",
    "TaskGroup",
    "fail_after",
    "fail_at",
    "move_on_after",
    "move_on_at",
    "shield",
)
