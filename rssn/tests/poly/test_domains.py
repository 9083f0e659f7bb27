"""Where results are defined, at every point of a small grid: there, divisors vanish often."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rssn.poly import apart, cancel, collect, expand, factor, horner, polynomial_form, together

GRID = [dict(zip("xy", point, strict=True)) for point in product([Fraction(n) for n in (-2, -1, 0, 1, 2)], repeat=2)]
EXACT = {"expand": expand, "collect": lambda e: collect(e, "x"), "horner": horner, "together": together}
GENERIC = {"cancel": cancel, "factor": factor, "apart": lambda e: apart(e, "x")}


@pytest.mark.parametrize("name", [*EXACT, *GENERIC])
@given(data=st.data())
def test_a_result_is_defined_and_equal_wherever_the_expression_is(name, data, drawn, value_of):
    """Of every function, the generic ones included: cancelling enlarges a domain and never cuts it."""
    e = data.draw(drawn(steps=5))
    try:
        result = (EXACT | GENERIC)[name](e)
    except ZeroDivisionError:
        assume(False)
    for point in GRID:
        wanted = value_of(e, point)
        if wanted is not None:
            found = value_of(result, point)
            # Partial fractions may split a denominator that vanishes nowhere on the domain into parts that do.
            assert found == wanted or (name == "apart" and found is None)


@given(data=st.data())
def test_a_result_gains_points_only_where_something_was_cancelled(data, drawn, value_of):
    """Where no factor in `cancelled` is 0, the fraction in lowest terms has the domain of the expression."""
    e = data.draw(drawn(steps=5))
    try:
        form = polynomial_form(e)
        cancelled = form.cancelled
    except ZeroDivisionError:
        assume(False)
    for point in GRID:
        if all(value_of(part, point) != 0 for part in cancelled):
            assert value_of(form.expression, point) == value_of(e, point)
            assert value_of(factor(e), point) == value_of(e, point)


@given(data=st.data())
def test_expanding_gains_a_point_only_by_terms_that_went_away(data, drawn, value_of):
    """A divisor that is left in the result makes the same points undefined as before."""
    e = data.draw(drawn(steps=5))
    try:
        result = expand(e)
    except ZeroDivisionError:
        assume(False)
    before, after = polynomial_form(e).divisors, polynomial_form(result).divisors
    for point in GRID:
        if value_of(e, point) is None and value_of(result, point) is not None:
            vanishing = [part for part in before if value_of(part, point) in (0, None)]
            assert vanishing
            assert all(value_of(part, point) != 0 for part in after)
