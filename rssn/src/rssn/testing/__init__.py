"""Helpers for tests of rssn and of what is built on it. Start reading at `_ulps.py`, then `_strategies.py`."""

from ._ulps import assert_same_bits as assert_same_bits
from ._ulps import assert_within_ulps as assert_within_ulps
from ._ulps import ulp_difference as ulp_difference

__all__ = ("assert_same_bits", "assert_within_ulps", "ulp_difference")
