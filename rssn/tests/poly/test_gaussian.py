"""Polynomials over the Gaussian integers: division, gcd and factors prove themselves by multiplication."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rssn.poly._arithmetic import Arithmetic
from rssn.poly._gaussian import _PRIMES, Gaussian, _rational, _root_of_minus_one

EXPONENTS = st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(0, 2))
TERMS = st.dictionaries(EXPONENTS, st.integers(-30, 30), max_size=6)
RING = Arithmetic(3, imaginary=0)
FIELD = Gaussian(RING)


@given(TERMS, TERMS)
def test_a_product_is_divided_back(left, right):
    """And what does not divide is None."""
    a, b = RING.from_terms(left), RING.from_terms(right)
    assume(not b.is_zero())
    assert FIELD.divide(RING.multiply(a, b), b) == a
    assert FIELD.divide(RING.multiply(a, b) + 1, b) is None or FIELD.divide(RING.constant(1), b) is not None


@given(TERMS, TERMS, TERMS)
def test_a_common_factor_is_found(common, left, right):
    """The gcd divides both, and the common factor divides the gcd."""
    c, a, b = (RING.from_terms(terms) for terms in (common, left, right))
    assume(not (c.is_zero() or a.is_zero() or b.is_zero()))
    found = FIELD.gcd(RING.multiply(c, a), RING.multiply(c, b))
    assert FIELD.divide(RING.multiply(c, a), found) is not None
    assert FIELD.divide(RING.multiply(c, b), found) is not None
    assert FIELD.divide(found, c) is not None


@given(TERMS, TERMS)
def test_factors_multiply_to_the_input(left, right):
    """The rest is a constant."""
    polynomial = RING.multiply(RING.from_terms(left), RING.from_terms(right))
    assume(not polynomial.is_zero())
    rest, factors = FIELD.factor(polynomial)
    product = rest
    for factor, power in factors:
        product = RING.multiply(product, RING.power(factor, power))
    assert product == polynomial
    assert sum(map(int, rest.degrees()[1:])) == 0


def test_zero_has_no_first_coefficient():
    """The gcd with zero is the other, primitive times its content."""
    zero, i = RING.constant(0), RING.context.gen(0)
    assert FIELD.gcd(zero, zero).is_zero()
    assert FIELD.divide(FIELD.gcd(zero, 2 * i), 2 * i) is not None
    assert FIELD.primitive(zero).is_zero()


@pytest.mark.parametrize(("bits", "offset"), _PRIMES)
def test_the_moduli_have_a_square_root_of_minus_one(bits, offset):
    """So they are primes that are 1 modulo 4, as far as two tests tell."""
    prime = (1 << bits) - offset
    assert prime % 4 == 1
    assert pow(3, prime - 1, prime) == 1
    assert _root_of_minus_one(prime) ** 2 % prime == prime - 1


@given(st.fractions(-500, 500, max_denominator=10**6))
def test_a_fraction_comes_back_from_its_residue(fraction):
    """Where the modulus is large enough."""
    prime = (1 << 61) - 31
    residue = fraction.numerator * pow(fraction.denominator, -1, prime) % prime
    assert _rational(residue, prime) == Fraction(fraction)
