"""One plan for each type and configuration: what turns values into bytes and back. Start at `_plan_py.py`."""

from ._select import AnyPlan as AnyPlan
from ._select import plan_of as plan_of

__all__ = ("AnyPlan", "plan_of")
