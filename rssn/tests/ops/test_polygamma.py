"""polygamma against mpmath, as a value and as a kernel."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import compile, ops
from rssn.expr import apply, symbol, symbols
from rssn.ops._polygamma import bernoulli, cotangent_slope

AWAY_FROM_POLES = st.floats(0.01, 1e6) | st.builds(lambda k, t: k + t, st.integers(-30, -1), st.floats(0.05, 0.95))


@given(n=st.sampled_from([0, 1, 2, 3, 7, 30]), x=AWAY_FROM_POLES)
def test_values_are_those_of_mpmath(n: int, x: float) -> None:
    """To 1e-12 of the value, or of 1 where digamma crosses zero."""
    with mpmath.workprec(300):
        wanted = float(mpmath.psi(n, mpmath.mpf(x)))
    assert abs(ops.polygamma(n, x) - wanted) <= 1e-12 * max(abs(wanted), 1.0 if n % 2 == 0 else 0.0)


@pytest.mark.parametrize("n", [0, 1, 2, 5])
def test_a_kernel_computes_the_same(n: int) -> None:
    """By reflection on the left too; poles and infinities as the record says."""
    x = np.array([0.3, 2.5, -0.7, -12.25, 1e5, 0.0, -3.0, np.inf, -np.inf, np.nan, 0.5])
    kernel = compile(apply("polygamma", n, symbol("x")))
    np.testing.assert_allclose(kernel(x), ops.polygamma(n, x), rtol=1e-11)


def test_poles_and_orders_that_do_not_exist() -> None:
    assert ops.polygamma(1, -2.0) == np.inf
    assert np.isnan(ops.polygamma(0, -2.0))
    assert np.isnan(ops.polygamma(np.array([0.5, -1.0, 101.0]), 2.0)).all()
    assert ops.polygamma(0, np.inf) == np.inf
    assert ops.polygamma(3, np.inf) == 0.0


def test_an_order_that_is_not_literal_is_interpreted() -> None:
    n, x = symbols("n x")
    kernel = compile(apply("polygamma", n, x))
    assert kernel.engine == "interpreter"
    np.testing.assert_array_equal(kernel(np.array([0.0, 1.0, 0.5]), 2.5), ops.polygamma(np.array([0.0, 1.0, 0.5]), 2.5))


def test_the_tables() -> None:
    """B_12 is -691/2730; the second derivative of cot is 2*cot*(1 + cot^2)."""
    assert str(bernoulli(12)) == "-691/2730"
    assert cotangent_slope(2) == (0, 2, 0, 2)
