"""The form a person would write. Start reading at `_simplify.py`, then `_engine.py`."""

from ._budget import Budget as Budget
from ._budget import StopReason as StopReason
from ._cost import Costs as Costs
from ._passes import PASSES as PASSES
from ._passes import STRUCTURAL as STRUCTURAL
from ._passes import Pass as Pass
from ._simplify import Report as Report
from ._simplify import Simplifier as Simplifier
from ._simplify import simplify as simplify
from ._trace import Step as Step

__all__ = (
    "PASSES",
    "STRUCTURAL",
    "Budget",
    "Costs",
    "Pass",
    "Report",
    "Simplifier",
    "Step",
    "StopReason",
    "simplify",
)
