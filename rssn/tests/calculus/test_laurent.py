"""Truncated Laurent series: the laws of arithmetic on exact terms, and how far a result is known."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.calculus._known import Known
from rssn.calculus._laurent import ONE, ZERO, Arithmetic, Laurent, MoreTermsError, make, monomial
from rssn.errors import SeriesError

LIMIT = 7
a = Arithmetic(LIMIT, Known())
fractions = st.builds(Fraction, st.integers(-5, 5), st.integers(1, 4)).map(
    lambda f: f.numerator if f.denominator == 1 else f
)
series = st.builds(
    lambda start, terms, stop: make(start, terms, None if stop is None else start + stop, LIMIT),
    st.integers(-3, 3), st.lists(fractions, max_size=6), st.none() | st.integers(1, 8),
)  # fmt: skip


def known(x: Laurent, y: Laurent) -> int:
    """The first power that one of two does not know."""
    return min(LIMIT if s.stop is None else s.stop for s in (x, y))


def agree(x: Laurent, y: Laurent) -> bool:
    """Equal in all terms that both know."""
    return all(x[power] == y[power] for power in range(-20, known(x, y)))


@given(x=series, y=series, z=series)
def test_the_laws_of_a_ring(x: Laurent, y: Laurent, z: Laurent) -> None:
    assert agree(a.add(x, y), a.add(y, x))
    assert agree(a.mul(x, y), a.mul(y, x))
    assert agree(a.mul(a.mul(x, y), z), a.mul(x, a.mul(y, z)))
    assert agree(a.mul(x, a.add(y, z)), a.add(a.mul(x, y), a.mul(x, z)))
    assert a.add(x, a.neg(x)).terms == () == a.sub(x, x).terms


@given(x=series, y=series)
def test_what_is_left_out_does_not_touch_what_is_kept(x: Laurent, y: Laurent) -> None:
    """Changing the first unknown term of an operand changes no known term of the result."""
    if x.stop is None:
        return
    other = make(x.start, [x[x.start + k] for k in range(x.stop - x.start)] + [1], None, 50)
    for work in (a.add, a.sub, a.mul):
        assert agree(work(x, y), work(other, y))


@given(x=series, n=st.integers(-5, 5))
def test_powers_are_products(x: Laurent, n: int) -> None:
    if not x.terms or x.start * abs(n) >= LIMIT:
        return
    product = ONE
    for _ in range(abs(n)):
        product = a.mul(product, x)
    assert agree(a.power(x, n), product if n >= 0 else a.div(ONE, product))
    assert agree(a.mul(a.power(x, -1), x), ONE)


@given(x=series, n=st.sampled_from([65, 100, 1000]))
def test_large_powers_use_the_recurrence(x: Laurent, n: int) -> None:
    if not x.terms or x.start:
        return
    assert agree(a.power(x, n), a.mul(a.power(x, n - 64), a.power(x, 64)))


@given(x=series)
def test_roots_squared_and_derivatives_integrated(x: Laurent) -> None:
    if not x.terms or x.start or x[0] != 1:
        return
    root = a.raised(x, Fraction(1, 2), 1, LIMIT)
    assert agree(a.mul(root, root), x)
    assert agree(a.integral(a.derivative(x), 1), x)


def test_exponentials_and_waves() -> None:
    t = make(1, [1], None, LIMIT)
    e = a.exponential(t, 1)
    assert [e[k] for k in range(5)] == [1, 1, Fraction(1, 2), Fraction(1, 6), Fraction(1, 24)]
    s, c = a.waves(a.add(t, a.mul(t, t)), 0, 1, -1)
    assert agree(a.add(a.mul(s, s), a.mul(c, c)), ONE)
    s, c = a.waves(t, 0, 1, 1)
    assert agree(a.sub(a.mul(c, c), a.mul(s, s)), ONE)


def test_exact_results_stay_exact() -> None:
    """Until they reach the limit."""
    x = make(0, [1, 1], None, LIMIT)
    assert a.power(x, 3) == Laurent(0, (1, 3, 3, 1), None)
    assert a.power(x, 10).stop == LIMIT
    assert a.div(x, monomial(2)) == Laurent(0, (Fraction(1, 2), Fraction(1, 2)), None)
    assert a.mul(x, ZERO) == ZERO
    assert monomial(0) == ZERO


def test_division_by_what_vanishes() -> None:
    with pytest.raises(SeriesError, match="division by zero"):
        a.inverse(ZERO)
    with pytest.raises(MoreTermsError):
        a.inverse(Laurent(0, (), 5))


def test_a_simple_pole_has_no_integral() -> None:
    with pytest.raises(SeriesError, match="logarithm"):
        a.integral(make(-1, [1], None, LIMIT), 0)
