"""Points at which a polynomial does not fall apart: factors are the same, and soon found."""

import time
from math import prod

import flint
from hypothesis import given, settings
from hypothesis import strategies as st

from rssn.expr import symbols
from rssn.poly import expand, factor, polynomial_form
from rssn.poly._arithmetic import Arithmetic
from rssn.poly._shift import better_point, moved

x, y = symbols("x y")
TERMS = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 2)), st.integers(-9, 9).filter(bool), max_size=8
)


@given(TERMS, st.lists(st.integers(-20, 20), min_size=3, max_size=3))
def test_moving_there_and_back_changes_nothing(terms, shifts):
    """By any shifts."""
    polynomial = Arithmetic(3).from_terms(terms)
    assert moved(moved(polynomial, shifts, 1), shifts, -1) == polynomial


@settings(max_examples=20)
@given(st.lists(st.integers(-6, 6), min_size=8, max_size=11), TERMS)
def test_factors_multiply_to_the_polynomial(roots, terms):
    """Of one that falls into many factors at the origin, and of its product with another."""
    ring = Arithmetic(3)
    a, b, c = ring.context.gens()
    split = prod((a + root * b + at + root for at, root in enumerate(roots)), start=ring.constant(1)) + c * b
    for polynomial in (split, split * (ring.from_terms(terms) + b**2)):
        number, factors = ring.factor(polynomial)
        assert prod((part**power for part, power in factors), start=ring.constant(number)) == polynomial
        assert len(factors) == len(polynomial.factor()[1])


def test_the_numerator_of_a_sum_of_many_fractions_is_factored_soon():
    """It took a thousand times as long where it stood: at 0, its image is a product of linear factors."""
    numerator = polynomial_form(sum((x**k / (x * k + y + k * k) for k in range(1, 12)), start=0 * x)).numerator
    begun = time.monotonic()
    found = factor(numerator + x)
    assert time.monotonic() - begun < 1
    assert expand(found) == expand(numerator + x)


def test_polynomials_with_usual_images_stay():
    """Powers of sums, and what has a low degree."""
    p, q, _ = flint.fmpz_mpoly_ctx.get(("p", "q", "r"), flint.Ordering.deglex).gens()
    assert better_point((p + q) ** 12 * (p - q + 1) ** 3, 10**6) is None
    assert better_point(p**3 + q, 10**6) is None
    split = prod((p + k for k in range(1, 10)), start=q**0) + q**2 + p * q
    assert better_point(split, 10**6) is not None
    assert better_point(split, 5) is None
