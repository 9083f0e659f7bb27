"""lgamma and polygamma at infinity, against mpmath."""

from fractions import Fraction

import mpmath
import pytest

from rssn import parse, series
from rssn.calculus._stirling import bernoulli


def test_bernoullis_numbers() -> None:
    wanted = ["1", "-1/2", "1/6", "0", "-1/30", "0", "1/42", "0", "-1/30", "0", "5/66"]
    assert bernoulli(11) == [Fraction(text) for text in wanted]


@pytest.mark.parametrize(
    "text", ["lgamma(x)", "polygamma(0, x)", "polygamma(1, x)", "polygamma(4, x)", "lgamma(2*x + 1)"]
)
def test_the_next_term_bounds_the_error(text: str, value_of) -> None:
    e = parse(text)
    for order in (3, 6, 9):
        found = series(e, "x", float("inf"), order)
        assert not found.is_exact
        with mpmath.workdps(60):
            near, far = (
                abs(value_of(e, {"x": mpmath.mpf(at)}) - value_of(found.polynomial, {"x": mpmath.mpf(at)}))
                for at in (10**4, 10**5)
            )
        assert far < near * mpmath.mpf(10) ** (0.5 - order)
