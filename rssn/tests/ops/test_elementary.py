"""Elementary functions against mpmath and at the edges."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import ops
from rssn.testing import assert_same_bits, assert_within_ulps

inf, nan = np.inf, np.nan
ORACLES = {
    "cbrt": (mpmath.cbrt, 0, 1e9), "exp": (mpmath.exp, -700, 700), "exp2": (lambda v: mpmath.mpf(2) ** v, -1000, 1000),
    "exp10": (lambda v: mpmath.mpf(10) ** v, -300, 300), "expm1": (mpmath.expm1, -30, 700),
    "log": (mpmath.log, 1e-9, 1e9),
    "log2": (lambda v: mpmath.log(v) / mpmath.log(2), 1e-9, 1e9), "log10": (mpmath.log10, 1e-9, 1e9),
    "log1p": (mpmath.log1p, -0.999, 1e9), "sinh": (mpmath.sinh, -700, 700), "cosh": (mpmath.cosh, -700, 700),
    "tanh": (mpmath.tanh, -20, 20), "asinh": (mpmath.asinh, -1e9, 1e9), "acosh": (mpmath.acosh, 1, 1e9),
    "atanh": (mpmath.atanh, -0.999, 0.999), "sigmoid": (lambda v: 1 / (1 + mpmath.exp(-v)), -700, 700),
    "softplus": (lambda v: mpmath.log(1 + mpmath.exp(v)), -700, 700),
}  # fmt: skip


@pytest.mark.parametrize("name", ORACLES)
@given(data=st.data())
def test_functions_are_accurate(name: str, data: st.DataObject) -> None:
    """Within 4 ULPs: NumPy's own bound; the kernels promise 1 and have tests of their own."""
    oracle, low, high = ORACLES[name]
    x = data.draw(st.floats(low, high))
    with mpmath.workprec(2200):
        wanted = float(oracle(mpmath.mpf(x)))
    assert_within_ulps(ops.lookup(name).value(x), wanted, limit=4)
    with np.errstate(all="ignore"):
        narrow = np.float32(x)
        with mpmath.workprec(400):
            wanted = float(oracle(mpmath.mpf(float(narrow)))) if low <= narrow <= high else nan
        if np.isfinite(wanted):
            assert_within_ulps(ops.lookup(name).value(narrow), np.float32(wanted), limit=1)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("cbrt", {-8.0: -2.0, -0.0: -0.0, -inf: -inf}),
        ("exp", {0.0: 1.0, -inf: 0.0, inf: inf, 710.0: inf}),
        ("exp2", {3.0: 8.0, -1074.0: 5e-324, -inf: 0.0}),
        ("exp10", {3.0: 1000.0, -inf: 0.0, inf: inf, 309.0: inf}),
        ("expm1", {-0.0: -0.0, -inf: -1.0}),
        ("log", {-0.0: -inf, 1.0: 0.0, -1.0: nan, inf: inf}),
        ("log2", {8.0: 3.0, 5e-324: -1074.0}),
        ("log10", {1000.0: 3.0, 0.0: -inf}),
        ("log1p", {-0.0: -0.0, -1.0: -inf, -2.0: nan}),
        ("tanh", {inf: 1.0, -0.0: -0.0}),
        ("cosh", {-inf: inf}),
        ("acosh", {1.0: 0.0, 0.5: nan}),
        ("atanh", {1.0: inf, -1.0: -inf, 2.0: nan}),
        ("sigmoid", {0.0: 0.5, -inf: 0.0, inf: 1.0, -1000.0: 0.0}),
        ("softplus", {-inf: 0.0, inf: inf, 1000.0: 1000.0}),
    ],
)
def test_values_at_the_edges(name: str, rows: dict[float, float]) -> None:
    for x, wanted in rows.items():
        assert_same_bits(ops.lookup(name).value(x), np.float64(wanted))
    assert np.isnan(ops.lookup(name).value(nan))


def test_hypot_does_not_overflow_on_the_way() -> None:
    assert_within_ulps(ops.hypot(3e200, 4e200), 5e200, limit=1)
    assert ops.hypot(np.inf, nan) == np.inf
    assert_within_ulps(ops.hypot(np.float32(3e30), np.float32(4e30)), np.float32(5e30), limit=1)
