"""The form that computes fastest, by measured costs. Start reading at `_optimize.py`."""

from ._calibrate import calibrate as calibrate
from ._model import Estimate as Estimate
from ._model import cost as cost
from ._model import estimate as estimate
from ._model import host_table as host_table
from ._optimize import optimize as optimize
from ._optimize import optimize_all as optimize_all
from ._table import CostTable as CostTable
from ._table import default_table as default_table
from ._table import save as save
from ._table import table_path as table_path

__all__ = (
    "CostTable",
    "Estimate",
    "calibrate",
    "cost",
    "default_table",
    "estimate",
    "host_table",
    "optimize",
    "optimize_all",
    "save",
    "table_path",
)
