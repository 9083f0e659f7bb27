"""Building: both builders make the same expressions, from terms and straight from FLINT's memory."""

from fractions import Fraction
from importlib import import_module
from typing import Any

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn import config
from rssn.errors import OptionError
from rssn.expr import collect, constant, symbols
from rssn.ops import exp, sin
from rssn.poly import _build_py

needs_native = pytest.mark.skipif(config.PURE_PYTHON, reason="RSSN_PURE asks for the twin alone")
_build_c: Any = None if config.PURE_PYTHON else import_module("rssn.poly._build_c")

x, y, z = symbols("x y z")
BASES = [constant("pi"), x, y, sin(x), exp(y), x / y, x + 1]
NUMBERS = st.one_of(st.integers(-3, 3), st.integers(), st.fractions(), st.sampled_from([0.5, -0.25, 1.0, -1.0, 2**70]))
EXPONENTS = st.one_of(st.integers(0, 3), st.integers(0, 2**63 - 1))


@needs_native
@given(st.lists(st.tuples(NUMBERS.filter(bool), st.lists(EXPONENTS, min_size=7, max_size=7)), max_size=8), st.data())
def test_both_builders_make_the_same_sum(terms, data):
    """From any terms, with and without reciprocals."""
    numbers, monomials = [number for number, _ in terms], [exponents for _, exponents in terms]
    inverse = data.draw(st.none() | st.lists(st.booleans(), min_size=7, max_size=7))
    native = _build_c.build_terms(numbers, monomials, BASES, inverse)
    assert native == _build_py.build_terms(numbers, monomials, BASES, inverse)


@needs_native
@given(
    st.integers(1, 7).flatmap(
        lambda width: st.dictionaries(
            st.tuples(*[st.one_of(st.integers(0, 4), st.integers(0, 2**40))] * width),
            st.one_of(st.integers(-9, 9), st.integers()),
            max_size=12,
        ).map(lambda terms: (width, terms))
    )
)
def test_terms_are_read_where_flint_keeps_them(drawn):
    """Small and large coefficients, narrow and wide exponents: as python-flint's methods tell them."""
    width, terms = drawn
    polynomial = flint.fmpz_mpoly_ctx.get(("g", width), flint.Ordering.deglex).from_dict(terms)
    assert _build_c.readable()
    assert _build_c.build_polynomial(polynomial, BASES[:width]) == _build_py.build_polynomial(polynomial, BASES[:width])
    wanted = max((abs(number).bit_length() for number in terms.values()), default=0)
    assert _build_py.coefficient_bits(polynomial) == wanted
    assert wanted <= _build_c.coefficient_bits(polynomial) <= wanted + 1


def test_terms_read_as_written_by_hand(builder):
    """The number first, a minus as a subtraction, fractions as quotients."""
    built = builder.build_terms(
        [-1, 3, Fraction(-3, 4), 1, Fraction(1, 3)], [[2, 1], [2, 0], [1, 1], [0, 1], [0, 0]], [x, y]
    )
    assert str(built) == "-(x^2*y) + 3*x^2 - 3*x*y/4 + y + rational(1, 3)"
    assert builder.build_terms([], [], [x]) == constant(0)
    assert str(builder.build_terms([2, -1], [[1, 2], [0, 1]], [x, y], [False, True])) == "2*x/y^2 - 1/y"


@needs_native
def test_a_sum_of_thousands_of_terms_survives_a_collection():
    """Ids are never held across one."""
    context = flint.fmpz_mpoly_ctx.get(("g", 3), flint.Ordering.deglex)
    polynomial = sum(context.gens(), start=context.constant(1)) ** 25
    built = _build_c.build_polynomial(polynomial, [x, y, z])
    collect()
    assert built == _build_c.build_polynomial(polynomial, [x, y, z])
    assert built == _build_py.build_polynomial(polynomial, [x, y, z])


@needs_native
def test_generators_are_expressions():
    """Anything else is an error of ours."""
    with pytest.raises(OptionError):
        _build_c.build_terms([1], [[1]], ["x"])
