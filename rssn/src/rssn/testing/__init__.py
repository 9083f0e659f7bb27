"""Helpers for tests of rssn and of what is built on it; needs Hypothesis. Start reading at `_strategies.py`."""

from ._reals import real_value as real_value
from ._reals import same_real as same_real
from ._strategies import AWKWARD_NUMBERS as AWKWARD_NUMBERS
from ._strategies import EXACT_OPERATORS as EXACT_OPERATORS
from ._strategies import batches as batches
from ._strategies import expressions as expressions
from ._strategies import numbers as numbers
from ._ulps import assert_same_bits as assert_same_bits
from ._ulps import assert_within_ulps as assert_within_ulps
from ._ulps import ulp_difference as ulp_difference

__all__ = (
    "AWKWARD_NUMBERS",
    "EXACT_OPERATORS",
    "assert_same_bits",
    "assert_within_ulps",
    "batches",
    "expressions",
    "numbers",
    "real_value",
    "same_real",
    "ulp_difference",
)
