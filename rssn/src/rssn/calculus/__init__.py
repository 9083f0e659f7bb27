"""Derivatives and series of expressions. Start reading at `_diff.py`."""

from ._diff import diff as diff
from ._diff import gradient as gradient
from ._diff import hessian as hessian
from ._diff import jacobian as jacobian
from ._rule import Choice as Choice
from ._rule import Choices as Choices
from ._rule import Flat as Flat
from ._rule import Partials as Partials
from ._series import Series as Series
from ._series import series as series

__all__ = ("Choice", "Choices", "Flat", "Partials", "Series", "diff", "gradient", "hessian", "jacobian", "series")
