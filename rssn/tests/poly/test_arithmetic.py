"""The budget: results in parts are the same, and refusals come before memory is spent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.errors import OptionError, TermLimitError
from rssn.poly._arithmetic import Arithmetic, content

POLYNOMIALS = st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(-99, 99), max_size=100)


@given(POLYNOMIALS, POLYNOMIALS)
def test_a_product_in_parts_is_the_product(left, right):
    """Whatever the limit makes of it, unless the result itself is too large."""
    free = Arithmetic(2)
    wanted = free.from_terms(left) * free.from_terms(right)
    tight = Arithmetic(2, max(len(left), len(right), len(wanted), 1))
    assert tight.multiply(tight.from_terms(left), tight.from_terms(right)) == wanted


@given(POLYNOMIALS, st.integers(0, 5))
def test_a_power_is_a_product(terms, exponent):
    """By FLINT's power, or by squaring where the estimate is above the limit."""
    free = Arithmetic(2)
    base = free.from_terms(terms)
    wanted = base**exponent
    assert free.power(base, exponent) == wanted
    tight = Arithmetic(2, 400)
    try:
        assert tight.power(tight.from_terms(terms), exponent) == wanted
    except TermLimitError:
        assert len(wanted) > 100


def test_sums_of_many_parts():
    """Added in pairs; none are zero."""
    ring = Arithmetic(1)
    parts = [ring.from_terms({(power,): 1}) for power in range(1001)]
    assert len(ring.total(parts)) == 1001
    assert ring.total([]).is_zero()


def test_the_imaginary_unit_is_reduced_in_products_and_powers():
    """i² is -1 wherever it arises."""
    ring = Arithmetic(2, imaginary=0)
    i, x = ring.context.gens()
    assert ring.multiply(i + x, i - x) == -1 - x**2
    assert ring.power(i, 7) == -i
    assert ring.power(1 + i, 2) == 2 * i
    assert ring.reduced(i**3 * x) == -i * x


def test_limits_are_checked():
    """Terms, bytes, degrees and work."""
    ring = Arithmetic(1, 100)
    x = ring.context.gen(0)
    for build in (
        lambda: ring.power(x + 1, 100),
        lambda: ring.power((10**600) * x + 1, 90),
        lambda: ring.power(x, 1 << 62),
        lambda: ring.multiply(ring.power(x, 1 << 61), ring.power(x, 1 << 61)),
        lambda: ring.from_terms({(power,): 1 for power in range(101)}),
    ):
        with pytest.raises(TermLimitError):
            build()
    assert len(ring.power(x + 1, 99)) == 100
    with pytest.raises(OptionError):
        Arithmetic(1, -5)


def test_work_is_limited_in_total():
    """Many results of moderate size are too much as well."""
    ring = Arithmetic(1, 2000)
    dense = ring.power(ring.context.gen(0) + 1, 900)

    def work():
        for _ in range(1000):
            ring.multiply(dense, dense)

    with pytest.raises(TermLimitError, match="in total"):
        work()


def test_content():
    """The greatest common divisor of the coefficients."""
    ring = Arithmetic(1)
    assert content(ring.from_terms({(2,): 6, (0,): -9})) == 3
    assert content(ring.constant(0)) == 0
