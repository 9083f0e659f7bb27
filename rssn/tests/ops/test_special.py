"""The error and gamma functions against mpmath, and their poles."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.testing import assert_same_bits, assert_within_ulps

inf, nan = np.inf, np.nan
# Python's gamma is a Lanczos sum: its own tests allow 20 ULPs, and lgamma loses more near its zeros.
ORACLES = {
    "erf": (mpmath.erf, -6, 6, 2),
    "erfc": (mpmath.erfc, -6, 26, 4),
    "gamma": (mpmath.gamma, 0.01, 170, 20),
    "lgamma": (mpmath.loggamma, 3, 1e9, 20),
}


@pytest.mark.parametrize("name", ORACLES)
@given(data=st.data())
def test_functions_are_accurate(name: str, data: st.DataObject) -> None:
    oracle, low, high, limit = ORACLES[name]
    x = data.draw(st.floats(low, high))
    with mpmath.workprec(200):
        assert_within_ulps(ops.lookup(name).value(x), float(oracle(mpmath.mpf(x))), limit=limit)


def test_poles_and_infinities_are_those_of_c() -> None:
    rows = [
        ("gamma", 0.0, inf), ("gamma", -0.0, -inf), ("gamma", -1.0, nan), ("gamma", -inf, nan), ("gamma", inf, inf),
        ("gamma", 172.0, inf), ("gamma", 1e-309, inf), ("gamma", -1e-309, -inf), ("gamma", 5.0, 24.0),
        ("lgamma", 0.0, inf), ("lgamma", -3.0, inf), ("lgamma", -inf, inf),
        ("lgamma", 1e306, inf), ("lgamma", 2.0, 0.0),
        ("erf", inf, 1.0), ("erf", -0.0, -0.0), ("erfc", -inf, 2.0), ("erfc", inf, 0.0),
    ]  # fmt: skip
    for name, x, wanted in rows:
        assert_same_bits(ops.lookup(name).value(x), np.float64(wanted))
        assert_same_bits(ops.lookup(name).value(np.array([x, x])), np.array([wanted, wanted], float))
