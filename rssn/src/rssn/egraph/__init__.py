"""Equality saturation. Start reading at `_saturate.py`; of the engine, at `_graph_py.py` and `_graph_c.pxd`."""

from ._compile import TermRule as TermRule
from ._compile import claimed as claimed
from ._compile import rewrite as rewrite
from ._cost import SIZE as SIZE
from ._cost import CostTable as CostTable
from ._explain import Explanation as Explanation
from ._explain import Step as Step
from ._explain import Witness as Witness
from ._explain import check_explanation as check_explanation
from ._laws import ConditionalRule as ConditionalRule
from ._report import Blame as Blame
from ._report import Iteration as Iteration
from ._report import RuleCount as RuleCount
from ._report import SaturationLimits as SaturationLimits
from ._report import StopReason as StopReason
from ._rules import MultiRule as MultiRule
from ._saturate import Report as Report
from ._saturate import explain as explain
from ._saturate import saturate as saturate
from ._term_graph import TermGraph as TermGraph
from ._term_graph import TermProgram as TermProgram
from ._terms import term as term

__all__ = (
    "SIZE",
    "Blame",
    "ConditionalRule",
    "CostTable",
    "Explanation",
    "Iteration",
    "MultiRule",
    "Report",
    "RuleCount",
    "SaturationLimits",
    "Step",
    "StopReason",
    "TermGraph",
    "TermProgram",
    "TermRule",
    "Witness",
    "check_explanation",
    "claimed",
    "explain",
    "rewrite",
    "saturate",
    "term",
)
